"""Hostile texts in reports for terminals and browsers (Markdown, JSON and the rest have their own)."""

import re
from html.parser import HTMLParser

import pytest

from reconcile.report.diagnosis_text import examination_lines
from reconcile.report.drift_page import drifts_page
from reconcile.report.drift_text import drift_lines
from reconcile.report.html_page import page_html
from reconcile.report.outcome_page import results_page
from reconcile.report.outcome_text import result_lines
from reconcile.report.plan_page import plans_page
from reconcile.report.plan_text import plan_lines
from reconcile.report.problem_text import problems_lines
from reconcile.report.problems_page import problems_page
from reconcile.report.spans import plain
from reconcile.report.status_page import statuses_page
from reconcile.report.status_text import status_table
from reconcile.report.table import table_lines
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned

LINKS = {"logs": "https://logs.example.com/?q={connector}"}
TEXTS = {
    "plan": lambda text: [
        row for plan in poisoned(nouns.plans(), text) for row in plan_lines(plan)
    ],
    "drift": lambda text: [
        row for drift in poisoned(nouns.drifts(), text) for row in drift_lines(drift)
    ],
    "outcome": lambda text: [
        row for result in poisoned(nouns.results(), text) for row in result_lines(result)
    ],
    "problems": lambda text: problems_lines(poisoned(nouns.PROBLEMS, text)),
    "diagnosis": lambda text: [
        row for one in poisoned(nouns.examinations(), text) for row in examination_lines(one)
    ],
    "status": lambda text: [
        row
        for live, verdicts, names in poisoned(nouns.readings(), text)
        for row in table_lines(status_table(live, verdicts, names))
    ],
}
PAGES = {
    "plan": lambda text: plans_page(poisoned(nouns.plans(), text), links=LINKS),
    "drift": lambda text: drifts_page(
        poisoned(nouns.drifts(), text), links=LINKS, failed=[poisoned(nouns.NOT_COMPARED, text)]
    ),
    "outcome": lambda text: results_page(poisoned(nouns.results(), text), links=LINKS),
    "problems": lambda text: problems_page(text, poisoned(nouns.PROBLEMS, text)),
    "status": lambda text: statuses_page(
        poisoned(nouns.readings(), text),
        links=LINKS,
        flows={"local": poisoned(nouns.FLOWS, text)},
    ),
}
ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "main",
    "footer",
    "h1",
    "h2",
    "h3",
    "p",
    "section",
    "article",
    "div",
    "ul",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "code",
    "b",
    "svg",
    "rect",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "href",
    "class",
    "id",
    "rel",
    "scope",
    "data-label",
    "role",
    "aria-label",
    "viewbox",
    "preserveaspectratio",
    "x",
    "width",
    "height",
}


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.comments: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}

    def handle_comment(self, data) -> None:
        self.comments.append(data)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", TEXTS)
def test_nothing_acts_on_a_terminal_or_a_runner(kind, name) -> None:
    for row in plain(TEXTS[kind](HOSTILE[name])).split("\n"):
        assert row.isprintable()
        assert not re.match(r"\s*::[A-Za-z]", row)
        assert not re.search(r"##\w*\[", row)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_becomes_an_element_an_attribute_or_a_link(kind, name) -> None:
    markup = page_html(PAGES[kind](HOSTILE[name]))

    found = Page(markup)

    assert set(found.elements) <= ELEMENTS
    assert found.attributes <= ATTRIBUTES
    assert found.comments == []
    assert all(link == "#report" or link.startswith("https://logs.") for link in found.links)
    assert all(row.isprintable() for row in markup.splitlines())


def test_a_project_without_links_has_none_in_its_pages() -> None:
    assert Page(page_html(plans_page(nouns.plans(), links={}))).links == {"#report"}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_has_the_same_elements_whatever_its_words(kind) -> None:
    ordinary = Page(page_html(PAGES[kind]("word"))).elements

    for name, text in HOSTILE.items():
        if text.strip() and name != "a long word":  # what is long is taken apart
            lines = text.splitlines() or [""]
            if len(lines) == 1:  # a problem has a paragraph for each line
                assert Page(page_html(PAGES[kind](text))).elements == ordinary, name
