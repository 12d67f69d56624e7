"""One change of a plan, or one connector that drifted, as a card."""

from collections.abc import Iterable
from typing import Final

from reconcile.model.plan import Action, Change
from reconcile.model.problem import Problem
from reconcile.report.change_text import comment_texts, place_text, sentence, symbol
from reconcile.report.effect_text import effect_texts
from reconcile.report.html import Html, Part, element, joined, styled
from reconcile.report.html_page import card, problem_parts
from reconcile.report.key_rows import KeyRow, key_rows
from reconcile.report.spans import Span

_HEADINGS: Final = ("Key", "Before", "After", "Note")


def change_article(change: Change, problems: Iterable[Problem] = ()) -> Html:
    """Return a change with the problems that speak of it."""
    details = [values_table(change, _HEADINGS), effects_list(change), quiet_notes(change)]
    return connector_article(symbol(change.action), sentence(change), change, details, problems)


def connector_article(
    sign: Span, text: str, change: Change, details: Iterable[Part], problems: Iterable[Problem] = ()
) -> Html:
    """Return the card of one connector: what happens to it, which one it is, and the details."""
    facts = [change.class_name, place_text(change.location) if change.location else ""]
    return card(
        element("h3", element("span", sign.text, class_=f"tag {sign.style.value}"), " ", text),
        element("p", " · ".join(fact for fact in facts if fact), class_="quiet"),
        details,
        map(problem_parts, problems),
        style=sign.style,
        name="article",
    )


def values_table(change: Change, headings: tuple[str, str, str, str]) -> Html:
    """Return the keys and the state that differ; nothing where none do."""
    rows = list(key_rows(change))
    if not rows:
        return Html("")
    head = element("tr", (element("th", text, scope="col") for text in headings))
    body = (_row(row, headings) for row in rows)
    return element("table", element("thead", head), element("tbody", body))


def effects_list(change: Change) -> Html:
    """Return what a change does besides changing values."""
    texts = effect_texts(change)
    return element("ul", (element("li", text) for text in texts)) if texts else Html("")


def quiet_notes(change: Change) -> Html:
    """Return what is not shown of a connector: keys in sync, and keys that rules leave alone."""
    return joined(element("p", text, class_="quiet") for text in comment_texts(change))


def _row(row: KeyRow, headings: tuple[str, str, str, str]) -> Html:
    sides = [(headings[1], row.before), (headings[2], row.after)]
    parts = element("ul", (element("li", styled(part)) for part in row.parts)) if row.parts else ""
    cells = [
        element("td", element("span", text, class_="value"), data_label=label)
        if text is not None
        else element("td")
        for label, text in sides
    ]
    sign = element("span", row.sign.text, class_=row.sign.style.value)
    return element(
        "tr",
        element("th", sign, " ", element("code", row.key), scope="row"),
        cells,
        element("td", ", ".join(row.notes), parts),
    )


def is_destroyed(change: Change) -> bool:
    """Tell whether a change deletes a connector: those come first in every report for review."""
    return change.action is Action.DELETE
