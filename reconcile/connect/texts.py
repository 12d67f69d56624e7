"""Make text from a server fit to be shown: without values, short, and harmless.

Connect quotes values in its errors, also those that a config provider resolved on the worker, so
values are always dropped; the key and the reason stay.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from reconcile.redact import visible

_LONGEST: Final = 1000
_LONGEST_UNKNOWN: Final = 256
_SHORTEST_ECHO: Final = 4

_HEAD: Final = re.compile(
    r"Connector configuration is invalid and contains the following \d+ error\(s\):\s*"
)
_TAIL: Final = re.compile(
    r"\s*You can also find the above list of errors at the endpoint .*$", re.DOTALL
)
_JAVA: Final = re.compile(r"\b(?:[a-z]\w*\.)+[A-Z][\w$]*(?:Exception|Error): ")
_INVALID: Final = re.compile(
    r"Invalid value (?P<value>.*?) for configuration (?P<key>[^\s:]+)"
    r"(?:: (?P<reason>.*?))?(?=\n(?:Invalid value|Missing required) |$(?!\n))",
    re.DOTALL,
)
_NULL: Final = re.compile(r"Invalid value null for configuration (?P<key>[^\s:]+):")
_MISSING: Final = re.compile(
    r'Missing required configuration "(?P<key>[^"]+)" which has no default value\.?'
)
_NO_CLASS: Final = re.compile(r"Connector config \{.*\} contains no connector type", re.DOTALL)
_UNKNOWN_CLASS: Final = re.compile(
    r"Failed to find any class that implements Connector and which name matches (?P<name>.*?)"
    r", available connectors are: (?P<rest>.*)$",
    re.DOTALL,
)
_PLUGIN: Final = re.compile(r"PluginDesc\{klass=class ([\w.$]+)")
_JSON_SOURCE: Final = re.compile(r"\s*at \[Source: .*?line: (\d+), column: (\d+)\]", re.DOTALL)
_JSON_VALUE: Final = re.compile(r' from (\w+) ".*?"(?=[:;,\s])', re.DOTALL)
_CLASS_KEY: Final = re.compile(r"(?:^|\.)(?:class|type|converter)$")
_CLASS_VALUE: Final = re.compile(r"[\w.$]+")

REQUIRED: Final = "required, and it has no default"


def explanation(message: str) -> str:
    """Return what an error of Connect says, in one line and without config values."""
    text = _TAIL.sub("", _HEAD.sub("", message))
    text = _JAVA.sub("", "\n".join(without_nulls(text.split("\n"))))
    text = _UNKNOWN_CLASS.sub(_unknown_class, text)
    text = _NO_CLASS.sub("the config has no connector.class", text)
    text = _JSON_SOURCE.sub(r" (line \1, column \2 of the request)", text)
    text = _JSON_VALUE.sub(r" from \1", text)
    text = _MISSING.sub(rf"\g<key>: {REQUIRED}", text)
    text = _INVALID.sub(lambda found: f"{found['key']}: {_reason(found)}", text)
    return "; ".join(dict.fromkeys(part for part in map(str.strip, text.splitlines()) if part))


def without_nulls(errors: Sequence[str]) -> tuple[str, ...]:
    """Return errors without those that a value is null where others say of the same key why."""
    return tuple(
        error
        for error in errors
        if (null := _NULL.match(error)) is None
        or not any(
            re.search(rf'configuration "?(?:\S+\.)?{re.escape(null["key"])}[":]', other)
            for other in errors
            if not _NULL.match(other)
        )
    )


def setting_reason(key: str, message: str) -> str:
    """Return what an error says of one key, without the key and its value."""
    text = explanation(message)
    named, colon, reason = text.partition(": ")
    return reason if colon and (key == named or key.endswith(f".{named}")) else text


def invalid_key(message: str) -> str:
    """Return the key that an `Invalid value` message speaks of, or an empty text."""
    found = _INVALID.search(message)
    return found["key"] if found else ""


def unknown_class(message: str) -> bool:
    """Tell whether an error says that no plugin has the connector's class."""
    return _UNKNOWN_CLASS.search(message) is not None


def shown(message: str, redact: Callable[[str], str]) -> str:
    """Return an error message of Connect as a problem may quote it."""
    return cut(visible(explanation(redact(message))), _LONGEST)


def shown_body(body: bytes, redact: Callable[[str], str]) -> str:
    """Return the beginning of a body of unknown form as a problem may quote it."""
    # The redactor sees more than is shown: a secret must not survive by being cut in two.
    text = redact(body[: 64 * _LONGEST_UNKNOWN].decode("utf-8", "replace"))
    text = re.sub(
        r"<(script|style|head)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE
    )
    return cut(visible(" ".join(text.split())), _LONGEST_UNKNOWN)


def cut(text: str, longest: int) -> str:
    """Return the text, its end left out where it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _reason(found: re.Match[str]) -> str:
    value, key, reason = found["value"], found["key"], found["reason"] or "not valid"
    harmless = _CLASS_KEY.search(key) and _CLASS_VALUE.fullmatch(value)
    if harmless or value == "null" or len(value) < _SHORTEST_ECHO:
        return reason
    return reason.replace(value, "(value)")


def _unknown_class(found: re.Match[str]) -> str:
    plugins = sorted(set(_PLUGIN.findall(found["rest"])))
    known = f"; it has {', '.join(plugins)}" if plugins else ""
    return f"the worker has no connector class {found['name']}{known}"
