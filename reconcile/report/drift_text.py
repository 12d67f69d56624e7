"""A report of drift: what somebody changed by hand, from what git says to what is live."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.model.desired import TargetState
from reconcile.model.drift import Drift, NotCompared, Unhealthy
from reconcile.model.live import State
from reconcile.model.plan import Cause, Change, KeyChange, Part, PartChange, StateChange
from reconcile.model.problem import Problem, Severity, errors_in
from reconcile.report.change_text import block_lines, comment_lines, value_lines
from reconcile.report.cluster_text import (
    header_line,
    hidden_lines,
    hidden_texts,
    joined,
    match_text,
    problems_by_change,
    selection_lines,
    unmanaged_lines,
)
from reconcile.report.kept_text import held_line, orphans
from reconcile.report.problem_text import problem_lines
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line
from reconcile.report.words import counted

CHANGED = Span("~", Style.CHANGE)
MISSING = Span("-", Style.DESTROY)


def drift_lines(drift: Drift) -> list[Line]:
    """Return a whole report; values run from what git declares to what is live."""
    found = drifted(drift)
    near, apart = problems_by_change(found, drift.problems)
    header = header_line(drift.cluster, drift.identity, drift.commit)
    missing = {change.name for change in drift.missing}
    hidden = hidden_texts(drift.in_sync if found else 0, drift.ignored)
    return joined(
        [
            [header, *selection_lines(drift.selection)],
            *(
                [
                    *(
                        _missing_lines(change, near[change.name])
                        if change.name in missing
                        else _changed_lines(change, near[change.name])
                    ),
                    *indented(_remedy_lines(drift, change), 6),
                ]
                for change in found
            ),
            [row for problem in apart for row in problem_lines(problem)],
            held_lines(drift),
            unhealthy_lines(drift),
            orphaned_lines(drift),
            unmanaged_lines(drift.unmanaged, drift.undeclared),
            [*hidden_lines(hidden), *closing_lines(drift)],
        ]
    )


def drifted(drift: Drift) -> list[Change]:
    """Return each connector that drifted once, though its config and its state both may have."""
    found = {change.name: change for change in (*drift.state, *drift.changed, *drift.missing)}
    return [found[name] for name in sorted(found)]


def _missing_lines(change: Change, problems: Sequence[Problem]) -> list[Line]:
    details = [row for problem in problems for row in problem_lines(problem)]
    return block_lines(MISSING, [drift_sentence(change, missing=True)], change, details)


def _changed_lines(change: Change, problems: Sequence[Problem]) -> list[Line]:
    seen = as_drift(change)
    details = [
        *value_lines(seen),
        *comment_lines(seen),
        *(row for problem in problems for row in problem_lines(problem)),
    ]
    return block_lines(CHANGED, [drift_sentence(change)], change, details)


def as_drift(change: Change) -> Change:
    """Return a change that would undo drift the way round that drift is told: from git to live."""
    return replace(
        change,
        keys=tuple(map(_reversed_key, change.keys)),
        state=_reversed_state(change.state),
    )


def drift_sentence(change: Change, *, missing: bool = False) -> str:
    """Return what somebody did to a connector."""
    if missing:
        return f"{change.name} is missing"
    if change.keys or change.state is None:
        return f"{change.name} has changed"
    match change.state.before:
        case TargetState.PAUSED:
            return f"{change.name} has been paused"
        case TargetState.STOPPED:
            return f"{change.name} has been stopped"
        case TargetState.RUNNING | None:
            return f"{change.name} has been resumed"


def _reversed_key(change: KeyChange) -> KeyChange:
    return replace(
        change,
        cause=change.cause if change.cause is Cause.BOTH else None,
        before=change.after,
        after=change.before,
        parts=tuple(map(_reversed_part, change.parts)),
    )


def _reversed_part(part: PartChange) -> PartChange:
    kinds = {Part.ADDED: Part.REMOVED, Part.REMOVED: Part.ADDED, Part.CHANGED: Part.CHANGED}
    return replace(part, part=kinds[part.part], before=part.after, after=part.before)


def _reversed_state(state: StateChange | None) -> StateChange | None:
    if state is None or state.before is None:
        return state
    return StateChange(before=state.after, after=state.before)


def _remedy_lines(drift: Drift, change: Change) -> list[Line]:
    return [line(dim(f"{f'{what}:':15}"), text) for what, text in remedy_texts(drift, change)]


def remedy_texts(drift: Drift, change: Change) -> list[tuple[str, str]]:
    """Return the two ways to settle it, each with what it does."""
    remedies = drift.remedies.get(change.name)
    if remedies is None:
        return []
    accept = remedies.accept
    if not accept and change.location is not None:
        accept = f"remove it from {change.location.path}"
    return [("take it back", remedies.take_back), *([("accept it", accept)] if accept else [])]


def orphaned_lines(drift: Drift) -> list[Line]:
    """Return the connectors that this project applied, and that git no longer declares."""
    advice = "connectform forget, or plan --prune, settles what becomes of them."
    return orphans(drift.orphaned, advice)


def held_lines(drift: Drift) -> list[Line]:
    """Return what differs and is held or frozen, with who and why."""
    if not drift.held:
        return []
    count = counted(len(drift.held), "connector")
    rows = [line(bold("Held: "), f"{count} not as git declares, left alone.")]
    return [*rows, *indented(map(held_line, drift.held), 4)]


def unhealthy_lines(drift: Drift) -> list[Line]:
    """Return the declared connectors that have failed: that is no drift."""
    if not drift.unhealthy:
        return []
    count = counted(len(drift.unhealthy), "declared connector")
    one = len(drift.unhealthy) == 1
    verb, whose = ("has", "it") if one else ("have", "them")
    text = f"{count} {verb} failed, or tasks of {whose}; that is no drift."
    rows = [line(bold("Unhealthy: "), text)]
    return [*rows, *indented(map(_unhealthy_line, drift.unhealthy), 4)]


def _unhealthy_line(found: Unhealthy) -> Line:
    what = found.state.value
    if found.state is not State.FAILED:
        what = f"{what}, {len(found.failed)} of {counted(found.tasks, 'task')} failed"
    return line(f"{found.name}: ", Span(what, Style.ERROR), f": {found.cause}")


def not_compared_line(failures: Sequence[NotCompared]) -> Line:
    """Return of which clusters nobody can tell whether they drifted."""
    names = ", ".join(failure.cluster for failure in failures)
    return line(Span("Cannot tell: ", Style.ERROR), f"not compared: {names}.")


def closing_lines(drift: Drift) -> list[Line]:
    """Return how much of the cluster is managed, and whether it drifted."""
    return [*_coverage_lines(drift), *_verdict_lines(drift)]


def _coverage_lines(drift: Drift) -> list[Line]:
    if drift.coverage is None:
        return []
    verb = "is" if drift.managed == 1 else "are"
    managed = f"{drift.managed:,} of {counted(drift.live, 'connector')} {verb} managed"
    return [line(bold("Coverage: "), f"{managed}, {drift.coverage} %.")]


def _verdict_lines(drift: Drift) -> list[Line]:
    errors = errors_in(drift.problems)
    if drift.has_drift:
        since = "what was last applied" if drift.remembered else "git"
        return [line(bold(_summary_text(drift)), f" Shown from {since} to live.")]
    if errors:
        count = counted(len(errors), Severity.ERROR.value)
        return [line(Span("Cannot tell: ", Style.ERROR), f"{count}.")]
    matches = match_text(drift.declared, drift.selection, drift.cluster)
    return [line(bold("No drift."), f" {matches}")]


def _summary_text(drift: Drift) -> str:
    counts = (len(drift.changed), len(drift.missing), len(drift.state))
    return "Drift: {} changed, {} missing, {} in another state.".format(*counts)
