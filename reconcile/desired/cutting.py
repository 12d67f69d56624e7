"""Cut out of a document what does not fit its schema, so that the rest can be read all the same."""

from collections.abc import Collection
from typing import Final

from reconcile.desired.checks import Checker
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree
from reconcile.desired.values import mapping
from reconcile.model.alert import ReceiverKind
from reconcile.model.codes import Code
from reconcile.model.marks import Path

_READ_ANYWAY: Final = frozenset(
    {
        *("url", "urls", "auth", "proxy", "prometheus", "scrape", "kafka"),
        *(kind.value for kind in ReceiverKind),
    }
)
"""What is read of a cluster or a receiver, whatever is in it."""


def cut_out(
    tree: Tree, findings: Collection[Finding], checker: Checker
) -> tuple[dict[str, Tree], frozenset[Path]]:
    """Return what can be read of a tree, and the paths of what was wrong or had to go with it.

    What is missing at the very top stays missing.
    """
    rest: dict[str, Tree] = dict(mapping(tree))
    gone: set[Path] = set()
    while findings:
        paths = {_to_cut(rest, finding.path) for finding in findings} - {()}
        gone |= paths | {finding.path for finding in findings if finding.path}
        if not paths:
            break
        for path in paths:
            rest = dict(mapping(_without(rest, path)))
        findings = checker.check(rest)
    return rest, frozenset(gone)


def may_come_of_cutting(finding: Finding, gone: Collection[Path]) -> bool:
    """Tell whether a finding in what is left may be there because of what is gone."""
    path = finding.path
    match finding.code:
        case Code.SETTING_GIVEN_TWICE:
            return False
        case Code.UNKNOWN_CLUSTER:
            return ("clusters",) in gone
        case Code.MISSING_FIELD:
            return any(path in (one, one[:-1]) or _has_brokers(path, one) for one in gone)
        case _:
            return any(path == one[: len(path)] for one in gone)


def _has_brokers(path: Path, gone: Path) -> bool:
    """Tell whether what is gone could have said where that is which is kept in Kafka."""
    in_kafka = path[-1] in {"ledger", "store"}
    return in_kafka and gone[:1] == ("clusters",) and gone[2:3] in {(), ("kafka",)}


def _to_cut(tree: Tree, path: Path) -> Path:
    """Return what to cut out for a path: of lists the whole, so that all other places stay true."""
    below = path[3:] if path[:1] == ("alerts",) else path[2:]
    if path[:1] != ("defaults",) and not _READ_ANYWAY.isdisjoint(below):
        return ()
    node = tree
    for depth, key in enumerate(path):
        if isinstance(node, list):
            if depth == len(path) - 1:
                return _to_cut(tree, path[:-1])
            node = node[int(key)]
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            return ()
    return path


def _without(tree: Tree, path: Path) -> Tree:
    head, rest = path[0], path[1:]
    if isinstance(tree, list):
        return [
            _without(item, rest) if str(index) == head else item for index, item in enumerate(tree)
        ]
    return {
        key: _without(item, rest) if key == head else item
        for key, item in mapping(tree).items()
        if key != head or rest
    }
