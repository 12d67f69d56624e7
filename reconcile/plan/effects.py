"""What a change does besides changing values."""

from typing import Final

from reconcile.model.desired import TargetState
from reconcile.model.live import ClusterIdentity, ConnectorKind, LiveConnector
from reconcile.model.plan import Action, Effect, EffectKind, KeyChange, StateChange
from reconcile.model.release import INITIAL_STATE, NOTICES_ALL_CHANGES
from reconcile.plan.draft import DraftChange
from reconcile.plan.moves import has_outside_state

_RUNTIME_PREFIXES: Final = (
    "errors.",
    "key.converter",
    "value.converter",
    "header.converter",
    "transforms",
    "predicates",
    "producer.override.",
    "consumer.override.",
    "admin.override.",
    "topic.creation.",
    "transaction.boundary",
    "exactly.once.support",
    "offsets.storage.topic",
)
_REBALANCE: Final = Effect(EffectKind.REBALANCE)


def effects_of(
    change: DraftChange, keys: tuple[KeyChange, ...], identity: ClusterIdentity
) -> tuple[Effect, ...]:
    """Return the effects of one change, as far as they are known before it is made."""
    match change.action:
        case Action.CREATE:
            return (_REBALANCE, *_creation_effects(change, identity))
        case Action.UPDATE:
            return _update_effects(change, keys, identity)
        case Action.DELETE:
            kind = EffectKind.RESETS_OFFSETS if change.reset_offsets else EffectKind.KEEPS_OFFSETS
            return (_REBALANCE, Effect(kind))
        case Action.MOVE:
            return _move_effects(change)
        case Action.SET_STATE | Action.RESTART:
            return state_effects(change.state)


def state_effects(state: StateChange | None) -> tuple[Effect, ...]:
    """Return the effects of a new target state: to stop gives tasks up, to pause keeps them."""
    if state is None or TargetState.STOPPED not in {state.before, state.after}:
        return ()
    return (_REBALANCE,)


def tasks_of(live: LiveConnector | None) -> int:
    """Return how many tasks a connector has."""
    if live is None:
        return 0
    return live.generated_tasks or (len(live.status.tasks) if live.status else 0)


def _creation_effects(change: DraftChange, identity: ClusterIdentity) -> tuple[Effect, ...]:
    halted = change.state is not None and change.state.after is not TargetState.RUNNING
    if halted and identity.release < INITIAL_STATE:
        return (Effect(EffectKind.STARTS_RUNNING_FIRST),)
    return ()


def _update_effects(
    change: DraftChange, keys: tuple[KeyChange, ...], identity: ClusterIdentity
) -> tuple[Effect, ...]:
    before = change.live.target_state if change.live else TargetState.RUNNING
    after = change.state.after if change.state else before
    effects = [_REBALANCE]
    if TargetState.STOPPED not in {before, after}:
        effects.insert(0, Effect(EffectKind.RESTARTS_TASKS, tasks_of(change.live)))
    if (before, after) == (TargetState.PAUSED, TargetState.RUNNING):
        effects.append(Effect(EffectKind.GOES_THROUGH_STOPPED))
    elif TargetState.STOPPED not in {before, after} and _goes_unnoticed(change, identity):
        effects.append(Effect(EffectKind.RESTART_NEEDED))
    secrets = sum(key_change.sensitive for key_change in keys)
    if secrets:
        effects.append(Effect(EffectKind.SECRET_CHANGED, secrets))
    return tuple(effects)


def _move_effects(change: DraftChange) -> tuple[Effect, ...]:
    effects = [Effect(EffectKind.CARRIES_OFFSETS), _REBALANCE]
    if change.config is not None and has_outside_state(change.config):
        effects.append(Effect(EffectKind.OUTSIDE_STATE))
    return tuple(effects)


def _goes_unnoticed(change: DraftChange, identity: ClusterIdentity) -> bool:
    """Tell whether tasks go on with their old settings after the write (KAFKA-9228)."""
    if identity.release >= NOTICES_ALL_CHANGES:
        return False
    return all(key.startswith(_RUNTIME_PREFIXES) for key in change.differing)


def keeps_its_group(old: LiveConnector, new: DraftChange) -> bool:
    """Tell whether a sink under a new name reads on with the consumer group of the old one."""
    group = old.config.get("consumer.override.group.id")
    same = new.config is not None and group == new.config.get("consumer.override.group.id")
    return old.kind is ConnectorKind.SINK and group is not None and same
