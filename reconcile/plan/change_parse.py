"""Read changes back from JSON documents; what a newer version added is ignored."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Cause,
    Change,
    Effect,
    EffectKind,
    IgnoredKeys,
    KeyChange,
    Origin,
    Part,
    PartChange,
    Precondition,
    Reason,
    Shown,
    StateChange,
    ValueKind,
    Withheld,
    WithheldBy,
)
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.applied_document import read_applied

Json = Mapping[str, Any]


def read_change(document: Json) -> tuple[Change, Mapping[str, str]]:
    """Return a change as a file holds it, and where each of its hidden values is to be had.

    Raises KeyError, TypeError or ValueError for what is no change.
    """
    config, sources = _config(document["config"])
    applied, origin = document["applied"], document["origin"]
    change = Change(
        action=Action(document["action"]),
        name=str(document["name"]),
        class_name=str(document["class"]),
        reason=Reason(document["reason"]),
        precondition=_precondition(document["precondition"]),
        keys=tuple(read_key_change(entry) for entry in document["keys"]),
        state=read_state(document["state"]),
        effects=tuple(
            Effect(EffectKind(entry["kind"]), int(entry["count"]))
            for entry in document["effects"]
            if entry["kind"] in set(EffectKind)
        ),
        ignored=read_ignored(document["ignored"]),
        unchanged=int(document["unchanged"]),
        wave=int(document["wave"]),
        tasks=int(document["tasks"]),
        location=read_location(document["location"]),
        config=config,
        only_failed=document["only_failed"] is True,
        cause=_cause(document["cause"]),
        origin=_origin(origin) if origin is not None else None,
        reset_offsets=document["reset_offsets"] is True,
        protect=document["protect"] is True,
        labels={str(key): str(value) for key, value in document["labels"].items()},
        digest=str(document["digest"]),
        applied=read_applied(applied) if applied is not None else None,
    )
    return change, sources


def read_withheld(document: Json) -> Withheld:
    """Return a change that is not made."""
    change, _ = read_change(document["change"])
    return Withheld(
        change=change,
        why=WithheldBy(document["why"]),
        reason=str(document["reason"]),
        by=str(document["by"]),
        until=_time(document["until"]),
    )


def read_hold(document: Json) -> ActiveHold:
    """Return a hold or a freeze that was in force."""
    return ActiveHold(
        name=str(document["name"]),
        reason=str(document["reason"]),
        by=str(document["by"]),
        until=_time(document["until"]),
        freeze=document["freeze"] is True,
    )


def read_problem(document: Json) -> Problem:
    """Return a finding."""
    return Problem(
        code=Code(document["code"]),
        message=str(document["message"]),
        location=read_location(document["location"]),
        hint=str(document["hint"]),
        severity=Severity(document["severity"]),
        connector=str(document["connector"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text is not None else None


def _config(document: Json | None) -> tuple[Config | None, Mapping[str, str]]:
    if document is None:
        return None, {}
    values = {key: value for key, value in document.items() if isinstance(value, str)}
    apart = {key: value for key, value in document.items() if not isinstance(value, str)}
    references = {
        key: str(value["reference"]) for key, value in apart.items() if "reference" in value
    }
    sources = {key: str(value["secret"]) for key, value in apart.items() if "secret" in value}
    # A hidden value is told from an absent key by an empty text until it is filled in.
    return Config({**values, **dict.fromkeys(sources, "")}, references), sources


def _precondition(document: Json) -> Precondition:
    return Precondition(
        exists=document["exists"] is True,
        digest=str(document["digest"]),
        hidden=tuple(document["hidden"]),
        secrets=tuple((str(key), str(value)) for key, value in document.get("secrets", {}).items()),
        fingerprint_key=str(document.get("fingerprint_key", "")),
    )


def _origin(document: Json) -> Origin:
    return Origin(
        name=str(document["name"]),
        cluster=str(document["cluster"]),
        precondition=_precondition(document["precondition"]),
        state=TargetState(document["state"]),
        has_outside_state=document["has_outside_state"] is True,
    )


def read_key_change(document: Json, before: str = "before", after: str = "after") -> KeyChange:
    """Return how one key changes; the two sides stand under these words."""
    return KeyChange(
        key=str(document["key"]),
        before=_shown(document[before]),
        after=_shown(document[after]),
        parts=tuple(
            PartChange(
                part=Part(entry["part"]),
                path=str(entry["path"]),
                before=str(entry[before]),
                after=str(entry[after]),
            )
            for entry in document["parts"]
        ),
        location=read_location(document["location"]),
        cause=_cause(document["cause"]),
        rotated=document.get("rotated") is True,
    )


def _shown(document: Json | None) -> Shown | None:
    if document is None:
        return None
    return Shown(
        kind=ValueKind(document["kind"]),
        text=str(document.get("text", "")),
        number=int(document.get("number", 0)),
        reference=str(document.get("reference", "")),
    )


def read_state(
    document: Json | None, before: str = "before", after: str = "after"
) -> StateChange | None:
    """Return how the target state changes, or None where it does not."""
    if document is None:
        return None
    was = document[before]
    return StateChange(
        before=TargetState(was) if was is not None else None,
        after=TargetState(document[after]),
        cause=_cause(document["cause"]),
    )


def _cause(text: str | None) -> Cause | None:
    return Cause(text) if text is not None else None


def read_ignored(documents: Iterable[Json]) -> tuple[IgnoredKeys, ...]:
    """Return the keys that nobody compares."""
    return tuple(
        IgnoredKeys(keys=tuple(entry["keys"]), reason=str(entry["reason"])) for entry in documents
    )


def read_location(document: Json | None) -> Location | None:
    """Return a place in a file, or None where there is none."""
    if document is None:
        return None
    return Location(str(document["path"]), int(document["line"]), int(document["column"]))
