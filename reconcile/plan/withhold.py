"""Take out of a plan what is to be left alone, and keep it to be shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconcile.model.plan import Action, ActiveHold, Cause, Reason, WithheldBy
from reconcile.plan.compare import Comparison, keep_live
from reconcile.plan.draft import DraftChange, DraftWithheld
from reconcile.plan.holds import holding
from reconcile.plan.options import PlanOptions


def withhold(
    changes: Iterable[DraftChange],
    holds: Sequence[ActiveHold],
    *,
    here: str,
    elsewhere: Mapping[str, Sequence[ActiveHold]],
) -> tuple[list[DraftChange], list[DraftWithheld]]:
    """Return the changes to make, and those that a hold, a freeze or a protection forbids.

    `elsewhere` are the holds of other clusters, which count for what moves away from there.
    """
    made: list[DraftChange] = []
    withheld: list[DraftWithheld] = []
    for change in changes:
        hold = _hold_on(change, {**elsewhere, here: holds}, here)
        if hold is not None:
            withheld.append(_held(change, hold))
        elif change.action is Action.DELETE and change.protect:
            reason = "it was declared with `protect: true` when it was last applied"
            item = DraftWithheld(change=change, why=WithheldBy.PROTECTION, reason=reason)
            withheld.append(item)
        else:
            made.append(change)
    return made, withheld


def leave_drift(
    change: DraftChange,
    options: PlanOptions,
    changes: list[DraftChange],
    left: list[DraftWithheld],
    *,
    comparison: Comparison | None = None,
) -> None:
    """Add a change to those that are made, or where only git counts, its parts to either list.

    A key that was changed both in git and by hand is left: only people know who is right.
    """
    if not options.only_git:
        changes.append(change)
        return
    if change.live is None or comparison is None:
        if change.cause is Cause.LIVE:
            left.append(_drift(change))
        else:
            changes.append(change)
        return
    _split(change, comparison, changes, left)


def _split(
    change: DraftChange,
    comparison: Comparison,
    changes: list[DraftChange],
    left: list[DraftWithheld],
) -> None:
    kept = tuple(key for key in change.differing if change.causes.get(key) is not Cause.GIT)
    state_kept = change.state is not None and change.state.cause is not Cause.GIT
    if not kept and not state_kept:
        changes.append(change)
        return
    drift = replace(change, differing=kept, state=change.state if state_kept else None)
    left.append(_drift(_retold(drift)))
    if change.live is None:
        return
    ours = keep_live(comparison, change.live, kept)
    made = replace(
        change,
        config=ours.config,
        differing=ours.differing,
        lost=ours.lost if ours.config is not None else (),
        state=None if state_kept else change.state,
    )
    if made.differing or made.state is not None:
        changes.append(_retold(made))


def _retold(change: DraftChange) -> DraftChange:
    """Return an update of nothing but the state as what it is."""
    if change.differing:
        return change
    return replace(
        change, action=Action.SET_STATE, reason=Reason.STATE_DIFFERS, config=None, lost=()
    )


def _drift(change: DraftChange) -> DraftWithheld:
    return DraftWithheld(change=change, why=WithheldBy.DRIFT)


def _hold_on(
    change: DraftChange, holds: Mapping[str, Sequence[ActiveHold]], here: str
) -> ActiveHold | None:
    found = holding(change.name, holds[here])
    if found is None and change.origin is not None:
        found = holding(change.origin.live.name, holds.get(change.origin.cluster, ()))
    return found


def _held(change: DraftChange, hold: ActiveHold) -> DraftWithheld:
    why = WithheldBy.FREEZE if hold.freeze else WithheldBy.HOLD
    return DraftWithheld(change=change, why=why, reason=hold.reason, by=hold.by, until=hold.until)
