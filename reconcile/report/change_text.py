"""One change of a plan, as Terraform would show it."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.plan import Action, Cause, Change, Reason
from reconcile.model.problem import Location, Problem
from reconcile.redact import one_line
from reconcile.report.effect_text import effect_texts
from reconcile.report.key_rows import ADD, DELETE, UPDATE, KeyRow, key_rows
from reconcile.report.problem_text import problem_lines
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line, padded, width
from reconcile.report.words import counted, listed, state_word

_WIDEST_KEY: Final = 48


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
    place = f"  # {place_text(change.location)}" if change.location else ""
    class_name = f" ({change.class_name.rpartition('.')[2]})" if change.class_name else ""
    first, *more = sentences
    head = [
        line(bold(f"# {first}")),
        *(line(dim(f"# {text}")) for text in more),
        line(sign, f" {change.name}{class_name}", dim(place)),
    ]
    return [*indented(head, 2), *indented(details, 6)]


def place_text(location: Location) -> str:
    """Return where a connector is declared: file and line."""
    return f"{location.path}:{location.line}" if location.line else location.path


def symbol(action: Action) -> Span:
    """Return the sign in front of a change."""
    match action:
        case Action.CREATE:
            return ADD
        case Action.DELETE:
            return DELETE
        case Action.UPDATE | Action.SET_STATE | Action.RESTART | Action.MOVE:
            return UPDATE


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
    rows = list(key_rows(change))
    fitting = (width(one_line(row.key)) for row in rows)
    columns = max((size for size in fitting if size <= _WIDEST_KEY), default=0)
    return [shown for row in rows for shown in _row_lines(row, columns)]


def _row_lines(row: KeyRow, columns: int) -> list[Line]:
    texts = [text for text in (row.before, row.after) if text is not None]
    values: list[Span | str] = [texts[0]] if len(texts) == 1 else [texts[0], dim(" -> "), texts[1]]
    notes = dim("".join(f"  # {note}" for note in row.notes))
    head = line(row.sign, f" {padded(row.key, columns)} = ", *values, notes)
    return [head, *indented(row.parts, 4)]


def comment_lines(change: Change) -> list[Line]:
    """Return what is not shown of a connector, as comments."""
    return [line(dim(f"  # ({text})")) for text in comment_texts(change)]


def comment_texts(change: Change) -> list[str]:
    """Return what is not shown of a connector: keys in sync, and keys that rules leave alone."""
    ignored = [
        f"{counted(len(rule.keys), 'key')} ignored: {rule.reason}; {_names(rule.keys)}"
        for rule in change.ignored
    ]
    if not change.unchanged:
        return ignored
    return [f"{counted(change.unchanged, 'unchanged key')} hidden", *ignored]


def _names(keys: tuple[str, ...]) -> str:
    first, rest = listed(sorted(keys), 5)
    return ", ".join([*first, *([rest] if rest else [])])
