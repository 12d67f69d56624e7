"""Which consumer group a sink reads with, and which topics it is given by name."""

from dataclasses import dataclass
from typing import Final

from reconcile.model.live import ConnectorKind, LiveConnector

_OVERRIDE: Final = "consumer.override.group.id"  # KIP-458
_BEGINS: Final = "consumer.override.auto.offset.reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A sink as brokers know it.

    One with `topics.regex` names no topics, and neither does one that begins at their end: what it
    has committed nothing of is not left over.
    """

    connector: str
    group: str
    topics: tuple[str, ...] = ()


def consumer_of(connector: LiveConnector) -> Consumer | None:
    """Return how a sink reads, or None for a source."""
    if connector.kind is not ConnectorKind.SINK:
        return None
    begins = (connector.config.get(_BEGINS) or "").strip()
    named = "" if begins == "latest" else connector.config.get("topics") or ""
    return Consumer(
        connector=connector.name,
        group=(connector.config.get(_OVERRIDE) or "").strip() or f"connect-{connector.name}",
        topics=tuple(topic.strip() for topic in named.split(",") if topic.strip()),
    )
