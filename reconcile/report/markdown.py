"""Markdown that holds text from anywhere: nothing in it becomes markup, a mention or a link.

CommonMark 0.31 and GitHub's and GitLab's additions to it: both look for mentions and references
in the finished text, where a backslash no longer helps; a word joiner (U+2060) does.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from reconcile.redact import one_line
from reconcile.report.spans import Line, Span, Style

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>&|~$])")
_START: Final = re.compile(r"^(\d{0,9})([-+=#.)])")
_CALLS: Final = re.compile(r"[@#!%&$~^](?=[\w\"{\[])|:(?=[\w+-]+:)|\b[Gg][Hh](?=-\d)")
_ADDRESS: Final = re.compile(r"\b(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)", re.IGNORECASE)
_WORDS: Final = re.compile(r"([\W_]*)([^\W_](?:.*[^\W_])?)([\W_]*)", re.DOTALL)
_TICKS: Final = re.compile(r"`+")
_JOINER: Final = "\u2060"
_IN_URLS: Final = "%/:?#[]@!$&'()*+,;=~"
_STRONG: Final = frozenset({Style.BOLD, Style.ERROR, Style.WARNING, Style.DESTROY})


def inline(text: str) -> str:
    """Return a text as text: no markup, no mention, no link, on one line."""
    return _begun(_escaped(text).strip())


def code(text: str) -> str:
    """Return a text as code on one line; an empty one as nothing."""
    safe = one_line(text)
    if not safe.strip():
        return ""
    ticks = "`" * (_longest_ticks(safe) + 1)
    room = " " if safe.startswith(("`", " ")) or safe.endswith(("`", " ")) else ""
    return f"{ticks}{room}{safe}{room}{ticks}"


def styled(row: Line) -> str:
    """Return a line of a text report; what stands out there does here."""
    return _begun(" ".join("".join(map(_span, row)).split()))


def fence(rows: Iterable[str], language: str) -> list[str]:
    """Return lines in a fence that none of them can close."""
    safe = [one_line(row).rstrip() for row in rows]
    ticks = "`" * max(3, 1 + max(map(_longest_ticks, safe), default=0))
    return [f"{ticks}{language}", *safe, ticks]


def details(summary: str, rows: Sequence[str]) -> list[str]:
    """Return lines of Markdown folded away under a summary, which is text."""
    shown = html.escape(inert(summary))  # Markdown is not read there
    return ["<details>", f"<summary>{shown}</summary>", "", *rows, "", "</details>"]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table of cells that are Markdown already."""
    head = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return [*head, *(f"| {' | '.join(_cell(text) for text in row)} |" for row in rows)]


def link(label: str, url: str) -> str:
    """Return a link; the address is percent-encoded where it could end the link."""
    return f"[{inline(label)}](<{quote(one_line(url), safe=_IN_URLS)}>)"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", inert(text))


def _begun(line: str) -> str:
    """Return a line that begins no heading, list or rule."""
    return _START.sub(r"\1\\\2", line)


def inert(text: str) -> str:
    """Return a text that calls nobody, refers to nothing and leads nowhere once it is rendered."""
    quiet = _CALLS.sub(rf"\g<0>{_JOINER}", one_line(text))
    return _ADDRESS.sub(lambda found: found[0][0] + _JOINER + found[0][1:], quiet)


def _cell(text: str) -> str:
    # A bar ends a cell even within code, where a backslash is shown: only in tables it is not.
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _span(span: Span) -> str:
    found = _WORDS.fullmatch(span.text) if span.style in _STRONG else None
    if found is None:
        return _escaped(span.text)
    # Emphasis has to begin and end at a word: `a**, b**` is none.
    return f"{_escaped(found[1])}**{_escaped(found[2])}**{_escaped(found[3])}"


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
