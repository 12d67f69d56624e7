"""A page as one self-contained HTML file: no script, nothing fetched."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.problem import Problem
from reconcile.report.html import Html, Part, element, joined, styled
from reconcile.report.html_style import STYLE
from reconcile.report.key_rows import KeyRow
from reconcile.report.page import Card, Columns, Count, Page, Refused, Section, WayOn
from reconcile.report.problem_text import STYLES
from reconcile.report.spans import Line, Style
from reconcile.report.table import Table

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_LONGEST_WHOLE: Final = 20


def page_html(page: Page) -> str:
    """Return a whole page; it says in its head that nothing in it may run or be fetched."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", page.title),
        Html(f"<style>{STYLE}</style>"),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        element("header", element("h1", page.title), _facts(page.facts)),
        element("main", _lines(page.summary), map(_section, page.sections), id="report"),
        element("footer", "Made by connectform. Secrets are not in this page."),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en').markup}\n"


def _section(section: Section) -> Html:
    return element(
        "section",
        element("h2", section.heading),
        _facts(section.facts),
        _refused(section.refused) if section.refused else "",
        _lines(section.summary),
        _counts(section.counts, section.heading),
        map(_problem_card, section.problems),
        map(_card, section.cards),
        _table(section.table) if section.table else "",
        map(_lines, section.asides),
    )


def _refused(refused: Refused) -> Html:
    return _boxed(
        element("p", styled(refused.heading)),
        map(_problem, refused.problems),
        _way_on(refused.way_on) if refused.way_on else "",
        style=Style.ERROR,
    )


def _way_on(way_on: WayOn) -> Html:
    label, url = way_on.link.label, way_on.link.url
    where = element("a", label, href=url, rel="noreferrer") if url else label
    inputs = (
        [", " if number else "", f"{name} ", element("code", value)]
        for number, (name, value) in enumerate(way_on.inputs)
    )
    return element("p", where, " with ", inputs)


def _facts(facts: Sequence[str]) -> Html:
    return element("p", " · ".join(facts), class_="quiet") if facts else Html("")


def _boxed(*parts: Part, style: Style = Style.PLAIN, name: str = "div") -> Html:
    return element(name, parts, class_=f"card edge-{style.value}")


def _lines(lines: Iterable[Line]) -> Html:
    paragraphs = [element("p", styled(row)) for row in lines]
    return _boxed(paragraphs) if paragraphs else Html("")


def _counts(counts: Sequence[Count], label: str) -> Html:
    if not counts:
        return Html("")
    tiles = (
        element("li", element("b", f"{count.number:,}", class_=count.style.value), count.word)
        for count in counts
    )
    return joined([element("ul", tiles, class_="counts"), _bar(counts, label)])


def _bar(counts: Sequence[Count], label: str) -> Html:
    total = sum(count.number for count in counts)
    shares, left = [], 0.0
    for count in counts:
        width = 100 * count.number / total
        shares.append(
            element(
                "rect",
                x=f"{left:.2f}",
                width=f"{width:.2f}",
                height="6",
                class_=count.style.value,
            )
        )
        left += width
    words = ", ".join(f"{count.number:,} {count.word}" for count in counts)
    return element(
        "svg",
        shares,
        role="img",
        aria_label=f"{label}: {words}",
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
    )


def _card(card: Card) -> Html:
    sign = element("span", card.sign.text, class_=f"tag {card.sign.style.value}")
    return _boxed(
        element("h3", sign, " ", card.sentence),
        _facts(card.facts),
        _rows(card.rows, card.columns) if card.rows else "",
        _items(card.effects),
        (
            element("p", f"{what}: ", element("code", command, class_="command"))
            for what, command in card.commands
        ),
        (element("p", note, class_="quiet") for note in card.notes),
        map(_problem, card.problems),
        _links(card),
        style=card.sign.style,
        name="article",
    )


def _items(texts: Sequence[str]) -> Html:
    return element("ul", (element("li", text) for text in texts)) if texts else Html("")


def _links(card: Card) -> Html:
    if not card.links:
        return Html("")
    anchors = (
        [" · " if number else "", element("a", link.label, href=link.url, rel="noreferrer")]
        for number, link in enumerate(card.links)
    )
    return element("p", anchors)


def _rows(rows: Sequence[KeyRow], columns: Columns) -> Html:
    head = element("tr", (element("th", text, scope="col") for text in columns))
    body = (_row(row, columns) for row in rows)
    return element("table", element("thead", head), element("tbody", body))


def _row(row: KeyRow, columns: Columns) -> Html:
    cells = [
        element("td", element("span", text, class_="value"), data_label=label)
        if text is not None
        else element("td")
        for label, text in ((columns[1], row.before), (columns[2], row.after))
    ]
    parts = element("ul", (element("li", styled(part)) for part in row.parts)) if row.parts else ""
    sign = element("span", row.sign.text, class_=row.sign.style.value)
    return element(
        "tr",
        element("th", sign, " ", element("code", row.key), scope="row"),
        cells,
        element("td", ", ".join(row.notes), parts),
    )


def _table(table: Table) -> Html:
    names = [name.capitalize() for name in table.columns]
    head = element("tr", (element("th", name, scope="col") for name in names))
    body = (
        element(
            "tr",
            element("th", styled(row[:1]), scope="row", class_=_wrapping(row[0].text)),
            (
                element("td", styled((cell,)), data_label=name, class_=_wrapping(cell.text))
                if cell.text
                else element("td")
                for name, cell in zip(names[1:], row[1:], strict=True)
            ),
        )
        for row in table.rows
    )
    return _boxed(element("table", element("thead", head), element("tbody", body)))


def _wrapping(text: str) -> str:
    """Return the class of a cell: one of short words is never so narrow that it tears them."""
    longest = max(map(len, text.split()), default=0)
    return "whole" if longest <= _LONGEST_WHOLE else ""


def _problem_card(problem: Problem) -> Html:
    return _boxed(_problem(problem), style=STYLES[problem.severity], name="article")


def _problem(problem: Problem) -> Html:
    first, *more = problem.message.splitlines() or [""]
    place: list[Part] = [element("code", str(problem.location)), ": "] if problem.location else []
    severity = element("span", f"{problem.severity}: ", class_=STYLES[problem.severity].value)
    hints = [f"hint: {text}" for text in problem.hint.splitlines()]
    return joined(
        [
            element("p", place, severity, first, " ", element("code", problem.code, class_="dim")),
            (element("p", text) for text in more),
            (element("p", text, class_="quiet") for text in hints),
        ]
    )
