"""Tables as values, and their rows aligned for a given width."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from reconcile.report.spans import Line, Span, Style, fitted, padded, width

_GAP: Final = "  "
_NARROWEST: Final = 12

Row = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with headings, and rows with one span for each."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def table_lines(table: Table, columns: int | None = None) -> list[Line]:
    """Return the rows aligned; the last column is cut where the terminal is too narrow.

    `columns` is the terminal's width; None cuts nothing.
    """
    heading = tuple(Span(name, Style.BOLD) for name in table.columns)
    rows = [heading, *table.rows]
    widths = [max(width(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    last = None if columns is None else max(_NARROWEST, columns - _taken(widths))
    return [_aligned(row, widths, last) for row in rows]


def _taken(widths: Sequence[int]) -> int:
    return sum(size + len(_GAP) for size in widths[:-1])


def _aligned(row: Row, widths: Sequence[int], last: int | None) -> Line:
    cells = [
        Span(padded(cell.text, size) + _GAP, cell.style)
        for (cell, _), size in zip(pairwise(row), widths, strict=False)
    ]
    tail = row[-1]
    return (*cells, tail if last is None else Span(fitted(tail.text, last), tail.style))
