"""What a change does besides changing values, as sentences about the connector."""

from collections.abc import Mapping
from typing import Final

from reconcile.model.plan import Change, Effect, EffectKind
from reconcile.report.words import counted

_ROUTINE: Final = frozenset(
    {EffectKind.RESTARTS_TASKS, EffectKind.REBALANCE, EffectKind.SECRET_CHANGED}
)
_TEXTS: Final[Mapping[EffectKind, str]] = {
    EffectKind.RESTARTS_TASKS: "restarts the connector{tasks}",
    EffectKind.REBALANCE: "triggers a rebalance",
    EffectKind.SECRET_CHANGED: "changes {secrets}",
    EffectKind.RESUMES_FROM_KEPT_OFFSETS: "resumes from the offsets that are kept under this name",
    EffectKind.KEEPS_OFFSETS: (
        "its offsets stay: a connector created under this name resumes from them"
    ),
    EffectKind.CARRIES_OFFSETS: "is stopped, and goes on under its new name where it was",
    EffectKind.RESETS_OFFSETS: "its offsets are forgotten",
    EffectKind.OUTSIDE_STATE: "keeps state beside its offsets, which is not moved",
    EffectKind.TAKES_OVER: "takes over a connector that the ledger does not know",
    EffectKind.POSITION_LOST: (
        "starts without the position of the connector that it seems to replace"
    ),
    EffectKind.GOES_THROUGH_STOPPED: "is stopped first, so that the old settings never run",
    EffectKind.RESTART_NEEDED: (
        "is restarted after the write, which this Connect version does not do by itself (KAFKA-9228)"
    ),
    EffectKind.STARTS_RUNNING_FIRST: (
        "runs for a moment before it is {state}: only Connect 3.7 and later avoid that"
    ),
}


def effect_texts(change: Change) -> list[str]:
    """Return the effects of a change: the everyday ones together, each other one by itself."""
    routine = [_text(effect, change) for effect in change.effects if effect.kind in _ROUTINE]
    others = [_text(effect, change) for effect in change.effects if effect.kind not in _ROUTINE]
    return [*([", ".join(routine)] if routine else []), *others]


def _text(effect: Effect, change: Change) -> str:
    tasks = f" and {counted(effect.count, 'task')}" if effect.count else ""
    secrets = counted(effect.count, "secret") if effect.count else "a secret"
    state = change.state.after if change.state else "halted"
    return _TEXTS[effect.kind].format(tasks=tasks, secrets=secrets, state=state)
