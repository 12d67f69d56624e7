"""Open the ledger that a project chose for a cluster."""

from collections.abc import Callable
from pathlib import Path

from reconcile.clock import Clock
from reconcile.ledger.git_store import GitStore
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.store import Store
from reconcile.model.project import KafkaAccess, LedgerChoice, LedgerKind

_FOLDER = ".connectform"


def open_store(
    choice: LedgerChoice,
    *,
    name: str,
    root: str,
    kafka: KafkaAccess | None,
    clock: Clock,
    redact: Callable[[str], str],
) -> Store:
    """Return the store of a name, the cluster's for its ledger, under `root`, the project's folder.

    What brokers say passes `redact` before it is shown.
    Raises LedgerError where the Kafka client that is needed is not installed.
    """
    match choice.kind:
        case LedgerKind.SQLITE:
            place = f"{_FOLDER}/{name}.db"
            return SqliteStore(Path(root, place), place=place)
        case LedgerKind.GIT:
            return GitStore(root, name, clock)
        case LedgerKind.KAFKA:
            return _kafka_store(choice.topic, name, kafka, clock, redact)


def _kafka_store(
    topic: str,
    name: str,
    kafka: KafkaAccess | None,
    clock: Clock,
    redact: Callable[[str], str],
) -> Store:
    # The extra is not loaded where nobody keeps a ledger in Kafka.
    from reconcile.kafka.compacted_topic import CompactedTopic  # noqa: PLC0415
    from reconcile.ledger.kafka_store import KafkaStore  # noqa: PLC0415

    settings = kafka.settings if kafka is not None else {}
    opened = CompactedTopic(
        settings, topic, transactional_id=f"connectform-{topic}-{name}", clock=clock
    )
    return KafkaStore(opened, name=topic, cluster=name, redact=redact)
