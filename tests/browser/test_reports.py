"""Every report as a page: accessible, readable anywhere, and inert whatever is in it."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from reconcile.report.drift_page import drifts_page
from reconcile.report.html_page import page_html
from reconcile.report.outcome_page import results_page
from reconcile.report.plan_page import plans_page
from reconcile.report.problems_page import problems_page
from reconcile.report.status_page import statuses_page
from tests.browser.conftest import PHONE, WIDE
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned

LINKS = {"logs": "https://logs.example.com/?q={connector}"}
PAGES = {
    "plan": plans_page(nouns.plans(), links=LINKS),
    "drift": drifts_page(nouns.drifts(), links=LINKS),
    "outcome": results_page(nouns.results(), links=LINKS),
    "problems": problems_page("Findings", nouns.PROBLEMS),
    "status": statuses_page(nouns.readings(), links=LINKS, failed=[nouns.NOT_COMPARED]),
    "hostile": plans_page(
        [
            poisoned(replace(nouns.plans()[0], changes=(nouns.UPDATED,)), text)
            for text in HOSTILE.values()
        ],
        links=LINKS,
        findings=[found for text in HOSTILE.values() for found in poisoned(nouns.PROBLEMS, text)],
    ),
    "no plan": plans_page([], links={}),
    "no findings": problems_page("Findings", []),
}


@pytest.fixture(params=PAGES)
def text(request) -> str:
    return page_html(PAGES[request.param])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_in_both_colours(show, text, scheme) -> None:
    shown = show(text, scheme=scheme, unguarded=True)

    found = Axe().run(shown.page)

    assert found.violations_count == 0, found.generate_report()


def test_what_lies_below_is_drawn_at_once_unless_there_is_very_much_of_it(show) -> None:
    drawn = "cards => cards.map(card => getComputedStyle(card).contentVisibility)"
    plan = nouns.plans()[0]
    many = replace(plan, changes=(nouns.UPDATED,) * 300)

    usual = show(page_html(PAGES["plan"])).page.locator(".card").evaluate_all(drawn)
    long = show(page_html(plans_page([many], links={}))).page.locator(".card").evaluate_all(drawn)

    assert set(usual) == {"visible"}
    assert long[-1] == "auto"
    assert long.count("visible") < 110


@pytest.mark.parametrize("width", [WIDE, 780, PHONE])
def test_short_words_of_a_table_are_never_torn(show, width) -> None:
    cause = "org.apache.kafka.connect.errors.ConnectException: more words than a row has room for "
    readings = [
        (live, {name: replace(one, cause=cause * 3) for name, one in verdicts.items()}, names)
        for live, verdicts, names in nouns.readings()
    ]

    shown = show(page_html(statuses_page(readings, links={})), width=width)

    cells = shown.page.locator("td.whole > span").all()
    torn = [
        cell.inner_text()
        for cell in cells
        if " " not in cell.inner_text()
        and cell.evaluate("cell => cell.getClientRects().length") > 1
    ]
    assert cells
    assert torn == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


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
