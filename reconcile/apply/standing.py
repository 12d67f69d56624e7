"""Compare what a change expects with what is live just before it is written; pure."""

from enum import StrEnum

from reconcile.apply.compare import same_config
from reconcile.model.desired import TargetState
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action, Change, Origin
from reconcile.plan.digest import is_met, precondition_of, still_holds
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plugins.sensitive import is_masked


class Standing(StrEnum):
    """Whether a change can still be made.

    READY: live is as it was when the plan was made, or half-way on our own way. DONE: it is as
    wanted. MOVED: somebody changed it.
    """

    READY = "ready"
    DONE = "done"
    MOVED = "moved"


def standing(
    change: Change, live: LiveConnector | None, fingerprints: Fingerprints = NO_FINGERPRINTS
) -> Standing:
    """Return whether a change still fits the live connector; None is an absent one."""
    if live is None:
        return _of_absent(change)
    if _is_as_wanted(change, live):
        return Standing.DONE
    if change.action is Action.RESTART or still_holds(change, live, fingerprints=fingerprints):
        return Standing.READY
    if _is_half_way(change, live, fingerprints):
        return Standing.READY
    return Standing.MOVED


def is_written(change: Change, live: LiveConnector | None) -> bool:
    """Tell whether the config of a change is live already; a `name` gone astray is not."""
    if live is None or change.config is None or live.stray_name:
        return False
    return same_config(change.config, live.config)


def is_surely_written(change: Change, live: LiveConnector | None) -> bool:
    """Tell whether the config of an update is live already, as far as no mask hides it.

    Where the server masks a value that changes, nothing says which one is there: it is written.
    """
    if live is None or not is_written(change, live):
        return False
    values = (live.config.get(key_change.key) for key_change in change.keys)
    return not any(value is not None and is_masked(value) for value in values)


def what_happened(change: Change, live: LiveConnector | None) -> str:
    """Return in a word or two what somebody did to a connector since the plan was made."""
    if live is None:
        return "deleted"
    if change.action is Action.CREATE:
        same = is_written(change, live)
        return f"created {live.target_state}" if same else "created with other settings"
    if change.before is None or not same_config(change.before, live.config) or live.stray_name:
        return "changed"
    return f"changed to {live.target_state}"


def what_forbids_move(
    change: Change,
    old: LiveConnector | None,
    new: LiveConnector | None,
    begun: Move | None,
    *,
    to_cluster: str,
    fingerprints: Fingerprints,
) -> str:
    """Return what happened to either side of a move since it was planned that forbids it.

    `begun` is what the ledger says of the move: what our own steps left behind forbids nothing.
    """
    origin = change.origin
    if origin is None:
        return ""
    what = ""
    if old is None:
        # Somebody deleted it before anybody had read its offsets.
        lost = (
            begun is not None
            and leads_to(begun, to_cluster, change.name)
            and begun.step is MoveStep.BEGUN
        )
        what = "deleted" if lost or not is_written(change, new) else ""
    elif _is_changed(origin, old, fingerprints):
        what = "changed"
    elif begun is None and old.target_state not in (origin.state, TargetState.STOPPED):
        what = f"changed to {old.target_state}"
    elif begun is None and new is not None:
        return what_happened(change, new)
    return f"to be moved from {origin.name}, which was {what}" if what else ""


def leads_to(move: Move, cluster: str, name: str) -> bool:
    """Tell whether a move leads to a connector; else it was begun the other way."""
    return (move.to_cluster, move.to_name) == (cluster, name)


def _is_changed(origin: Origin, old: LiveConnector, fingerprints: Fingerprints) -> bool:
    planned = origin.precondition
    now = precondition_of(old, planned.hidden, state=origin.state, fingerprints=fingerprints)
    return not is_met(planned, now)


def _of_absent(change: Change) -> Standing:
    match change.action:
        case Action.CREATE | Action.MOVE:
            return Standing.READY
        case Action.DELETE:
            return Standing.DONE
        case Action.UPDATE | Action.SET_STATE | Action.RESTART:
            return Standing.MOVED


def _is_as_wanted(change: Change, live: LiveConnector) -> bool:
    in_state = change.state is None or live.target_state is change.state.after
    match change.action:
        case Action.CREATE:
            return in_state and is_written(change, live)
        case Action.UPDATE:
            return in_state and is_surely_written(change, live)
        case Action.SET_STATE:
            return in_state
        case Action.DELETE | Action.RESTART | Action.MOVE:
            return False


def _is_half_way(change: Change, live: LiveConnector, fingerprints: Fingerprints) -> bool:
    """Tell whether an earlier run can have left it so: our own writes are no surprise."""
    as_before = any(
        still_holds(change, live, state=state, fingerprints=fingerprints) for state in TargetState
    )
    match change.action:
        case Action.UPDATE:
            return (as_before or is_written(change, live)) and _is_on_the_way(change, live)
        case Action.DELETE:
            return as_before and live.target_state is TargetState.STOPPED
        case Action.CREATE | Action.SET_STATE | Action.RESTART | Action.MOVE:
            return False


def _is_on_the_way(change: Change, live: LiveConnector) -> bool:
    """Tell whether the state is one that an update starts from, passes through or ends in."""
    if change.state is None:
        return False
    before, after = change.state.before, change.state.after
    allowed = {before, after}
    if before is TargetState.PAUSED and after is TargetState.RUNNING:
        allowed.add(TargetState.STOPPED)
    return live.target_state in allowed
