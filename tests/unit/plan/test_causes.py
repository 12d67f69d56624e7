"""Who made a difference is told from what was last applied, as far as that can be known."""

from dataclasses import replace

import pytest

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.config import Config, Secret
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.live import State
from reconcile.model.plan import Action, Cause
from reconcile.model.problem import Severity
from reconcile.plan.base import Base
from reconcile.plan.fingerprints import Fingerprints
from tests.unit.plan.worlds import (
    ALIASES,
    BASE,
    SINK,
    definition,
    desired,
    live,
    live_connector,
    memory,
    plan,
    plan_one,
    record,
)

GIT, LIVE, BOTH = Cause.GIT, Cause.LIVE, Cause.BOTH
KEYED = Fingerprints(Secret("the key for fingerprints"))
OTHER_KEY = Fingerprints(Secret("another key"))
REFERENCE = "${{ env.T }}"


def applied(fingerprints: Fingerprints = KEYED, **more: AppliedValue) -> Applied:
    values = {key: AppliedValue(text=text) for key, text in BASE.items()}
    return Applied(values={**values, **more}, fingerprint_key=fingerprints.key_id)


def secret(value: str, fingerprints: Fingerprints = KEYED, reference: str | None = REFERENCE):
    return AppliedValue(reference=reference, fingerprint=fingerprints.of("orders", "token", value))


@pytest.mark.parametrize(
    ("before", "git", "now", "cause"),
    [
        ("a", "b", "a", GIT),
        ("a", "a", "b", LIVE),
        ("a", "b", "c", BOTH),
        (None, "b", None, GIT),
        (None, None, "b", LIVE),
        ("a", None, "a", GIT),
        ("a", "a", None, LIVE),
        ("a", None, "b", BOTH),
        ("a", "b", None, BOTH),
    ],
)
def test_the_side_that_moved_away_from_what_was_applied_made_the_difference(
    before, git, now, cause
):
    value = {} if before is None else {"flush.size": AppliedValue(text=before)}
    found = plan_one(
        definition(config={"flush.size": git}),
        live_connector(config={"flush.size": now}),
        memory=memory(record(applied=applied(**value))),
    )
    (change,) = found.changes
    assert {key.key: key.cause for key in change.keys} == {"flush.size": cause}


def test_without_a_record_nobody_knows():
    found = plan_one(definition(config={"file": "x"}), live_connector(), memory=memory())
    assert found.changes[0].keys[0].cause is None


@pytest.mark.parametrize(
    ("applied_value", "git", "now", "keyed", "cause"),
    [
        ("old", "new", "old", True, GIT),
        ("old", "old", "new", True, LIVE),
        ("old", "new", "hand", True, BOTH),
        ("old", "new", "old", False, None),
        ("old", "old", None, False, LIVE),
    ],
)
def test_secrets_are_known_again_by_their_fingerprints(applied_value, git, now, keyed, cause):
    fingerprints = KEYED if keyed else Fingerprints()
    found = plan_one(
        definition(config={"token": git}, references={"token": REFERENCE}),
        live_connector(config={"token": now}),
        memory=memory(record(applied=applied(token=secret(applied_value)))),
        fingerprints=fingerprints,
    )
    assert found.changes[0].keys[0].cause is cause


def test_a_secret_under_another_reference_was_changed_in_git():
    found = plan_one(
        definition(config={"token": "new"}, references={"token": "${{ env.OTHER }}"}),
        live_connector(config={"token": "old"}),
        memory=memory(record(applied=applied(token=secret("old", Fingerprints())))),
    )
    assert found.changes[0].keys[0].cause is GIT


def test_a_rotation_under_the_same_reference_is_an_update_and_leaves_the_digest_alone():
    ledger = memory(record(applied=applied(token=secret("old"))))
    rotated = plan_one(
        definition(config={"token": "new"}, references={"token": REFERENCE}),
        live_connector(config={"token": "old"}),
        memory=ledger,
        fingerprints=KEYED,
    )
    unresolved = plan_one(
        definition(references={"token": REFERENCE}),
        live_connector(config={"token": "old"}),
        memory=ledger,
    )
    assert [change.action for change in rotated.changes] == [Action.UPDATE]
    assert unresolved.changes == ()
    assert rotated.digest == unresolved.digest


@pytest.mark.parametrize(
    ("git", "fingerprints", "changes", "told"),
    [
        ("same", KEYED, 0, False),
        ("rotated", KEYED, 1, False),
        ("rotated", Fingerprints(), 0, True),
        ("rotated", OTHER_KEY, 0, True),
    ],
    ids=["unchanged", "changed by us", "no key", "another key"],
)
def test_behind_a_mask_only_our_own_side_can_be_known(git, fingerprints, changes, told):
    found = plan_one(
        definition(config={"token": git}, references={"token": REFERENCE}),
        live_connector(config={"token": "********"}),
        memory=memory(record(applied=applied(token=secret("same")))),
        fingerprints=fingerprints,
    )
    assert len(found.changes) == changes
    assert any("masks" in problem.message for problem in found.problems) is told
    assert all(problem.severity is Severity.NOTICE for problem in found.problems)


def test_a_mask_never_hides_what_a_cut_off_run_was_about_to_write():
    known = record(applied=applied(token=secret("old")), pending=applied(token=secret("new")))
    found = plan_one(
        definition(config={"token": "new"}, references={"token": REFERENCE}),
        live_connector(config={"token": "********"}),
        memory=memory(known),
        fingerprints=KEYED,
    )
    assert [change.action for change in found.changes] == [Action.UPDATE]


@pytest.mark.parametrize(("reference", "changes"), [(REFERENCE, 0), ("${{ env.OTHER }}", 1)])
def test_unresolved_secrets_are_compared_by_their_references(reference, changes):
    found = plan_one(
        definition(references={"token": reference}),
        live_connector(config={"token": "live"}),
        memory=memory(record(applied=applied(token=secret("live")))),
    )
    assert len(found.changes) == changes


@pytest.mark.parametrize(("now", "cause"), [("a", GIT), ("b", GIT), ("c", BOTH)])
def test_what_a_cut_off_run_may_have_written_was_not_made_by_hand(now, cause):
    known = record(
        applied=applied(batch=AppliedValue(text="a")),
        pending=applied(batch=AppliedValue(text="b")),
    )
    found = plan_one(
        definition(config={"batch": "new"}),
        live_connector(config={"batch": now}),
        memory=memory(known),
    )
    assert found.changes[0].keys[0].cause is cause


@pytest.mark.parametrize(
    ("was", "git", "now", "cause"),
    [
        (TargetState.RUNNING, TargetState.PAUSED, State.RUNNING, GIT),
        (TargetState.RUNNING, TargetState.RUNNING, State.PAUSED, LIVE),
        (TargetState.RUNNING, TargetState.STOPPED, State.PAUSED, BOTH),
        (None, TargetState.PAUSED, State.RUNNING, GIT),
    ],
)
def test_a_target_state_has_a_cause_too(was, git, now, cause):
    known = record(applied=replace(applied(), state=was))
    found = plan_one(definition(state=git), live_connector(state=now), memory=memory(known))
    assert found.changes[0].state.cause is cause


@pytest.mark.parametrize(
    ("now", "cause"), [("6", GIT), ("9", BOTH)], ids=["in the range then", "by hand"]
)
def test_a_number_of_tasks_in_the_range_of_then_was_not_set_by_hand(now, cause):
    known = record(applied=replace(applied(), tasks_range=TasksRange(1, 8)))
    found = plan_one(
        definition(config={"tasks.max": "2"}, tasks_range=TasksRange(2, 4)),
        live_connector(config={"tasks.max": now}),
        memory=memory(known),
    )
    assert found.changes[0].keys[0].cause is cause


def test_a_class_is_the_same_however_it_is_written():
    short = applied(**{"connector.class": AppliedValue(text="FileStreamSink")})
    found = plan_one(
        definition(config={"connector.class": "FileStreamSource"}),
        live_connector(config={"connector.class": SINK}),
        memory=memory(record(applied=short)),
    )
    causes = {key.key: key.cause for key in found.changes[0].keys}
    assert causes["connector.class"] is GIT


def test_a_name_gone_astray_was_made_by_hand():
    found = plan_one(definition(), live_connector(stray_name="foo"), memory=memory(record()))
    assert [key.cause for key in found.changes[0].keys] == [LIVE]


@pytest.mark.parametrize(
    ("known", "cause"),
    [((), GIT), ((record(),), LIVE), ((record(applied=None, pending=applied()),), GIT)],
    ids=["new", "deleted by hand", "never seen to be created"],
)
def test_a_connector_that_is_not_there_is_new_or_was_deleted(known, cause):
    found = plan_one(definition(), memory=memory(*known))
    assert found.changes[0].cause is cause


def test_a_commit_can_take_the_place_of_the_ledger():
    base = {"orders": applied(file=AppliedValue(text="before"))}
    found = plan(
        desired(definition(config={"file": "git"}), definition("new")),
        live(live_connector(config={"file": "before"})),
        base=base,
    )
    causes = {change.name: change.cause for change in found.changes}
    assert causes["new"] is GIT
    assert found.changes[1].keys[0].cause is GIT


@pytest.mark.parametrize(
    ("config", "live_now"),
    [({}, True), ({"file": "other"}, False), ({"more": "x"}, False), ({"topics": "***"}, True)],
)
def test_what_was_applied_is_live_where_nothing_speaks_against_it(config, live_now):
    base = Base(name="orders", applied=(applied(),), aliases=ALIASES)
    assert base.is_live(Config({**BASE, **config})) is live_now


def test_nothing_that_was_applied_is_never_live():
    assert not Base().is_live(Config({}))
