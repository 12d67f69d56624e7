"""What GitLab shows in merge requests."""

import json
import re

import pytest

from reconcile.model.codes import Code
from reconcile.model.plan import Action
from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.gitlab import code_quality, plan_counts
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned
from tests.unit.report.plans import change, plan

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def test_the_changes_of_all_clusters_are_counted() -> None:
    plans = [
        plan(change(Action.CREATE), change(Action.DELETE), change(Action.SET_STATE)),
        plan(change(Action.UPDATE), change(Action.RESTART), change(Action.MOVE)),
    ]

    assert plan_counts(plans) == {"create": 1, "update": 4, "delete": 1}
    assert plan_counts([]) == {"create": 0, "update": 0, "delete": 0}


def test_a_problem_is_an_entry_at_its_place() -> None:
    found = Problem(
        code=Code.WRONG_TYPE, message="m", hint="h", location=Location("connectors/a.yaml", 3, 5)
    )

    (entry,) = code_quality([found], project_file="connectform.yaml", directory="kafka/")

    assert re.fullmatch("[0-9a-f]{64}", entry.pop("fingerprint"))
    assert entry == {
        "description": "m (h)",
        "check_name": "CF104",
        "severity": "critical",
        "location": {"path": "kafka/connectors/a.yaml", "lines": {"begin": 3}},
    }


def test_what_has_no_place_is_shown_at_the_project_file() -> None:
    found = Problem(code=Code.NO_DEFINITIONS, message="m", severity=Severity.NOTICE)

    (entry,) = code_quality([found], project_file="connectform.yaml")

    assert entry["location"] == {"path": "connectform.yaml", "lines": {"begin": 1}}
    assert entry["severity"] == "info"


@pytest.mark.parametrize("name", HOSTILE)
def test_every_entry_is_what_gitlab_reads(name) -> None:
    entries = code_quality(poisoned(nouns.PROBLEMS, HOSTILE[name]), project_file="p.yaml")

    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 3
    assert json.loads(json.dumps(entries)) == entries
    for entry in entries:
        assert entry["severity"] in SEVERITIES
        assert entry["description"].isprintable()
        assert entry["location"]["lines"]["begin"] >= 1
