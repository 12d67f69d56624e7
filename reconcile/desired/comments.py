"""Read the comments that ignore lint findings: `# connectform:ignore CF014 the reason`."""

import re
from bisect import bisect_right
from typing import Final

import yaml

from reconcile.desired.yaml_reader import scalar_marks
from reconcile.model.lint import LintIgnore
from reconcile.model.problem import Location

_MARKER: Final = re.compile(r"connectform\s*:\s*ignore", re.IGNORECASE)
_COMMENT: Final = re.compile(
    rf"(?:^|(?<=\s))#\s*{_MARKER.pattern}(?=\s|$|:)(?P<rest>.*)$", re.IGNORECASE
)
_CODES: Final = re.compile(
    r"\s*:?\s*(?P<codes>[A-Za-z]{2}\d{3}(?:[\s,]+[A-Za-z]{2}\d{3})*)(?![\w])[\s,:-]*(?P<reason>.*)"
)
_CODE: Final = re.compile(r"[A-Za-z]{2}\d{3}")
_ANOTHER: Final = re.compile(r"\s#\s")
_SEPARATOR: Final = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
_DIRECTIVE: Final = re.compile(r"%")
_END: Final = 1 << 40


def read_ignores(text: str, path: str) -> tuple[LintIgnore, ...]:
    """Return the ignore comments of a YAML text; `path` names the file in places.

    A comment behind something counts for that line, one on a line of its own for the next line
    that holds anything; before the first line of a document it counts for the document, and at the
    top of the file for the whole file.
    """
    if _MARKER.search(text) is None:
        return ()
    lines = text.split("\n")
    found = [
        (number, match) for number, line in enumerate(lines) if (match := _COMMENT.search(line))
    ]
    if not found:
        return ()
    inside = _scalars(text)
    return tuple(
        _ignore(lines, number, match, path)
        for number, match in found
        if not _is_inside(inside, number, match.start())
    )


def _ignore(lines: list[str], number: int, match: "re.Match[str]", path: str) -> LintIgnore:
    codes, reason = _codes_and_reason(match["rest"])
    first, last = _reach(lines, number, match.start())
    return LintIgnore(
        location=Location(path, number + 1, match.start() + 1),
        codes=codes,
        reason=reason,
        first=first,
        last=last,
    )


def _codes_and_reason(rest: str) -> tuple[tuple[str, ...], str]:
    rest = _ANOTHER.split(rest, maxsplit=1)[0]
    written = _CODES.match(rest)
    if written is None:
        return (), rest.strip(" \t:-\r")
    codes = tuple(code.upper() for code in _CODE.findall(written["codes"]))
    return codes, written["reason"].strip()


def _reach(lines: list[str], number: int, column: int) -> tuple[int, int]:
    """Return the first and the last line that a comment speaks of, counted from 1."""
    if lines[number][:column].strip():
        return number + 1, number + 1
    before = _before(lines, number)
    if before is None:
        return 1, _END
    if _SEPARATOR.match(before):
        return number + 1, _document_end(lines, number)
    following = (index for index in range(number + 1, len(lines)) if not _is_empty(lines[index]))
    target = next(following, number) + 1
    return target, target


def _before(lines: list[str], number: int) -> str | None:
    """Return the nearest line above that holds anything, or None at the top of the file."""
    above = [line for line in lines[:number] if not _is_empty(line)]
    if not above or all(_SEPARATOR.match(line) or _DIRECTIVE.match(line) for line in above):
        return None
    return above[-1]


def _document_end(lines: list[str], number: int) -> int:
    following = (index for index in range(number + 1, len(lines)) if _SEPARATOR.match(lines[index]))
    return next(following, len(lines))


def _is_empty(line: str) -> bool:
    text = line.strip()
    return not text or text.startswith("#")


def _scalars(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where texts of several lines or in quotes stand: a # inside is no comment."""
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    try:
        for start, end in scalar_marks(text):
            found.append(
                ((start.line, start.column), (end.line, end.column))
            )  # kept up to an error
    except yaml.YAMLError:
        # What cannot be read to its end is told elsewhere, and nothing of it is linted.
        return found
    return found


def _is_inside(
    scalars: list[tuple[tuple[int, int], tuple[int, int]]], line: int, column: int
) -> bool:
    index = bisect_right(scalars, ((line, column), (_END, 0))) - 1
    return index >= 0 and scalars[index][0] <= (line, column) < scalars[index][1]
