"""Find the line of a Java stack trace that says what went wrong."""

import re
from typing import Final

from reconcile.redact import one_line

_CAUSE: Final = re.compile(r"^(?P<indent>[ \t]*)Caused by: (?P<text>.*)$")
_FRAME: Final = re.compile(r"^[ \t]*(at [\w.$/@<>-]+\(.*|\.\.\. \d+ (more|common frames omitted))")
_THROWABLE: Final = re.compile(
    r"^(?:[\w-]+/)?(?P<outer>[A-Za-z_][\w.$]*)(?:\((?P<wrapped>[\w.$]+)\))?(?:: ?(?P<message>.*))?$",
)
_CLASS_SUFFIXES: Final = ("Exception", "Error", "Throwable", "Failure", "Interrupt")
_CIRCULAR: Final = "[CIRCULAR REFERENCE"
_LONGEST: Final = 400


def root_cause(trace: str) -> str:
    """Return the deepest cause of a trace on one line: simple class name and message.

    A cause without a message is its class name alone, one without a class its message alone.
    Suppressed exceptions are no causes. Empty for an empty trace.
    """
    text = ""
    for line in trace.splitlines():
        if not text and not _FRAME.match(line):
            text = line.strip()
        elif found := _CAUSE.match(line):
            cause = found["text"].strip()
            if not found["indent"] and cause and not cause.startswith(_CIRCULAR):
                text = cause
    return _shortened(one_line(_simple(text)))


def _simple(text: str) -> str:
    """Return the text with its class, where it begins with one, reduced to its simple name."""
    found = _THROWABLE.match(text)
    if found is None or not _is_class(found["outer"]):
        return text
    name = re.split(r"[.$]", found["wrapped"] or found["outer"])[-1]
    message = (found["message"] or "").strip()
    return f"{name}: {message}" if message else name


def _is_class(name: str) -> bool:
    package, dot, simple = name.rpartition(".")
    if simple.endswith(_CLASS_SUFFIXES):
        return True
    return bool(dot) and package[:1].islower() and simple[:1].isupper()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
