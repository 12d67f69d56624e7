"""Connect's own JSON, wrapped and flat."""

import json

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.problem import Location, Severity
from tests.unit.desired.repository import lines_of, read_one

CONFIG = {"connector.class": "X", "tasks.max": 1, "flag": True, "gone": None}
VALUES = {"connector.class": "X", "tasks.max": "1", "flag": "true", "gone": None}


def read(value, name="connectors/orders.json"):
    return read_one(json.dumps(value), name)


@pytest.mark.parametrize(
    "document",
    [
        {"name": "orders", "config": CONFIG},
        {"config": CONFIG, "name": " orders "},
        {"name": "orders", "config": {**CONFIG, "name": "orders"}},
        {"config": {**CONFIG, "name": "orders"}},
        {"name": "orders", "config": CONFIG, "tasks": [], "type": "sink"},
        {"name": "orders", **CONFIG},
        {**CONFIG, "name": "orders"},
    ],
)
def test_both_shapes_are_read(document):
    found = read(document)

    assert found.problems == ()
    assert found.manifest.name == "orders"
    assert found.manifest.base.values == VALUES
    assert found.manifest.base.state is None


@pytest.mark.parametrize("document", [CONFIG, {"config": CONFIG}])
def test_without_a_name_it_is_called_after_its_file_with_a_notice(document):
    found = read(document)

    assert found.manifest.name == "orders"
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        (Code.MISSING_FIELD, Severity.NOTICE)
    ]


def test_settings_have_their_places():
    wrapped = read_one('{"name": "a",\n "config": {\n  "connector.class": "X"}}', "a.json")
    flat = read_one('{"name": "a",\n "connector.class": "X"}', "a.json")

    assert wrapped.manifest.base.layer.locate("connector.class") == Location("a.json", 3, 3)
    assert flat.manifest.base.layer.locate("connector.class") == Location("a.json", 2, 2)
    assert wrapped.manifest.location == Location("a.json", 1, 2)


@pytest.mark.parametrize("written", ["STOPPED", "stopped", "Stopped"])
def test_the_state_of_a_create_request_is_the_state(written):
    found = read({"name": "a", "config": CONFIG, "initial_state": written})

    assert found.manifest.base.state is TargetState.STOPPED


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (
            {"name": "a", "config": CONFIG, "initial_state": "PAUSE"},
            "orders.json:1:95 CF105 initial_state must be RUNNING, PAUSED or STOPPED",
        ),
        (
            {"name": "a", "config": []},
            "orders.json:1:15 CF104 config must be a mapping of settings, not a list",
        ),
        (
            {"name": "a", "config": "x"},
            'orders.json:1:15 CF104 config must be a mapping of settings, not "x"',
        ),
        (
            {"name": "a", "config": {"connector.class": "X", "name": "b"}},
            'orders.json:1:50 CF105 the setting "name" is not the name of the connector, a',
        ),
        (
            {"name": "%s", "config": CONFIG},
            'orders.json:1:2 CF114 the name "%s" cannot be addressed on Connect 4',
        ),
        (
            {"name": "a", "config": {"connector.class": "X", "b": {"c": 1}}},
            "orders.json:1:50 CF112 config.b is a mapping, and a setting is text",
        ),
        (
            {"connector.class": "X", "name": "a", "config": {"b": 1}},
            "orders.json:1:39 CF112 config is a mapping, and a setting is text",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document, line):
    found = read(document)

    assert found.manifest is None
    assert lines_of(found.problems) == [f"connectors/{line}"]


def test_fields_that_connect_does_not_know_are_warned_of():
    found = read({"name": "a", "confg": {}, "config": CONFIG})

    assert found.manifest is not None
    assert [problem.severity for problem in found.problems] == [Severity.WARNING]
    assert found.problems[0].hint == "did you mean config?"


def test_the_same_shapes_may_be_written_as_yaml():
    found = read_one("name: orders\nconfig:\n  connector.class: X\n", "a.yaml")

    assert found.manifest.base.values == {"connector.class": "X"}


def test_json_in_a_yaml_file_is_read_as_json():
    found = read_one(
        '{\t"name": "a",\n\t"config": {"connector.class": "X", "v": "\\ud83d\\ude00"}}', "a.yaml"
    )

    assert found.manifest.base.values["v"] == "😀"
