import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconcile import __version__
from reconcile.model.codes import Code
from reconcile.model.desired import IgnoreRule, TargetState
from reconcile.model.live import State
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, EffectKind, Reason, Selection
from reconcile.model.problem import Location, Problem
from reconcile.plan.document import drifts_document, plans_document, results_document
from reconcile.plan.drift import drift_of
from tests.unit.plan.worlds import NOON, SINK, definition, desired, live, live_connector, plan

SCHEMAS = Path(__file__).parents[3] / "schemas"


def schema(kind):
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


def undescribed(value, place, root):
    """Yield the places of properties that the schema does not describe."""
    while "$ref" in place:
        place = root["$defs"][place["$ref"].rpartition("/")[2]]
    for option in place.get("anyOf", ()):
        if "$ref" in option and isinstance(value, dict):
            place = root["$defs"][option["$ref"].rpartition("/")[2]]
        elif option.get("type") == "object" and isinstance(value, dict):
            place = option
    if isinstance(value, dict) and "additionalProperties" in place:
        return  # a mapping with keys of the user's
    if isinstance(value, dict):
        known = place.get("properties", {})
        yield from (key for key in value if key not in known)
        for key in value.keys() & known.keys():
            yield from undescribed(value[key], known[key], root)
    if isinstance(value, list):
        for item in value:
            yield from undescribed(item, place["items"], root)


def check(kind, document):
    """Check a document against its schema, which must describe all of it."""
    text = json.loads(json.dumps(document))
    assert text == document
    Draft202012Validator(schema(kind)).validate(text)
    assert list(undescribed(text, schema(kind), schema(kind))) == []


def full_plan():
    """Return a plan with something of everything."""
    rule = IgnoreRule(keys=("internal.*",), reason="platform")
    return plan(
        desired(
            definition("created", {"topics": "c"}, state=TargetState.STOPPED, wave=1),
            definition(
                "updated",
                {"topics": "a,c", "file": "x", "a.password": "new", "filter": '{"a": 2}'},
                references={"token": "${{ env.T }}", "a.password": "${{ env.P }}"},
                state=TargetState.PAUSED,
            ),
            definition("paused", {"topics": "p"}, state=TargetState.PAUSED),
            definition("odd", {"connector.class": "Nothing", "topics": "o"}),
        ),
        live(
            live_connector(
                "updated",
                {
                    "topics": "a,b",
                    "a.password": "old",
                    "gone": "1",
                    "masked": "*****",
                    "internal.id": "7",
                    "filter": '{"a": 1}',
                },
                state=State.STOPPED,
            ),
            live_connector("paused", {"topics": "p"}),
            live_connector("old", {"topics": "x"}),
            live_connector("legacy", {"topics": "l"}),
        ),
        owns=("old",),
        prune=True,
        ignore=(rule,),
        selection=Selection(select=("name=*",), exclude=("name=none",)),
    )


def test_a_plan_with_everything_in_it_fits_its_schema():
    check("plan", plans_document([full_plan()]))
    check("plan", plans_document([]))


def test_drift_fits_its_schema():
    check("drift", drifts_document([drift_of(full_plan())]))


def result():
    problem = Problem(
        code=Code.TASK_FAILED,
        message="orders failed",
        location=Location("a.yaml", 1, 2),
        connector="orders",
    )
    return ApplyResult(
        project="shop",
        cluster="local",
        plan_digest=full_plan().digest,
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=9.7),
        outcomes=tuple(
            Outcome(
                name=f"orders-{number}",
                action=Action.UPDATE,
                status=status,
                seconds=1.23456,
                written=True,
                problems=(problem,),
            )
            for number, status in enumerate(OutcomeStatus)
        ),
        interrupted=True,
    )


def test_outcomes_fit_their_schema():
    check("outcome", results_document([result()]))


def test_outcomes_are_counted():
    document = results_document([result()])["results"][0]
    assert document["summary"] == {
        "applied": 1,
        "already_applied": 1,
        "failed": 1,
        "unsettled": 1,
        "not_attempted": 1,
    }
    assert document["finished_at"] == "2027-01-04T12:00:09Z"
    assert document["outcomes"][0]["seconds"] == 1.235


@pytest.mark.parametrize("kind", ["plan", "outcome", "drift"])
def test_a_schema_is_sound_and_explains_itself(kind):
    Draft202012Validator.check_schema(schema(kind))
    for name, part in schema(kind)["$defs"].items():
        assert part["description"], name
        for key, value in part["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}.{key}"


def test_open_lists_of_words_show_all_of_them():
    change = schema("plan")["$defs"]["change"]["properties"]
    assert change["reason"]["examples"] == [reason.value for reason in Reason]
    kinds = change["effects"]["items"]["properties"]["kind"]["examples"]
    assert kinds == [kind.value for kind in EffectKind]


def test_times_are_in_utc_wherever_they_are_written(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        document = results_document([result()])["results"][0]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert document["started_at"] == "2027-01-04T12:00:00Z"


def test_every_document_says_what_wrote_it_and_in_which_format():
    versions = {"plan": "1.2", "outcome": "1.0", "drift": "1.0"}
    for document in (plans_document([]), results_document([]), drifts_document([])):
        assert document["format_version"] == versions[document["kind"]]
        assert document["tool"] == {"name": "connectform", "version": __version__}


def test_a_plan_shows_changed_keys_alone():
    document = plans_document([full_plan()])["plans"][0]
    changes = {change["name"]: change for change in document["changes"]}
    updated = {key["key"]: key for key in changes["updated"]["keys"]}
    assert list(updated) == ["a.password", "file", "filter", "gone", "masked", "token", "topics"]
    assert updated["a.password"]["before"] == {"kind": "sensitive", "number": 1}
    assert updated["a.password"]["after"] == {
        "kind": "sensitive",
        "number": 2,
        "reference": "${{ env.P }}",
    }
    assert updated["token"]["after"] == {"kind": "unresolved", "reference": "${{ env.T }}"}
    assert updated["masked"] | {"location": None} == {
        "key": "masked",
        "before": {"kind": "masked"},
        "after": None,
        "cause": None,
        "parts": [],
        "location": None,
    }
    assert updated["filter"]["parts"] == [
        {"part": "changed", "path": "a", "before": "1", "after": "2"}
    ]
    assert changes["updated"]["unchanged"] == 2
    assert changes["updated"]["class"] == SINK
    assert changes["updated"]["state"] == {
        "before": "stopped",
        "after": "paused",
        "cause": None,
    }
    assert changes["created"]["state"] == {
        "before": None,
        "after": "stopped",
        "cause": None,
    }


def test_a_plan_counts_what_it_does():
    document = plans_document([full_plan()])["plans"][0]
    assert document["summary"] == {
        "create": 2,
        "update": 1,
        "delete": 1,
        "set_state": 1,
        "restart": 0,
        "move": 0,
        "in_sync": 0,
        "declared": 4,
        "unmanaged": 1,
        "undeclared": 0,
        "orphaned": 0,
        "withheld": 0,
        "ignored_keys": 1,
    }


def test_drift_speaks_of_live_and_declared():
    document = drifts_document([drift_of(full_plan())])["drifts"][0]
    assert document["drifted"]
    (changed,) = document["changed"]
    topics = next(key for key in changed["keys"] if key["key"] == "topics")
    assert topics["live"] == {"kind": "plain", "text": "a,b"}
    assert topics["declared"] == {"kind": "plain", "text": "a,c"}
    assert document["unmanaged"] == ["legacy"]
    assert document["orphaned"] == ["old"]


def test_a_plan_is_applyable_where_there_is_something_to_do_and_nothing_in_the_way():
    def verdict(wanted, *found):
        document = plans_document([plan(desired(wanted), live(*found))])["plans"][0]
        return document["errored"], document["applyable"]

    assert verdict(definition()) == (False, True)
    assert verdict(definition(), live_connector()) == (False, False)
    assert verdict(definition(config={"connector.class": "Nothing"})) == (True, False)
    assert verdict(definition(references={"token": "${{ env.T }}"})) == (False, True)
