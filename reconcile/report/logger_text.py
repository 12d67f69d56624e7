"""The loggers of workers, as a table, as lines and as a document."""

from collections.abc import Mapping, Sequence
from typing import Final

from reconcile.model.logger import (
    ROOT,
    ClusterLoggers,
    LevelChange,
    WorkerLoggers,
    inherited_level,
    level_of,
    source_of,
)
from reconcile.report.problem_document import problem_entry
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.table import Row, Table
from reconcile.report.words import counted

_COLUMNS: Final = ("LOGGER", "LEVEL", "WORKER", "ABOUT")


def loggers_table(found: ClusterLoggers) -> Table:
    """Return the levels of the logger that is asked about, or of all that say something.

    Where nobody is asked about, what has the level of the logger above is left out. A worker is
    named where others have another level.
    """
    names = [found.logger] if found.logger else _telling(found)
    return Table(_COLUMNS, tuple(row for name in names for row in _rows(found, name)))


def loggers_summary(found: ClusterLoggers) -> Line:
    """Return how many loggers on how many workers there are, and how many are not shown."""
    names = {name for worker in found.workers for name in worker.levels}
    hidden = len(names) - len(_telling(found))
    more = "" if found.logger or hidden <= 0 else f"; {hidden} more with the level of the one above"
    workers = counted(len(found.workers), "worker")
    return line(
        bold(f"{counted(len(names), 'logger')} on {workers} of {found.cluster}"), f"{more}."
    )


def change_lines(cluster: str, changes: Sequence[LevelChange]) -> list[Line]:
    """Return what changes on a cluster: once for all workers on which it is the same."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in changes:
        alike.setdefault((one.logger, one.before, one.after), []).append(one.worker)
    return [
        line(
            Span("~ ", Style.CHANGE),
            bold(logger),
            f": {before or 'unknown'} -> {after} on ",
            f"{', '.join(where)} ({cluster})",
        )
        for (logger, before, after), where in alike.items()
    ]


def loggers_document(found: Sequence[ClusterLoggers], tool: str) -> dict[str, object]:
    """Return the loggers of clusters as JSON (`schemas/loggers.schema.json`)."""
    return {
        "format_version": "1.0",
        "kind": "loggers",
        "tool": {"name": "connectform", "version": tool},
        "clusters": [_cluster(one) for one in found],
    }


def _cluster(found: ClusterLoggers) -> dict[str, object]:
    return {
        "cluster": found.cluster,
        "workers": [
            {
                "worker": worker.url,
                "connect_version": worker.version,
                "loggers": [
                    _logger(worker, name, found.declared)
                    for name in ([found.logger] if found.logger else sorted(worker.levels))
                ],
            }
            for worker in found.workers
        ],
        "changes": [
            {"worker": one.worker, "logger": one.logger, "before": one.before, "after": one.after}
            for one in found.changes
        ],
        "restored": found.restored,
        "problems": [*map(problem_entry, found.problems)],
    }


def _logger(worker: WorkerLoggers, name: str, declared: Mapping[str, str]) -> dict[str, object]:
    source, told = source_of(worker.levels, name), worker.told.get(name)
    return {
        "name": name,
        "level": level_of(worker.levels, name),
        "inherited_from": source if source != name else None,
        "told_at": told.isoformat() if told else None,
        "declared": declared.get(name),
    }


def _telling(found: ClusterLoggers) -> list[str]:
    """Return the loggers whose level does not follow from the one above, and those declared."""
    names = {ROOT, *found.declared}
    for worker in found.workers:
        names |= {
            name
            for name, level in worker.levels.items()
            if name != ROOT and level != inherited_level(worker.levels, name)
        }
    return sorted(names, key=lambda name: (name != ROOT, name))


def _rows(found: ClusterLoggers, name: str) -> list[Row]:
    by_level: dict[tuple[str, str], list[str]] = {}
    for worker in found.workers:
        about = _about(worker, name, found.declared)
        by_level.setdefault((level_of(worker.levels, name), about), []).append(worker.url)
    return [
        (
            bold(name),
            Span(level or "unknown"),
            Span(", ".join(workers) if len(by_level) > 1 else "all"),
            dim(about),
        )
        for (level, about), workers in by_level.items()
    ]


def _about(worker: WorkerLoggers, name: str, declared: Mapping[str, str]) -> str:
    source, told = source_of(worker.levels, name), worker.told.get(name)
    said = [
        f"from {source}" if source != name else "",
        f"set at {told:%Y-%m-%d %H:%M:%S} UTC" if told else "",
        f"declared {declared[name]}" if name in declared else "",
    ]
    return "; ".join(part for part in said if part)
