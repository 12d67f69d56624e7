import pytest

from reconcile.model.codes import Code
from reconcile.model.live import ConnectorKind
from reconcile.model.plan import Action, EffectKind
from reconcile.model.problem import Location, Problem, Severity
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
    assert found.problems == (
        Problem(
            code=Code.LOOKS_RENAMED,
            message="orders-new looks like orders-old under a new name: positions are kept by name,"
            " so it starts without one",
            location=Location("connectors/orders-new.yaml", 1, 1),
            hint="keep the name orders-old, or carry the offsets over by hand before orders-new"
            " runs",
            severity=Severity.WARNING,
            connector="orders-new",
        ),
    )


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


@pytest.mark.parametrize("group", ["another", None])
def test_a_sink_that_leaves_its_group_loses_its_position(group):
    same = {"a": "1", "b": "2"}
    new = {**same, "consumer.override.group.id": group}
    assert loses(renamed(new, {**same, **GROUP}, kind=ConnectorKind.SINK))


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


def test_without_any_definition_what_is_deleted_goes_in_wave_0():
    found = plan(desired(), live(live_connector("a")), owns=("*",), prune=True)
    assert [(change.name, change.wave) for change in found.changes] == [("a", 0)]


@pytest.mark.parametrize(
    ("settings", "alike"),
    [({"x": "1"}, False), ({"x": "1", "y": "1"}, True)],
)
def test_of_five_settings_besides_the_class_four_must_be_the_same(settings, alike):
    old = {"tasks.max": "2", **settings}
    assert loses(renamed({**settings, "tasks.max": "1"}, old)) is alike


def test_connectors_without_a_setting_in_common_are_not_alike():
    bare = dict.fromkeys(["tasks.max", "topics", "file"])
    assert not loses(renamed(bare, bare))


def test_what_held_its_slot_before_need_not_wait_for_another_holder_to_go():
    slot = {"slot.name": "s"}
    found = plan(
        desired(definition("kept", {**slot, "topics": "k", "file": "x"}, wave=3)),
        live(live_connector("kept", {**slot, "topics": "k"}), live_connector("old", slot)),
        owns=("*",),
        prune=True,
    )
    assert [(change.name, change.wave) for change in found.changes] == [("kept", 3), ("old", 3)]


@pytest.mark.parametrize(
    "key",
    [
        "topics",
        "topics.regex",
        "table.include.list",
        "table.whitelist",
        "collection.include.list",
        "query",
        "file",
        "topic",
    ],
)
def test_what_reads_other_things_is_not_alike_however_much_else_is(key):
    same = {f"option.{number}": "1" for number in range(9)}
    assert not loses(renamed({**same, key: "these"}, {**same, key: "those"}))
    assert loses(renamed({**same, key: "these", "x": "1"}, {**same, key: "these", "x": "2"}))


def test_new_names_are_recognised_in_every_class():
    found = draft(
        desired(
            definition("orders-a"), definition("orders-b", {"connector.class": "FileStreamSource"})
        ),
        live(live_connector("orders-x"), live_connector("orders-y", {"connector.class": SOURCE})),
        owns=("orders-*",),
    )
    assert renames(found) == {"orders-a": "orders-x", "orders-b": "orders-y"}
