"""Decide by which writes, in which order, a change is carried out; pure."""

from enum import StrEnum

from reconcile.model.desired import TargetState
from reconcile.model.plan import Action, Change, EffectKind
from reconcile.model.release import INITIAL_STATE, STOP, Release


class Step(StrEnum):
    """One write, or a wait between two."""

    CREATE = "create"
    CREATE_PAUSED = "create-paused"
    CREATE_STOPPED = "create-stopped"
    PUT_CONFIG = "put-config"
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"
    RESTART = "restart"
    RESTART_FAILED = "restart-failed"
    DELETE = "delete"
    AWAIT_STOPPED = "await-stopped"
    KEEP_OFFSETS = "keep-offsets"
    RESET_OFFSETS = "reset-offsets"
    ALTER_OFFSETS = "alter-offsets"


WAITS = frozenset({Step.AWAIT_STOPPED, Step.KEEP_OFFSETS})
"""Steps that send nothing: what is done there is done for many changes together."""


def target_of(change: Change, now: TargetState) -> TargetState:
    """Return the target state that a connector has once the change is carried out.

    `now` is its target state before; a new connector runs unless the change says otherwise.
    """
    if change.state is not None:
        return change.state.after
    return TargetState.RUNNING if change.action is Action.CREATE else now


def steps_of(
    change: Change, *, now: TargetState, release: Release, config_written: bool = False
) -> tuple[Step, ...]:
    """Return the steps of a change, given the target state that the connector is in.

    `config_written` leaves out the write of a config that is live already: Connect restarts a
    connector even where nothing changes.
    """
    match change.action:
        case Action.CREATE:
            return _create(target_of(change, now), release)
        case Action.UPDATE:
            return _update(change, now, () if config_written else (Step.PUT_CONFIG,))
        case Action.SET_STATE:
            return (to_state(target_of(change, now)),)
        case Action.RESTART:
            return (Step.RESTART_FAILED if change.only_failed else Step.RESTART,)
        case Action.DELETE:
            return _delete(change, now, release)
        case Action.MOVE:
            return ()


def _create(target: TargetState, release: Release) -> tuple[Step, ...]:
    if target is TargetState.RUNNING:
        return (Step.CREATE,)
    if release >= INITIAL_STATE:
        return (Step.CREATE_PAUSED if target is TargetState.PAUSED else Step.CREATE_STOPPED,)
    return (Step.CREATE, to_state(target))


def _update(change: Change, now: TargetState, put: tuple[Step, ...]) -> tuple[Step, ...]:
    """Order the writes so that neither the old settings nor the new ones run unasked.

    A paused connector that is resumed runs its old task configs for up to a second; a stopped one
    has none. So the way from paused to running goes through stopped.
    """
    target = target_of(change, now)
    # Before 3.9 (KAFKA-9228) tasks do not notice all changes; those of a stopped one start anew.
    restart = (Step.RESTART,) if change.has(EffectKind.RESTART_NEEDED) else ()
    match now, target:
        case TargetState.STOPPED, TargetState.STOPPED:
            return put
        case TargetState.STOPPED, _:
            return (*put, to_state(target))
        case _, TargetState.STOPPED:
            return (Step.STOP, *put)
        case TargetState.PAUSED, TargetState.RUNNING:
            return (Step.STOP, Step.AWAIT_STOPPED, *put, Step.RESUME)
        case TargetState.RUNNING, TargetState.PAUSED:
            return (Step.PAUSE, *put, *restart)
        case _:
            return (*put, *restart)


def _delete(change: Change, now: TargetState, release: Release) -> tuple[Step, ...]:
    """Stop first: many stops share one rebalance, and a stopped connector is deleted at once.

    Its offsets are kept before it goes: they cannot be read afterwards.
    """
    end = (Step.RESET_OFFSETS, Step.DELETE) if change.reset_offsets else (Step.DELETE,)
    if release < STOP:
        return (Step.KEEP_OFFSETS, *end)
    stop = () if now is TargetState.STOPPED else (Step.STOP,)
    # The tasks of one that is stopped already may be about to commit their last offsets.
    return (*stop, Step.AWAIT_STOPPED, Step.KEEP_OFFSETS, *end)


def to_state(target: TargetState) -> Step:
    """Return the write that brings a connector into a target state."""
    match target:
        case TargetState.RUNNING:
            return Step.RESUME
        case TargetState.PAUSED:
            return Step.PAUSE
        case TargetState.STOPPED:
            return Step.STOP
