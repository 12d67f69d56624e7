"""What plugin snapshots hold, as a table or a document."""

from collections.abc import Sequence
from typing import Final

from reconcile.plugins.catalog import versions_of
from reconcile.plugins.snapshot import Snapshot
from reconcile.report.spans import Span, dim
from reconcile.report.table import Table

_COLUMNS: Final = ("CLUSTER", "TYPE", "CLASS", "VERSION", "SETTINGS")
_KINDS: Final = (
    "source",
    "sink",
    "transformation",
    "predicate",
    "converter",
    "header_converter",
)


def snapshot_table(snapshots: Sequence[Snapshot]) -> Table:
    """Return a row for each class of each cluster, connectors first."""
    return Table(
        _COLUMNS,
        tuple(
            (
                dim(snapshot.manifest.cluster),
                dim(", ".join(kinds)),
                Span(name),
                dim(", ".join(versions_of(snapshot.catalog, name))),
                dim(_count(snapshot, name)),
            )
            for snapshot in snapshots
            for name, kinds in _classes(snapshot)
        ),
    )


def snapshots_document(snapshots: Sequence[Snapshot]) -> dict[str, object]:
    """Return the classes of each cluster as a JSON document."""
    return {
        "format_version": "1.0",
        "kind": "snapshots",
        "clusters": [
            {
                "cluster": snapshot.manifest.cluster,
                "connect_version": snapshot.manifest.version,
                "flavor": snapshot.manifest.flavor.value,
                "plugins": [
                    {
                        "class": name,
                        "types": kinds,
                        "versions": list(versions_of(snapshot.catalog, name)),
                    }
                    for name, kinds in _classes(snapshot)
                ],
            }
            for snapshot in snapshots
        ],
    }


def _classes(snapshot: Snapshot) -> list[tuple[str, list[str]]]:
    kinds: dict[str, set[str]] = {}
    for info in snapshot.catalog.infos:
        kinds.setdefault(info.class_name, set()).add(info.kind)
    rows = [(name, sorted(found, key=_rank)) for name, found in kinds.items()]
    return sorted(rows, key=lambda row: (_rank(row[1][0]), row[0]))


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _count(snapshot: Snapshot, class_name: str) -> str:
    known = snapshot.catalog.plugins.get(class_name, ())
    return str(len(known[-1].settings)) if known else "not known"
