"""Read a plan as a report of drift."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from reconcile.model.drift import Aside, Drift, Unhealthy
from reconcile.model.plan import (
    Action,
    Cause,
    Change,
    KeyChange,
    Plan,
    Shown,
    Withheld,
    WithheldBy,
)
from reconcile.plan.digest import digest_of
from reconcile.plan.explain import explain
from reconcile.plan.remedies import remedies_for

_HELD: Final = frozenset({WithheldBy.HOLD, WithheldBy.FREEZE})


def drift_of(
    plan: Plan, *, unhealthy: Iterable[Unhealthy] = (), fail_on: Iterable[Aside] = ()
) -> Drift:
    """Return how the cluster that a plan is for differs from what was last applied.

    Where nobody remembers what that was, live is compared with what git declares now. What the plan
    would delete counts as orphaned. `fail_on` is what counts besides the drift itself.
    """
    deleted = tuple(change.name for change in _of(plan.changes, Action.DELETE))
    drifted = tuple(filter(None, map(_drifted, plan.changes)))
    held = tuple(filter(None, map(_held, plan.withheld)))
    found = Drift(
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
        held=held,
        unhealthy=tuple(sorted(unhealthy, key=lambda item: item.name)),
        fail_on=tuple(kind for kind in Aside if kind in set(fail_on)),
        remedies={change.name: remedies_for(change, plan.cluster) for change in drifted},
        declared=plan.declared,
        managed=plan.declared - _absent(plan),
        in_sync=plan.declared - len(drifted) - len(held),
        ignored=plan.ignored,
        problems=plan.problems,
        selection=plan.selection,
        commit=plan.commit,
        remembered=plan.remembered,
    )
    return replace(found, fingerprint=_fingerprint(found))


def _held(item: Withheld) -> Withheld | None:
    change = _drifted(item.change) if item.why in _HELD else None
    return replace(item, change=change) if change is not None else None


def _absent(plan: Plan) -> int:
    """Return how many of the declared connectors are not on the cluster under any name."""
    every = (*plan.changes, *(item.change for item in plan.withheld))
    return len({change.name for change in every if _is_absent(change, plan.cluster)})


def _is_absent(change: Change, cluster: str) -> bool:
    match change.action:
        case Action.CREATE:
            return True
        case Action.MOVE:
            return change.origin is not None and change.origin.cluster != cluster
        case _:
            return False


def _fingerprint(drift: Drift) -> str:
    """Return what tells one night's report from another: what counts, and nothing that comes and goes.

    Secrets enter by their references, health by names alone, times and counts of tasks not at all.
    """
    if not drift.counts:
        return ""
    content = {
        "cluster": drift.cluster,
        "changed": {change.name: list(map(_substance, change.keys)) for change in drift.changed},
        "missing": [change.name for change in drift.missing],
        "state": {
            change.name: [change.state.before, change.state.after]
            for change in drift.state
            if change.state is not None
        },
        **{kind.value: sorted(drift.aside(kind)) for kind in drift.fail_on},
    }
    return digest_of(content)


def _substance(change: KeyChange) -> list[Any]:
    return [change.key, _side(change.before), _side(change.after)]


def _side(shown: Shown | None) -> list[str] | None:
    return [shown.kind, shown.text, shown.reference] if shown is not None else None


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
    keys = tuple(_from_applied(key) for key in change.keys if key.cause is not Cause.GIT)
    state = change.state if change.state and change.state.cause is not Cause.GIT else None
    if state is not None and state.applied is not None:
        state = replace(state, after=state.applied)
    if not keys and state is None:
        return None
    action = Action.UPDATE if keys else Action.SET_STATE
    merged = len(change.keys) - len(keys)
    return replace(
        change, action=action, keys=keys, state=state, unchanged=change.unchanged + merged
    )


def _from_applied(key: KeyChange) -> KeyChange:
    """Return a key that goes back to what was last applied, not to what nobody applied yet."""
    if key.cause is not Cause.BOTH or key.sensitive:
        return key
    before, after = key.before, key.applied
    parts = explain(before.text, after.text) if before is not None and after is not None else ()
    return replace(key, after=after, parts=parts)


def _of(changes: Iterable[Change], *actions: Action) -> tuple[Change, ...]:
    return tuple(
        sorted(
            (change for change in changes if change.action in actions),
            key=lambda change: change.name,
        )
    )
