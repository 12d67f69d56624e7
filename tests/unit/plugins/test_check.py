import pytest

from reconcile.model.config import Config
from reconcile.model.plugin import SettingType
from reconcile.plugins.check import check_settings, unknown_keys
from tests.unit.plan.worlds import plugin, setting


def messages(config, *settings, references=None):
    errors = check_settings(Config(config, references), plugin(*settings).settings)
    return {error.key: error.messages for error in errors}


def test_a_required_setting_that_is_missing_is_reported():
    assert messages({}, setting("topics", required=True), setting("file")) == {
        "topics": ("topics is required and has no default",)
    }


def test_a_required_setting_may_be_an_unresolved_secret():
    assert not messages({}, setting("key", required=True), references={"key": "${{ env.KEY }}"})


def test_the_name_is_given_elsewhere():
    assert not messages({}, setting("name", required=True))


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (SettingType.INT, "two", "a whole number of 32 bits"),
        (SettingType.INT, "1.5", "a whole number of 32 bits"),
        (SettingType.INT, "", "a whole number of 32 bits"),
        (SettingType.INT, "2147483648", "a whole number of 32 bits"),
        (SettingType.INT, "٣", "a whole number of 32 bits"),
        (SettingType.SHORT, "40000", "a whole number of 16 bits"),
        (SettingType.LONG, "9223372036854775808", "a whole number of 64 bits"),
        (SettingType.DOUBLE, "1_0", "a number"),
        (SettingType.DOUBLE, "much", "a number"),
        (SettingType.BOOLEAN, "yes", "true or false"),
        (SettingType.CLASS, " ", "the name of a class"),
    ],
)
def test_a_value_of_another_type_is_reported(kind, value, wanted):
    assert messages({"batch": value}, setting("batch", kind)) == {
        "batch": (f'batch must be {wanted}, not "{value}"',)
    }


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SettingType.INT, "-2147483648"),
        (SettingType.INT, " +7 "),
        (SettingType.SHORT, "32767"),
        (SettingType.LONG, "2592000000"),
        (SettingType.DOUBLE, "-1.5e3"),
        (SettingType.BOOLEAN, " True"),
        (SettingType.CLASS, "a.B"),
        (SettingType.STRING, ""),
        (SettingType.LIST, "a,b"),
        (SettingType.PASSWORD, "anything"),
        (SettingType.INT, "${env:SIZE}"),
    ],
)
def test_a_value_of_the_type_passes(kind, value):
    assert not messages({"batch": value}, setting("batch", kind))


def test_a_wrong_value_made_from_a_secret_is_not_quoted():
    found = messages(
        {"size": "hunter2"}, setting("size", SettingType.INT), references={"size": "${{ env.S }}"}
    )
    assert found == {"size": ("size must be a whole number of 32 bits",)}


def test_problems_are_in_the_order_of_keys():
    found = messages(
        {"b": "x"}, setting("c", required=True), setting("b", SettingType.INT), setting("a")
    )
    assert list(found) == ["b", "c"]


KNOWN = frozenset(
    {"tasks.max", "topics", "transforms", "transforms.unwrap.type", "transforms.unwrap.add.fields"}
)


@pytest.mark.parametrize(
    ("config", "unknown"),
    [
        ({"tasks.max": "1", "topics": "a"}, ()),
        ({"task.max": "1"}, (("task.max", "tasks.max"),)),
        ({"task.max": "1", "tasks.max": "1"}, (("task.max", None),)),
        ({"colour": "blue"}, (("colour", None),)),
        ({"producer.override.acks": "all"}, ()),
        (
            {"transforms.unwrap.add.feilds": "op"},
            (("transforms.unwrap.add.feilds", "transforms.unwrap.add.fields"),),
        ),
        ({"transforms.unwrap.colour": "blue"}, ()),
    ],
)
def test_keys_that_no_definition_lists_are_found(config, unknown):
    assert unknown_keys(Config(config), KNOWN) == unknown


def test_nothing_is_unknown_where_nothing_is_known():
    assert unknown_keys(Config({"colour": "blue"}), frozenset()) == ()
