from datetime import date

import pytest

from reconcile.model.desired import IgnoreRule, TasksRange
from reconcile.model.plan import IgnoredKeys
from reconcile.plan.compare import IN_SYNC, compare
from reconcile.plan.ignore import activated, rules_for
from tests.unit.plan.worlds import ALIASES, SINK, TODAY, definition, live_connector


def compared(wanted, found, *rules):
    return compare(wanted, found, rules_for(wanted, activated(rules, TODAY), TODAY), ALIASES)


def rule(*keys, **more):
    return IgnoreRule(keys=keys, reason="set by the platform", **more)


def test_equal_configs_are_in_sync_without_a_new_object():
    assert compared(definition(), live_connector()) is IN_SYNC


def test_added_removed_and_changed_keys_differ():
    found = compared(
        definition(config={"file": "new.txt", "added": ""}), live_connector(config={"gone": "x"})
    )
    assert found.differing == ("added", "file", "gone")
    assert found.config == definition(config={"file": "new.txt", "added": ""}).config


@pytest.mark.parametrize("written", ["FileStreamSink", " FileStreamSinkConnector "])
def test_another_way_to_write_the_class_is_no_difference(written):
    found = compared(definition(), live_connector(config={"connector.class": written}))
    assert not found.differing
    assert found.config is None


def test_the_class_stays_as_it_is_written_live_when_another_key_changes():
    found = compared(
        definition(config={"file": "new.txt"}),
        live_connector(config={"connector.class": "FileStreamSink"}),
    )
    assert found.differing == ("file",)
    assert found.config.get("connector.class") == "FileStreamSink"


def test_another_class_differs():
    found = compared(definition(), live_connector(config={"connector.class": "FileStreamSource"}))
    assert found.differing == ("connector.class",)
    assert found.config.get("connector.class") == SINK


def test_a_class_that_git_does_not_set_is_removed():
    found = compared(definition(config={"connector.class": None}), live_connector())
    assert found.differing == ("connector.class",)


@pytest.mark.parametrize(
    ("live_tasks", "written"), [("2", "2"), ("5", "5"), ("8", "8"), (" 3 ", " 3 ")]
)
def test_tasks_inside_the_range_are_kept(live_tasks, written):
    wanted = definition(config={"tasks.max": "2", "file": "new.txt"}, tasks_range=TasksRange(2, 8))
    found = compared(wanted, live_connector(config={"tasks.max": live_tasks}))
    assert found.differing == ("file",)
    assert found.config.get("tasks.max") == written


@pytest.mark.parametrize(
    ("live_tasks", "written"), [("1", "2"), ("9", "8"), ("many", "2"), (None, "2")]
)
def test_tasks_outside_the_range_go_to_the_nearest_bound(live_tasks, written):
    wanted = definition(config={"tasks.max": "2"}, tasks_range=TasksRange(2, 8))
    found = compared(wanted, live_connector(config={"tasks.max": live_tasks}))
    assert found.differing == ("tasks.max",)
    assert found.config.get("tasks.max") == written


def test_an_ignored_key_keeps_its_live_value_in_what_is_written():
    found = compared(
        definition(config={"batch.size": "1", "file": "new.txt"}),
        live_connector(config={"batch.size": "9", "internal.id": "7"}),
        rule("batch.*", "internal.*"),
    )
    assert found.differing == ("file",)
    assert found.config.get("batch.size") == "9"
    assert found.config.get("internal.id") == "7"
    assert found.ignored == (
        IgnoredKeys(keys=("batch.size", "internal.id"), reason="set by the platform"),
    )


def test_an_ignored_key_that_is_absent_live_stays_absent():
    found = compared(
        definition(config={"batch.size": "1", "file": "new.txt"}), live_connector(), rule("batch.*")
    )
    assert "batch.size" not in found.config
    assert found.ignored[0].keys == ("batch.size",)


def test_only_ignored_keys_differing_is_in_sync():
    found = compared(
        definition(config={"batch.size": "1"}),
        live_connector(config={"batch.size": "9"}),
        rule("batch.size"),
    )
    assert not found.differing
    assert found.config is None
    assert found.ignored[0].keys == ("batch.size",)


def test_an_ignored_key_that_is_equal_is_not_listed():
    found = compared(
        definition(config={"batch.size": "9", "file": "new.txt"}),
        live_connector(config={"batch.size": "9"}),
        rule("batch.size"),
    )
    assert found.ignored == ()
    assert found.config.get("batch.size") == "9"


def test_an_ignored_secret_is_carried_as_it_is_live():
    found = compared(
        definition(
            config={"db.password": "ours-now", "file": "new.txt"},
            references={"db.password": "${{ env.PW }}"},
        ),
        live_connector(config={"db.password": "theirs"}),
        rule("db.password"),
    )
    assert found.config.get("db.password") == "theirs"
    assert found.config.reference("db.password") is None


def test_an_ignored_key_that_the_server_masks_cannot_be_kept():
    found = compared(
        definition(config={"file": "new.txt"}),
        live_connector(config={"token": "********"}),
        rule("token"),
    )
    assert found.lost == ("token",)
    assert "token" not in found.config


@pytest.mark.parametrize(
    ("rules", "differing"),
    [
        ((rule("file", connectors=("orders",)),), ()),
        ((rule("file", connectors=("ord*", "x")),), ()),
        ((rule("file", connectors=("payments",)),), ("file",)),
        ((rule("file", expires=date(2027, 1, 4)),), ()),
        ((rule("file", expires=date(2027, 1, 3)),), ("file",)),
        ((rule(),), ("file",)),
        ((rule("fil"),), ("file",)),
    ],
)
def test_a_rule_speaks_of_its_keys_and_connectors_until_it_expires(rules, differing):
    found = compared(definition(config={"file": "new.txt"}), live_connector(), *rules)
    assert found.differing == differing


def test_a_masked_live_value_is_no_difference_by_itself():
    found = compared(
        definition(config={"token": "ours"}), live_connector(config={"token": "••••••••"})
    )
    assert not found.differing
    assert found.masked == ("token",)


def test_our_own_value_is_written_in_place_of_the_mask():
    found = compared(
        definition(config={"token": "ours", "file": "new.txt"}),
        live_connector(config={"token": "********"}),
    )
    assert found.differing == ("file",)
    assert found.config.get("token") == "ours"


def test_a_masked_value_that_git_does_not_declare_is_removed():
    found = compared(definition(), live_connector(config={"token": "********"}))
    assert found.differing == ("token",)
    assert "token" not in found.config


def test_an_unresolved_secret_is_no_difference_by_itself():
    wanted = definition(references={"token": "${{ env.T }}"})
    found = compared(wanted, live_connector(config={"token": "theirs"}))
    assert not found.differing
    assert found.unresolved == ("token",)


def test_an_unresolved_secret_that_is_absent_live_differs():
    found = compared(definition(references={"token": "${{ env.T }}"}), live_connector())
    assert found.differing == ("token",)
    assert found.config.unresolved() == {"token"}


def test_a_resolved_secret_is_compared_by_its_value():
    wanted = definition(config={"token": "same"}, references={"token": "${{ env.T }}"})
    assert compared(wanted, live_connector(config={"token": "same"})) is IN_SYNC
    assert compared(wanted, live_connector(config={"token": "old"})).differing == ("token",)


def test_a_name_inside_the_config_that_is_not_the_connectors_own_differs():
    found = compared(definition(), live_connector(stray_name="foo"))
    assert found.differing == ("name",)
    assert found.config == definition().config
