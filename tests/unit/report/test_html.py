"""Markup is made in one place, and text never becomes markup."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.redact import one_line
from reconcile.report.html import element, joined, styled
from reconcile.report.html_page import page_html
from reconcile.report.links import Link
from reconcile.report.page import WayOn
from reconcile.report.plan_page import plans_page
from reconcile.report.spans import Span, Style, line
from tests.golden import nouns


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("made", "markup"),
    [
        (element("p", "a < b & c"), "<p>a &lt; b &amp; c</p>"),
        (element("p", "a", element("b", "c"), ["d", ["e"]]), "<p>a<b>c</b>de</p>"),
        (element("meta", charset="utf-8"), '<meta charset="utf-8">'),
        (
            element("td", class_="value", data_label="Key"),
            '<td class="value" data-label="Key"></td>',
        ),
        (element("td", class_=""), "<td></td>"),
        (element("a", title='"><script>'), '<a title="&quot;&gt;&lt;script&gt;"></a>'),
        (styled(line("a ", Span("b", Style.ADD))), 'a <span class="add">b</span>'),
        (joined([]), ""),
    ],
)
def test_markup(made, markup) -> None:
    assert made.markup == markup


@given(st.text(), st.text(min_size=1))
def test_any_text_is_text_and_any_value_is_a_value(text, value) -> None:
    read = Reader(element("p", text, title=value).markup)

    assert read.elements == [("p", {"title": one_line(value)})]
    assert read.text == one_line(text)


def test_a_refused_plan_says_first_why_and_where_it_is_started_by_hand() -> None:
    (plan, *_) = nouns.plans()
    way_on = WayOn(Link("Start it by hand", "https://ci.example/apply"), (("expect", "<digest>"),))

    markup = page_html(plans_page([plan], links={}, ways_on={plan.cluster: way_on}))
    page = Reader(markup)

    places = [
        page.text.index(text)
        for text in (
            "Refused:",
            nouns.REFUSALS[0].message,
            nouns.REFUSALS[0].hint,
            "Start it by hand with expect <digest>",
            "Plan: ",
        )
    ]
    assert places == sorted(places)
    assert "https://ci.example/apply" in [found.get("href") for _, found in page.elements]
