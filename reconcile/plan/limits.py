"""Refuse plans that do too much at once, or that cannot be carried out."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.plan import Action, Change, Plan, WithheldBy
from reconcile.model.problem import Problem, errors_in
from reconcile.model.project import Limits

_SMALLEST_SHARE: Final = 10
_UPDATES: Final = (Action.UPDATE, Action.SET_STATE, Action.MOVE)
_BY_NUMBER: Final = frozenset({Code.LIMIT_EXCEEDED, Code.MOVE_TO_CONFIRM})


def check_limits(
    plan: Plan,
    limits: Limits,
    *,
    allow_deletes: int | None = None,
    allow_updates: int | None = None,
    allow_moves: int | None = None,
) -> tuple[Problem, ...]:
    """Return what forbids a plan; the overrides must be the exact numbers of the plan.

    Percentages count from 10 owned connectors on: those that git declares and that are live, and
    those that it no longer declares. What is protected is never deleted, whatever is allowed. A
    plan from an empty set of definitions deletes nothing.
    """
    deletes, updates = _count(plan, Action.DELETE), _count(plan, *_UPDATES)
    if deletes and not plan.declared and not plan.selection:
        return (_empty_problem(plan, deletes),)
    strays = len(plan.undeclared) + len(plan.orphaned)
    withheld = [item.change.action for item in plan.withheld]
    created = _count(plan, Action.CREATE) + withheld.count(Action.CREATE)
    owned = plan.declared - created + strays + deletes + withheld.count(Action.DELETE)
    delete_limits = (
        (deletes > limits.max_deletes, f"{limits.max_deletes} (limits.maxDeletes{{}})"),
        (
            _above(deletes, owned, limits.max_delete_percent),
            f"{limits.max_delete_percent}% of {owned} (limits.maxDeletePercent{{}})",
        ),
    )
    update_limits = (
        (
            _above(updates, owned, limits.max_update_percent),
            f"{limits.max_update_percent}% of {owned} (limits.maxUpdatePercent{{}})",
        ),
    )
    return (
        *_exceeded(plan, "deletes", deletes, allow_deletes, delete_limits),
        *_exceeded(plan, "updates", updates, allow_updates, update_limits),
        *_protected(plan),
        *_moves_to_confirm(plan, allow_moves),
    )


def exact_numbers(plan: Plan) -> Mapping[str, int]:
    """Return the numbers that let a plan pass its limits, by the options that take them."""
    numbers = {
        "allow-deletes": _count(plan, Action.DELETE),
        "allow-updates": _count(plan, *_UPDATES),
        "allow-moves": len(_moves_with_outside_state(plan)),
    }
    return {option: number for option, number in numbers.items() if number}


def passes_by_number(plan: Plan) -> bool:
    """Tell whether the exact numbers are all that a plan needs to pass, refused as it may be."""
    return all(problem.code in _BY_NUMBER for problem in plan.refusals)


def blockers(plan: Plan) -> tuple[Problem, ...]:
    """Return why a plan cannot be applied: errors found, and secrets that were not resolved."""
    unresolved = [
        change
        for change in plan.changes
        if change.config is not None and change.config.unresolved()
    ]
    return (
        *errors_in(plan.problems),
        *(
            Problem(
                code=Code.SECRETS_NOT_RESOLVED,
                message=f"{change.name} cannot be written: its secrets were not resolved",
                location=change.location,
                hint="plan without --no-secrets where the secrets are",
                connector=change.name,
            )
            for change in unresolved
        ),
    )


def _protected(plan: Plan) -> list[Problem]:
    return [
        Problem(
            code=Code.PROTECTED,
            message=f"{item.change.name} may not be deleted: {item.reason}",
            hint="declare it again with `protect: false`, apply that, and remove it after that",
            connector=item.change.name,
        )
        for item in plan.withheld
        if item.why is WithheldBy.PROTECTION
    ]


def _moves_to_confirm(plan: Plan, allowed: int | None) -> list[Problem]:
    """Return a problem for each move of a connector that keeps more than its offsets."""
    moves = _moves_with_outside_state(plan)
    if allowed == len(moves):
        return []
    return [
        Problem(
            code=Code.MOVE_TO_CONFIRM,
            message=f"{change.name} keeps state beside its offsets (a schema history), which is not"
            " moved",
            location=change.location,
            hint="see that its settings still name the same history topic, then allow exactly this:"
            f" --allow-moves {len(moves)}",
            connector=change.name,
        )
        for change in moves
    ]


def _moves_with_outside_state(plan: Plan) -> list[Change]:
    return [
        change
        for change in plan.changes
        if change.action is Action.MOVE and change.origin and change.origin.has_outside_state
    ]


def _exceeded(
    plan: Plan,
    verb: str,
    number: int,
    allowed: int | None,
    checks: Iterable[tuple[bool, str]],
) -> list[Problem]:
    """Return one problem for each limit exceeded, unless exactly this number is allowed."""
    if allowed == number:
        return []
    noun = "connector" if number == 1 else "connectors"
    given = f", and --allow-{verb} says {allowed}" if allowed is not None else ""
    return [
        Problem(
            code=Code.LIMIT_EXCEEDED,
            message=f"plan {verb} {number} {noun}, the limit is "
            + limit.format(f" of cluster {plan.cluster}")
            + given,
            hint=f"to allow exactly this: --allow-{verb} {number}",
        )
        for exceeded, limit in checks
        if exceeded
    ]


def _above(number: int, owned: int, percent: int) -> bool:
    return owned >= _SMALLEST_SHARE and number * 100 > owned * percent


def _count(plan: Plan, *actions: Action) -> int:
    return sum(change.action in actions for change in plan.changes)


def _empty_problem(plan: Plan, deletes: int) -> Problem:
    noun = "connector" if deletes == 1 else "connectors"
    return Problem(
        code=Code.NOTHING_DESIRED,
        message=f"git declares no connector for {plan.cluster}, and plan deletes {deletes} {noun}:"
        " an empty set of definitions never deletes anything",
        hint="check `definitions` in the project file; to delete the last connectors, select them"
        " by name",
    )
