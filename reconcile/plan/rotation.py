"""Find the secrets that changed since a plan was made, so that they are told as changes of it."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.model.applied import Applied
from reconcile.model.ledger import Record
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action, Change, Effect, EffectKind, KeyChange, Shown, ValueKind
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.reference import shown_reference
from reconcile.plugins.sensitive import is_masked


def rotated_since_plan(change: Change, fingerprints: Fingerprints) -> tuple[str, ...]:
    """Return the secrets that are others than when the plan was made, as far as it can tell."""
    return _others(change, change.applied, fingerprints)


def rotated_against_live(
    change: Change, live: LiveConnector | None, record: Record | None, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return the secrets that an update replaces without its plan having said so.

    What the cluster masks is known by what the ledger remembers.
    """
    if change.action is not Action.UPDATE or change.config is None or live is None:
        return ()
    planned = {key_change.key for key_change in change.keys}
    remembered = _others(change, record.applied if record is not None else None, fingerprints)

    def is_other(key: str) -> bool:
        ours, theirs = change.config.get(key) if change.config else None, live.config.get(key)
        if ours is None or theirs is None:
            return False
        return key in remembered if is_masked(theirs) else ours != theirs

    return tuple(
        key for key in sorted(change.config.references()) if key not in planned and is_other(key)
    )


def with_rotated(change: Change, keys: Sequence[str], live: LiveConnector | None) -> Change:
    """Return a change that shows secrets it replaces, so that people and the ledger are told."""
    if not keys or live is None:
        return change
    last = max(
        (shown.number for one in change.keys for shown in (one.before, one.after) if shown),
        default=0,
    )
    shown = [_shown(change, key, live, last + 2 * number + 1) for number, key in enumerate(keys)]
    every = tuple(sorted((*change.keys, *shown), key=lambda one: one.key))
    others = tuple(one for one in change.effects if one.kind is not EffectKind.SECRET_CHANGED)
    secrets = sum(one.sensitive for one in every)
    return replace(
        change,
        keys=every,
        effects=(*others, Effect(EffectKind.SECRET_CHANGED, secrets)),
        unchanged=max(0, change.unchanged - len(keys)),
    )


def with_fingerprints(change: Change, fingerprints: Fingerprints) -> Change:
    """Return a change that is remembered with the secrets it writes, not those of its plan."""
    applied, config = change.applied, change.config
    if applied is None or config is None or fingerprints.key is None:
        return change
    values = {
        key: replace(value, fingerprint=fingerprints.of(change.name, key, text))
        if value.text is None and (text := config.get(key)) is not None
        else value
        for key, value in applied.values.items()
    }
    return replace(
        change, applied=replace(applied, values=values, fingerprint_key=fingerprints.key_id)
    )


def _others(change: Change, applied: Applied | None, fingerprints: Fingerprints) -> tuple[str, ...]:
    config = change.config
    if applied is None or config is None or not fingerprints.can_compare(applied):
        return ()
    return tuple(
        key
        for key, value in applied.values.items()
        if value.fingerprint
        and (text := config.get(key)) is not None
        and fingerprints.of(change.name, key, text) != value.fingerprint
    )


def _shown(change: Change, key: str, live: LiveConnector, number: int) -> KeyChange:
    before = Shown(kind=ValueKind.SENSITIVE, number=number)
    if is_masked(live.config.get(key) or ""):
        before = Shown(kind=ValueKind.MASKED)
    written = change.config.reference(key) if change.config is not None else None
    place = shown_reference(key, written) if written is not None else ""
    after = Shown(kind=ValueKind.SENSITIVE, number=number + 1, reference=place)
    return KeyChange(key=key, before=before, after=after, location=change.location)
