"""A page as Markdown for pull requests and issues: less detail where there is less room."""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final

from reconcile.model.problem import Problem, errors_in
from reconcile.report.key_rows import KeyRow
from reconcile.report.markdown import code, details, fence, inline, link, styled, table
from reconcile.report.page import Card, Page, Refused, Section, WayOn
from reconcile.report.spans import Line, padded, plain, width
from reconcile.report.table import Table
from reconcile.report.words import counted, listed

ROOM: Final = 60_000
_MOST_ROWS: Final = 25
_WIDEST_KEY: Final = 48
_MOST_PROBLEMS: Final = 50
_SIGNS: Final = {"+": "+", "-": "-", "~": "!"}

Rows = list[str]
Shown = Callable[[Section], Rows]


def page_markdown(page: Page, *, room: int = ROOM, level: int = 2, whole: str = "") -> str:
    """Return a whole page in at most `room` characters, with headings from a level on.

    Everything is shown while there is room for it; then the keys without their values; then one
    line for each connector; then numbers, and as many names as fit. What is urgent comes first in
    each, and no fence is ever cut. `whole` is the address of the run that shows the rest.
    """
    for shown, lacking in _LEVELS:
        text = _page(page, shown, level, _without(lacking, whole))
        if len(text) <= room:
            return text
    without = _without("details", whole)
    spare = room - len(_page(page, lambda section: _numbers(section, 0), level, without))
    share = max(0, spare) // max(1, len(page.sections))
    text = _page(page, lambda section: _numbers(section, share), level, without)
    return text if len(text) <= room else _cut(text, room)


def _page(page: Page, shown: Shown, level: int, without: Rows) -> str:
    marks = "#" * level
    rows = [f"{marks} {inline(page.title)}", "", *_facts(page.facts), *_paragraphs(page.summary)]
    rows += without
    for section in page.sections:
        if page.sections[1:]:
            rows += [f"{marks}# {inline(section.heading)}", ""]
        rows += [*_facts(section.facts), *_refused(section.refused)]
        rows += [*_paragraphs(section.summary), *shown(section)]
    return "\n".join(rows).rstrip() + "\n"


def _refused(refused: Refused | None) -> Rows:
    if refused is None:
        return []
    way_on = [f"- {way_on_markdown(refused.way_on)}"] if refused.way_on else []
    return [styled(refused.heading), "", *map(_problem, refused.problems), *way_on, ""]


def way_on_markdown(way_on: WayOn) -> str:
    """Return where, and with what, something is started by hand."""
    where = (
        link(way_on.link.label, way_on.link.url) if way_on.link.url else inline(way_on.link.label)
    )
    given = ", ".join(f"{name} {code(value)}" for name, value in way_on.inputs)
    return f"{where} with {given}"


def _in_full(section: Section) -> Rows:
    return [
        *_problems(section.problems),
        *(row for card in section.cards for row in _card(card, _values)),
        *_table(section.table),
        *(row for lines in section.asides for row in _aside(lines)),
    ]


def _keys_alone(section: Section) -> Rows:
    return [
        *_problems(section.problems),
        *(row for card in section.cards for row in _card(card, _names)),
        *_table(section.table),
        *_aside_headings(section),
    ]


def _one_line_each(section: Section) -> Rows:
    rows = (
        (code(card.sign.text), code(card.name), inline(card.sentence), str(len(card.rows) or ""))
        for card in section.cards
    )
    connectors = [*table(("", "Connector", "What", "Keys"), rows), ""] if section.cards else []
    return [
        *_problems(section.problems[:_MOST_PROBLEMS]),
        *connectors,
        *_table(section.table),
        *_aside_headings(section),
    ]


_LEVELS: Final[Sequence[tuple[Shown, str]]] = (
    (_in_full, ""),
    (_keys_alone, "values"),
    (_one_line_each, "keys and values"),
)


def _numbers(section: Section, room: int) -> Rows:
    counts = ", ".join(f"{count.number:,} {count.word}" for count in section.counts)
    problems = len(errors_in(section.problems))
    errors = [f"**{counted(problems, 'error')}.**", ""] if problems else []
    return [
        *([f"{inline(counts)}.", ""] if counts else []),
        *errors,
        *_names_that_fit(section, room),
        *_aside_headings(section),
    ]


def _names_that_fit(section: Section, room: int) -> Rows:
    """Return as many connectors as there is room for: what must be seen first, what is new last."""
    cards = sorted(section.cards, key=lambda card: (not card.urgent, card.sign.text == "+"))
    found = [f"- {code(card.sign.text)} {inline(card.sentence)}" for card in cards]
    sizes = accumulate(len(row) + 1 for row in found)
    first, rest = listed(found, sum(size <= room for size in sizes))
    return [*first, *([f"- {rest}"] if rest else []), ""] if found else []


def _without(what: str, whole: str) -> Rows:
    if not what:
        return []
    report = link("the report of this run", whole) if whole else "the report of this run"
    return [f"*There is no room here for {what}: the whole is in {report}.*", ""]


def _facts(facts: Sequence[str]) -> Rows:
    return [" · ".join(map(inline, facts)), ""] if facts else []


def _paragraphs(lines: Iterable[Line]) -> Rows:
    return [text for row in lines for text in (styled(row), "")]


def _card(card: Card, fenced: Callable[[Card], Rows]) -> Rows:
    facts = " · ".join(map(code, card.facts))
    links = " · ".join(link(one.label, one.url) for one in card.links)
    more = [
        *(f"- {inline(text)}" for text in card.effects),
        *(f"- {inline(what)}: {code(command)}" for what, command in card.commands),
        *(_problem(problem) for problem in card.problems),
        *(f"- *{inline(text)}*" for text in card.notes),
        *([f"- {links}"] if links else []),
    ]
    return [
        f"**{code(card.sign.text)} {inline(card.sentence)}** {facts}".rstrip(),
        "",
        *_diff(card, fenced(card)),
        *([*more, ""] if more else []),
    ]


def _diff(card: Card, rows: Rows) -> Rows:
    if card.sign.text not in _SIGNS:
        return []
    diff = fence([f"{_sign(card.sign.text)} {card.name}", *rows], "diff")
    if len(rows) > _MOST_ROWS:
        diff = details(counted(len(card.rows), "key"), diff)
    return [*diff, ""]


def _values(card: Card) -> Rows:
    columns = _key_columns(card.rows)
    return [shown for row in card.rows for shown in _value_rows(row, columns)]


def _value_rows(row: KeyRow, columns: int) -> Rows:
    values = " -> ".join(text for text in (row.before, row.after) if text is not None)
    notes = "".join(f"  # {note}" for note in row.notes)
    parts = [plain([part]).rstrip("\n") for part in row.parts]
    head = f"{_sign(row.sign.text)}   {padded(row.key, columns)} = {values}{notes}"
    return [head, *(f"{_sign(part[:1])}       {part[1:].lstrip()}" for part in parts)]


def _names(card: Card) -> Rows:
    return [f"{_sign(row.sign.text)}   {row.key}" for row in card.rows]


def _key_columns(rows: Sequence[KeyRow]) -> int:
    sizes = (width(row.key) for row in rows)
    return max((size for size in sizes if size <= _WIDEST_KEY), default=0)


def _sign(sign: str) -> str:
    # What changes has no colour in a diff but by an exclamation mark.
    return _SIGNS.get(sign, "#")


def _problems(problems: Sequence[Problem]) -> Rows:
    return [*map(_problem, problems), ""] if problems else []


def _problem(problem: Problem) -> str:
    place = f"{code(str(problem.location))} " if problem.location else ""
    message = "<br>".join(map(inline, problem.message.splitlines()))
    hint = "".join(f"<br>hint: {inline(text)}" for text in problem.hint.splitlines())
    return f"- **{problem.severity}** {place}{message} {code(problem.code)}{hint}"


def _table(found: Table | None) -> Rows:
    if found is None or not found.rows:
        return []
    rows = ([code(row[0].text), *(styled((cell,)) for cell in row[1:])] for row in found.rows)
    return [*table([name.capitalize() for name in found.columns], rows), ""]


def _aside(lines: Sequence[Line]) -> Rows:
    first, *rest = lines
    if not rest:
        return [styled(first), ""]
    return [*details(plain([first]).strip(), fence(plain(rest).splitlines(), "text")), ""]


def _aside_headings(section: Section) -> Rows:
    return [text for lines in section.asides for text in (styled(lines[0]), "")]


def _cut(text: str, room: int) -> str:
    """Return the first lines that fit: of numbers and names alone, so that no fence is among them."""
    rows = text.splitlines(keepends=True)
    sizes = accumulate(map(len, rows))
    return "".join(rows[: sum(size <= room for size in sizes)])
