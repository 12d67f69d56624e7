from reconcile.model.desired import IgnoreRule, TargetState
from reconcile.model.plan import Selection
from reconcile.plan.drift import drift_of
from tests.unit.plan.worlds import definition, desired, live, live_connector, plan

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
