"""What watching finds, as lines: all of it once, and after that what has changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconcile.model.drift import Drift
from reconcile.model.health import Health, Verdict
from reconcile.model.plan import Cause
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.status_text import health_style
from reconcile.report.words import cause_text, counted, listed, state_word

_MOST_KEYS: Final = 5
_DIFFERS: Final = "not as git declares, and nobody can tell who changed it"


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


def drifted_line(drift: Drift, name: str, note: str) -> Line:
    """Return what somebody did to a connector by hand, and what becomes of it."""
    what = drifted_text(drift, name)
    details = f"  {what}; {note}" if note else f"  {what}"
    return line(bold(name), Span(": "), Span("drifted", Style.WARNING), dim(details))


def drifted_text(drift: Drift, name: str) -> str:
    """Return what somebody did to a connector by hand."""
    if any(change.name == name for change in drift.missing):
        return "deleted by hand"
    keys = [key for change in drift.changed if change.name == name for key in change.keys]
    parts = []
    for cause in (Cause.LIVE, Cause.BOTH, None):
        changed, rest = listed([key.key for key in keys if key.cause is cause], _MOST_KEYS)
        if changed:
            names = ", ".join(changed) + (f" {rest}" if rest else "")
            parts.append(f"{names} {_DIFFERS if cause is None else cause_text(cause)}")
    for change in drift.state:
        if change.name == name and change.state is not None and change.state.before is not None:
            cause = change.state.cause
            how = _DIFFERS if cause is None else "by hand"
            parts.append(f"{state_word(change.state.before)} {how}")
    return "; ".join(parts)


def watched_summary(
    cluster: str, rows: tuple[WatchedRow, ...], missing: int, drifted: int = 0
) -> Line:
    """Return how many connectors of a cluster are how well, and as declared."""
    counts = [
        f"{count} {health.value}"
        for health in Health
        if (count := sum(row.verdict.health is health for row in rows))
    ]
    if missing:
        counts.append(f"{missing} missing")
    if drifted:
        counts.append(f"{drifted} drifted")
    return line(
        bold(f"{counted(len(rows), 'connector')} on {cluster}"),
        Span(f": {', '.join(counts)}." if counts else "."),
    )
