"""What came of applying a plan, line by line and in sum."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change
from reconcile.model.problem import errors_in
from reconcile.report.problem_text import problem_lines
from reconcile.report.spans import EMPTY, Line, Span, Style, bold, indented, line
from reconcile.report.words import counted, listed, state_word

_MOST_NAMES: Final = 10
_DONE: Final = (OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED)
STYLES: Final = {
    OutcomeStatus.APPLIED: Style.GOOD,
    OutcomeStatus.ALREADY_APPLIED: Style.DIM,
    OutcomeStatus.FAILED: Style.ERROR,
    OutcomeStatus.UNSETTLED: Style.WARNING,
    OutcomeStatus.NOT_ATTEMPTED: Style.WARNING,
}


def outcome_line(outcome: Outcome) -> Line:
    """Return one outcome on one line: `orders-sink: updated (4.2 s)`."""
    seconds = f" ({outcome.seconds:.1f} s)" if outcome.seconds else ""
    return line(f"{outcome.name}: ", Span(outcome_word(outcome), STYLES[outcome.status]), seconds)


def outcome_word(outcome: Outcome) -> str:
    """Return how a change ended, in the words of what it did."""
    match outcome.status:
        case OutcomeStatus.APPLIED:
            return _done_word(outcome.action)
        case OutcomeStatus.ALREADY_APPLIED:
            return "already as wanted"
        case OutcomeStatus.FAILED:
            return "failed"
        case OutcomeStatus.UNSETTLED:
            return "not settled"
        case OutcomeStatus.NOT_ATTEMPTED:
            return "not attempted"


def results_lines(results: Sequence[ApplyResult]) -> list[Line]:
    """Return what came of a run over one cluster or several."""
    if len(results) == 1:
        return result_lines(results[0])
    lines = [row for result in results for row in cluster_trouble_lines(result)]
    return [*lines, *([EMPTY] if lines else []), *(total_result_lines(results) if results else [])]


def cluster_trouble_lines(result: ApplyResult) -> list[Line]:
    """Return what did not go well on one of several clusters, under its name."""
    lines = _trouble_lines(result)
    return [line(bold(f"Cluster {result.cluster}")), *indented(lines, 2)] if lines else []


def _trouble_lines(result: ApplyResult) -> list[Line]:
    lines = [row for problem in result.problems for row in problem_lines(problem)]
    for outcome in result.outcomes:
        if outcome.problems:
            lines.append(outcome_line(outcome))
            lines += indented(
                (row for found in outcome.problems for row in problem_lines(found)), 2
            )
    return lines


def result_lines(result: ApplyResult, *, asked: Sequence[Change] = ()) -> list[Line]:
    """Return what did not go well, each with its problems, then the sum and what to do next.

    `asked` are the changes of a plan that an operator asked for by name.
    """
    lines = _trouble_lines(result)
    summary = [line(bold(result_text(result, asked=asked))), *advice_lines(result)]
    return [*lines, EMPTY, *summary] if lines else summary


def total_result_lines(results: Sequence[ApplyResult]) -> list[Line]:
    """Return the sum of each of several clusters, that of all, and what to do next."""
    total = replace(
        results[0],
        outcomes=tuple(outcome for result in results for outcome in result.outcomes),
        interrupted=any(result.interrupted for result in results),
        problems=tuple(problem for result in results for problem in result.problems),
    )
    return [
        *(line(f"{result.cluster}: {result_text(result)}") for result in results),
        line(bold(result_text(total)), f" ({counted(len(results), 'cluster')})"),
        *advice_lines(total),
    ]


def result_text(result: ApplyResult, *, asked: Sequence[Change] = ()) -> str:
    """Return the sum of an apply in one sentence; tools parse it.

    That of a plan which an operator asked for names what was done: `Done: 1 restarted.`
    """
    done = result.count(*_DONE)
    whole = done == len(result.outcomes) and not result.interrupted and not result.not_approved
    if whole and done and errors_in(result.problems):
        return f"Apply incomplete: {done} applied, not all of it recorded."
    if whole:
        if asked:
            return f"Done: {_asked_text(result, asked)}."
        return f"Apply complete: {_complete_text(result)}."
    counts = [(result.count(status), status.value.replace("-", " ")) for status in _LEFT]
    counts.append((len(result.not_approved), "not approved"))
    segments = [f"{done} applied", *(f"{count} {word}" for count, word in counts if count)]
    verb = "interrupted" if result.interrupted else "incomplete"
    return f"Apply {verb}: {', '.join(segments)}."


_LEFT: Final = (OutcomeStatus.FAILED, OutcomeStatus.UNSETTLED, OutcomeStatus.NOT_ATTEMPTED)


def _complete_text(result: ApplyResult) -> str:
    actions = Counter(
        outcome.action for outcome in result.outcomes if outcome.status is OutcomeStatus.APPLIED
    )
    changed = actions[Action.UPDATE] + actions[Action.SET_STATE] + actions[Action.RESTART]
    text = f"{actions[Action.CREATE]} added, {changed} changed, {actions[Action.DELETE]} destroyed"
    if actions[Action.MOVE]:
        text += f", {actions[Action.MOVE]} moved"
    already = result.count(OutcomeStatus.ALREADY_APPLIED)
    return f"{text}, {already} already applied" if already else text


def _asked_text(result: ApplyResult, asked: Sequence[Change]) -> str:
    words = {change.name: _asked_word(change) for change in asked}
    counts = Counter(
        words[outcome.name] if outcome.status is OutcomeStatus.APPLIED else outcome_word(outcome)
        for outcome in result.outcomes
    )
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _asked_word(change: Change) -> str:
    return state_word(change.state.after) if change.state else _done_word(change.action)


def advice_lines(result: ApplyResult) -> list[Line]:
    """Return what to do next, where not all went well."""
    failed, unsettled, left = (result.count(status) for status in _LEFT)
    lines = []
    if failed:
        lines.append(line("Mend what failed and run again: what is applied is left alone."))
    if unsettled:
        changes = counted(unsettled, "change")
        lines.append(line(f"{changes} may still take effect: run again in a while to see."))
    if left and not failed:
        settled = ", once what stands in its way is settled" if result.problems else ""
        lines.append(line(f"Run again to carry out the rest{settled}."))
    if result.not_approved:
        first, rest = listed(result.not_approved, _MOST_NAMES)
        names = ", ".join([*first, rest] if rest else first)
        lines.append(line(f"Not approved, and left as they are: {names}."))
    return lines


def _done_word(action: Action) -> str:
    match action:
        case Action.CREATE:
            return "created"
        case Action.UPDATE:
            return "updated"
        case Action.DELETE:
            return "destroyed"
        case Action.SET_STATE:
            return "state set"
        case Action.RESTART:
            return "restarted"
        case Action.MOVE:
            return "moved"
