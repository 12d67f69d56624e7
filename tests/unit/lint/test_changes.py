"""Rules about changes run on a plan."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from reconcile.lint.check import Ignoring, lint_plan
from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.codes import Code
from reconcile.model.lint import LintException, LintIgnore, LintLevel, LintSettings, WorkingHours
from reconcile.model.plan import Cause
from reconcile.model.problem import Location, Severity
from tests.lint_corpus.changes import CASES, POSTGRES, Case
from tests.unit.plan.worlds import (
    NOON,
    TODAY,
    definition,
    live_connector,
    memory,
    plan_one,
    record,
)

FASTER = Case(what="fewer tasks", codes=(), before={"tasks.max": "8"}, after={"tasks.max": "1"})
NOTHING = Ignoring(comments=(), today=TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_change_raises_these_findings(case):
    assert tuple(problem.code.value for problem in case.findings()) == case.codes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_no_finding_holds_a_secret(case):
    for problem in case.findings():
        assert "pl@nted" not in problem.message
        assert "secret@" not in problem.message


def test_a_finding_stands_at_the_definition_and_names_the_connector():
    (problem,) = FASTER.findings()

    assert problem.location == Location("connectors/orders.yaml", 1, 1)
    assert problem.connector == "orders"
    assert problem.severity is Severity.WARNING
    assert problem.message == "tasks.max falls from 8 to 1"


@pytest.mark.parametrize(
    ("level", "severities"),
    [
        (LintLevel.OFF, []),
        (LintLevel.INFO, [Severity.NOTICE]),
        (LintLevel.WARN, [Severity.WARNING]),
        (LintLevel.ERROR, [Severity.ERROR]),
    ],
)
def test_the_project_says_how_much_a_rule_matters(level, severities):
    case = replace(FASTER, settings=LintSettings(levels={Code.FAR_FEWER_TASKS: level}))

    assert [problem.severity for problem in case.findings()] == severities


def test_a_comment_in_the_file_ignores_a_finding_about_its_change():
    comment = LintIgnore(
        location=Location("connectors/orders.yaml", 1, 1),
        codes=("CF084",),
        reason="the season is over",
        first=1,
        last=1,
    )
    ignoring = Ignoring(comments=(comment,), today=TODAY)

    assert lint_plan(FASTER.plan(), LintSettings(), ignoring, now=NOON) == ()


@pytest.mark.parametrize(("today", "found"), [(date(2027, 1, 31), 0), (date(2027, 2, 1), 1)])
def test_an_exception_holds_to_the_end_of_its_last_day(today, found):
    settings = LintSettings(
        exceptions=(
            LintException(
                codes=("CF084",), reason="", expires=date(2027, 1, 31), connectors=("ord*",)
            ),
        )
    )
    ignoring = Ignoring(comments=(), today=today)

    assert len(lint_plan(FASTER.plan(), settings, ignoring, now=NOON)) == found


def test_working_hours_count_in_their_own_zone():
    hours = WorkingHours(begins=time(8), ends=time(18), zone=ZoneInfo("Asia/Tokyo"))
    settings = LintSettings(hours=hours)
    plan = Case(what="", codes=(), before={"file": "a"}, after={"file": "b"}).plan()
    monday_in_tokyo = datetime(2027, 1, 3, 23, 30, tzinfo=UTC)
    evening_in_tokyo = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)

    (found,) = lint_plan(plan, settings, NOTHING, now=monday_in_tokyo)
    assert found.message == "orders restarts in working hours, at 08:30"
    assert lint_plan(plan, settings, NOTHING, now=evening_in_tokyo) == ()


def test_tolerance_that_only_comes_back_is_no_news():
    wanted = definition(config={"errors.tolerance": "all"})
    applied = record()
    values = {**applied.applied.values, "errors.tolerance": AppliedValue(text="all")}
    known = memory(replace(applied, applied=Applied(values=values)))
    plan = plan_one(wanted, live_connector(config={"errors.tolerance": "none"}), memory=known)

    assert [change.cause for change in plan.changes[0].keys] == [Cause.LIVE]
    assert lint_plan(plan, LintSettings(), NOTHING, now=NOON) == ()


def test_a_host_that_comes_from_a_secret_is_not_named():
    wanted = definition(
        config={"database.hostname": "db.planted.example", "topic.prefix": "shop"},
        references={"database.hostname": "${{ env.DB_HOST }}"},
    )
    found = live_connector(config={"database.hostname": "db.internal", "topic.prefix": "shop"})

    problems = lint_plan(plan_one(wanted, found), LintSettings(), NOTHING, now=NOON)

    assert [problem.code for problem in problems] == [Code.OTHER_HOST]
    assert "planted" not in problems[0].message


def test_a_prefix_that_comes_from_a_secret_is_told_without_its_value():
    wanted = definition(
        config={"connector.class": POSTGRES, "topic.prefix": "planted"},
        references={"topic.prefix": "${{ env.PREFIX }}"},
    )
    found = live_connector(config={"connector.class": POSTGRES, "topic.prefix": "shop"})

    problems = lint_plan(plan_one(wanted, found), LintSettings(), NOTHING, now=NOON)

    (told,) = (problem for problem in problems if problem.code is Code.IDENTITY_CHANGES)
    assert told.message == "topic.prefix changes: the source does not find its offsets again"
