from datetime import date

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import IgnoreRule, TargetState
from reconcile.model.live import LiveStatus, LiveTask, State
from reconcile.model.plan import Action, Reason, Selection, StateChange
from reconcile.model.problem import Severity
from tests.unit.plan.worlds import SINK, definition, desired, draft, live, live_connector


def summary(found):
    return [(change.name, change.action) for change in found.changes]


def codes(found):
    return [problem.code for problem in found.problems]


def test_what_is_not_live_is_created():
    found = draft(desired(definition()), live())
    change = found.changes[0]
    assert summary(found) == [("orders", Action.CREATE)]
    assert change.reason is Reason.NOT_LIVE
    assert change.config == definition().config
    assert change.differing == ("connector.class", "file", "tasks.max", "topics")
    assert change.state is None
    assert found.in_sync == 0


def test_a_connector_is_created_in_the_state_that_git_declares():
    found = draft(desired(definition(state=TargetState.STOPPED)), live())
    assert found.changes[0].state == StateChange(before=None, after=TargetState.STOPPED)


def test_what_is_as_declared_is_in_sync():
    found = draft(desired(definition()), live(live_connector()))
    assert found.changes == ()
    assert (found.in_sync, found.declared) == (1, 1)


def test_a_different_config_is_updated():
    found = draft(desired(definition(config={"file": "x"})), live(live_connector()))
    assert summary(found) == [("orders", Action.UPDATE)]
    assert found.changes[0].reason is Reason.CONFIG_DIFFERS
    assert found.changes[0].class_name == SINK
    assert found.in_sync == 0


@pytest.mark.parametrize(
    ("reported", "declared", "change"),
    [
        (State.RUNNING, TargetState.PAUSED, (TargetState.RUNNING, TargetState.PAUSED)),
        (State.PAUSED, TargetState.RUNNING, (TargetState.PAUSED, TargetState.RUNNING)),
        (State.STOPPED, TargetState.PAUSED, (TargetState.STOPPED, TargetState.PAUSED)),
        (State.FAILED, TargetState.STOPPED, (TargetState.RUNNING, TargetState.STOPPED)),
    ],
)
def test_another_target_state_is_set(reported, declared, change):
    found = draft(desired(definition(state=declared)), live(live_connector(state=reported)))
    assert summary(found) == [("orders", Action.SET_STATE)]
    assert found.changes[0].reason is Reason.STATE_DIFFERS
    assert found.changes[0].state == StateChange(before=change[0], after=change[1])
    assert found.changes[0].config is None
    assert found.to_check == ()


@pytest.mark.parametrize("reported", list(State))
def test_a_state_that_git_does_not_declare_is_never_touched(reported):
    found = draft(desired(definition()), live(live_connector(state=reported)))
    assert found.changes == ()


@pytest.mark.parametrize(
    "reported", [State.RUNNING, State.FAILED, State.UNASSIGNED, State.RESTARTING, State.UNKNOWN]
)
def test_health_is_no_difference(reported):
    wanted = definition(state=TargetState.RUNNING)
    assert draft(desired(wanted), live(live_connector(state=reported))).changes == ()


def test_config_and_state_together_are_one_change():
    wanted = definition(config={"file": "x"}, state=TargetState.PAUSED)
    found = draft(desired(wanted), live(live_connector()))
    assert summary(found) == [("orders", Action.UPDATE)]
    assert found.changes[0].state is not None


def test_what_git_does_not_declare_is_listed_and_left_alone():
    found = draft(
        desired(definition()),
        live(live_connector(), live_connector("legacy"), live_connector("orders-old")),
        owns=("orders-*",),
    )
    assert found.changes == ()
    assert found.unmanaged == ("legacy", "orders-old")
    assert found.undeclared == ("orders-old",)


def test_only_with_prune_is_what_is_owned_deleted():
    found = draft(
        desired(definition()),
        live(live_connector(), live_connector("legacy"), live_connector("orders-old")),
        owns=("orders-*",),
        prune=True,
    )
    assert summary(found) == [("orders-old", Action.DELETE)]
    assert found.changes[0].reason is Reason.NOT_DECLARED
    assert found.unmanaged == ("legacy",)
    assert found.undeclared == ()


def test_nothing_is_deleted_while_files_are_left_out():
    found = draft(
        desired(definition(), complete=False),
        live(live_connector("orders-old")),
        owns=("orders-*",),
        prune=True,
    )
    assert summary(found) == [("orders", Action.CREATE)]
    assert found.orphaned == ("orders-old",)
    assert codes(found) == [Code.PRUNE_HELD_BACK]


def test_files_left_out_are_no_matter_where_nothing_would_be_deleted():
    found = draft(desired(complete=False), live(live_connector("legacy")), prune=True)
    assert found.problems == ()


def test_nothing_outside_the_selection_is_planned():
    found = draft(
        desired(
            definition("orders-a", labels={"team": "a"}),
            definition("orders-b", labels={"team": "b"}),
        ),
        live(live_connector("orders-old")),
        owns=("*",),
        prune=True,
        selection=Selection(select=("team=a",)),
    )
    assert summary(found) == [("orders-a", Action.CREATE)]
    assert found.declared == 1
    assert found.unmanaged == ()


def test_a_selection_by_name_reaches_what_is_no_longer_declared():
    found = draft(
        desired(definition("orders-a")),
        live(live_connector("orders-old"), live_connector("other")),
        owns=("*",),
        prune=True,
        selection=Selection(select=("name=orders-*",)),
    )
    assert summary(found) == [("orders-a", Action.CREATE), ("orders-old", Action.DELETE)]


def test_an_empty_set_of_definitions_is_noticed():
    found = draft(desired(), live(live_connector("legacy")))
    assert codes(found) == [Code.NOTHING_DESIRED]
    assert found.problems[0].severity is Severity.NOTICE
    assert found.unmanaged == ("legacy",)


def test_an_empty_selection_is_not_an_empty_set():
    found = draft(desired(), live(), selection=Selection(select=("name=x",)))
    assert found.problems == ()


@pytest.mark.parametrize("name", ["a/b", "50%", "a\\b", "a\nb"])
def test_a_name_that_connect_4_cannot_address_is_a_warning_and_never_deleted(name):
    found = draft(
        desired(definition()), live(live_connector(), live_connector(name)), owns=("*",), prune=True
    )
    assert found.changes == ()
    assert codes(found) == [Code.UNMANAGEABLE_NAME]
    assert found.orphaned == (name,)


def test_connect_3_can_delete_any_name():
    found = draft(
        desired(definition()),
        live(live_connector(), live_connector("a/b"), version="3.9.1"),
        owns=("*",),
        prune=True,
    )
    assert summary(found) == [("a/b", Action.DELETE)]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (5, "orders-0, orders-1, orders-2, orders-3, orders-4:"),
        (7, "orders-0, orders-1, orders-2, orders-3, orders-4 and 2 more:"),
    ],
)
def test_masked_values_are_noticed_once_for_all_connectors(number, told):
    names = [f"orders-{index}" for index in range(number)]
    found = draft(
        desired(*(definition(name, config={"token": "ours"}) for name in names)),
        live(*(live_connector(name, config={"token": "********"}) for name in names)),
    )
    assert found.changes == ()
    assert found.in_sync == number
    assert found.problems[0].message.startswith(f"the server masks {number} values of {told}")


def test_unresolved_secrets_are_noticed_once_for_all_connectors():
    found = draft(
        desired(
            definition(references={"token": "${{ env.T }}"}),
            definition("created", references={"token": "${{ env.T }}"}),
            definition("plain"),
        ),
        live(live_connector(config={"token": "theirs"}), live_connector("plain")),
    )
    assert [change.name for change in found.changes] == ["created"]
    assert codes(found) == [Code.SECRETS_NOT_RESOLVED]
    assert found.problems[0].message == (
        "this plan was made without secrets: those of 2 connectors (created, orders) were not"
        " compared, and where one was changed, it is applied as well"
    )


def test_ignored_keys_are_counted_where_nothing_else_differs():
    rule = IgnoreRule(keys=("file",), reason="platform")
    found = draft(desired(definition(config={"file": "x"})), live(live_connector()), ignore=(rule,))
    assert found.changes == ()
    assert found.ignored == 1
    assert found.in_sync == 1


def test_ignored_keys_stand_by_the_change_that_leaves_them():
    rule = IgnoreRule(keys=("file",), reason="platform")
    found = draft(
        desired(definition(config={"file": "x", "topics": "y"})),
        live(live_connector()),
        ignore=(rule,),
    )
    assert found.changes[0].ignored[0].keys == ("file",)


def test_the_draft_names_the_classes_whose_definitions_are_wanted():
    found = draft(
        desired(definition("a", config={"connector.class": "FileStreamSink"}), definition("b")),
        live(live_connector("c", config={"connector.class": None})),
        owns=("*",),
        prune=True,
    )
    assert found.classes == (SINK,)
    assert [change.name for change in found.to_check] == ["a", "b"]


@pytest.mark.parametrize(("last_day", "changes"), [(date(2027, 1, 4), 0), (date(2027, 1, 3), 1)])
def test_a_rule_of_a_definition_holds_to_the_end_of_its_last_day(last_day, changes):
    rule = IgnoreRule(keys=("file",), reason="incident", expires=last_day)
    wanted = definition(config={"file": "x"}, ignore=(rule,))
    assert len(draft(desired(wanted), live(live_connector())).changes) == changes


def test_nothing_masked_is_lost_where_no_config_is_written():
    rule = IgnoreRule(keys=("token",), reason="platform")
    found = live_connector(config={"token": "********"})
    (paused,) = draft(
        desired(definition(state=TargetState.PAUSED)), live(found), ignore=(rule,)
    ).changes
    (updated,) = draft(
        desired(definition(config={"file": "x"})), live(found), ignore=(rule,)
    ).changes
    assert paused.lost == ()
    assert updated.lost == ("token",)


def test_declared_connectors_that_fail_live_are_named_and_change_nothing():
    failed, sound = State.FAILED, State.RUNNING
    wanted = desired(*(definition(name) for name in ("broken", "limping", "sound", "absent")))
    one_task = LiveStatus(state=sound, tasks=(LiveTask(id=0, state=failed),))
    found = draft(
        wanted,
        live(
            live_connector("broken", state=failed),
            live_connector("limping", status=one_task),
            live_connector("sound"),
            live_connector("theirs", state=failed),
        ),
    )

    assert found.failing == ("broken", "limping")
    assert [change.name for change in found.changes] == ["absent"]
