"""Read request bodies as strictly as Connect does, and complain with Jackson's words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.sandbox.simulated_state import Offset, Target
from reconcile.sandbox.simulated_versions import Features

_NEWER_JACKSON = (4, 0)
_ENTITIES = "org.apache.kafka.connect.runtime.rest.entities"
_CREATION = f"{_ENTITIES}.CreateConnectorRequest"
_OFFSETS = f"{_ENTITIES}.ConnectorOffsets"
_MAP = "java.util.LinkedHashMap"
_STRING_MAP = f"{_MAP}<java.lang.String,java.lang.String>"
_HIDDEN = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_SHOWN = "(org.glassfish.jersey.message.internal.ReaderInterceptorExecutor$UnCloseableInputStream)"
_SOURCE = f"[Source: {_HIDDEN}; "
_START = f"{_SOURCE}line: 1, column: 1]"
NO_CONFIG = 'Cannot invoke "java.util.Map.get(Object)" because "connectorConfig" is null'


class UnreadableBodyError(Exception):
    """The body does not fit; the message is the worker's answer, with status 500."""


def complaint(problem: UnreadableBodyError, features: Features) -> str:
    """Return the message of a body that cannot be read, as this release words it."""
    message = str(problem)
    return message if features.hides_source else message.replace(_HIDDEN, _SHOWN)


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number by the text in which it was sent: Connect stores that text."""

    text: str


def read_json(body: bytes) -> object:
    """Return the parsed body, None where there is none; numbers stay `Number`."""
    text = body.decode("utf-8", "replace")
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_float=Number, parse_int=Number)
    except json.JSONDecodeError as problem:
        raise UnreadableBodyError(_syntax_message(text, problem)) from problem


def read_config(body: bytes) -> dict[str, str | None] | None:
    """Return a flat map of texts, None where there is no body; null values stay None."""
    value = read_json(body)
    return None if value is None else _config(value, chain=())


def read_creation(
    body: bytes, features: Features
) -> tuple[str, dict[str, str | None] | None, Target]:
    """Return name, config (None where the body has none) and state of a `POST /connectors`."""
    value = read_json(body)
    if value is None:
        raise UnreadableBodyError(
            f'Cannot invoke "{_CREATION}.name()" because "createRequest" is null'
        )
    known = ("config", "name", *(["initial_state"] if features.initial_state else []))
    fields = _entity(value, _CREATION, known, features)
    config = fields.get("config")
    name = _text(fields.get("name"), chain=(f'{_CREATION}["name"]',)) or ""
    return (
        name.strip(),
        None if config is None else _config(config, chain=(f'{_CREATION}["config"]',)),
        _initial_state(fields.get("initial_state")),
    )


def read_positions(body: bytes, features: Features) -> tuple[Offset, ...]:
    """Return the positions of a `PATCH .../offsets`, none where the body has none."""
    value = read_json(body)
    if value is None:
        raise UnreadableBodyError(f'Cannot invoke "{_OFFSETS}.offsets()" because "offsets" is null')
    entries = _entity(value, _OFFSETS, ("offsets",), features).get("offsets")
    if entries is None:
        return ()
    if not isinstance(entries, list):
        wanted = f"java.util.ArrayList<{_ENTITIES}.ConnectorOffset>"
        raise UnreadableBodyError(_wrong_type(wanted, entries, (f'{_OFFSETS}["offsets"]',)))
    return tuple(
        Offset(partition=_plain(entry.get("partition")) or {}, offset=_plain(entry.get("offset")))
        for entry in entries
        if isinstance(entry, Mapping)
    )


def read_level(body: bytes) -> str | None:
    """Return the level of a `PUT /admin/loggers/{name}`."""
    config = read_config(body)
    if config is None:
        raise UnreadableBodyError(NO_CONFIG.replace("connectorConfig", "levelMap"))
    return config.get("level")


def _entity(
    value: object, name: str, known: tuple[str, ...], features: Features
) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UnreadableBodyError(_wrong_type(name, value, ()))
    for key in value:
        if key not in known:
            listed = ", ".join(f'"{field}"' for field in known)
            count = "one known property" if len(known) == 1 else f"{len(known)} known properties"
            closing = "" if features.release >= _NEWER_JACKSON else "]"
            raise UnreadableBodyError(
                f'Unrecognized field "{key}" (class {name}), not marked as ignorable '
                f'({count}: {listed}{closing})\n at {_START} (through reference chain: {name}["{key}"])'
            )
    return value


def _config(value: object, *, chain: tuple[str, ...]) -> dict[str, str | None]:
    if not isinstance(value, Mapping):
        raise UnreadableBodyError(_wrong_type(_STRING_MAP, value, chain))
    return {key: _text(entry, chain=(*chain, f'{_MAP}["{key}"]')) for key, entry in value.items()}


def _initial_state(value: object) -> Target:
    if value is None:
        return Target.RUNNING
    text = str(value).upper()
    if text in Target.__members__:
        return Target[text]
    enum = f"{_CREATION}$InitialState"
    raise UnreadableBodyError(
        f"Cannot construct instance of `{enum}`, problem: No enum constant "
        f"{enum.replace('$', '.')}.{text}\n at {_START} "
        f'(through reference chain: {_CREATION}["initial_state"])'
    )


def _text(value: object, *, chain: tuple[str, ...]) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Number():
            return value.text
        case _:
            raise UnreadableBodyError(_wrong_type("java.lang.String", value, chain))


def _plain(value: object) -> dict[str, object] | None:
    """Return a map of an offset with its numbers as numbers."""
    if not isinstance(value, Mapping):
        return None
    return {
        key: json.loads(entry.text) if isinstance(entry, Number) else entry
        for key, entry in value.items()
    }


def _wrong_type(wanted: str, value: object, chain: tuple[str, ...]) -> str:
    through = f" (through reference chain: {'->'.join(chain)})" if chain else ""
    if isinstance(value, str):
        return (
            f"Cannot construct instance of `{wanted.partition('<')[0]}` (although at least one "
            "Creator exists): no String-argument constructor/factory method to deserialize from "
            f"String value ('{value}')\n at {_START}{through}"
        )
    kind, token = _token(value)
    return (
        f"Cannot deserialize value of type `{wanted}` from {kind} value "
        f"(token `JsonToken.{token}`)\n at {_START}{through}"
    )


def _token(value: object) -> tuple[str, str]:
    match value:
        case bool():
            return "Boolean", f"VALUE_{str(value).upper()}"
        case Number():
            whole = value.text.lstrip("-").isdigit()
            return (
                ("Integer", "VALUE_NUMBER_INT")
                if whole
                else ("Floating-point", "VALUE_NUMBER_FLOAT")
            )
        case Mapping():
            return "Object", "START_OBJECT"
        case _:
            return "Array", "START_ARRAY"


def _syntax_message(text: str, problem: json.JSONDecodeError) -> str:
    where = f"\n at {_SOURCE}line: {problem.lineno}, column: {problem.colno}]"
    if problem.pos >= len(text.rstrip()):
        if text.rstrip()[-1:] in {":", ","}:
            return f"Unexpected end-of-input within/between Object entries{where}"
        opened = "Array" if text.lstrip()[:1] == "[" else "Object"
        return (
            f"Unexpected end-of-input: expected close marker for {opened} "
            f"(start marker at {_START}){where}"
        )
    letter = text[problem.pos]
    if "property name" in problem.msg:
        expecting = "was expecting double-quote to start field name"
    elif letter.isalpha():
        word = text[problem.pos :].partition(",")[0].rstrip("}] \n")
        return (
            f"Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or "
            f"token 'null', 'true' or 'false'){where}"
        )
    else:
        expecting = (
            "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' "
            "or 'false')"
        )
    return f"Unexpected character ('{letter}' (code {ord(letter)})): {expecting}{where}"
