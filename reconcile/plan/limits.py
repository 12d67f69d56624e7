"""Refuse plans that do too much at once, or that cannot be carried out."""

from collections.abc import Iterable
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.plan import Action, Plan
from reconcile.model.problem import Problem, errors_in
from reconcile.model.project import Limits

_SMALLEST_SHARE: Final = 10
_UPDATES: Final = (Action.UPDATE, Action.SET_STATE)


def check_limits(
    plan: Plan,
    limits: Limits,
    *,
    allow_deletes: int | None = None,
    allow_updates: int | None = None,
) -> tuple[Problem, ...]:
    """Return what forbids a plan; the overrides must be the exact numbers of the plan.

    Percentages count from 10 owned connectors on: those that git declares and that are live, and
    those that it no longer declares. A plan from an empty set of definitions deletes nothing.
    """
    deletes, updates = _count(plan, Action.DELETE), _count(plan, *_UPDATES)
    if deletes and not plan.declared and not plan.selection:
        return (_empty_problem(plan, deletes),)
    owned = plan.declared - _count(plan, Action.CREATE) + len(plan.undeclared) + deletes
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
    )


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
