"""A report that is laid out as a page: what it says, before Markdown or HTML says how it looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconcile.model.problem import Problem
from reconcile.report.key_rows import KeyRow
from reconcile.report.links import Link
from reconcile.report.spans import Line, Span, Style
from reconcile.report.table import Table

Columns = tuple[str, str, str, str]
FROM_BEFORE: Columns = ("Key", "Before", "After", "Note")


@dataclass(frozen=True, slots=True)
class Count:
    """A number, what it counts, and what that means."""

    number: int
    word: str
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One connector: what happened or will happen to it, and everything about that.

    `facts` are its class and place; `commands` are to be copied, each with what it is for. An
    `urgent` card stays visible however little room there is.
    """

    name: str
    sign: Span
    sentence: str
    facts: tuple[str, ...] = ()
    columns: Columns = FROM_BEFORE
    rows: tuple[KeyRow, ...] = ()
    effects: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where, and with which inputs, what was stopped is started by hand; their names are ours."""

    link: Link
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """That nothing of this will be done as it stands, why, and how it goes on in a pipeline."""

    heading: Line
    problems: tuple[Problem, ...]
    way_on: WayOn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What there is to say of one cluster, the most important first.

    `refused` and `summary` are always shown; `asides` are blocks of lines, the first of each its
    heading.
    """

    heading: str
    facts: tuple[str, ...] = ()
    refused: Refused | None = None
    summary: tuple[Line, ...] = ()
    counts: tuple[Count, ...] = ()
    problems: tuple[Problem, ...] = ()
    cards: tuple[Card, ...] = ()
    table: Table | None = None
    asides: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole report."""

    title: str
    facts: tuple[str, ...] = ()
    summary: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()


def urgent_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Return cards in their order, those that must be seen before all others."""
    return tuple(sorted(cards, key=lambda card: not card.urgent))


def filled(*blocks: Iterable[Line]) -> tuple[tuple[Line, ...], ...]:
    """Return the blocks that say something, without their empty lines."""
    rows = (tuple(row for row in block if row) for block in blocks)
    return tuple(block for block in rows if block)
