"""Say what the ledger is to remember of a definition that is applied."""

from collections.abc import Collection
from dataclasses import replace

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.config import Config
from reconcile.model.desired import Definition
from reconcile.model.plan import Cause
from reconcile.plan.draft import DraftChange
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.reference import kept_reference


def applied_of(
    definition: Definition, hidden: Collection[str], fingerprints: Fingerprints, *, commit: str
) -> Applied:
    """Return a definition without its secrets: the keys in `hidden`, and what references fill."""
    return Applied(
        values=applied_values(definition.name, definition.config, hidden, fingerprints),
        state=definition.state,
        tasks_range=definition.tasks_range,
        fingerprint_key=fingerprints.key_id,
        path=definition.location.path,
        line=definition.location.line,
        commit=commit,
    )


def is_same(one: Applied, other: Applied | None) -> bool:
    """Tell whether two definitions that were applied say the same, wherever they came from."""
    if other is None:
        return False
    return (dict(one.values), one.state, one.tasks_range) == (
        dict(other.values),
        other.state,
        other.tasks_range,
    )


def with_drift_left(fresh: Applied, before: Applied, change: DraftChange) -> Applied:
    """Return what is remembered where `--only git` leaves keys of a connector as they are live.

    Git says nothing new of them, or people must decide; either way they stay drift.
    """
    left = {key for key, cause in change.causes.items() if cause is not Cause.GIT}
    kept = {key: value for key, value in before.values.items() if key in left}
    values = {key: value for key, value in fresh.values.items() if key not in left}
    literal = any(value.text is None and value.reference is None for value in kept.values())
    comparable = before.fingerprint_key == fresh.fingerprint_key
    if not comparable:
        kept = {key: replace(value, fingerprint="") for key, value in kept.items()}
    return replace(
        fresh,
        values={**values, **kept},
        commit="" if literal else fresh.commit,
        state=before.state if _leaves_state(change) else fresh.state,
    )


def _leaves_state(change: DraftChange) -> bool:
    """Tell whether the target state differs from what git says, and is not set."""
    wanted = change.definition.state if change.definition is not None else None
    if change.state is not None or wanted is None or change.live is None:
        return False
    return wanted is not change.live.target_state


def applied_values(
    name: str, config: Config, hidden: Collection[str], fingerprints: Fingerprints
) -> dict[str, AppliedValue]:
    """Return the values of a config as the ledger may keep them."""
    return {
        key: _value(name, key, config, secret=key in hidden, fingerprints=fingerprints)
        for key in config
    }


def _value(
    name: str, key: str, config: Config, *, secret: bool, fingerprints: Fingerprints
) -> AppliedValue:
    text, written = config.get(key), config.reference(key)
    if written is None and not secret:
        return AppliedValue(text=text)
    reference = kept_reference(key, written)
    fingerprint = fingerprints.of(name, key, text) if text is not None else ""
    return AppliedValue(reference=reference, fingerprint=fingerprint)
