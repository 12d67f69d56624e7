"""Digests of what a plan was made from and of what it does; secret values never enter them."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from reconcile.model.config import Config
from reconcile.model.desired import Definition, TargetState
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action, Change, Precondition
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plan.reference import kept_reference
from reconcile.plugins.sensitive import is_masked, is_sensitive

_PREFIX: Final = "sha256:"
_CLASS_KEY: Final = "connector.class"
_ABSENT: Final = Precondition(exists=False)


def precondition_of(
    live: LiveConnector | None,
    hidden: Collection[str] = (),
    *,
    state: TargetState | None = None,
    fingerprints: Fingerprints = NO_FINGERPRINTS,
) -> Precondition:
    """Return what a connector is now: its config and target state, never its health.

    Of the keys in `hidden` only the presence enters the digest, and of the class not how it is
    written. Where `state` is given the connector is taken to be in that one.
    """
    if live is None:
        return _ABSENT
    content = {
        "config": _fields(live.config, hidden),
        "name": live.stray_name,
        "state": (state or live.target_state).value,
    }
    kept = tuple(sorted(live.config.reveal().keys() & frozenset(hidden)))
    return Precondition(
        exists=True,
        digest=digest_of(content),
        hidden=kept,
        secrets=_secrets(live, kept, fingerprints),
        fingerprint_key=fingerprints.key_id,
    )


def is_met(planned: Precondition, now: Precondition) -> bool:
    """Tell whether a connector that is like this now is as it was when it was planned.

    Secrets count where both sides have a fingerprint under the same key.
    """
    if (planned.exists, planned.digest, planned.hidden) != (now.exists, now.digest, now.hidden):
        return False
    if planned.fingerprint_key != now.fingerprint_key:
        return True
    known = dict(now.secrets)
    return all(known.get(key, fingerprint) == fingerprint for key, fingerprint in planned.secrets)


def still_holds(
    change: Change,
    live: LiveConnector | None,
    *,
    state: TargetState | None = None,
    fingerprints: Fingerprints = NO_FINGERPRINTS,
) -> bool:
    """Tell whether a connector still is as it was when the change was planned.

    Where the plan is still in memory the configs are compared whole, secrets included, and else by
    their fingerprints. With `state` the connector is taken to be in that one: only its settings
    count.
    """
    if live is not None and change.before is not None and live.config != change.before:
        return False
    hidden = change.precondition.hidden
    now = precondition_of(live, hidden, state=state, fingerprints=fingerprints)
    return is_met(change.precondition, now)


def plan_digest(entries: Collection[Mapping[str, Any]]) -> str:
    """Return the digest of a whole plan from the entries of its changes, in any order."""
    return digest_of(sorted(entries, key=lambda entry: (entry["name"], entry["action"])))


def plan_entry(change: Change, hidden: Collection[str]) -> dict[str, Any] | None:
    """Return what of a change enters the digest of the plan, or None where nothing does.

    A secret enters by its reference. So a rotation has no entry, and one that sets a state besides
    enters as that alone: a plan made without secrets has the same digest as one made with them.
    """
    action, config = change.action, change.config
    if is_rotation(change):
        if change.state is None:
            return None
        action, config = Action.SET_STATE, None
    return {
        "action": action.value,
        "name": change.name,
        "class": short_class(change.class_name),
        "config": _fields(config, hidden) if config is not None else None,
        "state": change.state.after.value if change.state else None,
        "from": change.precondition.digest,
        "only_failed": change.only_failed,
        "origin": _origin(change),
        "reset_offsets": change.reset_offsets,
    }


def is_rotation(change: Change) -> bool:
    """Tell whether an update only brings new secrets under references that git named before."""
    if change.action is not Action.UPDATE or change.config is None:
        return False
    return bool(change.keys) and all(key_change.rotated for key_change in change.keys)


def declared_digest(definition: Definition) -> str:
    """Return a digest of what git declares of a connector, so that a change of it is noticed.

    Secrets enter by their references, and of a secret that stands in git itself only its key.
    """
    values = definition.config.reveal()
    hidden = [key for key, value in values.items() if is_sensitive(key, value)]
    tasks = definition.tasks_range
    return digest_of(
        {
            "config": _fields(definition.config, hidden),
            "state": definition.state.value if definition.state else None,
            "tasks": [tasks.minimum, tasks.maximum] if tasks else None,
        }
    )


def digest_of(content: object) -> str:
    """Return the digest of plain data, the same for any order of keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return _PREFIX + hashlib.sha256(text.encode("ascii")).hexdigest()


def _secrets(
    live: LiveConnector, hidden: Collection[str], fingerprints: Fingerprints
) -> tuple[tuple[str, str], ...]:
    """Return the fingerprints of hidden values; a mask says nothing of what is behind it."""
    if fingerprints.key is None:
        return ()
    values = live.config.reveal()
    return tuple(
        (key, fingerprints.of(live.name, key, values[key]))
        for key in hidden
        if not is_masked(values[key])
    )


def _fields(config: Config, hidden: Collection[str]) -> dict[str, list[str]]:
    """Return the values that may be known; of others the reference, or nothing."""
    keys, values = config.keys(), config.reveal()
    fields: dict[str, list[str]] = {}
    for key in keys:
        written = config.reference(key)
        reference = kept_reference(key, written)
        if reference is not None:
            fields[key] = ["reference", reference]
        elif written is not None:
            fields[key] = ["hidden"]
        elif key == _CLASS_KEY:
            fields[key] = ["value", short_class(values[key])]
        elif key in hidden:
            fields[key] = ["hidden"]
        else:
            fields[key] = ["value", values[key]]
    return fields


def _origin(change: Change) -> list[str] | None:
    origin = change.origin
    return [origin.cluster, origin.name, origin.precondition.digest] if origin else None


def short_class(class_name: str) -> str:
    """Return a class as far as every way to write it agrees."""
    return class_name.strip().rpartition(".")[2].removesuffix("Connector")
