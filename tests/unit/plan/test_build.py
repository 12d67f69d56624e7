from dataclasses import replace

from reconcile.model.codes import Code
from reconcile.model.desired import IgnoreRule, TargetState
from reconcile.model.plan import Action, IgnoredKeys, Selection, ValidationMode
from reconcile.model.problem import Location
from tests.unit.plan.worlds import (
    NOON,
    SINK,
    TODAY,
    definition,
    desired,
    live,
    live_connector,
    plan,
    plan_one,
)


def test_a_plan_says_what_it_was_made_from():
    found = plan(
        desired(definition()),
        live(live_connector()),
        selection=Selection(select=("name=*",)),
        validation=ValidationMode.SCHEMA,
        commit="1a2b3c4",
    )
    assert (found.project, found.cluster, found.created_at) == ("shop", "local", NOON)
    assert found.identity.version == "4.3.1"
    assert found.selection == Selection(select=("name=*",))
    assert found.validation is ValidationMode.SCHEMA
    assert found.commit == "1a2b3c4"
    assert (found.in_sync, found.declared) == (1, 1)


def test_an_update_carries_all_that_apply_needs():
    wanted = definition(
        config={"file": "x", "connector.class": "FileStreamSink"}, state=TargetState.PAUSED, wave=2
    )
    before = live_connector(config={"gone": "1"}, tasks=3)
    change = plan_one(wanted, before).changes[0]
    assert change.action is Action.UPDATE
    assert change.class_name == SINK
    assert change.config.get("file") == "x"
    assert "gone" not in change.config
    assert change.before is before.config
    assert [key.key for key in change.keys] == ["file", "gone"]
    assert change.unchanged == 3
    assert change.wave == 2
    assert change.tasks == 3
    assert change.location == Location("connectors/orders.yaml", 1, 1)
    assert change.precondition.exists


def test_a_new_connector_has_nothing_unchanged_and_must_not_exist():
    change = plan_one(definition()).changes[0]
    assert change.unchanged == 0
    assert not change.precondition.exists
    assert change.before is None


def test_changes_stand_in_the_order_of_waves_writes_before_deletes():
    topics = {name: {"topics": name} for name in "abcde"}
    found = plan(
        desired(
            definition("b", topics["b"], wave=1),
            definition("a", topics["a"], wave=1),
            definition("c", topics["c"], wave=-1),
        ),
        live(live_connector("d", topics["d"]), live_connector("e", topics["e"])),
        owns=("*",),
        prune=True,
    )
    assert [change.name for change in found.changes] == ["c", "a", "b", "d", "e"]


def test_problems_stand_in_the_order_of_connectors_and_places():
    rule = IgnoreRule(keys=("x",), reason="old", expires=TODAY.replace(year=2026))
    found = plan(
        desired(
            definition("b", {"connector.class": "Nothing"}),
            definition("a", {"connector.class": "Nothing"}),
        ),
        live(),
        ignore=(rule,),
    )
    assert [(problem.connector, problem.code) for problem in found.problems] == [
        ("", Code.IGNORE_EXPIRED),
        ("a", Code.UNKNOWN_CLASS),
        ("b", Code.UNKNOWN_CLASS),
    ]


def test_a_cluster_in_sync_has_an_empty_plan():
    found = plan(desired(definition()), live(live_connector()))
    assert found.changes == ()
    assert found.problems == ()
    assert found.digest == plan(desired(), live()).digest


def test_a_change_says_what_it_leaves_as_it_is():
    rule = IgnoreRule(keys=("topics",), reason="platform")
    wanted = definition(config={"file": "x", "topics": "other"})
    (change,) = plan_one(wanted, live_connector(), ignore=(rule,)).changes
    assert change.ignored == (IgnoredKeys(keys=("topics",), reason="platform"),)
    assert change.unchanged == 2


def test_every_change_enters_the_digest_of_a_plan():
    names = ("a", "b", "c")

    def digest(**files):
        wanted = [definition(name, {"file": files.get(name, "new")}) for name in names]
        return plan(desired(*wanted), live(*map(live_connector, names))).digest

    assert len({digest(), *(digest(**{name: "other"}) for name in names)}) == 4


def test_problems_of_one_connector_stand_in_the_order_of_their_places():
    def missing(name, path):
        wanted = definition(name, {"connector.class": "Nothing"})
        return replace(wanted, location=Location(path, 2, 1))

    unplaced = live_connector("a/b")
    rule = IgnoreRule(
        keys=("x",),
        reason="old",
        expires=TODAY.replace(year=2026),
        location=Location("A.yaml", 9, 3),
    )
    found = plan(
        desired(missing("b", "1.yaml"), missing("a", "2.yaml")), live(unplaced), ignore=(rule,)
    )
    assert [(problem.connector, str(problem.location or "")) for problem in found.problems] == [
        ("", ""),
        ("", "A.yaml:9:3"),
        ("a", "2.yaml:2:1"),
        ("b", "1.yaml:2:1"),
    ]
