"""The schema with which editors complete the settings of a class."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconcile.desired.schemas import DEFINITION, read_schemas
from reconcile.model.plugin import Catalog, SettingType
from reconcile.plugins.catalog import with_plugins
from reconcile.plugins.editor_schema import editor_schema, schema_text
from tests.unit.plugins.catalogs import (
    CDC,
    FRAMEWORK,
    INSERT,
    JSON,
    SINK,
    catalog,
    info,
    plugin,
    setting,
)

BASE = read_schemas()[DEFINITION]
SCHEMA = editor_schema(BASE, [catalog()])
VALIDATOR = Draft202012Validator(SCHEMA)


def wrong(class_name: str, config: dict[str, Any], **more: Any) -> list[str]:
    """Return the paths of what the schema has against a definition."""
    document = {
        "apiVersion": "connectform/v1",
        "kind": "Connector",
        "metadata": {"name": "orders"},
        "spec": {"class": class_name, "config": config},
        **more,
    }
    return sorted(
        {"/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(document)}
    )


def test_it_is_a_json_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(schema_text(SCHEMA)) == SCHEMA
    assert schema_text(SCHEMA).isascii()


def test_without_any_snapshot_it_is_the_schema_of_definitions():
    bare = editor_schema(BASE, [])
    Draft202012Validator.check_schema(bare)
    assert {key: bare[key] for key in BASE if key != "$defs"} == {
        key: value for key, value in BASE.items() if key != "$defs"
    }


@pytest.mark.parametrize("written", [CDC, "PostgresConnector", "Postgres"])
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"database.port": 5432, "slot.drop": True, "ratio": 1.5, "snapshot.mode": "never"},
        {"database.port": "5432", "slot.drop": "TRUE", "ratio": "1e3", "snapshot.mode": "NEVER"},
        dict.fromkeys(
            ["database.port", "slot.drop", "ratio", "snapshot.mode", "key.converter"],
            "${{ env.VALUE }}",
        ),
        dict.fromkeys(
            ["database.port", "slot.drop", "ratio", "snapshot.mode", "key.converter"],
            "${file:/secrets:value}",
        ),
        dict.fromkeys(["database.port", "slot.drop", "snapshot.mode", "value.converter"]),
        {"producer.override.acks": "all", "anything.else": 1, "transforms": ["a", "b"]},
        {"key.converter": JSON, "value.converter": "Json", "key.converter.schemas.enable": False},
        {"transforms": "a", "transforms.a.type": INSERT, "transforms.a.static.field": "x"},
        {"exactly.once.support": "REQUIRED", "errors.tolerance": "all"},
    ],
)
def test_what_is_right_passes(written, config):
    assert wrong(written, config) == []


@pytest.mark.parametrize("written", [CDC, "PostgresConnector", "Postgres"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("database.port", "many"),
        ("database.port", 5432.5),
        ("database.port", 2147483648),
        ("database.port", True),
        ("tasks.max", 0),
        ("slot.drop", "yes"),
        ("slot.drop", 1),
        ("ratio", "much"),
        ("snapshot.mode", "initail"),
        ("snapshot.mode", 1),
        ("errors.tolerance", "al"),
        ("key.converter", "JsonConvertr"),
        ("header.converter", INSERT),
        ("transforms.a.type", "InsertField$Value"),
        ("predicates.p.type", JSON),
    ],
)
def test_what_is_wrong_is_found_at_its_key(written, key, value):
    assert wrong(written, {key: value}) == [f"spec/config/{key}"]


def test_overlays_are_checked_by_the_class_of_the_definition():
    overlays = {"prod": {"spec": {"config": {"snapshot.mode": "initail"}}}}
    assert wrong("Postgres", {}, overlays=overlays) == ["overlays/prod/spec/config/snapshot.mode"]
    other = {"prod": {"spec": {"class": SINK, "config": {"snapshot.mode": "initail"}}}}
    assert wrong("Postgres", {}, overlays=other) == []


def test_an_unknown_class_is_left_alone():
    assert wrong("com.acme.Other", {"snapshot.mode": "initail"}) == []


def test_settings_are_explained_with_their_type_and_default():
    settings = SCHEMA["$defs"][f"c.{CDC}"]["properties"]
    assert settings["database.port"] == {
        "$ref": "#/$defs/t.int",
        "description": "int",
        "default": 5432,
    }
    assert settings["database.hostname"]["description"] == "string, required"
    assert settings["snapshot.mode"]["anyOf"][0] == {"enum": ["always", "initial", "never"]}
    assert "default" not in settings["database.password"]
    assert "lsn.flush" in settings
    assert not {"name", "connector.class"} & settings.keys()


def test_what_classes_have_alike_is_written_once():
    sink = SCHEMA["$defs"][f"c.{SINK}"]["properties"]
    source = SCHEMA["$defs"][f"c.{CDC}"]["properties"]
    assert sink["tasks.max"] == source["tasks.max"] == {"$ref": "#/$defs/s.tasks.max"}
    assert SCHEMA["$defs"]["s.tasks.max"] == {
        "$ref": "#/$defs/t.int",
        "minimum": 1,
        "description": "Most tasks. (int)",
        "default": 1,
    }


def test_where_clusters_differ_what_any_of_them_takes_passes():
    other = with_plugins(
        Catalog(infos=(info(CDC, "source", "9"),), complete=True),
        [
            plugin(
                CDC,
                [
                    setting("database.port", default="x"),
                    setting("snapshot.mode", recommended=("initail",)),
                ],
            )
        ],
    )
    schema = editor_schema(BASE, [catalog(), other])
    settings = schema["$defs"][f"c.{CDC}"]["properties"]

    assert settings["database.port"] == {"description": "string"}
    assert settings["snapshot.mode"]["anyOf"][0] == {
        "enum": ["always", "initial", "never", "initail"]
    }


def test_without_a_list_of_every_kind_any_converter_passes():
    schema = editor_schema(BASE, [catalog(), catalog(complete=False)])
    assert "anyOf" not in schema["$defs"]["t.converter"]


def test_names_that_a_pointer_cannot_hold_become_places_of_their_own():
    names = ("a.B~/%C", "a.B___C", "a.B#")
    infos = tuple(info(name, "sink") for name in names)
    strange = with_plugins(
        Catalog(infos=infos, complete=True),
        [
            plugin(name, [setting("x", SettingType.INT, default=str(at))])
            for at, name in enumerate(names)
        ],
    )
    schema = editor_schema(BASE, [strange])
    places = [name for name in schema["$defs"] if name.startswith("c.")]
    assert places == ["c.a.B_", "c.a.B___C", "c.a.B___C.2"]
    for name in names:
        document = {
            "apiVersion": "connectform/v1",
            "kind": "Connector",
            "metadata": {"name": "a"},
            "spec": {"class": name, "config": {"x": "y"}},
        }
        (error,) = Draft202012Validator(schema).iter_errors(document)
        assert list(error.absolute_path) == ["spec", "config", "x"]


def test_a_large_plugin_makes_no_large_schema():
    words = "Specify how columns of one kind are represented in change events, and what follows. "
    large = [
        setting(
            f"group.{at % 12}.setting.number.{at}",
            SettingType.STRING if at % 3 else SettingType.INT,
            documentation=words * 12,
            default="1",
            recommended=("always", "initial", "never", "when_needed") if at % 3 == 1 else (),
        )
        for at in range(142)
    ]
    infos = tuple(info(f"io.example.Large{at}Connector", "source") for at in range(4))
    several = with_plugins(
        Catalog(infos=infos, complete=True),
        [plugin(one.class_name, (*large, *FRAMEWORK)) for one in infos],
    )
    one_kilobyte = 1024
    added = len(schema_text(editor_schema(BASE, [several]))) - len(schema_text(BASE))

    assert added < 114 * one_kilobyte


def test_documentation_is_short_and_without_markup():
    long = setting("x", documentation="<p>One <b>bold</b> word.</p>\n" + "More words. " * 60)
    found = with_plugins(
        Catalog(infos=(info(SINK, "sink"),), complete=True), [plugin(SINK, [long])]
    )
    text = editor_schema(BASE, [found])["$defs"][f"c.{SINK}"]["properties"]["x"]["description"]
    assert text.startswith("One bold word. More words.")
    assert text.endswith("… (string)")
    assert len(text) < 320
