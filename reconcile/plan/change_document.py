"""Changes as parts of JSON documents; no secret value is in them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from reconcile.model.config import Config
from reconcile.model.plan import (
    Change,
    IgnoredKeys,
    KeyChange,
    Origin,
    PartChange,
    Precondition,
    Shown,
    StateChange,
    ValueKind,
)
from reconcile.model.problem import Location
from reconcile.plan.applied_document import applied_document
from reconcile.plan.reference import kept_reference

Document = dict[str, Any]


def change_document(change: Change) -> Document:
    """Return a change with all that is needed to carry it out, its secrets apart."""
    return {
        "name": change.name,
        "class": change.class_name,
        "action": change.action.value,
        "reason": change.reason.value,
        "cause": change.cause.value if change.cause else None,
        "wave": change.wave,
        "tasks": change.tasks,
        "only_failed": change.only_failed,
        "reset_offsets": change.reset_offsets,
        "protect": change.protect,
        "labels": dict(change.labels),
        "origin": _origin(change.origin),
        "keys": [_key_change(key_change, "before", "after") for key_change in change.keys],
        "unchanged": change.unchanged,
        "ignored": _ignored(change.ignored),
        "state": _state(change.state, "before", "after"),
        "effects": [
            {"kind": effect.kind.value, "count": effect.count} for effect in change.effects
        ],
        "precondition": precondition_document(change.precondition),
        "config": _config(change),
        "applied": applied_document(change.applied) if change.applied else None,
        "digest": change.digest,
        "location": location_document(change.location),
    }


def drifted_document(change: Change) -> Document:
    """Return how one connector drifted."""
    return {
        "name": change.name,
        "class": change.class_name,
        "keys": [_key_change(key_change, "live", "declared") for key_change in change.keys],
        "unchanged": change.unchanged,
        "ignored": _ignored(change.ignored),
        "state": _state(change.state, "live", "declared"),
        "location": location_document(change.location),
    }


def precondition_document(precondition: Precondition) -> Document:
    """Return what must still hold of a connector."""
    return {
        "exists": precondition.exists,
        "digest": precondition.digest,
        "hidden": list(precondition.hidden),
        "secrets": dict(precondition.secrets),
        "fingerprint_key": precondition.fingerprint_key,
    }


def location_document(location: Location | None) -> Document | None:
    """Return a place in a file; null where there is none."""
    if location is None:
        return None
    return {"path": location.path, "line": location.line, "column": location.column}


def time_text(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _origin(origin: Origin | None) -> Document | None:
    if origin is None:
        return None
    return {
        "name": origin.name,
        "cluster": origin.cluster,
        "precondition": precondition_document(origin.precondition),
        "state": origin.state.value,
        "has_outside_state": origin.has_outside_state,
    }


def _config(change: Change) -> Document | None:
    """Return the config to write: public values, and where each secret is to be had.

    What git declares holds it (`declared`), as far as references do not name it; what is kept as
    it is live is read from there (`live`).
    """
    if change.config is None:
        return None
    hidden = hidden_in(change)
    return {key: _value(change, change.config, key, hidden) for key in change.config}


def hidden_in(change: Change) -> frozenset[str]:
    """Return the keys of the config to write whose values must not be seen."""
    applied = change.applied.values if change.applied is not None else {}
    secret = {key for key, value in applied.items() if value.text is None}
    return frozenset(secret | set(change.precondition.hidden))


def _value(change: Change, config: Config, key: str, hidden: frozenset[str]) -> str | Document:
    written, text = config.reference(key), config.get(key)
    reference = kept_reference(key, written)
    if reference is not None:
        return {"reference": reference}
    if written is not None:
        return {"secret": "declared"}
    if key not in hidden and text is not None:
        return text
    kept = change.before is not None and change.before.get(key) == text
    declared = change.applied is not None and key in change.applied.values
    return {"secret": "declared" if declared or not kept else "live"}


def _key_change(key_change: KeyChange, before: str, after: str) -> Document:
    return {
        "key": key_change.key,
        before: _shown(key_change.before),
        after: _shown(key_change.after),
        "cause": key_change.cause.value if key_change.cause else None,
        **({"rotated": True} if key_change.rotated else {}),
        "parts": [_part(part, before, after) for part in key_change.parts],
        "location": location_document(key_change.location),
    }


def _shown(shown: Shown | None) -> Document | None:
    """Return a value as a plan may show it; null where the key is absent."""
    if shown is None:
        return None
    document: Document = {"kind": shown.kind.value}
    if shown.kind is ValueKind.PLAIN:
        document["text"] = shown.text
    if shown.kind is ValueKind.SENSITIVE:
        document["number"] = shown.number
    if shown.reference:
        document["reference"] = shown.reference
    return document


def _part(part: PartChange, before: str, after: str) -> Document:
    return {"part": part.part.value, "path": part.path, before: part.before, after: part.after}


def _state(change: StateChange | None, before: str, after: str) -> Document | None:
    if change is None:
        return None
    was = change.before.value if change.before is not None else None
    cause = change.cause.value if change.cause else None
    return {before: was, after: change.after.value, "cause": cause}


def _ignored(rules: Iterable[IgnoredKeys]) -> list[Document]:
    return [{"keys": list(rule.keys), "reason": rule.reason} for rule in rules]
