"""One self-contained page: no script, nothing fetched, and the parts that all reports share."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.live import ClusterIdentity
from reconcile.model.problem import Problem
from reconcile.report.html import Html, Part, element, joined, styled
from reconcile.report.html_style import STYLE
from reconcile.report.problem_text import STYLES, ordered
from reconcile.report.spans import Line, Style
from reconcile.report.table import Table

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)

Count = tuple[int, str, Style]


def page(title: str, facts: Iterable[str], sections: Iterable[Html]) -> str:
    """Return a whole page; it says in its head that nothing in it may run or be fetched."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Html(f"<style>{STYLE}</style>"),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        element("header", element("h1", title), facts_line(facts)),
        element("main", sections, id="report"),
        element("footer", "Made by connectform. Secrets are not in this page."),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en').markup}\n"


def facts_line(facts: Iterable[str]) -> Html:
    """Return what a report is about, on a quiet line."""
    return element("p", " · ".join(fact for fact in facts if fact), class_="quiet")


def cluster_facts(identity: ClusterIdentity, commit: str) -> tuple[str, ...]:
    """Return which cluster this is, and which commit it is compared with."""
    return (
        f"Connect {identity.version}",
        f"Kafka cluster {identity.kafka_cluster_id}" if identity.kafka_cluster_id else "",
        f"commit {commit[:12]}" if commit else "",
    )


def section(heading: str, *parts: Part) -> Html:
    """Return a section with its heading; nothing where there is nothing in it."""
    inner = joined(parts)
    return element("section", element("h2", heading), inner) if inner.markup else inner


def counts(found: Sequence[Count], label: str) -> Html:
    """Return numbers with what they count, and a bar of their shares; nothing where all are 0."""
    if not any(number for number, _, _ in found):
        return Html("")
    tiles = element(
        "ul",
        (
            element("li", element("b", f"{number:,}", class_=style.value), word)
            for number, word, style in found
        ),
        class_="counts",
    )
    return joined([tiles, _bar(found, label)])


def card(*parts: Part, style: Style = Style.PLAIN, name: str = "div") -> Html:
    """Return a card with an edge in the colour of what it means."""
    return element(name, parts, class_=f"card edge-{style.value}")


def lines_card(lines: Iterable[Line]) -> Html:
    """Return lines of a text report as paragraphs on a card; nothing where there are none."""
    paragraphs = [element("p", styled(row)) for row in lines if row]
    return card(paragraphs) if paragraphs else Html("")


def table_html(table: Table) -> Html:
    """Return a table whose first column names the row; nothing where there are no rows."""
    if not table.rows:
        return Html("")
    names = [name.capitalize() for name in table.columns]
    head = element("tr", (element("th", name, scope="col") for name in names))
    body = (
        element(
            "tr",
            element("th", styled(row[:1]), scope="row"),
            (
                element("td", styled((cell,)), data_label=name) if cell.text else element("td")
                for name, cell in zip(names[1:], row[1:], strict=True)
            ),
        )
        for row in table.rows
    )
    return card(element("table", element("thead", head), element("tbody", body)))


def problem_articles(problems: Iterable[Problem]) -> Html:
    """Return problems, each with its place, its code and what to do."""
    return joined(
        card(problem_parts(found), style=STYLES[found.severity], name="article")
        for found in ordered(problems)
    )


def problem_parts(problem: Problem) -> Html:
    """Return what one problem says."""
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


def _bar(found: Sequence[Count], label: str) -> Html:
    total = sum(number for number, _, _ in found)
    shares, left = [], 0.0
    for number, _, style in found:
        width = 100 * number / total
        if number:
            shares.append(
                element(
                    "rect", x=f"{left:.2f}", width=f"{width:.2f}", height="6", class_=style.value
                )
            )
        left += width
    words = ", ".join(f"{number:,} {word}" for number, word, _ in found)
    return element(
        "svg",
        shares,
        role="img",
        aria_label=f"{label}: {words}",
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
    )
