"""What a ledger remembers: runs, changes and holds, as tables and lines."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.ledger import ChangeRecord, Run
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import ActiveHold, Cause
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line
from reconcile.report.table import Row, Table
from reconcile.report.words import cause_text, counted, moment_text

_RUNS: Final = ("RUN", "WHEN", "COMMAND", "BY", "COMMIT", "OUTCOME")
_CHANGES: Final = ("RUN", "WHEN", "ACTION", "BY", "OUTCOME", "KEYS")
_HOLDS: Final = ("NAME", "UNTIL", "BY", "REASON")
_SHORT: Final = 12


def runs_table(cluster: str, runs: Sequence[Run]) -> Table:
    """Return the runs on a cluster, the newest first."""
    del cluster
    return Table(_RUNS, tuple(_run_row(run) for run in reversed(runs)))


def changes_table(changes: Sequence[ChangeRecord], runs: Iterable[Run]) -> Table:
    """Return what was done to one connector, the newest first."""
    actors = {run.id: run.actor for run in runs}
    rows = tuple(
        (
            Span(change.run),
            Span(moment_text(change.at)),
            Span(change.action.value),
            Span(actors.get(change.run, "")),
            _status(change.status),
            dim(_keys_text(change)),
        )
        for change in reversed(changes)
    )
    return Table(_CHANGES, rows)


def holds_table(holds: Iterable[ActiveHold]) -> Table:
    """Return holds and freezes in force."""
    rows = tuple(
        (
            Span(hold.name),
            Span(moment_text(hold.until) if hold.until else "git declares something else"),
            Span(hold.by or ("the project file" if hold.freeze else "")),
            Span(hold.reason),
        )
        for hold in holds
    )
    return Table(_HOLDS, rows)


def run_lines(cluster: str, run: Run, changes: Sequence[ChangeRecord]) -> list[Line]:
    """Return one run in full: who, when, from which commit, and each change with its keys."""
    facts = [
        ("command", f"{run.command} on {cluster}"),
        ("project", run.project),
        ("by", run.actor),
        ("started", moment_text(run.started_at)),
        ("finished", moment_text(run.finished_at) if run.finished_at else "never: it was cut off"),
        ("commit", run.commit),
        ("plan", run.plan_digest),
        ("seen at", run.run_url),
    ]
    head = [line(bold(run.id))]
    head += [line(f"  {name:<9} ", Span(text)) for name, text in facts if text]
    blocks = [row for change in changes for row in change_lines(change)]
    return [*head, (), *blocks] if blocks else head


def _run_row(run: Run) -> Row:
    return (
        Span(run.id),
        Span(moment_text(run.started_at)),
        Span(run.command),
        Span(run.actor),
        dim(run.commit[:_SHORT]),
        _outcome(run),
    )


def _outcome(run: Run) -> Span:
    if run.finished_at is None:
        return Span("cut off", Style.WARNING)
    text = ", ".join(f"{count} {name}" for name, count in run.counts.items())
    bad = run.counts.get(OutcomeStatus.FAILED, 0) + run.counts.get(OutcomeStatus.UNSETTLED, 0)
    return Span(text or "done", Style.ERROR if bad else Style.PLAIN)


def change_lines(change: ChangeRecord) -> list[Line]:
    """Return what one run did to one connector, with its keys."""
    rows = [
        line(Span(change.name, Style.BOLD), f"  {change.action.value}  ", _status(change.status))
    ]
    details: list[Line] = [
        line(f"{key}", dim(f"  {cause_text(cause)}" if cause else ""))
        for key, cause in sorted(change.keys.items())
    ]
    if change.state is not None:
        before, after = change.state
        details.append(line(f"state: {before or 'new'} -> {after}"))
    if change.message:
        details.append(line(Span(change.message, Style.DIM)))
    return [*rows, *indented(details, 2)]


def _status(status: OutcomeStatus | None) -> Span:
    match status:
        case None:
            return Span("cut off", Style.WARNING)
        case OutcomeStatus.FAILED | OutcomeStatus.UNSETTLED:
            return Span(status.value, Style.ERROR)
        case _:
            return Span(status.value)


def _keys_text(change: ChangeRecord) -> str:
    by_hand = sum(cause in {Cause.LIVE, Cause.BOTH} for cause in change.keys.values())
    texts = [", ".join(sorted(change.keys))] if len(change.keys) <= len(_RUNS) else []
    texts = texts or [counted(len(change.keys), "key")]
    if by_hand:
        texts.append(f"({by_hand} changed by hand before)")
    return " ".join(filter(None, texts))
