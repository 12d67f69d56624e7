"""Definitions written as YAML."""

import pytest

from reconcile.desired.resolve import inherited
from reconcile.desired.write import render_definition
from reconcile.model.desired import TargetState
from tests.unit.desired.repository import load, read_one, repository


def test_a_definition_is_tidy():
    text = render_definition(
        name="orders-sink",
        clusters=["local"],
        labels={"team": "payments", "tier": "1"},
        state=TargetState.PAUSED,
        comment="Exported from local.\n\nSet DB_PASSWORD before you plan.",
        references={"connection.password": "${{ env.DB_PASSWORD }}"},
        config={
            "name": "orders-sink",
            "connector.class": "FileStreamSink",
            "tasks.max": "4",
            "connector.plugin.version": "[4.0,5.0)",
            "value.converter.schemas.enable": "false",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "transforms.route.regex": r"([^.]+)\.([^.]+)",
            "transforms": "route",
            "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.route.replacement": "$2",
            "topics": "orders",
            "batch.size": "5000",
            "connection.url": "jdbc:postgresql://db:5432/orders?ssl=true",
            "connection.password": "never written",
            "empty": "",
            "flag": "on",
            "padded": " x",
            "ratio": "1.50",
            "template": "${{ theirs }}",
            "query": "select *\nfrom orders\nwhere id > 5\n",
            "errors.tolerance": "all",
            "producer.override.acks": "all",
        },
    )

    assert text == (
        "# Exported from local.\n"
        "#\n"
        "# Set DB_PASSWORD before you plan.\n"
        "apiVersion: connectform/v1\n"
        "kind: Connector\n"
        "metadata:\n"
        "  name: orders-sink\n"
        "  clusters:\n"
        "    - local\n"
        "  labels:\n"
        "    team: payments\n"
        "    tier: 1\n"
        "spec:\n"
        "  class: FileStreamSink\n"
        '  version: "[4.0,5.0)"\n'
        "  tasksMax: 4\n"
        "  state: paused\n"
        "  config:\n"
        "    batch.size: 5000\n"
        "    connection.password: ${{ env.DB_PASSWORD }}\n"
        "    connection.url: jdbc:postgresql://db:5432/orders?ssl=true\n"
        '    empty: ""\n'
        '    flag: "on"\n'
        '    padded: " x"\n'
        "    query: |\n"
        "      select *\n"
        "      from orders\n"
        "      where id > 5\n"
        '    ratio: "1.50"\n'
        "    template: $${{ theirs }}\n"
        "    topics: orders\n"
        "    value.converter: org.apache.kafka.connect.json.JsonConverter\n"
        "    value.converter.schemas.enable: false\n"
        "    transforms: route\n"
        "    transforms.route.regex: '([^.]+)\\.([^.]+)'\n"
        "    transforms.route.replacement: $2\n"
        "    transforms.route.type: org.apache.kafka.connect.transforms.RegexRouter\n"
        "    errors.tolerance: all\n"
        "    producer.override.acks: all\n"
    )


def test_without_settings_the_config_is_empty():
    text = render_definition(name="a", config={"connector.class": "X"})

    assert text.endswith("spec:\n  class: X\n  config: {}\n")


@pytest.mark.parametrize("tasks", ["0", "-1", "many", "", "007", "99999999999"])
def test_a_number_of_tasks_that_is_none_stays_a_setting(tasks):
    found = read_one(
        render_definition(name="a", config={"tasks.max": tasks, "connector.class": "X"})
    )

    assert found.problems == ()
    assert found.manifest.base.values == {"tasks.max": tasks, "connector.class": "X"}


def test_what_is_written_loads_as_what_it_was(tmp_path):
    config = {
        "connector.class": "X",
        "a": "True",
        "b": "null",
        "c": "",
        "d": "0777",
        "e": "1e3",
        "f": "yes",
        "g": "a: b # c",
        "h": "line\n\n  indented\n",
        "i": "\n",
        "j": "tab\there",
        "k": "\u0085\u2028\ufeff\x07",
        "l": "😀 größe",
        "m": '{"json": ["x", 1]}',
        "n": "it's",
        "o": "${file:/a/b.properties:key}",
        "p": "- x",
        "q": "*x",
        "r": "@x",
        "s": "trailing ",
        "t": "${{ env.HOME }}",
        "u": "a\r\nb",
        "v": "127.0.0.1:9092,10.0.0.1:9092",
        "größe": "x",
        "true": "x",
    }
    loaded = repository(tmp_path, {"connectors/a.yaml": render_definition(name="a", config=config)})

    assert dict(load(loaded).clusters["local"].definitions["a"].config.reveal()) == config


def test_what_defaults_would_add_is_taken_back_with_null(tmp_path):
    project = (
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
        'clusters:\n  local: {url: "http://127.0.0.1:8083"}\n'
        "defaults:\n"
        "  - spec:\n"
        "      state: paused\n"
        "      tasksMax: {min: 2, max: 4}\n"
        "      errors: {tolerance: all}\n"
        "      config: {batch.size: 10}\n"
        "  - match: {labels: {tier: gold}}\n"
        "    spec: {config: {of.gold: 1}}\n"
    )
    config = {"connector.class": "X", "batch.size": "5"}
    loaded = repository(tmp_path, {}, project=project)
    keys, state = inherited("orders", "local", loaded.defaults)
    text = render_definition(
        name="orders", config=config, without=keys.difference(config), stateless=True
    )
    loaded = repository(tmp_path, {"connectors/a.yaml": text}, project=project)

    found = load(loaded).clusters["local"].definitions["orders"]

    assert keys == {"tasks.max", "errors.tolerance", "batch.size"}
    assert state is TargetState.PAUSED
    assert "    errors.tolerance: null\n" in text
    assert dict(found.config.reveal()) == config
    assert found.state is None
    assert found.tasks_range is None
