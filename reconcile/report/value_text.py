"""Config values as a plan may show them: quoted, escaped, shortened, or named instead of shown."""

import json
import re
import unicodedata
from typing import Final

from reconcile.model.plan import Shown, ValueKind
from reconcile.redact import one_line
from reconcile.report.spans import ELLIPSIS

_LONGEST: Final = 100
_CONTEXT: Final = 20
_REFERENCE: Final = re.compile(r"\$\{\{[^{}]*\}\}")


def value_text(shown: Shown) -> str:
    """Return one value, long ones shortened in the middle."""
    match shown.kind:
        case ValueKind.PLAIN:
            return quoted(shown.text)
        case ValueKind.SENSITIVE:
            return f"(sensitive value #{shown.number})" if shown.number else "(sensitive value)"
        case ValueKind.UNRESOLVED:
            return "(secret, not resolved)"
        case ValueKind.MASKED:
            return "(masked by the server)"


def pair_texts(before: Shown, after: Shown) -> tuple[str, str]:
    """Return two values so that the difference can be seen, however long or alike they are."""
    if before.kind is ValueKind.PLAIN and after.kind is ValueKind.PLAIN:
        return quoted_pair(before.text, after.text)
    return value_text(before), value_text(after)


def quoted(text: str) -> str:
    """Return a text in quotes on one line, with its length where it was shortened."""
    return _in_quotes(_shortened(one_line(text)), text)


def quoted_pair(before: str, after: str) -> tuple[str, str]:
    """Return two texts in quotes, long ones cut around the place where they differ."""
    left, right = one_line(before), one_line(after)
    if _look_alike(left, right):
        left, right = json.dumps(before)[1:-1], json.dumps(after)[1:-1]
    if max(len(left), len(right)) > _LONGEST:
        left, right = _around_difference(left, right)
    return _in_quotes(left, before), _in_quotes(right, after)


def is_long(text: str) -> bool:
    """Tell whether a value is too long to be read beside another one."""
    return len(text) > _LONGEST


def length_text(text: str) -> str:
    """Return a text's length in words that stand for the text."""
    return f"({len(text):,} characters)"


def references_text(shown: Shown | None) -> str:
    """Return the references that a secret value came from, and nothing that surrounds them."""
    return " ".join(_REFERENCE.findall(shown.reference)) if shown else ""


def _in_quotes(text: str, whole: str) -> str:
    return f'"{text}" {length_text(whole)}' if ELLIPSIS in text else f'"{text}"'


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}{ELLIPSIS}{text[-half:]}"


def _look_alike(left: str, right: str) -> bool:
    return unicodedata.normalize("NFKC", left) == unicodedata.normalize("NFKC", right)


def _around_difference(left: str, right: str) -> tuple[str, str]:
    start = _common_prefix(left, right)
    shortest = min(len(left), len(right)) - start
    end = min(_common_prefix(left[::-1], right[::-1]), shortest)
    head, tail = max(0, start - _CONTEXT), max(0, end - _CONTEXT)
    return _window(left, head, tail), _window(right, head, tail)


def _window(text: str, head: int, tail: int) -> str:
    middle = _shortened(text[head : len(text) - tail])
    return (ELLIPSIS if head else "") + middle + (ELLIPSIS if tail else "")


def _common_prefix(left: str, right: str) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))
