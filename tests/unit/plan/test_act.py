import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveStatus, LiveTask, State
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Effect,
    EffectKind,
    Reason,
    StateChange,
    ValidationMode,
)
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.act import refuse_held, restart_plan, state_plan
from reconcile.plan.digest import still_holds
from tests.unit.plan.worlds import NOON, definition, live, live_connector

BROKEN = live_connector(
    "broken",
    tasks=2,
    status=LiveStatus(
        state=State.RUNNING,
        tasks=(LiveTask(id=0, state=State.RUNNING), LiveTask(id=1, state=State.FAILED)),
    ),
)
WORLD = live(
    live_connector("orders", tasks=2),
    BROKEN,
    live_connector("halted", state=State.STOPPED, tasks=0),
    live_connector("paused", state=State.PAUSED),
    live_connector("failed", state=State.FAILED),
    live_connector("fresh", status=None, tasks=0),
)


def restarted(*names, **more):
    return restart_plan(WORLD, names, project="shop", now=NOON, **more)


def set_state(state, *names, **more):
    return state_plan(WORLD, names, state, project="shop", now=NOON, **more)


def test_connectors_are_restarted_with_their_tasks():
    found = restarted("orders", "broken", "orders")
    assert [change.name for change in found.changes] == ["broken", "orders"]
    change = found.changes[1]
    assert change.action is Action.RESTART
    assert change.reason is Reason.ASKED
    assert change.effects == (Effect(EffectKind.RESTARTS_TASKS, 2),)
    assert not change.only_failed
    assert change.config is None
    assert (found.project, found.cluster, found.created_at) == ("shop", "local", NOON)
    assert found.validation is ValidationMode.OFF


def test_only_what_has_failed_is_restarted():
    found = restarted("orders", "broken", "failed", "fresh", only_failed=True)
    assert [change.name for change in found.changes] == ["broken", "failed"]
    assert all(change.only_failed for change in found.changes)
    assert found.changes[0].effects == (Effect(EffectKind.RESTARTS_TASKS, 1),)
    assert found.in_sync == 2


def test_a_connector_without_status_can_be_restarted():
    assert restarted("fresh").changes[0].effects == (Effect(EffectKind.RESTARTS_TASKS, 0),)


def test_a_stopped_connector_has_nothing_to_restart():
    found = restarted("halted", "orders")
    assert [change.name for change in found.changes] == ["orders"]
    assert found.problems == (
        Problem(
            code=Code.NOTHING_TO_RESTART,
            message="halted is stopped: it has nothing to restart",
            hint="connectform resume halted --cluster local starts it",
            severity=Severity.WARNING,
            connector="halted",
        ),
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("order", "did you mean orders?"),
        ("zzz", "connectform status lists what is live"),
        (
            "ord*",
            (
                "names are exact here, so list them: "
                "connectform status --select 'name=ord*' --cluster local shows which there are"
            ),
        ),
    ],
)
def test_an_unknown_name_is_an_error_with_a_guess(name, hint):
    for found in (restarted(name), set_state(TargetState.PAUSED, name)):
        assert found.changes == ()
        (problem,) = found.problems
        assert problem.code is Code.UNKNOWN_CONNECTOR
        assert problem.severity is Severity.ERROR
        assert problem.message == f"local has no connector {name}"
        assert problem.hint == hint


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (TargetState.PAUSED, ["halted", "orders"]),
        (TargetState.STOPPED, ["orders", "paused"]),
        (TargetState.RUNNING, ["halted", "paused"]),
    ],
)
def test_only_connectors_in_another_state_are_changed(state, names):
    found = set_state(state, "orders", "halted", "paused")
    assert [change.name for change in found.changes] == names
    assert {change.action for change in found.changes} == {Action.SET_STATE}
    assert all(change.state.after is state for change in found.changes)
    assert (found.in_sync, found.declared) == (1, 3)


def test_a_state_change_says_from_where_to_where():
    change = set_state(TargetState.STOPPED, "paused").changes[0]
    assert change.state == StateChange(before=TargetState.PAUSED, after=TargetState.STOPPED)
    assert change.effects == (Effect(EffectKind.REBALANCE),)


def test_what_contradicts_git_says_that_the_next_apply_undoes_it():
    wanted = {
        "orders": definition("orders", state=TargetState.RUNNING),
        "paused": definition("paused", state=TargetState.PAUSED),
        "broken": definition("broken"),
    }
    found = set_state(TargetState.PAUSED, "orders", "paused", "broken", definitions=wanted)
    assert len(found.changes) == 2
    assert found.problems == (
        Problem(
            code=Code.CONTRADICTS_GIT,
            message="git declares orders running, so the next apply undoes this",
            location=Location("connectors/orders.yaml", 1, 1),
            hint="set `state: paused` in the definition to make it last, or keep it so for a time:"
            " --hold REASON --until TIME",
            severity=Severity.WARNING,
            connector="orders",
        ),
    )


def test_what_an_operator_asks_for_does_not_depend_on_values():
    change = restarted("orders").changes[0]
    assert still_holds(change, live_connector("orders", {"file": "changed"}))
    assert not still_holds(change, live_connector("orders", state=State.STOPPED))
    assert not still_holds(change, None)


def test_plans_that_ask_for_other_things_have_other_digests():
    digests = {
        restarted("orders").digest,
        restarted("broken").digest,
        restarted("broken", only_failed=True).digest,
        set_state(TargetState.PAUSED, "orders").digest,
        set_state(TargetState.STOPPED, "orders").digest,
    }
    assert len(digests) == 5


def test_a_small_plan_says_that_somebody_asked_and_from_where():
    for found in (restarted("broken"), set_state(TargetState.PAUSED, "broken")):
        assert found.asked is True
        assert (found.project, found.created_at) == ("shop", NOON)
        assert found.identity == WORLD.identity
        (change,) = found.changes
        assert change.tasks == 2
        assert change.only_failed is False


def test_of_several_tasks_those_that_failed_are_counted():
    tasks = [LiveTask(id=number, state=State.FAILED) for number in range(2)]
    tasks.append(LiveTask(id=2, state=State.RUNNING))
    status = LiveStatus(state=State.RUNNING, tasks=tuple(tasks))
    found = restart_plan(
        live(live_connector("a", status=status)),
        ["a"],
        project="shop",
        now=NOON,
        only_failed=True,
    )
    assert found.changes[0].effects == (Effect(EffectKind.RESTARTS_TASKS, 2),)


def test_the_hint_about_a_hold_can_be_pasted_and_its_reason_begins_no_line():
    hold = ActiveHold(name="ord*", reason="a\n::error::b", by="ada", until=None)
    (problem,) = refuse_held(restarted("orders"), [hold]).problems
    assert problem.message == "orders is left alone, for a hold by ada: a\\n\\x3a:error::b"
    assert problem.hint == "connectform hold --release 'ord*' --cluster local ends it"
