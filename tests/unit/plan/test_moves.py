"""Moves are planned forward and back, and refused with the reason where they cannot be made."""

from datetime import timedelta

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import MovedFrom, TargetState
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.live import ClusterIdentity, ConnectorKind, State
from reconcile.model.plan import Action, EffectKind, WithheldBy
from reconcile.model.plugin import Catalog, PluginInfo
from reconcile.model.problem import Severity
from reconcile.model.project import Limits
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.limits import check_limits
from reconcile.plan.options import OtherCluster
from reconcile.plugins.aliases import class_aliases
from tests.unit.plan.test_withhold import hold
from tests.unit.plan.worlds import (
    NOON,
    SINK,
    SOURCE,
    definition,
    desired,
    live,
    live_connector,
    memory,
    options,
    plan,
    record,
)


def moved(name: str = "new", origin: str = "old", cluster: str | None = None, **more):
    return definition(name, moved_from=MovedFrom(name=origin, cluster=cluster), **more)


def begun(step: MoveStep = MoveStep.CREATED, **more) -> Move:
    values = {
        "name": "old",
        "to_name": "new",
        "cluster": "local",
        "to_cluster": "local",
        "project": "shop",
        "state": TargetState.RUNNING,
        "at": NOON - timedelta(minutes=1),
    }
    return Move(step=step, **{**values, **more})


def stopped(name: str, **more):
    return live_connector(name, state=State.STOPPED, tasks=0, **more)


def test_a_rename_with_moved_from_is_one_move_and_nothing_else():
    found = plan(
        desired(moved(config={"file": "new.txt"}, protect=True)),
        live(live_connector("old", state=State.PAUSED)),
        memory=memory(record("old", protect=True)),
        owns=("*",),
        prune=True,
    )
    (change,) = found.changes
    assert (change.action, change.name, change.origin.name) == (Action.MOVE, "new", "old")
    assert change.origin.state is TargetState.PAUSED
    assert change.state.after is TargetState.PAUSED
    assert [key.key for key in change.keys] == ["file"]
    assert change.has(EffectKind.CARRIES_OFFSETS)
    assert change.protect
    assert (found.orphaned, found.unmanaged, found.problems) == ((), (), ())


def test_a_move_never_ends_a_protection():
    found = plan(
        desired(moved()), live(live_connector("old")), memory=memory(record("old", protect=True))
    )

    (problem,) = found.problems
    assert found.changes == ()
    assert problem.code is Code.PROTECTED
    assert problem.hint == "declare `protect: true` for new as well"


def test_a_move_cut_off_goes_on_to_the_state_the_old_one_had():
    found = plan(
        desired(moved()),
        live(stopped("old"), stopped("new")),
        memory=memory(record("old"), moves=(begun(),)),
    )
    (change,) = found.changes
    assert change.action is Action.MOVE
    assert change.state.after is TargetState.RUNNING


def test_a_rename_taken_back_moves_back():
    found = plan(
        desired(definition("old")),
        live(stopped("old"), live_connector("new")),
        memory=memory(record("old"), moves=(begun(MoveStep.STARTED),)),
    )
    (change,) = found.changes
    assert (change.action, change.name, change.origin.name) == (Action.MOVE, "old", "new")
    assert found.unmanaged == ()


@pytest.mark.parametrize(
    ("state", "changes"), [(State.STOPPED, [Action.SET_STATE]), (State.RUNNING, [])]
)
def test_a_rename_taken_back_before_the_new_one_was_made_lets_the_old_one_run(state, changes):
    found = plan(
        desired(definition("old")),
        live(live_connector("old", state=state)),
        memory=memory(record("old"), moves=(begun(MoveStep.OFFSETS_READ),)),
    )
    assert [change.action for change in found.changes] == changes


def test_a_move_that_is_done_leaves_nothing_to_do():
    found = plan(desired(moved()), live(live_connector("new")), memory=memory(record("new")))
    assert found.changes == ()
    assert found.problems == ()


SLOW = ClusterIdentity(version="3.6.2", kafka_cluster_id="4L6g3nShT-eMCtK--X86sw")


@pytest.mark.parametrize(
    ("connectors", "ledger", "version", "code", "told"),
    [
        ((), memory(), "4.3.1", Code.CANNOT_MOVE, "there is no connector old"),
        (
            (),
            memory(moves=(begun(offsets=(({"p": 1}, {"o": 2}),)),)),
            "4.3.1",
            Code.CANNOT_MOVE,
            "deleted by hand while it was being moved",
        ),
        (
            (live_connector("old"), live_connector("new")),
            memory(record("old")),
            "4.3.1",
            Code.CANNOT_MOVE,
            "new exists already",
        ),
        ((live_connector("old"),), memory(), "4.3.1", Code.NOT_RECORDED, "connectform adopt old"),
        (
            (live_connector("old"),),
            memory(record("old", project="other")),
            "4.3.1",
            Code.OWNED_BY_ANOTHER,
            "belongs to project other",
        ),
        (
            (live_connector("old"),),
            memory(record("old")),
            "3.6.2",
            Code.CANNOT_MOVE,
            "cannot create a connector that does not run",
        ),
    ],
    ids=["nothing there", "deleted midway", "both there", "unrecorded", "foreign", "Connect 3.6"],
)
def test_what_cannot_be_moved_is_refused_with_the_reason(connectors, ledger, version, code, told):
    found = plan(desired(moved()), live(*connectors, version=version), memory=ledger)
    (problem,) = found.problems
    assert problem.code is code
    assert told in f"{problem.message} {problem.hint}"
    assert found.changes == ()


def elsewhere(*connectors, kafka: str = "4L6g3nShT-eMCtK--X86sw", **more) -> OtherCluster:
    from dataclasses import replace

    there = live(*connectors)
    identity = ClusterIdentity(version="4.3.1", kafka_cluster_id=kafka)
    return OtherCluster(
        live=replace(there, cluster="eu", identity=identity), memory=memory(record("old"), **more)
    )


def test_a_connector_moves_here_from_another_cluster():
    found = plan(
        desired(moved(cluster="eu")),
        live(),
        memory=memory(),
        others={"eu": elsewhere(live_connector("old", kind=ConnectorKind.SINK))},
    )
    (change,) = found.changes
    assert (change.action, change.origin.cluster) == (Action.MOVE, "eu")


@pytest.mark.parametrize(
    ("more", "other", "told"),
    [
        ({"declared_on": {"eu": frozenset({"old"})}}, {}, "git still declares old on cluster eu"),
        ({}, {"kafka": "another"}, "stands on another Kafka cluster"),
    ],
)
def test_between_clusters_more_can_stand_in_the_way(more, other, told):
    found = plan(
        desired(moved(cluster="eu"), **more),
        live(),
        memory=memory(),
        others={"eu": elsewhere(live_connector("old", kind=ConnectorKind.SINK), **other)},
    )
    assert [told in problem.message for problem in found.problems] == [True]


def test_a_cluster_that_was_not_read_is_no_reason_to_create_anything_twice():
    found = plan(desired(moved(cluster="eu")), live(), memory=memory())
    assert found.changes == ()


def test_what_another_cluster_claims_is_neither_orphaned_nor_deleted():
    found = plan(
        desired(definition(), departing=frozenset({"old"})),
        live(live_connector(), live_connector("old")),
        memory=memory(record(), record("old")),
        owns=("*",),
        prune=True,
    )
    assert found.changes == ()
    assert found.orphaned == ()


def test_a_rename_taken_back_across_clusters_moves_back():
    move = begun(MoveStep.STARTED, to_cluster="eu")
    found = plan(
        desired(definition("old")),
        live(stopped("old")),
        memory=memory(record("old"), moves=(move,)),
        others={"eu": elsewhere(live_connector("new"), moves=(move,))},
    )
    (change,) = found.changes
    assert (change.action, change.origin.cluster, change.origin.name) == (Action.MOVE, "eu", "new")


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_hold_of_either_name_holds_the_move(name):
    found = plan(
        desired(moved()),
        live(live_connector("old")),
        memory=memory(record("old"), holds=(hold(name),)),
    )
    assert found.changes == ()
    assert [item.why for item in found.withheld] == [WithheldBy.HOLD]


@pytest.mark.parametrize(("allowed", "refused"), [(None, 1), (2, 1), (1, 0)])
def test_a_connector_that_keeps_a_history_asks_for_confirmation(allowed, refused):
    history = {"schema.history.internal.kafka.topic": "history"}
    found = plan(
        desired(moved(config=history)),
        live(live_connector("old", history)),
        memory=memory(record("old")),
    )
    problems = check_limits(found, Limits(), allow_moves=allowed)
    assert [problem.code for problem in problems] == [Code.MOVE_TO_CONFIRM] * refused
    assert found.changes[0].has(EffectKind.OUTSIDE_STATE)


@pytest.mark.parametrize("begins", [None, begun(MoveStep.OFFSETS_WRITTEN)], ids=["new", "begun"])
def test_nothing_moves_where_definitions_were_left_out_and_may_still_declare_it(begins):
    found = plan(
        desired(moved(), complete=False),
        live(live_connector("old"), *([stopped("new")] if begins else [])),
        memory=memory(record("old"), moves=(begins,) if begins else ()),
    )

    (problem,) = found.problems
    assert (problem.code, problem.severity) == (Code.PRUNE_HELD_BACK, Severity.WARNING)
    assert "new is not moved from old" in problem.message
    assert found.changes == ()
    assert found.applicable


def test_nothing_moves_back_where_definitions_were_left_out_and_may_still_want_it_moved():
    found = plan(
        desired(definition("old"), complete=False),
        live(stopped("old"), live_connector("new")),
        memory=memory(record("old"), moves=(begun(MoveStep.STARTED),)),
    )

    assert [problem.code for problem in found.problems] == [Code.PRUNE_HELD_BACK]
    assert found.changes == ()


def test_a_move_that_left_nothing_to_delete_waits_for_no_file():
    found = plan(
        desired(moved(), complete=False),
        live(live_connector("new")),
        memory=memory(record("new")),
    )

    assert found.problems == ()


LISTED = (PluginInfo(class_name=SINK, kind="sink"), PluginInfo(class_name=SOURCE, kind="source"))


def about_class(wanted, old, plugins) -> list[tuple[Code, Severity]]:
    drafted = draft_plan(
        desired(wanted),
        live(old),
        options=options(memory=memory(record("old"))),
        aliases=class_aliases(plugins),
    )
    problems = build_plan(drafted, catalog=Catalog(infos=plugins), now=NOON).problems
    codes = (Code.CANNOT_MOVE, Code.MOVES_TO_OTHER_CLASS)
    return [(one.code, one.severity) for one in problems if one.code in codes]


@pytest.mark.parametrize(
    ("kind", "plugins", "found"),
    [
        (ConnectorKind.SINK, LISTED, [(Code.CANNOT_MOVE, Severity.ERROR)]),
        (ConnectorKind.UNKNOWN, LISTED, [(Code.MOVES_TO_OTHER_CLASS, Severity.WARNING)]),
        (ConnectorKind.SINK, (), [(Code.MOVES_TO_OTHER_CLASS, Severity.WARNING)]),
    ],
    ids=["of the other kind", "of a kind nobody tells", "no list of plugins"],
)
def test_a_move_to_another_class_is_refused_or_warned_of(kind, plugins, found):
    wanted = moved(config={"connector.class": SOURCE})
    assert about_class(wanted, live_connector("old", kind=kind), plugins) == found


@pytest.mark.parametrize("plugins", [LISTED, ()], ids=["listed", "not listed"])
@pytest.mark.parametrize("written", ["FileStreamSink", SINK])
def test_a_move_to_the_same_class_written_otherwise_is_not_warned_of(written, plugins):
    old = live_connector("old", {"connector.class": written}, kind=ConnectorKind.SINK)
    assert about_class(moved(), old, plugins) == []
