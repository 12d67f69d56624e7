import pytest

from reconcile.model.desired import IgnoreRule, TargetState
from reconcile.model.drift import Aside, Unhealthy
from reconcile.model.ledger import Hold
from reconcile.model.live import State
from reconcile.model.plan import Selection
from reconcile.plan.drift import drift_of
from tests.unit.plan.worlds import (
    NOON,
    definition,
    desired,
    live,
    live_connector,
    memory,
    plan,
)

TOPICS = {name: {"topics": name} for name in "abcdef"}


def names(changes):
    return [change.name for change in changes]


def test_drift_falls_into_changed_missing_and_state():
    found = drift_of(
        plan(
            desired(
                definition("a", {**TOPICS["a"], "file": "x"}),
                definition("b", TOPICS["b"], wave=3),
                definition("c", TOPICS["c"], state=TargetState.PAUSED),
                definition("d", {**TOPICS["d"], "file": "x"}, state=TargetState.PAUSED),
                definition("e", TOPICS["e"]),
            ),
            live(*(live_connector(name, TOPICS[name]) for name in "acde")),
        )
    )
    assert names(found.changed) == ["a", "d"]
    assert names(found.missing) == ["b"]
    assert names(found.state) == ["c", "d"]
    assert found.names == ("a", "b", "c", "d")
    assert found.has_drift
    assert (found.in_sync, found.declared) == (1, 5)


def test_unmanaged_connectors_are_no_drift():
    found = drift_of(plan(desired(definition()), live(live_connector(), live_connector("legacy"))))
    assert not found.has_drift
    assert found.unmanaged == ("legacy",)


def test_what_prune_would_delete_is_orphaned():
    found = drift_of(
        plan(
            desired(definition()),
            live(live_connector(), live_connector("legacy"), live_connector("orders-old")),
            owns=("orders-*",),
            prune=True,
        )
    )
    assert not found.has_drift
    assert found.unmanaged == ("legacy",)
    assert found.orphaned == ("orders-old",)


def test_drift_says_what_it_was_made_from():
    planned = plan(
        desired(definition(config={"batch.sise": "1", "topics": "x"})),
        live(live_connector(), live_connector("a/b")),
        ignore=(IgnoreRule(keys=("topics",), reason="platform"),),
        selection=Selection(select=("name=*",)),
        commit="1a2b3c4",
    )
    found = drift_of(planned)
    assert found.ignored == 1
    assert found.problems == planned.problems != ()
    assert found.selection == Selection(select=("name=*",))
    assert found.commit == "1a2b3c4"


def paused(name="orders"):
    return live_connector(name, state=State.PAUSED)


FAILED = Unhealthy(name="orders", state=State.FAILED, cause="no broker")


@pytest.mark.parametrize(
    ("fail_on", "clean"),
    [
        ((), True),
        ((Aside.UNMANAGED,), False),
        ((Aside.ORPHANED,), True),
        ((Aside.UNHEALTHY,), False),
        (tuple(Aside), False),
    ],
)
def test_what_stands_apart_counts_where_the_run_is_to_fail_on_it(fail_on, clean):
    planned = plan(desired(definition()), live(live_connector(), live_connector("legacy")))

    found = drift_of(planned, unhealthy=[FAILED], fail_on=fail_on)

    assert not found.has_drift
    assert found.is_clean is clean
    assert bool(found.fingerprint) is not clean


def test_coverage_counts_what_is_on_the_cluster_alone():
    found = drift_of(
        plan(
            desired(definition("a"), definition("b"), definition("gone")),
            live(live_connector("a"), live_connector("b", {"file": "x"}), live_connector("z")),
        )
    )

    assert (found.managed, found.live, found.coverage) == (2, 3, 66)


def test_nothing_on_a_cluster_is_covered_by_nothing():
    assert drift_of(plan(desired(definition()), live())).coverage is None


def test_a_held_difference_is_no_drift_and_says_who_holds_it():
    hold = Hold(name="orders", reason="incident 4711", by="ada", since=NOON)
    found = drift_of(
        plan(
            desired(definition(config={"file": "x"})), live(live_connector()), memory=held_by(hold)
        )
    )

    assert not found.has_drift
    assert [(item.change.name, item.by, item.reason) for item in found.held] == [
        ("orders", "ada", "incident 4711")
    ]
    assert found.in_sync == 0


def held_by(hold):
    return memory(holds=(hold,))


def fingerprint(found, *, config=None, state=TargetState.RUNNING, **more):
    wanted = desired(definition(config=config, state=state))
    return drift_of(plan(wanted, live(found), **more)).fingerprint


def test_a_fingerprint_stays_the_same_while_the_drift_does():
    before = fingerprint(live_connector(config={"file": "by hand"}))

    assert before
    assert before == fingerprint(live_connector(config={"file": "by hand"}, tasks=4))
    assert before == fingerprint(live_connector(config={"file": "by hand"}, state=State.FAILED))
    assert before == fingerprint(live_connector(config={"file": "by hand"}), commit="1a2b3c")


@pytest.mark.parametrize(
    "other",
    [
        live_connector(config={"file": "otherwise"}),
        live_connector(config={"file": "by hand", "flush.size": "1"}),
        live_connector(config={"file": "by hand"}, state=State.PAUSED),
        paused(),
    ],
)
def test_another_drift_has_another_fingerprint(other):
    assert fingerprint(other) != fingerprint(live_connector(config={"file": "by hand"}))


def test_a_fingerprint_does_not_depend_on_the_value_of_a_secret():
    first = fingerprint(live_connector(config={"db.password": "one-secret"}))
    second = fingerprint(live_connector(config={"db.password": "two-secret"}))

    assert first == second


def test_no_drift_has_no_fingerprint():
    assert drift_of(plan(desired(definition()), live(live_connector()))).fingerprint == ""
