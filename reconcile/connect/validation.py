"""What live validation says, without the values it says it with.

Connect answers with every value of the config, also those that its config providers resolved on
the worker. They are dropped here; where a plugin quotes such a value in an error, it is masked.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from reconcile.connect.texts import (
    cut,
    invalid_key,
    setting_reason,
    shown,
    unknown_class,
    without_nulls,
)
from reconcile.connect.wire import ShapeError
from reconcile.model.plugin import SettingError, Validation
from reconcile.redact import visible

_MASK: Final = "(value)"
_LONGEST: Final = 1000
_SHORTEST_MASKED: Final = 4
# Before Connect 3.7 the rules about the topics of a sink failed the request (KAFKA-13327).
_RULES: Final = (
    ("Must configure one of topics or topics.regex", ("topics", "topics.regex")),
    ("topics and topics.regex are mutually exclusive", ("topics", "topics.regex")),
    ("may not be included in the list of topics", ("topics",)),
    ("may not be included in the regex", ("topics.regex",)),
)
_PLACEHOLDER: Final = re.compile(r"\$\{[^{}:]+:(?P<path>[^{}]*)\}")

Redact = Callable[[str], str]


def validation(
    data: object, *, connector: str, sent: Mapping[str, str], redact: Redact
) -> Validation:
    """Return what an answer of `PUT .../config/validate` says of the config that was sent."""
    rows = data.get("configs") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise ShapeError("no list of configs in it")
    values = [row["value"] for row in rows if isinstance(row, dict) and _is_value(row.get("value"))]
    resolved = sorted(_resolved(values, sent), key=len, reverse=True)
    errors = []
    for value in values:
        reasons = _reasons(value, resolved, redact)
        if reasons:
            errors.append(SettingError(key=value["name"], messages=reasons))
    known = frozenset(value["name"] for value in values)
    return Validation(connector=connector, errors=tuple(errors), known_keys=known)


def recommended(data: object, *, clean: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    """Return the values that a plugin proposes for its settings, sorted, by an answer of validate."""
    rows = data.get("configs") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise ShapeError("no list of configs in it")
    values = [row["value"] for row in rows if isinstance(row, dict) and _is_value(row.get("value"))]
    return {
        str(value["name"]): tuple(sorted({clean(one) for one in proposed if isinstance(one, str)}))
        for value in values
        if isinstance(proposed := value.get("recommended_values"), list) and proposed
    }


def failed_validation(
    message: str, *, connector: str, sent: Mapping[str, str], redact: Redact
) -> Validation:
    """Return what it means that validation itself failed with this message of Connect's.

    Connect answers 500 for some faults of the config: those become errors of their keys, where
    the message tells which.
    """
    if unknown_class(message):
        return Validation(connector=connector, unknown_class=True)
    text = shown(message, redact)
    keys = _blamed(message, sent)
    if keys:
        reason = text.partition(": ")[2] or text if invalid_key(message) else text
        errors = tuple(SettingError(key=key, messages=(reason,)) for key in keys)
        return Validation(connector=connector, errors=errors)
    return Validation(connector=connector, failure=text or "the worker could not validate it")


def _is_value(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _reasons(value: Mapping[str, object], resolved: list[str], redact: Redact) -> tuple[str, ...]:
    errors = value.get("errors")
    key = str(value["name"])
    reasons = []
    for error in without_nulls(tuple(map(str, errors)) if isinstance(errors, list) else ()):
        reason = setting_reason(key, redact(error))
        for text in resolved:
            reason = reason.replace(text, _MASK)
        reasons.append(cut(visible(reason), _LONGEST))
    return tuple(dict.fromkeys(reasons))


def _resolved(values: list[Mapping[str, object]], sent: Mapping[str, str]) -> Iterator[str]:
    """Yield what placeholders became on the worker."""
    for value in values:
        written, answered = sent.get(str(value["name"]), ""), value.get("value")
        if (
            "${" in written
            and isinstance(answered, str)
            and answered != written
            and len(answered) >= _SHORTEST_MASKED
        ):
            yield answered


def _blamed(message: str, sent: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that a failure must be about."""
    for part, keys in _RULES:
        if part in message:
            return keys
    named = invalid_key(message)
    if named:
        found = [key for key in sent if key == named or key.endswith(f".override.{named}")]
        return tuple(found) if len(found) == 1 else ()
    return tuple(key for key, value in sent.items() if _is_provider_failure(value, message))


def _is_provider_failure(value: str, message: str) -> bool:
    """Tell whether a message speaks of the file or path of a placeholder in this value."""
    for found in _PLACEHOLDER.finditer(value):
        path = found["path"].rpartition(":")[0]
        if path and message.rstrip().endswith((path, f"{path}.")):
            return True
    return False
