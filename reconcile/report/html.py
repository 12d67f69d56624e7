"""HTML that is safe by its type: text is escaped on its way in, and only this module makes it."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reconcile.redact import one_line
from reconcile.report.spans import Line, Style

_VOID: Final = frozenset({"meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of markup, told from text that has yet to be escaped."""

    markup: str


Part = Html | str | Iterable["Part"]


def element(name: str, /, *parts: Part, **attributes: str) -> Html:
    """Return an element; texts within and attribute values are escaped.

    An attribute's name loses a trailing underscore (`class_`), and others become hyphens. One
    whose value is empty is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for key, value in attributes.items()
        if value
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(parts).markup}</{name}>")


def joined(parts: Iterable[Part]) -> Html:
    """Return pieces one after the other."""
    return Html("".join(map(_markup, parts)))


def styled(row: Line) -> Html:
    """Return a line of a text report, each span in its style."""
    return joined(
        element("span", span.text, class_=span.style.value)
        if span.style is not Style.PLAIN
        else span.text
        for span in row
    )


def _markup(part: Part) -> str:
    match part:
        case Html():
            return part.markup
        case str():
            return _escaped(part)
        case _:
            return joined(part).markup


def _escaped(text: str) -> str:
    return html.escape(one_line(text))
