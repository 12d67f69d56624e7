"""A plan that was kept in a file is the plan that was made, or is refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.errors import DefinitionError
from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.codes import Code
from reconcile.model.config import Config, Secret
from reconcile.model.desired import IgnoreRule, MovedFrom, TargetState
from reconcile.plan.digest import digest_of, plan_entry
from reconcile.plan.document import plans_document
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.saved import completed, matching, read_plans
from tests.unit.plan.test_withhold import hold
from tests.unit.plan.worlds import (
    BASE,
    NOON,
    definition,
    desired,
    live,
    live_connector,
    memory,
    plan,
    record,
)

SECRET = 'hun"ter/é2'
TOKEN = "t0ken-1"
KEYED = Fingerprints(Secret("the key for fingerprints"))


def wanted(file: str = "new.txt", literal: str = SECRET, token: str = TOKEN):
    return desired(
        definition(
            "changed",
            {
                "file": file,
                "token": token,
                "db.password": literal,
                "topics": "a,b",
                "url": "jdbc:x://me:hun4er-pw@host/db",
            },
            references={
                "token": "${{ env.T }}",
                "url": "jdbc:x://me:hun4er-pw@${{ env.H }}/db",
            },
            state=TargetState.PAUSED,
            labels={"team": "payments"},
            protect=True,
        ),
        definition("created", {"file": "c.txt"}, wave=2),
        definition("moved", moved_from=MovedFrom(name="old")),
        definition("held", {"file": "x"}),
    )


def found():
    return live(
        live_connector(
            "changed",
            {"topics": "a", "db.password": "other", "token": "0ld-token", "sasl.secret": "kept-1"},
        ),
        live_connector("old"),
        live_connector("held"),
        live_connector("orders-gone"),
    )


def full_plan(**more):
    rule = IgnoreRule(keys=("sasl.*",), reason="set by the platform")
    return plan(
        wanted(**more),
        found(),
        ignore=(rule,),
        owns=("orders-*",),
        prune=True,
        memory=memory(
            record("old"),
            record("orders-gone"),
            holds=(hold("held", until=NOON + timedelta(days=1)),),
        ),
        fingerprints=KEYED,
    )


def saved(document=None):
    text = json.dumps(document if document is not None else plans_document([full_plan()]))
    return read_plans(text, "plan.json")


def test_a_plan_comes_back_as_it_was():
    made = full_plan()
    (read,) = saved()
    again = read.plan
    assert again.digest == made.digest
    assert [change.name for change in again.changes] == [change.name for change in made.changes]
    for one, two in zip(made.changes, again.changes, strict=True):
        hidden = frozenset(read.secrets[two.name])
        assert plan_entry(two, hidden) == plan_entry(one, hidden)
        assert (two.keys, two.state, two.effects) == (one.keys, one.state, one.effects)
        assert (two.precondition, two.origin) == (one.precondition, one.origin)
        assert (two.applied, two.labels, two.protect) == (
            one.applied,
            dict(one.labels),
            one.protect,
        )
        assert (two.ignored, two.unchanged, two.wave) == (one.ignored, one.unchanged, one.wave)
    assert again.problems == made.problems
    assert [(item.why, item.by, item.until) for item in again.withheld] == [
        (item.why, item.by, item.until) for item in made.withheld
    ]
    assert (again.unmanaged, again.orphaned) == (made.unmanaged, made.orphaned)


def test_no_secret_is_in_the_file():
    text = json.dumps(plans_document([full_plan()]), ensure_ascii=False)
    for secret in (SECRET, json.dumps(SECRET)[1:-1], "t0ken-1", "0ld-token", "kept-1", "hun4er-pw"):
        assert secret not in text


def test_secrets_are_filled_in_from_where_they_came():
    (read,) = saved()
    made = full_plan()
    definitions, connectors = wanted().definitions, found().connectors
    again, problems = completed(read, definitions, connectors)
    assert problems == ()
    assert [change.config for change in again.changes] == [change.config for change in made.changes]


def test_a_secret_is_what_its_reference_names_now():
    (read,) = saved()
    definitions = wanted(token="t0ken-2").definitions
    again, problems = completed(read, definitions, found().connectors)
    assert problems == ()
    changed = next(change for change in again.changes if change.name == "changed")
    assert changed.config.get("token") == "t0ken-2"
    assert again.digest == read.plan.digest


@pytest.mark.parametrize("gone", ["the definition", "the live connector"])
def test_a_secret_that_cannot_be_had_any_more_makes_a_plan_stale(gone):
    (read,) = saved()
    definitions = {} if gone == "the definition" else wanted().definitions
    connectors = {} if gone == "the live connector" else found().connectors
    _, problems = completed(read, definitions, connectors)
    assert {problem.code for problem in problems} == {Code.STALE_PLAN}


def edited(change):
    document = plans_document([full_plan()])
    change(document)
    content = {key: value for key, value in document.items() if key != "checksum"}
    return document | {"checksum": digest_of(content)}


def raised(document: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_plans(document, "plan.json")
    (problem,) = caught.value.problems
    assert problem.code is Code.UNUSABLE_PLAN_FILE
    assert str(problem.location) == "plan.json"
    return problem.message


def set_earliest_date(document):
    document["plans"][0]["created_at"] = "0001-01-01T00:00:00+14:00"


def set_file(document):
    document["plans"][0]["changes"][0]["config"]["file"] = "/etc/passwd"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("", "no JSON, or was cut off"),
        (json.dumps(plans_document([]))[:-9], "no JSON, or was cut off"),
        ("[]", "holds no plan"),
        ('{"kind": "drift"}', "holds no plan"),
        (json.dumps(edited(lambda one: one.update(format_version="2.0"))), "its format is 2.0"),
        (json.dumps(edited(lambda one: one["tool"].update(version="9.0"))), "connectform 9.0 made"),
        (json.dumps(edited(set_file)), "its digest is not that of its changes"),
        (json.dumps(edited(lambda one: one.update(plans=[{}]))), "not have the form of a plan"),
        (json.dumps({"kind": "plan", "format_version": "1.1", "tool": []}), "the form of a plan"),
        (json.dumps(edited(lambda one: one["plans"].append(one["plans"][0]))), "several plans of"),
        (json.dumps(edited(set_earliest_date)), "not have the form of a plan"),
        (
            json.dumps(plans_document([full_plan()])).replace("new.txt", "other.txt"),
            "changed since it was written",
        ),
    ],
    ids=[
        *("empty", "cut", "list", "drift", "format", "tool", "edited", "shape"),
        *("tools", "twice", "date", "checksum"),
    ],
)
def test_a_file_that_is_no_plan_of_ours_is_refused(document, told):
    assert told in raised(document)


def test_what_a_newer_version_added_is_ignored():
    (read,) = saved(edited(lambda one: one["plans"][0].update(more={"a": 1})))
    assert read.plan.digest == full_plan().digest


def test_only_what_was_approved_is_applied():
    approved, fresh = full_plan(), full_plan(file="other.txt")
    left = matching(fresh, approved)
    assert [change.name for change in left.changes] == ["orders-gone", "moved", "created"] or {
        change.name for change in left.changes
    } == {"moved", "created", "orders-gone"}
    assert [
        (item.change.name, item.reason) for item in left.withheld if item.why == "expectation"
    ] == [("changed", "it was not approved like this")]
    assert matching(approved, approved).changes == approved.changes


def test_what_nobody_approved_is_left():
    fresh = full_plan()
    left = matching(fresh, replace(fresh, changes=()))
    assert left.changes == ()
    assert {item.reason for item in left.withheld if item.why == "expectation"} == {
        "it was not approved"
    }


def test_a_rotation_needs_no_new_approval():
    known = live_connector(config={"token": "old"})
    rotated = plan(
        desired(definition(config={"token": "new"}, references={"token": "${{ env.T }}"})),
        live(known),
    )
    nothing = plan(desired(definition()), live(live_connector()))
    assert matching(rotated, nothing).changes == rotated.changes


def with_token(value, reference, *, remembered="${{ env.T }}", state=None):
    """Plan for a live secret that the ledger remembers under a reference."""
    config = {"token": value} if value else None
    values = {key: AppliedValue(text=text) for key, text in BASE.items()}
    known = Applied(values={**values, "token": AppliedValue(reference=remembered)})
    return plan(
        desired(definition(config=config, references={"token": reference}, state=state)),
        live(live_connector(config={"token": "old"})),
        memory=memory(record(applied=known)),
    )


def test_a_secret_under_another_reference_is_no_rotation():
    shown = with_token(None, "${{ env.OTHER }}")
    fresh = with_token("new", "${{ env.OTHER }}")
    unseen = with_token(None, "${{ env.T }}")

    assert [bool(change.digest) for change in fresh.changes] == [True]
    assert shown.digest == fresh.digest
    assert matching(fresh, shown).changes == fresh.changes
    assert unseen.changes == ()
    assert matching(fresh, unseen).changes == ()


def test_a_text_around_the_same_secret_is_no_rotation():
    fresh = with_token("new@b", "${{ env.T }}@b", remembered="${{ env.T }}@a")

    assert matching(fresh, replace(fresh, changes=())).changes == ()


def test_a_secret_that_git_did_not_name_before_is_no_rotation():
    fresh = with_token("new", "${{ env.T }}", remembered=None)

    assert matching(fresh, replace(fresh, changes=())).changes == ()


def test_a_state_that_was_approved_is_applied_with_a_rotation_beside_it():
    shown = with_token(None, "${{ env.T }}", state=TargetState.PAUSED)
    fresh = with_token("new", "${{ env.T }}", state=TargetState.PAUSED)

    assert matching(fresh, shown).changes == fresh.changes
    assert matching(fresh, replace(shown, changes=())).changes == ()


def test_a_saved_rotation_is_one_still():
    rotated = with_token("new", "${{ env.T }}")

    ((read,),) = [saved(plans_document([rotated]))]

    assert read.plan.digest == rotated.digest
    assert matching(read.plan, replace(rotated, changes=())).changes == read.plan.changes


def test_what_is_applied_as_asked_has_no_config_to_fill():
    (read,) = saved()
    again, _ = completed(read, wanted().definitions, found().connectors)
    assert next(one for one in again.changes if one.name == "orders-gone").config is None
    assert isinstance(again.changes[0].config, Config)
