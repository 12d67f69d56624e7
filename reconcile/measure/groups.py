"""Which consumer group a sink reads with, and which topics it is given by name."""

from dataclasses import dataclass
from typing import Final

from reconcile.model.live import ConnectorKind, LiveConnector

_OVERRIDE: Final = "consumer.override.group.id"  # KIP-458


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A sink as brokers know it; a sink with `topics.regex` names no topics."""

    connector: str
    group: str
    topics: tuple[str, ...] = ()


def consumer_of(connector: LiveConnector) -> Consumer | None:
    """Return how a sink reads, or None for a source."""
    if connector.kind is not ConnectorKind.SINK:
        return None
    named = (connector.config.get("topics") or "").split(",")
    return Consumer(
        connector=connector.name,
        group=(connector.config.get(_OVERRIDE) or "").strip() or f"connect-{connector.name}",
        topics=tuple(topic.strip() for topic in named if topic.strip()),
    )
