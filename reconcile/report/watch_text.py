"""What watching finds, as lines: all of it once, and after that what has changed."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.model.health import Health, Verdict
from reconcile.report.spans import Line, Span, bold, dim, line
from reconcile.report.status_text import health_style
from reconcile.report.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRow:
    """One connector in words: how well it is, and what becomes of it.

    `next_restart` is None where none is to come, `note` says why.
    """

    name: str
    verdict: Verdict
    restarts: int = 0
    next_restart: datetime | None = None
    note: str = ""


def watched_line(row: WatchedRow) -> Line:
    """Return a connector as one line."""
    verdict = row.verdict
    parts: list[Span] = [
        bold(row.name),
        Span(": "),
        Span(verdict.health.value, health_style(verdict.health)),
    ]
    details = [verdict.reason, verdict.cause]
    if row.restarts:
        details.append(counted(row.restarts, "restart"))
    if row.next_restart is not None:
        details.append(f"next restart {row.next_restart:%H:%M:%S} UTC")
    details.append(row.note)
    text = "; ".join(detail for detail in details if detail)
    return line(*parts, dim(f"  {text}" if text else ""))


def watched_summary(cluster: str, rows: tuple[WatchedRow, ...], missing: int) -> Line:
    """Return how many connectors of a cluster are how well."""
    counts = [
        f"{count} {health.value}"
        for health in Health
        if (count := sum(row.verdict.health is health for row in rows))
    ]
    if missing:
        counts.append(f"{missing} missing")
    return line(
        bold(f"{counted(len(rows), 'connector')} on {cluster}"),
        Span(f": {', '.join(counts)}." if counts else "."),
    )
