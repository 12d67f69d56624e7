"""What is held, frozen, protected or changed by hand is shown and left alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.codes import Code
from reconcile.model.desired import OffsetsOnDelete, TargetState
from reconcile.model.ledger import Hold
from reconcile.model.live import State
from reconcile.model.plan import Action, ActiveHold, EffectKind, Selection, WithheldBy
from reconcile.model.project import Freeze, Limits
from reconcile.plan.digest import declared_digest
from reconcile.plan.holds import holding, holdings
from reconcile.plan.limits import check_limits
from tests.unit.plan.worlds import (
    BASE,
    NOON,
    definition,
    desired,
    live,
    live_connector,
    memory,
    plan,
    plan_one,
    record,
)

HOUR = timedelta(hours=1)


def hold(name: str = "orders", **more) -> Hold:
    values = {"reason": "incident 4711", "by": "ada", "since": NOON - HOUR, "until": NOON + HOUR}
    return Hold(name=name, **{**values, **more})


def values(**more: str) -> Applied:
    return Applied(values={key: AppliedValue(text=text) for key, text in {**BASE, **more}.items()})


@pytest.mark.parametrize("name", ["orders", "ord*"])
def test_a_held_connector_is_left_alone_with_who_and_why(name):
    found = plan_one(
        definition(config={"file": "x"}),
        live_connector(),
        memory=memory(record(), holds=(hold(name),)),
    )
    (item,) = found.withheld
    assert found.changes == ()
    assert (item.why, item.reason, item.by) == (WithheldBy.HOLD, "incident 4711", "ada")
    assert item.change.keys[0].key == "file"
    assert [one.name for one in found.holds] == [name]


@pytest.mark.parametrize(
    "ended",
    [
        hold(until=NOON),
        hold(until=None, while_declared="sha256:other"),
        hold("payments"),
    ],
    ids=["over", "git says something else", "of another"],
)
def test_a_hold_ends_by_itself_and_speaks_of_its_own(ended):
    found = plan_one(
        definition(config={"file": "x"}),
        live_connector(),
        memory=memory(record(), holds=(ended,)),
    )
    assert len(found.changes) == 1


def test_a_hold_of_a_rollback_lasts_while_git_declares_what_was_taken_back():
    wanted = definition(config={"file": "x"})
    held = hold(until=None, while_declared=declared_digest(wanted))
    ledger = memory(record(), holds=(held,))
    assert plan_one(wanted, live_connector(), memory=ledger).changes == ()
    other = definition(config={"file": "y"})
    assert len(plan_one(other, live_connector(), memory=ledger).changes) == 1


@pytest.mark.parametrize(
    ("begins", "ends", "connectors", "frozen"),
    [
        (NOON - HOUR, NOON + HOUR, ("*",), True),
        (NOON, NOON + HOUR, ("ord*",), True),
        (NOON - HOUR, NOON, ("*",), False),
        (NOON - HOUR, NOON + HOUR, ("billing-*",), False),
    ],
)
def test_a_freeze_holds_what_it_names_as_long_as_it_lasts(begins, ends, connectors, frozen):
    freeze = Freeze(reason="year end", begins=begins, ends=ends, connectors=connectors)
    found = plan_one(definition(config={"file": "x"}), live_connector(), freezes=(freeze,))
    assert [item.why for item in found.withheld] == ([WithheldBy.FREEZE] if frozen else [])


def test_the_holds_on_many_are_those_on_each_of_them():
    names = ["a", "b", "orders-1", "orders-2", "[x]", "other"]
    holds = [
        ActiveHold(name=name, reason=f"hold {place}", by="ada")
        for place, name in enumerate(["a", "orders-2", "a", "orders-*", "[x]", "*-1", "b", "x"])
    ]

    found = holdings(names, holds)

    assert found == {name: hold for name in names if (hold := holding(name, holds)) is not None}
    assert found.keys() == set(names) - {"other"}


def test_what_is_protected_is_not_deleted_and_the_plan_is_refused():
    found = plan(
        desired(definition()),
        live(live_connector(), live_connector("orders-old")),
        owns=("orders*",),
        prune=True,
        memory=memory(record(), record("orders-old", protect=True)),
    )
    assert found.changes == ()
    assert [item.why for item in found.withheld] == [WithheldBy.PROTECTION]
    (problem,) = check_limits(found, Limits(max_deletes=9))
    assert problem.code is Code.PROTECTED


def test_offsets_are_reset_where_the_definition_asked_for_it_once():
    found = plan(
        desired(definition()),
        live(live_connector(), live_connector("orders-old")),
        owns=("orders*",),
        prune=True,
        memory=memory(record("orders-old", on_delete=OffsetsOnDelete.RESET)),
    )
    (change,) = found.changes
    assert change.reset_offsets
    assert change.has(EffectKind.RESETS_OFFSETS)


@pytest.mark.parametrize(
    ("known", "doomed", "orphaned", "undeclared", "unmanaged"),
    [
        ((record("orders-x"),), 1, (), (), ()),
        ((), 0, (), ("orders-x",), ("orders-x",)),
        ((record("orders-x", project="other"),), 0, (), (), ("orders-x",)),
    ],
    ids=["ours", "nobody's", "another project's"],
)
def test_only_what_the_ledger_knows_as_ours_is_deleted(
    known, doomed, orphaned, undeclared, unmanaged
):
    found = plan(
        desired(definition()),
        live(live_connector(), live_connector("orders-x")),
        owns=("orders-*",),
        prune=True,
        memory=memory(record(), *known),
    )
    assert sum(change.action is Action.DELETE for change in found.changes) == doomed
    assert (found.orphaned, found.undeclared, found.unmanaged) == (
        orphaned,
        undeclared,
        unmanaged,
    )


def test_what_is_ours_and_not_pruned_is_orphaned():
    found = plan(
        desired(definition()),
        live(live_connector(), live_connector("audit")),
        memory=memory(record(), record("audit")),
    )
    assert (found.orphaned, found.unmanaged) == (("audit",), ())


@pytest.mark.parametrize(("term", "reached"), [("team=a", ("audit",)), ("team=b", ())])
def test_a_selection_reaches_orphans_by_the_labels_that_are_remembered(term, reached):
    found = plan(
        desired(),
        live(live_connector("audit")),
        memory=memory(record("audit", labels={"team": "a"})),
        selection=Selection(select=(term,)),
    )
    assert found.orphaned == reached


def test_a_connector_of_another_project_is_refused_by_name():
    found = plan_one(
        definition(config={"file": "x"}),
        live_connector(),
        memory=memory(record(project="billing", actor="grace")),
    )
    (problem,) = [one for one in found.problems if one.code is Code.OWNED_BY_ANOTHER]
    assert "belongs to project billing" in problem.message
    assert not found.applicable


def test_an_empty_ledger_is_told_where_something_is_live_already():
    ledger = memory(exists=False, place=".connectform/local.db")
    told = plan_one(definition(), live_connector(), memory=ledger)
    new = plan_one(definition(), memory=ledger)
    assert [problem.code for problem in told.problems] == [Code.NO_LEDGER]
    assert new.problems == ()


def test_only_git_leaves_drift_alone_and_applies_the_rest():
    known = record(applied=replace(values(**{"flush.size": "1"}), state=TargetState.RUNNING))
    found = plan_one(
        definition(
            config={"file": "git", "flush.size": "1", "topics": "mine"},
            state=TargetState.RUNNING,
        ),
        live_connector(config={"flush.size": "9", "topics": "theirs"}, state=State.PAUSED),
        memory=memory(known),
        only_git=True,
    )
    (change,) = found.changes
    (left,) = found.withheld
    assert [key.key for key in change.keys] == ["file"]
    assert change.config.get("flush.size") == "9"
    assert change.config.get("topics") == "theirs"
    assert change.state is None
    assert left.why is WithheldBy.DRIFT
    assert [key.key for key in left.change.keys] == ["flush.size", "topics"]
    assert left.change.state.after is TargetState.RUNNING
    remembered = change.applied.values
    assert remembered["file"].text == "git"
    assert remembered["flush.size"].text == "1"
    assert remembered["topics"].text == "orders"
    assert change.applied.state is TargetState.RUNNING


def test_only_git_creates_what_is_new_and_not_what_was_deleted_by_hand():
    found = plan(
        desired(definition("new"), definition("deleted")),
        live(),
        memory=memory(record("deleted")),
        only_git=True,
    )
    assert [change.name for change in found.changes] == ["new"]
    assert [item.change.name for item in found.withheld] == ["deleted"]


def test_only_git_sets_a_state_that_git_changed_beside_drift():
    known = record(applied=replace(values(), state=TargetState.RUNNING))
    found = plan_one(
        definition(state=TargetState.PAUSED),
        live_connector(config={"file": "hand"}),
        memory=memory(known),
        only_git=True,
    )
    (change,) = found.changes
    assert change.action is Action.SET_STATE
    assert change.config is None


def test_only_git_keeps_a_value_that_somebody_removed_removed():
    found = plan_one(
        definition(config={"file": "git", "flush.size": "1"}),
        live_connector(config={"file": "out.txt"}),
        memory=memory(record(applied=values(**{"flush.size": "1"}))),
        only_git=True,
    )
    assert "flush.size" not in found.changes[0].config


def test_a_secret_added_by_hand_behind_a_mask_cannot_be_carried_over():
    found = plan_one(
        definition(config={"file": "git"}),
        live_connector(config={"api.token": "********"}),
        memory=memory(record()),
        only_git=True,
    )
    assert Code.MASKED_VALUE in [problem.code for problem in found.problems]
    assert not found.applicable


def test_only_git_changes_nothing_else_where_there_is_no_drift():
    found = plan_one(
        definition(config={"file": "git"}), live_connector(), memory=memory(record()), only_git=True
    )
    assert found.withheld == ()
    assert [key.key for key in found.changes[0].keys] == ["file"]


def test_connectors_in_sync_that_nobody_recorded_are_told():
    found = plan(
        desired(definition("a"), definition("b")),
        live(live_connector("a"), live_connector("b")),
        memory=memory(record("a")),
    )
    assert found.unrecorded == ("b",)
