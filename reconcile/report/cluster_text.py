"""What a plan and a report of drift both say of the cluster they speak of."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import Change, Selection
from reconcile.model.problem import Problem
from reconcile.report.problem_text import weight
from reconcile.report.spans import EMPTY, Line, bold, dim, indented, line
from reconcile.report.words import counted, listed

_MOST_NAMES: Final = 20


def header_line(cluster: str, identity: ClusterIdentity, commit: str) -> Line:
    """Return which cluster this is, and which commit it is compared with."""
    facts = ", ".join(cluster_facts(identity, commit))
    return line(bold(f"Cluster {cluster}"), dim(f" ({facts})"))


def cluster_facts(identity: ClusterIdentity, commit: str) -> tuple[str, ...]:
    """Return what is known of a cluster, and the commit it is compared with."""
    facts = (
        f"Connect {identity.version}",
        f"Kafka cluster {identity.kafka_cluster_id}" if identity.kafka_cluster_id else "",
        f"commit {commit[:12]}" if commit else "",
    )
    return tuple(fact for fact in facts if fact)


def selection_lines(selection: Selection) -> list[Line]:
    """Return a notice where only a part of the cluster was looked at."""
    if not selection:
        return []
    terms = [f"selected: {', '.join(selection.select)}"] if selection.select else []
    terms += [f"excluded: {', '.join(selection.exclude)}"] if selection.exclude else []
    return [line(f"Only a part of the cluster was compared ({'; '.join(terms)}).")]


def unmanaged_lines(unmanaged: Sequence[str], undeclared: Sequence[str]) -> list[Line]:
    """Return how many live connectors git does not declare, and the first of them."""
    if not unmanaged:
        return []
    first, rest = listed(unmanaged, _MOST_NAMES)
    owned = frozenset(undeclared)
    rows = [
        line(name, dim("  # matches ownership.owns" if name in owned else "")) for name in first
    ]
    count = counted(len(unmanaged), "live connector")
    return [
        line(bold("Unmanaged: "), f"{count} that git does not declare, left alone."),
        *indented(rows, 4),
        *([line(f"    {rest}")] if rest else []),
    ]


def hidden_lines(texts: Iterable[str]) -> list[Line]:
    """Return what is not shown in full, as comments."""
    return [line(dim(f"# ({text})")) for text in texts]


def hidden_texts(in_sync: int, ignored: int) -> list[str]:
    """Return how much was compared and is not shown."""
    hidden = [
        (in_sync, "connector", "in sync hidden"),
        (ignored, "differing key", "ignored by rules"),
    ]
    return [f"{counted(count, noun)} {what}" for count, noun, what in hidden if count]


def match_text(declared: int, selection: Selection, cluster: str) -> str:
    """Return the sentence that everything git declares is so live."""
    which = "selected connector" if selection else "connector"
    match declared:
        case 0:
            return f"Git declares no {which} for {cluster}."
        case 1:
            return f"The {which} on {cluster} matches git."
        case number:
            return f"All {number} {which}s on {cluster} match git."


def problems_by_change(
    changes: Iterable[Change], problems: Iterable[Problem]
) -> tuple[dict[str, list[Problem]], list[Problem]]:
    """Return the problems of each changed connector, and those of nothing that is shown.

    Each are in their order, errors before warnings before notices.
    """
    near: dict[str, list[Problem]] = {change.name: [] for change in changes}
    apart: list[Problem] = []
    for problem in sorted(problems, key=weight):
        near.get(problem.connector, apart).append(problem)
    return near, apart


def joined(blocks: Iterable[Sequence[Line]]) -> list[Line]:
    """Return the blocks that hold something, an empty line between each two."""
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [EMPTY, *block] if lines else block
    return lines
