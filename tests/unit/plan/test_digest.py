import hashlib
import re
from dataclasses import replace

import pytest

from reconcile.model.config import Secret
from reconcile.model.desired import TargetState
from reconcile.model.live import State
from reconcile.model.plan import Precondition
from reconcile.plan.digest import digest_of, plan_digest, plan_entry, precondition_of, still_holds
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from tests.unit.plan.worlds import (
    SINK,
    definition,
    desired,
    live,
    live_connector,
    plan,
    plan_one,
)


def digest(found, hidden=()):
    return precondition_of(found, hidden).digest


def test_what_does_not_exist_has_no_digest():
    assert precondition_of(None) == Precondition(exists=False)


@pytest.mark.parametrize(
    "other",
    [
        live_connector(config={"file": "x"}),
        live_connector(config={"added": ""}),
        live_connector(config={"file": None}),
        live_connector(state=State.PAUSED),
        live_connector(stray_name="foo"),
        live_connector(config={"connector.class": "FileStreamSource"}),
    ],
)
def test_config_and_target_state_enter_a_precondition(other):
    assert digest(other) != digest(live_connector())


@pytest.mark.parametrize(
    "other",
    [
        live_connector(state=State.FAILED),
        live_connector(tasks=7),
        live_connector(config={"connector.class": " FileStreamSink"}),
        live_connector(config={"connector.class": SINK}),
    ],
)
def test_health_tasks_and_the_form_of_the_class_do_not(other):
    assert digest(other) == digest(live_connector())


def test_of_a_hidden_key_only_the_presence_enters():
    one, other = (live_connector(config={"pw": value}) for value in ("a", "b"))
    assert digest(one, {"pw"}) == digest(other, {"pw"})
    assert digest(one, {"pw"}) != digest(live_connector(), {"pw"})
    assert precondition_of(one, {"pw", "other"}).hidden == ("pw",)


def update_of(found, wanted=None):
    return plan_one(wanted or definition(config={"file": "new"}), found).changes[0]


def test_a_precondition_holds_while_nothing_moves():
    found = live_connector(config={"a.password": "x"})
    assert still_holds(update_of(found), found)
    assert still_holds(update_of(found), live_connector(config={"a.password": "x"}, tasks=9))


def test_a_precondition_fails_when_the_connector_moves():
    change = update_of(live_connector(config={"a.password": "x"}))
    assert not still_holds(change, None)
    assert not still_holds(change, live_connector(config={"a.password": "y"}))
    assert not still_holds(change, live_connector(config={"a.password": "x"}, state=State.STOPPED))


def test_without_the_live_config_in_memory_the_digest_decides():
    change = replace(update_of(live_connector(config={"a.password": "x"})), before=None)
    assert still_holds(change, live_connector(config={"a.password": "y"}))
    assert not still_holds(change, live_connector(config={"a.password": "x", "file": "z"}))


def keyed(key="k"):
    return Fingerprints(Secret(key))


@pytest.mark.parametrize(
    ("planned", "now", "password", "holds"),
    [
        (keyed(), keyed(), "y", False),
        (keyed(), keyed(), "x", True),
        (keyed(), keyed(), "[hidden]", True),
        (keyed(), keyed("another"), "y", True),
        (keyed(), NO_FINGERPRINTS, "y", True),
        (NO_FINGERPRINTS, keyed(), "y", True),
    ],
    ids=["changed", "same", "masked now", "another key", "no key now", "no key then"],
)
def test_a_fingerprint_tells_that_a_secret_was_changed(planned, now, password, holds):
    found = live_connector(config={"a.password": "x"})
    precondition = precondition_of(found, ["a.password"], fingerprints=planned)
    change = replace(update_of(found), before=None, precondition=precondition)
    other = live_connector(config={"a.password": password})

    assert still_holds(change, other, fingerprints=now) is holds


def test_fingerprints_enter_no_digest():
    found = live_connector(config={"a.password": "x"})
    one, other = (
        precondition_of(found, ["a.password"], fingerprints=each)
        for each in (keyed(), NO_FINGERPRINTS)
    )
    assert (one.digest, one.secrets != ()) == (other.digest, True)
    plans = [
        plan_one(definition(config={"file": "new"}), found, fingerprints=each).digest
        for each in (keyed(), NO_FINGERPRINTS)
    ]
    assert plans[0] == plans[1]


def test_a_new_connector_must_not_exist_yet():
    change = plan_one(definition()).changes[0]
    assert still_holds(change, None)
    assert not still_holds(change, live_connector())


def wanted(**more):
    return plan_one(definition(**more), live_connector(config={"a.password": "old"})).digest


def test_a_digest_is_a_sha256():
    assert re.fullmatch("sha256:[0-9a-f]{64}", wanted())


@pytest.mark.parametrize(
    "other",
    [
        {"config": {"file": "x"}},
        {"config": {"file": None}},
        {"config": {"added": ""}},
        {"state": TargetState.STOPPED},
        {"config": {"a.password": "${file:/p:k}"}},
    ],
)
def test_a_digest_covers_what_is_written(other):
    assert wanted(config={"file": "new"}) != wanted(**other)


def test_a_digest_covers_what_it_was_made_from():
    one, other = (
        plan_one(definition(config={"file": "new"}), live_connector(config={"file": before}))
        for before in ("a", "b")
    )
    assert one.digest != other.digest


def test_a_secret_enters_by_its_reference():
    def with_secret(value, name):
        values = {"file": "new"} | ({"token": value} if value else {})
        return wanted(config=values, references={"token": f"${{{{ env.{name} }}}}"})

    assert with_secret("one", "T") == with_secret("two", "T") == with_secret(None, "T")
    assert with_secret("one", "T") != with_secret("one", "U")


def test_a_rotation_under_the_same_reference_is_applied_and_does_not_enter():
    rotated = plan_one(
        definition(config={"token": "new"}, references={"token": "${{ env.T }}"}),
        live_connector(config={"token": "old"}),
    )
    unseen = plan_one(
        definition(references={"token": "${{ env.T }}"}), live_connector(config={"token": "old"})
    )
    assert len(rotated.changes) == 1
    assert unseen.changes == ()
    assert rotated.digest == unseen.digest


@pytest.mark.parametrize(("config", "state"), [({"file": "new"}, None), ({}, TargetState.PAUSED)])
def test_a_rotation_with_another_change_enters(config, state):
    found = plan_one(
        definition(
            config={**config, "token": "new"}, references={"token": "${{ env.T }}"}, state=state
        ),
        live_connector(config={"token": "old"}),
    )
    assert found.digest != plan_one(definition(), live_connector()).digest


def test_time_and_commit_do_not_enter():
    one = plan_one(definition(), commit="a").digest
    assert one == plan_one(definition(), commit="b").digest


def test_characters_of_every_kind_can_be_digested():
    odd = definition(config={"file": 'é\ud800"/\x00'})
    assert plan(desired(odd), live()).digest != plan(desired(definition()), live()).digest


def test_a_config_without_class_can_be_digested():
    classless = live_connector(config=dict.fromkeys(["connector.class"]))
    assert digest(classless) != digest(live_connector())


# Plans are saved and applied later, perhaps by another version: what they were made from must
# give the same digests for as long as the format is the same.


def test_a_digest_is_that_of_compact_json_with_sorted_keys():
    text = '{"a":[1,"\\u00e9",null],"b":{"c":"x","d":true}}'
    content = {"b": {"d": True, "c": "x"}, "a": [1, "é", None]}
    assert digest_of(content) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_what_enters_a_precondition_stays_the_same():
    found = live_connector(
        config={"pw": "x", "tasks.max": None}, state=State.PAUSED, stray_name="foo"
    )
    assert digest(found, {"pw"}) == digest_of(
        {
            "config": {
                "connector.class": ["value", "FileStreamSink"],
                "file": ["value", "out.txt"],
                "pw": ["hidden"],
                "topics": ["value", "orders"],
            },
            "name": "foo",
            "state": "paused",
        }
    )


def test_what_enters_a_plan_stays_the_same():
    wanted = definition(
        config={"file": "new", "tasks.max": None, "a.password": "secret-1"},
        references={"token": "${{ env.T }}"},
        state=TargetState.PAUSED,
    )
    found = live_connector()
    change = plan_one(wanted, found).changes[0]
    entry = {
        "action": "update",
        "name": "orders",
        "class": "FileStreamSink",
        "config": {
            "a.password": ["hidden"],
            "connector.class": ["value", "FileStreamSink"],
            "file": ["value", "new"],
            "token": ["reference", "${{ env.T }}"],
            "topics": ["value", "orders"],
        },
        "state": "paused",
        "from": digest(found),
        "only_failed": False,
        "origin": None,
        "reset_offsets": False,
    }
    assert plan_entry(change, {"a.password"}) == entry
    assert plan_one(wanted, found).digest == digest_of([entry]) == plan_digest([entry])
