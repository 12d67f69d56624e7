"""One change of a plan, as Terraform would show it."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.plan import (
    Action,
    Cause,
    Change,
    KeyChange,
    Part,
    PartChange,
    Reason,
    Shown,
    ValueKind,
)
from reconcile.model.problem import Location, Problem
from reconcile.redact import one_line
from reconcile.report.effect_text import effect_texts
from reconcile.report.problem_text import problem_lines
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line, padded, width
from reconcile.report.value_text import (
    is_long,
    length_text,
    pair_texts,
    quoted,
    quoted_pair,
    references_text,
    value_text,
)
from reconcile.report.words import cause_text, counted, listed, state_word

_WIDEST_KEY: Final = 48
_MOST_PARTS: Final = 30
_ADD: Final = Span("+", Style.ADD)
_UPDATE: Final = Span("~", Style.CHANGE)
_DELETE: Final = Span("-", Style.DESTROY)


def change_lines(change: Change, problems: Iterable[Problem] = ()) -> list[Line]:
    """Return one change with the problems that speak of it."""
    details = [
        *value_lines(change),
        *comment_lines(change),
        *(line(Span("! ", Style.WARNING), text) for text in effect_texts(change)),
        *(row for problem in problems for row in problem_lines(problem)),
    ]
    because = change.action is Action.DELETE and change.reason is Reason.NOT_DECLARED
    reasons = ["(because no definition in git declares it)"] if because else []
    return block_lines(symbol(change.action), [sentence(change), *reasons], change, details)


def block_lines(
    sign: Span, sentences: Sequence[str], change: Change, details: Iterable[Line]
) -> list[Line]:
    """Return the block of one connector: what happens, which one it is, and the details."""
    place = f"  # {_place(change.location)}" if change.location else ""
    class_name = f" ({change.class_name.rpartition('.')[2]})" if change.class_name else ""
    first, *more = sentences
    head = [
        line(bold(f"# {first}")),
        *(line(dim(f"# {text}")) for text in more),
        line(sign, f" {change.name}{class_name}", dim(place)),
    ]
    return [*indented(head, 2), *indented(details, 6)]


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}" if location.line else location.path


def symbol(action: Action) -> Span:
    """Return the sign in front of a change."""
    match action:
        case Action.CREATE:
            return _ADD
        case Action.DELETE:
            return _DELETE
        case Action.UPDATE | Action.SET_STATE | Action.RESTART | Action.MOVE:
            return _UPDATE


def sentence(change: Change) -> str:
    """Return what will happen, in words: they carry the meaning where there is no colour."""
    match change.action:
        case Action.CREATE:
            again = " again: it was deleted by hand" if change.cause is Cause.LIVE else ""
            return f"{change.name} will be created{again}"
        case Action.UPDATE:
            return f"{change.name} will be updated in-place"
        case Action.DELETE:
            return f"{change.name} will be destroyed"
        case Action.SET_STATE:
            return f"{change.name} will be {_state_word(change)}"
        case Action.RESTART:
            where = " where it has failed" if change.only_failed else ""
            return f"{change.name} will be restarted{where}"
        case Action.MOVE:
            origin = change.origin.name if change.origin else "another name"
            return f"{change.name} will be moved from {origin}, with its offsets"


def _state_word(change: Change) -> str:
    return state_word(change.state.after) if change.state else "changed"


def value_lines(change: Change) -> list[Line]:
    """Return the keys and the state that differ, aligned."""
    names = [key_change.key for key_change in change.keys] + (["state"] if change.state else [])
    fitting = (width(one_line(name)) for name in names)
    columns = max((size for size in fitting if size <= _WIDEST_KEY), default=0)
    rows = [row for key_change in change.keys for row in _key_lines(key_change, columns)]
    return [*rows, *_state_lines(change, columns)]


def _key_lines(change: KeyChange, columns: int) -> list[Line]:
    name = f" {padded(change.key, columns)} = "
    parts = _part_lines(change) if _worth_taking_apart(change) else []
    note = references_text(change.after) or references_text(change.before)
    comment = dim("".join([f"  # from {note}" if note else "", _cause_note(change)]))
    if change.before is None and change.after is not None:
        return [line(_ADD, name, value_text(change.after), comment)]
    if change.after is None and change.before is not None:
        return [line(_DELETE, name, value_text(change.before), comment)]
    before, after = _texts(change, apart=bool(parts))
    return [line(_UPDATE, name, before, dim(" -> "), after, comment), *indented(parts, 4)]


def _cause_note(change: KeyChange) -> str:
    """Say so where a difference was made by hand; that git changed is what plans are for."""
    by_hand = change.cause in {Cause.LIVE, Cause.BOTH}
    return f"  # {cause_text(change.cause)}" if by_hand and change.cause else ""


def _texts(change: KeyChange, *, apart: bool) -> tuple[str, str]:
    before, after = change.before or _NOTHING, change.after or _NOTHING
    if apart:
        return length_text(before.text), length_text(after.text)
    return pair_texts(before, after)


_NOTHING: Final = Shown(kind=ValueKind.PLAIN)


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
            return line(_ADD, place, quoted(part.after))
        case Part.REMOVED:
            return line(_DELETE, place, quoted(part.before))
        case Part.CHANGED:
            before, after = quoted_pair(part.before, part.after)
            return line(_UPDATE, place, before, dim(" -> "), after)


def _state_lines(change: Change, columns: int) -> list[Line]:
    if change.state is None:
        return []
    name = f" {padded('state', columns)} = "
    if change.state.before is None:
        return [line(_ADD, name, change.state.after)]
    by_hand = change.state.cause in {Cause.LIVE, Cause.BOTH}
    note = f"  # {cause_text(change.state.cause)}" if by_hand and change.state.cause else ""
    return [line(_UPDATE, name, change.state.before, dim(" -> "), change.state.after, dim(note))]


def comment_lines(change: Change) -> list[Line]:
    """Return what is not shown of a connector: keys in sync, and keys that rules leave alone."""
    ignored = [
        line(
            dim(
                f"  # ({counted(len(rule.keys), 'key')} ignored: {rule.reason}; {_names(rule.keys)})"
            )
        )
        for rule in change.ignored
    ]
    if not change.unchanged:
        return ignored
    hidden = counted(change.unchanged, "unchanged key")
    return [line(dim(f"  # ({hidden} hidden)")), *ignored]


def _names(keys: tuple[str, ...]) -> str:
    first, rest = listed(sorted(keys), 5)
    return ", ".join([*first, *([rest] if rest else [])])
