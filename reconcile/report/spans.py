"""Styled text as values: what is said is decided here, how it looks by the terminal."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final

from reconcile.redact import one_line

ELLIPSIS: Final = "…"


class Style(StrEnum):
    """What a text means; the terminal chooses the colours."""

    PLAIN = "plain"
    DIM = "dim"
    BOLD = "bold"
    ADD = "add"
    CHANGE = "change"
    DESTROY = "destroy"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Span:
    """A text in one style, on one line.

    Control characters and direction overrides are escaped on the way in, so that no text of a
    file or a cluster can act on a terminal.
    """

    text: str
    style: Style = Style.PLAIN

    def __post_init__(self) -> None:
        """Make the text safe to print."""
        object.__setattr__(self, "text", one_line(self.text))


Line = tuple[Span, ...]

EMPTY: Final[Line] = ()


def line(*parts: Span | str) -> Line:
    """Return a line; parts that are texts are plain."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def dim(text: str) -> Span:
    """Return a span that stands back."""
    return Span(text, Style.DIM)


def bold(text: str) -> Span:
    """Return a span that stands out."""
    return Span(text, Style.BOLD)


def indented(lines: Iterable[Line], columns: int) -> list[Line]:
    """Return the lines moved to the right; empty ones stay empty."""
    margin = Span(" " * columns)
    return [(margin, *row) if row else row for row in lines]


def plain(lines: Iterable[Line]) -> str:
    """Return the lines as text without styles, each ended by a line break."""
    return "".join("".join(span.text for span in row).rstrip() + "\n" for row in lines)


def width(text: str) -> int:
    """Return the columns a terminal needs for a text that is safe to print."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def padded(text: str, columns: int) -> str:
    """Return the text made safe and filled up with spaces to a width in columns."""
    safe = one_line(text)
    return safe + " " * (columns - width(safe))


def fitted(text: str, columns: int) -> str:
    """Return the text made safe and cut at its end to a width in columns."""
    safe = one_line(text)
    if width(safe) <= columns:
        return safe
    reached = accumulate(map(_columns, safe))
    kept = sum(used + width(ELLIPSIS) <= columns for used in reached)
    return safe[:kept] + ELLIPSIS


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
