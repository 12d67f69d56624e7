import pytest

from reconcile.model.codes import Code
from reconcile.model.live import ConnectorKind
from reconcile.model.plan import Action, EffectKind
from reconcile.plan.rename import renames
from tests.unit.plan.worlds import SOURCE, definition, desired, draft, live, live_connector, plan

GROUP = {"consumer.override.group.id": "shared"}


def loses(found, name="orders-new"):
    return next(change for change in found.changes if change.name == name).has(
        EffectKind.POSITION_LOST
    )


def renamed(config=None, old=None, **more):
    return plan(
        desired(definition("orders-new", config)),
        live(live_connector("orders-old", old, **more)),
        owns=("orders-*",),
    )


def test_a_new_name_for_an_old_connector_loses_the_position():
    found = renamed()
    assert loses(found)
    assert [problem.code for problem in found.problems] == [Code.LOOKS_RENAMED]
    assert found.problems[0].connector == "orders-new"
    assert found.problems[0].message.startswith("orders-new looks like orders-old under a new name")


@pytest.mark.parametrize(
    ("config", "old"),
    [
        ({"topics": "other"}, None),
        ({"connector.class": SOURCE}, None),
        ({"a": "1", "b": "2", "c": "3"}, None),
    ],
)
def test_an_unlike_connector_is_simply_new(config, old):
    found = renamed(config, old)
    assert not loses(found)
    assert not found.problems


def test_a_connector_of_somebody_else_is_not_taken_for_the_old_one():
    found = plan(desired(definition("orders-new")), live(live_connector("legacy")), owns=("o*",))
    assert not loses(found)


def test_a_sink_that_names_its_group_keeps_its_position():
    assert not loses(renamed(GROUP, GROUP, kind=ConnectorKind.SINK))
    assert loses(renamed(GROUP, GROUP, kind=ConnectorKind.SOURCE))


def test_each_old_connector_is_taken_once_by_the_most_alike():
    found = draft(
        desired(
            definition("orders-a"),
            definition("orders-b", {"batch": "1"}),
            definition("orders-c", {"batch": "1"}),
        ),
        live(
            live_connector("orders-x", {"batch": "1"}),
            live_connector("orders-y"),
            live_connector("other"),
        ),
        owns=("orders-*",),
    )
    assert renames(found) == {"orders-a": "orders-y", "orders-b": "orders-x"}


def test_too_many_pairs_are_not_looked_into():
    found = draft(
        desired(*(definition(f"orders-new-{number}") for number in range(450))),
        live(*(live_connector(f"orders-old-{number}") for number in range(450))),
        owns=("orders-*",),
    )
    assert renames(found) == {}


def test_the_old_one_is_deleted_before_the_new_one_is_created():
    found = plan(
        desired(definition("orders-new", wave=3), definition("a", {"topics": "a"}, wave=3)),
        live(live_connector("orders-old"), live_connector("zz", {"topics": "zz"})),
        owns=("*",),
        prune=True,
    )
    assert [(change.name, change.action, change.wave) for change in found.changes] == [
        ("orders-old", Action.DELETE, 2),
        ("a", Action.CREATE, 3),
        ("orders-new", Action.CREATE, 3),
        ("zz", Action.DELETE, 3),
    ]


@pytest.mark.parametrize("key", ["slot.name", "consumer.override.group.id", "database.server.id"])
def test_what_holds_a_slot_or_group_is_deleted_before_another_takes_it(key):
    found = plan(
        desired(
            definition("new", {key: "s", "topics": "n"}),
            definition("moved", {key: "s", "topics": "m"}),
            definition("kept", {key: "s", "topics": "k", "file": "x"}),
        ),
        live(
            live_connector("old", {key: "s"}),
            live_connector("moved", {key: "t", "topics": "m"}),
            live_connector("kept", {key: "s", "topics": "k"}),
        ),
        owns=("*",),
        prune=True,
    )
    assert [(change.name, change.wave) for change in found.changes] == [
        ("old", -1),
        ("kept", 0),
        ("moved", 0),
        ("new", 0),
    ]


def test_what_is_deleted_alone_goes_last():
    found = plan(
        desired(definition("b", {"topics": "b"}, wave=1), definition("c", {"topics": "c"}, wave=2)),
        live(live_connector("a"), live_connector("d", {"slot.name": "s"})),
        owns=("*",),
        prune=True,
    )
    assert [(change.name, change.wave) for change in found.changes] == [
        ("b", 1),
        ("c", 2),
        ("a", 2),
        ("d", 2),
    ]
