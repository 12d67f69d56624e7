"""What git takes over from a cluster: the lines that change, and what people must write themselves."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.problem import Location
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line
from reconcile.report.words import counted

_SIGNS: Final = {"+": Style.ADD, "-": Style.DESTROY, "@": Style.DIM}


def diff_lines(rows: Iterable[str]) -> list[Line]:
    """Return the rows of a unified diff."""
    found: list[Line] = []
    for row in rows:
        heading = row.startswith(("+++ ", "--- "))
        style = Style.BOLD if heading else _SIGNS.get(row[:1], Style.PLAIN)
        found.append(line(Span(row, style)))
    return found


def left_lines(
    connector: str, items: Sequence[tuple[str | None, str, str, Location | None]]
) -> list[Line]:
    """Return what of a connector was not written: key, reason, the line to write, and its place.

    A key of None stands for the state.
    """
    count = counted(len(items), "value")
    rows = [line(bold(f"# {connector}: {count} to be settled by hand"))]
    for key, reason, text, location in items:
        place = f"  # {location.path}:{location.line}" if location is not None else ""
        rows += indented([line(f"{key or 'state'}: {reason}", dim(place))], 2)
        rows += indented([line(Span("! ", Style.WARNING), text)], 4) if text else []
    return rows
