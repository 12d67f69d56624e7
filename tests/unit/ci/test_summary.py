"""What a job says at its end."""

from dataclasses import replace
from pathlib import Path

import pytest

import reconcile.ci
from reconcile.ci.by_hand import by_hand_markdown
from reconcile.ci.documents import Documents
from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.ci.summary import LARGEST, outputs_of, summary_markdown
from reconcile.model.codes import Code
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Problem
from reconcile.plan.limits import exact_numbers
from tests.golden.nouns import NOT_COMPARED, drifts, plans, results

PLAN = plans()[0]
TEMPLATES = Path(reconcile.ci.__file__).parent / "templates"
PIPELINE = Pipeline(kind=ForgeKind.GITHUB, manual_url="https://github.example/apply")


def test_the_outputs_count_what_the_plans_do():
    documents = Documents(plans=(replace(PLAN, refusals=()),), paths=("plan.json",))
    counts = [change.action for change in PLAN.changes]

    found = outputs_of(documents, exit_code=2)

    assert found["has-changes"] == "true"
    assert found["has-deletes"] == "true"
    assert found["add"] == str(counts.count(Action.CREATE))
    assert found["destroy"] == str(counts.count(Action.DELETE))
    assert found["plan-file"] == "plan.json"
    assert found["plan-digest"] == PLAN.digest
    assert (found["exit-code"], found["refused"]) == ("2", "false")
    assert "has-drift" not in found


@pytest.mark.parametrize(
    ("code", "refused"), [(0, "false"), (1, "false"), (3, "true"), (4, "true")]
)
def test_a_refusal_is_known_by_the_exit_code(code, refused):
    assert outputs_of(Documents(), exit_code=code)["refused"] == refused


def test_a_plan_that_apply_would_refuse_is_refused_whatever_the_exit_code():
    assert outputs_of(Documents(plans=(PLAN,)), exit_code=2)["refused"] == "true"


def applied(*statuses, not_approved=()):
    """Return what came of an apply that created a connector for each status."""
    outcomes = tuple(
        Outcome(name=f"orders-{number}", action=Action.CREATE, status=status)
        for number, status in enumerate(statuses)
    )
    result = replace(results()[0], outcomes=outcomes, problems=(), not_approved=not_approved)
    return Documents(results=(result,))


def test_a_missing_approval_is_a_refusal_whatever_else_was_applied():
    documents = applied(OutcomeStatus.APPLIED, not_approved=("orders-x",))

    found = outputs_of(documents, exit_code=5)

    assert (found["refused"], found["has-changes"]) == ("true", "true")
    assert outputs_of(applied(OutcomeStatus.FAILED), exit_code=5)["refused"] == "false"


@pytest.mark.parametrize(
    ("statuses", "add"),
    [
        ([OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED], "0"),
        ([OutcomeStatus.APPLIED, OutcomeStatus.FAILED, OutcomeStatus.NOT_ATTEMPTED], "2"),
    ],
    ids=["all was applied", "some failed"],
)
def test_after_an_apply_the_outputs_count_what_is_left(statuses, add):
    found = outputs_of(applied(*statuses), exit_code=0)

    assert (found["has-changes"], found["add"]) == ("true" if add != "0" else "false", add)
    assert (found["has-deletes"], found["change"], found["destroy"]) == ("false", "0", "0")
    assert found.keys() >= {"plan-file", "plan-digest", "refused", "exit-code"}


def test_what_is_refused_says_in_a_pull_request_how_it_goes_on():
    request = replace(PIPELINE, pull_request=7)

    text = summary_markdown(Documents(plans=(PLAN,)), request, room=LARGEST, links={})

    start = text.index("[Once it is merged, start it by hand](<https://github.example/apply>)")
    assert text.index("**Refused**") < start < text.index("**Plan: ")
    assert f"expect `{PLAN.digest}`, allow-deletes `1`, allow-updates `3`, allow-moves `1`" in text


def test_gitlab_names_the_variables_as_they_are_entered():
    gitlab = Pipeline(kind=ForgeKind.GITLAB, manual_url="https://gitlab.example/pipelines/9")

    text = by_hand_markdown([PLAN], gitlab)

    assert "CLUSTER `local`" in text
    assert "ALLOW_DELETES `1`" in text


def test_every_number_that_a_run_by_hand_is_told_can_be_entered_there():
    options = exact_numbers(PLAN)
    github = (TEMPLATES / "github/apply.yml").read_text(encoding="utf-8")
    gitlab = (TEMPLATES / "gitlab/connectform.gitlab-ci.yml").read_text(encoding="utf-8")

    assert len(options) == 3
    for option in options:
        assert f"          {option}: ${{{{ inputs.{option} }}}}\n" in github
        variable = option.upper().replace("-", "_")
        assert f'${{{variable}:+--{option} "${variable}"}}' in gitlab


@pytest.mark.parametrize("code", [Code.NOTHING_DESIRED, Code.PROTECTED])
def test_nothing_is_started_by_hand_that_would_be_refused_there_too(code):
    refused = replace(PLAN, refusals=(Problem(code=code, message="never"), *PLAN.refusals))

    assert by_hand_markdown([refused], PIPELINE) == ""
    text = summary_markdown(Documents(plans=(refused,)), PIPELINE, room=LARGEST, links={})
    assert "never" in text
    assert "by hand](" not in text


def test_a_refusal_that_an_apply_met_is_told_once():
    applied = replace(results()[0], problems=PLAN.refusals)
    documents = Documents(plans=(PLAN,), results=(applied,))

    text = summary_markdown(documents, PIPELINE, room=LARGEST, by_hand=True, links={})

    assert text.count(PLAN.refusals[0].message) == 1
    assert text.count("by hand](") == 1


def test_refusals_are_the_first_findings():
    assert Documents(plans=(PLAN,)).findings[: len(PLAN.refusals)] == PLAN.refusals


def test_drift_has_an_output_of_its_own():
    assert outputs_of(Documents(drifts=drifts()), exit_code=None) == {"has-drift": "true"}
    assert outputs_of(Documents(unknown=(NOT_COMPARED,)), exit_code=None) == {"has-drift": "false"}


@pytest.mark.parametrize("room", [LARGEST, 40_000, 3_000])
def test_a_summary_of_any_size_fits_in_bytes_and_closes_its_fences(room):
    big = replace(PLAN, cluster="größe", changes=PLAN.changes * 300)
    documents = Documents(plans=(big,), results=results(), failures=(NOT_COMPARED,))

    text = summary_markdown(documents, PIPELINE, room=room, by_hand=True, links={})

    assert 0 < len(text.encode()) <= room
    assert text.count("\n```") % 2 == 0


def test_without_any_room_nothing_is_said():
    assert summary_markdown(Documents(plans=(PLAN,)), PIPELINE, room=10, links={}) == ""


def test_what_is_left_says_where_and_with_what_it_goes_on():
    text = by_hand_markdown([PLAN], PIPELINE)

    assert "[Start it by hand](<https://github.example/apply>)" in text
    assert f"cluster `{PLAN.cluster}`" in text
    assert f"expect `{PLAN.digest}`" in text
    assert "allow-deletes `" in text


def test_nothing_left_says_nothing():
    assert by_hand_markdown([replace(PLAN, changes=())], PIPELINE) == ""


@pytest.mark.parametrize(("pull_request", "commit"), [(7, "f" * 12), (None, PLAN.commit[:12])])
def test_a_pull_requests_plan_is_for_the_commit_that_was_pushed(pull_request, commit):
    pipeline = replace(PIPELINE, commit="f" * 40, pull_request=pull_request)

    text = summary_markdown(Documents(plans=(PLAN,)), pipeline, room=LARGEST, links={})

    assert f"commit {commit}" in text
