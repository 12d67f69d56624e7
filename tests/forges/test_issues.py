"""One issue for each cluster that drifts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.ci.documents import Documents
from reconcile.ci.steps import close_given_up, keep_issues
from reconcile.model.codes import Code
from reconcile.model.drift import Drift, NotCompared
from reconcile.model.plan import Selection
from reconcile.model.problem import Problem
from tests.forges.world import project_of
from tests.golden.nouns import drifts

FOUND = replace(drifts()[0], cluster="prod", project="shop", problems=(), selection=Selection())
CLEAN = Drift(
    project="shop",
    cluster="prod",
    identity=FOUND.identity,
    created_at=FOUND.created_at,
    declared=3,
    managed=3,
    in_sync=3,
)
ERROR = Problem(code=Code.SYNTAX, message="this file is no YAML")


def keep(world, *reports, night=1):
    """Keep the issues after one night."""
    moment = world.clock.now() + timedelta(days=night)
    told = tuple(replace(report, created_at=moment) for report in reports)
    with world.target() as target:
        kept = keep_issues(world.context(), target, Documents(drifts=told), links={})
    return [each.step.value for _, each in kept]


def test_an_issue_lives_as_long_as_the_drift(world):
    other = replace(FOUND, fingerprint="sha256:" + "9" * 64)

    assert keep(world, FOUND, night=1) == ["opened"]
    assert keep(world, FOUND, night=2) == ["edited"]
    assert world.said_on_issues() == []
    assert keep(world, other, night=3) == ["edited and commented on"]
    assert keep(world, other, night=4) == ["edited"]
    assert keep(world, CLEAN, night=5) == ["closed"]
    assert keep(world, CLEAN, night=6) == ["not needed"]

    assert len(world.forge.issues) == 1
    assert world.open_issues() == []
    assert world.said_on_issues() == ["The drift", "Nothing drifts"]


def test_the_issue_of_a_cluster_that_was_given_up_is_closed_and_says_why(world):
    keep(world, FOUND, replace(FOUND, cluster="old"))

    with world.target() as target:
        closed = close_given_up(world.context(), target, project_of("prod"))
        again = close_given_up(world.context(), target, project_of("prod"))

    assert [(name, each.step.value) for name, each in closed] == [("old", "closed")]
    assert again == []
    assert len(world.open_issues()) == 1
    assert world.said_on_issues() == ["`old` is"]
    assert keep(world, replace(FOUND, cluster="old"), night=2) == ["reopened"]


def test_drift_that_comes_back_within_a_week_opens_the_same_issue(world):
    keep(world, FOUND, night=1)
    keep(world, CLEAN, night=2)

    assert keep(world, FOUND, night=3) == ["reopened"]
    assert len(world.forge.issues) == 1
    assert len(world.open_issues()) == 1


def test_drift_that_comes_back_later_opens_a_new_one(world):
    keep(world, FOUND, night=1)
    keep(world, CLEAN, night=2)
    world.clock.advance(30 * 86_400)

    assert keep(world, FOUND, night=1) == ["opened"]
    assert len(world.forge.issues) == 2


@pytest.mark.parametrize(
    "report",
    [replace(CLEAN, problems=(ERROR,)), replace(CLEAN, selection=Selection(select=("team=a",)))],
    ids=["errors", "a selection"],
)
def test_a_report_that_is_not_whole_never_closes_an_issue(world, report):
    keep(world, FOUND, night=1)

    assert keep(world, report, night=2) == ["left as it is"]
    assert len(world.open_issues()) == 1


def test_a_cluster_that_was_not_compared_keeps_its_issue(world):
    keep(world, FOUND, night=1)
    unknown = NotCompared(project="shop", cluster="prod", problems=(ERROR,))
    with world.target() as target:
        assert keep_issues(world.context(), target, Documents(unknown=(unknown,)), links={}) == []

    assert len(world.open_issues()) == 1


def test_an_older_report_says_nothing(world):
    keep(world, FOUND, night=2)

    assert keep(world, CLEAN, night=1) == ["left as it is"]
    assert len(world.open_issues()) == 1


def test_each_cluster_has_its_own_issue(world):
    keep(world, FOUND, replace(FOUND, cluster="staging"), night=1)
    keep(world, CLEAN, replace(FOUND, cluster="staging"), night=2)

    assert len(world.forge.issues) == 2
    assert len(world.open_issues()) == 1


def test_an_issue_whose_label_somebody_removed_is_found_all_the_same(world):
    keep(world, FOUND, night=1)
    for entry in world.forge.issues.values():
        entry["labels"] = []

    assert keep(world, FOUND, night=2) == ["edited"]


def test_an_issue_of_somebody_else_that_copies_our_mark_is_left_alone(world):
    keep(world, FOUND, night=1)
    (entry,) = world.forge.issues.values()
    who = "user" if "user" in entry else "author"
    entry[who] = {"login": "mallory", "username": "mallory"}

    assert keep(world, CLEAN, night=2) == ["not needed"]
    assert keep(world, FOUND, night=3) == ["opened"]


def test_two_runs_at_once_leave_one_issue_open(world):
    world.trouble.before("POST", lambda: keep(world, FOUND, night=1))

    keep(world, FOUND, night=1)

    assert len(world.open_issues()) == 1
    assert keep(world, FOUND, night=2) == ["edited"]


def test_the_issue_says_what_drifted_and_how_to_settle_it(world):
    keep(world, FOUND)

    ((title, body),) = world.issues()
    assert title == "Kafka Connect differs from git on prod"
    assert "connectform apply" in body
    assert "connectform export --update" in body
