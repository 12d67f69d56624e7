"""What a job says at its end."""

from dataclasses import replace

import pytest

from reconcile.ci.documents import Documents
from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.ci.summary import LARGEST, by_hand_markdown, outputs_of, summary_markdown
from reconcile.model.plan import Action
from tests.golden.nouns import NOT_COMPARED, drifts, plans, results

PLAN = plans()[0]
PIPELINE = Pipeline(kind=ForgeKind.GITHUB, manual_url="https://github.example/apply")


def test_the_outputs_count_what_the_plans_do():
    documents = Documents(plans=(PLAN,), paths=("plan.json",))
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

    assert "[start it by hand](<https://github.example/apply>)" in text
    assert f"cluster `{PLAN.cluster}`" in text
    assert f"expect `{PLAN.digest}`" in text
    assert "allow-deletes `" in text


def test_nothing_left_says_nothing():
    assert by_hand_markdown([replace(PLAN, changes=())], PIPELINE) == ""
