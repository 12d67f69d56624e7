"""A plan as Terraform would print it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.plan import Action, Change, Plan, ValidationMode
from reconcile.model.problem import Severity, errors_in
from reconcile.report.change_text import change_lines, symbol
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
from reconcile.report.kept_text import (
    hold_lines,
    left_text,
    orphaned_lines,
    unrecorded_texts,
    withheld_lines,
)
from reconcile.report.problem_text import problem_lines
from reconcile.report.spans import Line, Span, Style, bold, indented, line
from reconcile.report.words import counted, listed

MOST_REFUSALS: Final = 10
"""How many reasons for a refusal are shown; a protection and a move give one for each connector."""

_MOST_FAILING: Final = 5
_CHECKED: Final = frozenset({Action.CREATE, Action.UPDATE})


def plan_lines(plan: Plan) -> list[Line]:
    """Return a whole plan: header, changes, findings, unmanaged connectors, summary."""
    near, apart = problems_by_change(plan.changes, plan.problems)
    header = header_line(plan.cluster, plan.identity, plan.commit)
    in_sync = hidden_texts(plan.in_sync if plan.changes else 0, plan.ignored)
    return joined(
        [
            [header, *selection_lines(plan.selection), *validation_lines(plan)],
            _refusal_lines(plan),
            _legend(plan.changes),
            *(change_lines(change, near[change.name]) for change in plan.changes),
            [row for problem in apart for row in problem_lines(problem)],
            withheld_lines(plan),
            hold_lines(plan),
            orphaned_lines(plan),
            [*unmanaged_lines(plan.unmanaged, plan.undeclared), *adopt_lines(plan)],
            [
                *hidden_lines([*in_sync, *unrecorded_texts(plan)]),
                *closing_lines(plan),
                *([refused_heading(plan)] if plan.refusals else ()),
                *failing_lines(plan.failing),
            ],
        ]
    )


def refused_heading(plan: Plan) -> Line:
    """Return that apply refuses a plan as it stands, and for how many reasons."""
    count = len(plan.refusals)
    reasons = counted(count, "reason")
    shown = f"; the first {MOST_REFUSALS} are shown" if count > MOST_REFUSALS else ""
    return line(
        Span("Refused: ", Style.ERROR),
        f"apply does nothing of this as it stands, for {reasons}{shown}.",
    )


def _refusal_lines(plan: Plan) -> list[Line]:
    if not plan.refusals:
        return []
    rows = (row for problem in plan.refusals[:MOST_REFUSALS] for row in problem_lines(problem))
    return [refused_heading(plan), *indented(rows, 4)]


def summary_text(plans: Iterable[Plan]) -> str:
    """Return Terraform's summary of one or several plans; tools parse it."""
    actions = Counter(change.action for plan in plans for change in plan.changes)
    changed = actions[Action.UPDATE] + actions[Action.SET_STATE] + actions[Action.RESTART]
    added, destroyed = actions[Action.CREATE], actions[Action.DELETE]
    moved = f", {actions[Action.MOVE]} to move" if actions[Action.MOVE] else ""
    return f"Plan: {added} to add, {changed} to change, {destroyed} to destroy{moved}."


def total_lines(plans: Sequence[Plan]) -> list[Line]:
    """Return the summary over several clusters, which follows their plans."""
    if any(plan.changes for plan in plans):
        return [line(bold(summary_text(plans)), f" ({counted(len(plans), 'cluster')})")]
    if any(errors_in(plan.problems) for plan in plans):
        return []
    return [line(bold("No changes."), f" All {len(plans)} clusters match git.")]


def validation_lines(plan: Plan) -> list[Line]:
    """Return a notice where settings were not checked by the worker."""
    if not any(change.action in _CHECKED for change in plan.changes):
        return []
    match plan.validation:
        case ValidationMode.LIVE:
            return []
        case ValidationMode.SCHEMA:
            return [line("Settings were checked by definitions alone (--validate schema).")]
        case ValidationMode.OFF:
            return [line("Settings were not checked (--validate off).")]


def _legend(changes: Sequence[Change]) -> list[Line]:
    words: dict[Span, list[str]] = {}
    for action in Action:
        if any(change.action is action for change in changes):
            words.setdefault(symbol(action), []).append(_legend_word(action))
    return [line("  ", sign, f" {', '.join(texts)}") for sign, texts in words.items()]


def _legend_word(action: Action) -> str:
    match action:
        case Action.CREATE:
            return "create"
        case Action.UPDATE:
            return "update in-place"
        case Action.DELETE:
            return "destroy"
        case Action.SET_STATE:
            return "set state"
        case Action.RESTART:
            return "restart"
        case Action.MOVE:
            return "move"


def adopt_lines(plan: Plan) -> list[Line]:
    """Return how many unmanaged connectors are ours by their names."""
    if not plan.undeclared:
        return []
    count = len(plan.undeclared)
    verb = "matches" if count == 1 else "match"
    return [
        line(f"  {count} of them {verb} ownership.owns; --prune deletes only what was adopted.")
    ]


def closing_lines(plan: Plan) -> list[Line]:
    """Return the sum of a plan, or why there is nothing to do, and whether planning failed."""
    errors = errors_in(plan.problems)
    lines = []
    if plan.changes:
        lines.append(line(bold(summary_text([plan]))))
    elif not errors:
        lines.append(line(bold("No changes."), f" {_nothing_text(plan)}"))
    if errors:
        count = counted(len(errors), Severity.ERROR.value)
        lines.append(
            line(Span("Planning failed: ", Style.ERROR), f"{count}; nothing can be applied.")
        )
    return lines


def failing_lines(failing: Sequence[str]) -> list[Line]:
    """Return one line on declared connectors that fail live: health is no difference."""
    if not failing:
        return []
    first, rest = listed(failing, _MOST_FAILING)
    names = ", ".join([*first, rest] if rest else first)
    count = counted(len(failing), "connector")
    verb = "is" if len(failing) == 1 else "are"
    alarm = Span(f"{count} {verb} failing", Style.ERROR)
    return [line(alarm, f": {names}; see connectform status.")]


def _nothing_text(plan: Plan) -> str:
    if plan.asked:
        return f"There is nothing to do for {counted(plan.declared, 'connector')}."
    if plan.withheld:
        return left_text(plan)
    if plan.returning:
        return _returned_text(plan)
    return match_text(plan.declared, plan.selection, plan.cluster)


def _returned_text(plan: Plan) -> str:
    match plan.declared:
        case 0:
            return f"Nothing was written to a connector on {plan.cluster} since."
        case 1:
            return f"The connector on {plan.cluster} matches what was applied then."
        case number:
            return f"All {number} connectors on {plan.cluster} match what was applied then."
