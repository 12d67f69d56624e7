"""Reports for pull requests: whatever is in them, and however much, they stay what they are.

To change how they read on purpose, rewrite `tests/golden/*.md` and look at the diff:

    REWRITE_GOLDEN=1 .venv/bin/python -m pytest tests/unit/report/test_markdown_page.py -k always
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.model.codes import Code
from reconcile.model.drift import Drift
from reconcile.model.plan import Action, Plan
from reconcile.model.problem import Problem
from reconcile.plan.drift import drift_of
from reconcile.report.drift_page import drifts_page
from reconcile.report.markdown_page import page_markdown
from reconcile.report.outcome_page import results_page
from reconcile.report.page import Page
from reconcile.report.plan_page import plans_page
from reconcile.report.problems_page import problems_page
from reconcile.report.status_page import statuses_page
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned
from tests.rendered import rendered
from tests.unit.report.plans import change, key_change, plan

GITHUB = 65_536
GOLDEN = Path(__file__).parents[2] / "golden"
LINKS = {"logs": "https://logs.example.com/?q={connector}"}
KINDS: dict[str, Callable[[str | None], Page]] = {
    "plan": lambda text: plans_page(made(nouns.plans(), text), links=LINKS),
    "drift": lambda text: drifts_page(made(nouns.drifts(), text), links=LINKS),
    "outcome": lambda text: results_page(made(nouns.results(), text), links=LINKS),
    "problems": lambda text: problems_page(text or "Findings", made(nouns.PROBLEMS, text)),
    "status": lambda text: statuses_page(made(nouns.readings(), text), links=LINKS),
}
ROOMS = (60_000, 9_000, 4_000, 2_500)


def made(noun, text):
    return noun if text is None else poisoned(noun, text)


def many(action: Action, number: int, keys: int = 4) -> Plan:
    """Return a plan of so many changes, long values in each."""
    return plan(
        *(
            change(
                action,
                f"connector-{index:05}",
                keys=tuple(key_change(f"key.{key}", "a" * 60, "b" * 60) for key in range(keys)),
            )
            for index in range(number)
        )
    )


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_becomes_markup_a_link_or_a_mention(kind, name) -> None:
    page = KINDS[kind](HOSTILE[name])

    for room in ROOMS:
        text = page_markdown(page, room=room)
        assert len(text) <= room
        assert_only_ours(text)


def assert_only_ours(text: str) -> None:
    """Assert that a text holds no markup, link or command but those that reports make."""
    found = rendered(text)
    assert found.foreign_html == []
    assert found.images == ()
    assert all(link.startswith("https://logs.example.com/?q=") for link in found.links)
    assert found.calls == []
    assert found.unclosed == ()
    assert found.open_details == 0
    assert not set("\x00\x1b\r\u202e\u2028\x85") & set(text)
    assert not any(row.strip().startswith("::") or "##[" in row for row in text.splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_has_the_same_blocks_whatever_its_words(kind) -> None:
    ordinary = rendered(page_markdown(KINDS[kind]("word"))).blocks

    for name, text in HOSTILE.items():
        if text.strip() and name != "a long word":  # what is long is folded away
            blocks = rendered(page_markdown(KINDS[kind](text))).blocks
            assert blocks == ordinary, name


@pytest.mark.parametrize("number", [1, 50, 3_000])
@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.DELETE])
@pytest.mark.parametrize("report", [plans_page, None], ids=["plan", "drift"])
def test_any_number_of_changes_has_room(report, action, number) -> None:
    found = many(action, number)
    page = plans_page([found], links=LINKS) if report else drifts_page(drifted(found), links=LINKS)

    text = page_markdown(page)

    assert len(text) < GITHUB
    assert rendered(text).unclosed == ()
    assert rendered(text).open_details == 0


def drifted(found: Plan) -> list[Drift]:
    return [drift_of(found)]


@pytest.mark.parametrize("others", [0, 50, 3_000])
def test_deletes_are_seen_first_however_much_else_there_is(others) -> None:
    found = many(Action.UPDATE, others)
    doomed = [change(Action.DELETE, f"doomed-{number}") for number in range(3)]

    text = page_markdown(plans_page([replace(found, changes=(*found.changes, *doomed))], links={}))

    first = text.find("connector-0")
    for each in doomed:
        assert f"{each.name} will be destroyed" in text
        assert first == -1 or text.index(each.name) < first


def test_of_thousands_of_deletes_those_that_fit_are_named_and_the_rest_counted() -> None:
    text = page_markdown(plans_page([many(Action.DELETE, 3_000)], links=LINKS))

    named = text.count("will be destroyed")
    assert "0 to add, 0 to change, 3000 to destroy" in text
    assert "connector-00000 will be destroyed" in text
    assert named > 500
    assert f"and {3_000 - named:,} more" in text


def test_the_room_is_filled_with_names_and_what_is_new_comes_last() -> None:
    found = many(Action.CREATE, 3_000)
    changed = [change(Action.UPDATE, f"changed-{number:02}") for number in range(40)]
    doomed = [change(Action.DELETE, "doomed")]
    plan = replace(found, changes=(*found.changes, *changed, *doomed))

    text = page_markdown(plans_page([plan], links={}), whole="https://forge.example/runs/7")

    assert 55_000 < len(text) <= 60_000
    named = text.count("will be created")
    assert named > 500
    assert f"and {3_000 - named:,} more" in text
    assert text.index("doomed will") < text.index("changed-00") < text.index("changed-39")
    assert text.index("changed-39") < text.index("will be created")
    assert "in [the report of this run](<https://forge.example/runs/7>)" in text


@pytest.mark.parametrize("others", [1, 50, 3_000])
def test_a_refused_plan_says_so_before_anything_else(others) -> None:
    found = replace(many(Action.UPDATE, others), refusals=nouns.REFUSALS)

    text = page_markdown(plans_page([found], links={}))

    (refusal,) = nouns.REFUSALS
    assert text.index("**Refused**") < text.index(refusal.message) < text.index("Plan: ")
    assert "to allow exactly this: --allow-deletes 1" in text


def test_thousands_of_reasons_for_a_refusal_are_counted_and_have_room() -> None:
    reasons = tuple(
        Problem(code=Code.PROTECTED, message=f"orders-{number} may not be deleted")
        for number in range(3_000)
    )
    found = replace(many(Action.UPDATE, 3_000), refusals=reasons)

    text = page_markdown(plans_page([found], links={}))

    assert len(text) < GITHUB
    assert "for 3,000 reasons; the first 10 are shown." in text
    assert text.count("may not be deleted") == 10


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, "key.0 = "),
        (150, "!   key.0\n"),
        (500, "| `~` | `connector-00499` |"),
        (3_000, "3,000 to change."),
    ],
)
def test_less_is_said_of_each_the_more_there_are(number, shown) -> None:
    assert shown in page_markdown(plans_page([many(Action.UPDATE, number)], links={}))


@pytest.mark.parametrize("kind", KINDS)
def test_the_reports_read_as_they_always_did(kind) -> None:
    golden = GOLDEN / f"{kind}.md"
    text = page_markdown(KINDS[kind](None))
    assert "**" not in rendered(text).text
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")

    assert text == golden.read_text(encoding="utf-8")


def test_many_keys_of_one_connector_are_folded_away() -> None:
    text = page_markdown(plans_page([many(Action.UPDATE, 1, keys=30)], links={}))

    assert "<summary>30 keys</summary>" in text
    assert rendered(text).open_details == 0


def test_what_is_wrong_with_files_and_clusters_comes_before_the_plans() -> None:
    page = plans_page(
        [many(Action.UPDATE, 1)],
        links={},
        failed=[nouns.NOT_COMPARED],
        findings=[replace(found, connector="") for found in nouns.PROBLEMS],
    )

    text = page_markdown(page)

    assert text.startswith("## Plan for 2 clusters\n")
    places = [text.index(f"### {name}") for name in ("Findings", "Cluster far", "Cluster local")]
    assert places == sorted(places)
    assert "**Cannot tell**: not compared: far." in text
    assert "cannot connect to far" in text


def test_several_clusters_share_the_room() -> None:
    plans = [replace(many(Action.DELETE, 3_000), cluster=name) for name in ("a", "b", "c")]

    text = page_markdown(plans_page(plans, links={}))

    assert len(text) < GITHUB
    for name in ("a", "b", "c"):
        section = text.split(f"### Cluster {name}\n")[1].split("###")[0]
        assert section.count("will be destroyed") > 200
