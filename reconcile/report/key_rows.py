"""The keys and the state of a change, one row each, before any format lays them out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconcile.model.plan import Cause, Change, KeyChange, Part, PartChange, Shown
from reconcile.report.spans import Line, Span, Style, dim, line
from reconcile.report.value_text import (
    is_long,
    length_text,
    pair_texts,
    quoted,
    quoted_pair,
    references_text,
    value_text,
)
from reconcile.report.words import cause_text, counted

ADD: Final = Span("+", Style.ADD)
UPDATE: Final = Span("~", Style.CHANGE)
DELETE: Final = Span("-", Style.DESTROY)

_MOST_PARTS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One difference as texts; a side that is absent is None.

    `notes` say where a secret came from and who made the difference; `parts` what differs inside
    of a long value.
    """

    key: str
    before: str | None
    after: str | None
    notes: tuple[str, ...] = ()
    parts: tuple[Line, ...] = ()

    @property
    def sign(self) -> Span:
        """Return the sign in front of the row."""
        if self.before is None:
            return ADD
        return DELETE if self.after is None else UPDATE


def key_rows(change: Change) -> Iterator[KeyRow]:
    """Yield a row for each key that differs, and one for the state."""
    yield from map(_key_row, change.keys)
    if change.state is not None:
        yield KeyRow(
            key="state",
            before=change.state.before,
            after=change.state.after,
            notes=_cause_notes(change.state.cause) if change.state.before else (),
        )


def _key_row(change: KeyChange) -> KeyRow:
    parts = tuple(_part_lines(change)) if _worth_taking_apart(change) else ()
    source = references_text(change.after) or references_text(change.before)
    notes = (f"from {source}",) if source else ()
    before, after = _texts(change, apart=bool(parts))
    return KeyRow(
        key=change.key,
        before=before,
        after=after,
        notes=notes + _cause_notes(change.cause),
        parts=parts,
    )


def _cause_notes(cause: Cause | None) -> tuple[str, ...]:
    """Say so where a difference was made by hand; that git changed is what plans are for."""
    return (cause_text(cause),) if cause in {Cause.LIVE, Cause.BOTH} and cause else ()


def _texts(change: KeyChange, *, apart: bool) -> tuple[str | None, str | None]:
    before, after = change.before, change.after
    if before is None or after is None:
        return _alone(before), _alone(after)
    if apart:
        return length_text(before.text), length_text(after.text)
    return pair_texts(before, after)


def _alone(shown: Shown | None) -> str | None:
    return None if shown is None else value_text(shown)


def _worth_taking_apart(change: KeyChange) -> bool:
    if change.sensitive or change.before is None or change.after is None:
        return False
    return is_long(change.before.text) or is_long(change.after.text)


def _part_lines(change: KeyChange) -> list[Line]:
    shown = change.parts[:_MOST_PARTS]
    rest = len(change.parts) - len(shown)
    more = [line(dim(f"# ({counted(rest, 'more part')} changed)"))] if rest else []
    return [*map(_part_line, shown), *more]


def _part_line(part: PartChange) -> Line:
    place = f" {part.path} = " if part.path else " "
    match part.part:
        case Part.ADDED:
            return line(ADD, place, quoted(part.after))
        case Part.REMOVED:
            return line(DELETE, place, quoted(part.before))
        case Part.CHANGED:
            before, after = quoted_pair(part.before, part.after)
            return line(UPDATE, place, before, dim(" -> "), after)
