"""Read a plan as a report of drift."""

from collections.abc import Iterable
from dataclasses import replace

from reconcile.model.drift import Drift
from reconcile.model.plan import Action, Cause, Change, Plan, WithheldBy

_HELD = frozenset({WithheldBy.HOLD, WithheldBy.FREEZE})


def drift_of(plan: Plan) -> Drift:
    """Return how the cluster that a plan is for differs from what was last applied.

    Where nobody remembers what that was, live is compared with what git declares now. What the plan
    would delete counts as orphaned.
    """
    deleted = tuple(change.name for change in _of(plan.changes, Action.DELETE))
    held = tuple(item.change for item in plan.withheld if item.why in _HELD)
    drifted = tuple(filter(None, map(_drifted, plan.changes)))
    return Drift(
        project=plan.project,
        cluster=plan.cluster,
        identity=plan.identity,
        created_at=plan.created_at,
        changed=_of(drifted, Action.UPDATE),
        missing=_of(drifted, Action.CREATE),
        state=tuple(
            change
            for change in _of(drifted, Action.UPDATE, Action.SET_STATE)
            if change.state is not None
        ),
        unmanaged=plan.unmanaged,
        undeclared=plan.undeclared,
        orphaned=tuple(sorted({*plan.orphaned, *deleted})),
        held=tuple(sorted(change.name for change in held if _drifted(change) is not None)),
        declared=plan.declared,
        in_sync=plan.declared - len(drifted) - len(held),
        ignored=plan.ignored,
        problems=plan.problems,
        selection=plan.selection,
        commit=plan.commit,
        remembered=plan.remembered,
    )


def _drifted(change: Change) -> Change | None:
    """Return what of a change would undo what was done by hand, or None where nothing would."""
    match change.action:
        case Action.CREATE:
            return change if change.cause is not Cause.GIT else None
        case Action.UPDATE | Action.SET_STATE:
            return _by_hand(change)
        case _:
            return None


def _by_hand(change: Change) -> Change | None:
    keys = tuple(key for key in change.keys if key.cause is not Cause.GIT)
    state = change.state if change.state and change.state.cause is not Cause.GIT else None
    if not keys and state is None:
        return None
    action = Action.UPDATE if keys else Action.SET_STATE
    merged = len(change.keys) - len(keys)
    return replace(
        change, action=action, keys=keys, state=state, unchanged=change.unchanged + merged
    )


def _of(changes: Iterable[Change], *actions: Action) -> tuple[Change, ...]:
    return tuple(
        sorted(
            (change for change in changes if change.action in actions),
            key=lambda change: change.name,
        )
    )
