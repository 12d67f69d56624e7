"""Read where the ledger of a cluster is kept."""

from collections.abc import Mapping
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree
from reconcile.desired.values import mapping, scalar
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.model.project import LedgerChoice, LedgerKind

_SERVERS: Final = "bootstrap.servers"


def read_ledger_choice(tree: Mapping[str, Tree], path: Path) -> tuple[LedgerChoice, list[Finding]]:
    """Return the ledger that a cluster of the project file has, and what is wrong with that."""
    written = scalar(tree.get("ledger"))
    if written is None:
        return LedgerChoice(), []
    kind, _, topic = written.partition(":")
    choice = LedgerChoice(LedgerKind(kind), topic)
    if choice.kind is LedgerKind.KAFKA and not brokers(tree):
        finding = Finding(
            Code.MISSING_FIELD,
            (*path, "ledger"),
            f"cluster {path[-1]} keeps its ledger in Kafka, and does not say where that is",
            'add kafka: {bootstrap.servers: "kafka:9092"}',
        )
        return choice, [finding]
    return choice, []


def brokers(tree: Mapping[str, Tree]) -> str:
    """Return the brokers that a cluster of the project file names, or nothing."""
    return (scalar(mapping(tree.get("kafka")).get(_SERVERS)) or "").strip()
