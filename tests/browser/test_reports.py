"""Every report as a page: accessible, readable anywhere, and inert whatever is in it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from reconcile.report.outcome_html import results_html
from reconcile.report.plan_html import plans_html
from reconcile.report.problems_html import problems_html
from tests.browser.conftest import PHONE, WIDE
from tests.golden import nouns

PAGES = {
    "plan": plans_html(nouns.plans()),
    "outcome": results_html(nouns.results()),
    "problems": problems_html("Findings", nouns.PROBLEMS),
}
NOTHING = {
    "no plan": plans_html([]),
    "no findings": problems_html("Findings", []),
}


@pytest.fixture(params=[*PAGES, *NOTHING])
def text(request) -> str:
    return (PAGES | NOTHING)[request.param]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_in_both_colours(show, text, scheme) -> None:
    shown = show(text, scheme=scheme, unguarded=True)

    found = Axe().run(shown.page)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_page_is_read_without_scrolling_sideways(show, text, width) -> None:
    shown = show(text, width=width)

    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_fetches_nothing_and_complains_of_nothing(show, text) -> None:
    shown = show(text)

    assert shown.requests == [shown.page.url]
    assert shown.messages == []


def test_a_page_looks_different_in_the_dark(show, text) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"

    light, dark = (show(text, scheme=scheme).page.evaluate(colour) for scheme in ("light", "dark"))

    assert light != dark
