"""Find the line of a Java stack trace that says what went wrong."""

import re
from typing import Final

from reconcile.redact import one_line

_CAUSE: Final = re.compile(r"^(?P<indent>[ \t]*)Caused by: (?P<text>.*)$")
_FRAME: Final = re.compile(r"^[ \t]*(at [\w.$/@<>-]+\(.*|\.\.\. \d+ (more|common frames omitted))")
_THROWABLE: Final = re.compile(
    r"^(?:[\w-]+/)?(?P<outer>[A-Za-z_][\w.$]*)(?:\((?P<wrapped>[\w.$]+)\))?(?:: ?(?P<message>.*))?$",
)
_SUPPRESSED: Final = re.compile(r"^[ \t]+Suppressed: ")
_CLASS_SUFFIXES: Final = ("Exception", "Error", "Throwable", "Failure", "Interrupt")
_CIRCULAR: Final = "[CIRCULAR REFERENCE"
# Kafka Connect's JDBC sink puts what it was told on the lines after this one.
_CHAIN: Final = "Exception chain:"
_LONGEST: Final = 400
_LONGEST_CAUSE: Final = 4000
_MOST_CAUSES: Final = 40


def root_cause(trace: str) -> str:
    """Return the deepest cause of a trace on one line: simple class name and message.

    A cause without a message is its class name alone, one without a class its message alone.
    Suppressed exceptions are no causes. Empty for an empty trace.
    """
    chain = _causes(trace)
    if not chain:
        return ""
    head, *rest = chain[-1]
    text = rest[-1] if rest and head.endswith(_CHAIN) else head
    return _shortened(one_line(_simple(text)))


def chain_of(trace: str) -> tuple[str, ...]:
    """Return the causes of a trace as they stand there, the deepest last, frames left out.

    Each has all the lines of its message. Of a very long chain these are the last, and of a very
    long message its beginning.
    """
    return tuple("\n".join(lines)[:_LONGEST_CAUSE] for lines in _causes(trace)[-_MOST_CAUSES:])


def _causes(trace: str) -> list[list[str]]:
    """Return the lines of each cause of a trace, the outermost first."""
    chain: list[list[str]] = []
    told = False
    for line in trace.splitlines():
        if _FRAME.match(line):
            told = True
        elif found := _CAUSE.match(line):
            cause = found["text"].strip()
            # What is indented is the cause of a suppressed exception.
            told = bool(found["indent"]) or not cause or cause.startswith(_CIRCULAR)
            if not told:
                chain.append([cause])
        elif _SUPPRESSED.match(line):
            told = True
        elif text := line.strip():
            if not chain:
                chain.append([text])
                told = False
            elif not told:
                chain[-1].append(text)
    return chain


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
