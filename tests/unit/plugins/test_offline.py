"""What definitions say against a config: the same for plans by schema and for checks offline."""

import pytest

from reconcile.model.config import Config
from reconcile.plugins.check import check_config
from reconcile.plugins.expand import class_error
from tests.unit.plugins.catalogs import (
    CDC,
    INSERT,
    JSON,
    ROUTER,
    SINK,
    TOMBSTONE,
    catalog,
    info,
)

FINE = {"connector.class": SINK, "topics": "a", "file": "x"}
ROWS = {"connector.class": CDC, "database.hostname": "db"}
PLUGINS = catalog()


def errors(config, class_name=SINK, references=None, plugins=PLUGINS):
    found = check_config(Config(config, references), class_name, plugins).errors
    return {error.key: error.messages[0] for error in found}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"producer.override.acks": "all", "consumer.override.x": "y", "admin.override.z": "1"},
        {"topics": "${file:/a:topic}", "tasks.max": "${env:TASKS}"},
        {"topics": "", "topics.regex": "a.*"},
        {"value.converter": "${env:CONVERTER}", "value.converter.anything": "x"},
        {"value.converter": JSON, "value.converter.registry.url": "http://r"},
        {"value.converter": "JsonConverter", "value.converter.registry.url": "http://r"},
        {"value.converter": " Json ", "value.converter.registry.url": "http://r"},
        {"header.converter": JSON, "header.converter.registry.url": "http://r"},
        {"transforms": "a", "transforms.a.type": INSERT, "transforms.a.static.field": "x"},
        {
            "transforms": " a , b",
            "transforms.a.type": INSERT,
            "transforms.a.predicate": "p",
            "transforms.a.negate": "true",
            "transforms.b.type": "RegexRouter",
            "transforms.b.regex": "a",
            "transforms.b.replacement": "b",
            "predicates": "p",
            "predicates.p.type": TOMBSTONE,
        },
        {"transforms": "${env:STAGES}", "transforms.x.whatever": "1"},
        {"errors.tolerance": "all"},
        {"errors.tolerance": "${env:TOLERANCE}"},
    ],
)
def test_nothing_is_said_against_what_is_right_or_not_known(config):
    assert errors({**FINE, **config}) == {}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"tasks.max": "x"}, {"tasks.max": 'tasks.max must be a whole number of 32 bits, not "x"'}),
        ({"tasks.max": "0"}, {"tasks.max": 'tasks.max must be at least 1, not "0"'}),
        (
            {"errors.tolerance": "ALL"},
            {"errors.tolerance": 'errors.tolerance must be one of none, all, not "ALL"'},
        ),
        ({"topics": " "}, {"topics": "Must configure one of topics or topics.regex"}),
        (
            {"topics.regex": "a.*"},
            {
                "topics.regex": "topics and topics.regex are mutually exclusive options, but both"
                " are set."
            },
        ),
        (
            {"errors.deadletterqueue.topic.name": "a"},
            {
                "errors.deadletterqueue.topic.name": "errors.deadletterqueue.topic.name is a, which"
                " the connector reads from"
            },
        ),
        (
            {"transforms": "a,a", "transforms.a.type": INSERT},
            {"transforms": "transforms names a twice"},
        ),
        (
            {"transforms": "a"},
            {"transforms.a.type": "transforms.a.type is required and has no default"},
        ),
        (
            {"transforms": "a", "transforms.a.type": ROUTER, "transforms.a.regex": "x"},
            {"transforms.a.replacement": "transforms.a.replacement is required and has no default"},
        ),
        (
            {"transforms": "a", "transforms.a.type": INSERT, "transforms.a.negate": "perhaps"},
            {"transforms.a.negate": 'transforms.a.negate must be true or false, not "perhaps"'},
        ),
        (
            {"transforms": "a", "transforms.a.type": "InsertField$Value"},
            {"transforms.a.type": "there is no transformation class InsertField$Value"},
        ),
        (
            {"transforms": "a", "transforms.a.type": JSON},
            {"transforms.a.type": f"there is no transformation class {JSON}"},
        ),
        (
            {"predicates": "p", "predicates.p.type": "Tombstone"},
            {"predicates.p.type": "there is no predicate class Tombstone"},
        ),
        (
            {"value.converter": "JsonConvertr"},
            {"value.converter": "there is no converter class JsonConvertr"},
        ),
        (
            {"key.converter": JSON, "key.converter.schemas.enable": "2"},
            {
                "key.converter.registry.url": "key.converter.registry.url is required and has no"
                " default",
                "key.converter.schemas.enable": "key.converter.schemas.enable must be true or false,"
                ' not "2"',
            },
        ),
        (
            {"key.converter": JSON, "key.converter.plugin.version": "9"},
            {"key.converter.plugin.version": f"there is no version 9 of {JSON}, only 4.3.1"},
        ),
    ],
)
def test_what_definitions_tell_is_found(config, expected):
    assert errors({**FINE, **config}) == expected


def test_a_required_setting_that_is_missing_is_found():
    assert errors({"connector.class": CDC}, CDC) == {
        "database.hostname": "database.hostname is required and has no default"
    }


@pytest.mark.parametrize("value", ["initial", "INITIAL", " never ", "", "${env:MODE}"])
def test_a_value_that_is_proposed_passes_in_any_case(value):
    assert errors({**ROWS, "snapshot.mode": value}, CDC) == {}


def test_a_value_that_is_not_proposed_is_a_matter_of_advice():
    (found,) = check_config(Config({**ROWS, "snapshot.mode": "initail"}), CDC, PLUGINS).errors

    assert found.messages == (
        'snapshot.mode is "initail", and the plugin proposes: always, initial, never',
    )
    assert found.meant == "initial"
    assert found.advice


def test_a_value_made_from_a_secret_is_neither_judged_nor_quoted():
    references = {"snapshot.mode": "${{ env.MODE }}", "database.port": "${{ env.PORT }}"}
    config = {**ROWS, "snapshot.mode": "hunter2", "database.port": "hunter2"}

    assert errors(config, CDC, references) == {
        "database.port": "database.port must be a whole number of 32 bits"
    }
    assert errors(ROWS, CDC, references) == {}


@pytest.mark.parametrize("value", ["REQUIRED", "required"])
def test_some_values_of_the_framework_are_taken_in_any_case(value):
    assert errors({**ROWS, "exactly.once.support": value}, CDC) == {}
    assert errors({**ROWS, "exactly.once.support": f"{value}x"}, CDC)


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        ("3.2.0", False),
        ("[3.0,3.3)", False),
        ("3.4.1", True),
        ("[3.0,4.0)", True),
        ("", True),
        ("${env:VERSION}", True),
    ],
)
def test_the_settings_are_those_of_the_version_that_is_wanted(wanted, known):
    config = Config({**ROWS, "connector.plugin.version": wanted})
    assert ("lsn.flush" in check_config(config, CDC, PLUGINS).known) is known


def test_a_version_that_is_not_there_is_all_that_is_said():
    config = {"connector.class": CDC, "connector.plugin.version": "[4.0,5.0)", "tasks.max": "x"}

    assert errors(config, CDC) == {
        "connector.plugin.version": f"there is no version [4.0,5.0) of {CDC}, only 3.2.0, 3.4.1"
    }


def test_a_version_that_cannot_be_read_is_refused():
    config = {"connector.class": CDC, "connector.plugin.version": "[4.0,5.0"}

    assert errors(config, CDC) == {
        "connector.plugin.version": "[4.0,5.0 is no version, and no range such as [4.0,5.0)"
    }


def test_a_list_of_connectors_alone_says_nothing_of_converters():
    listed = catalog(complete=False)
    config = {**FINE, "value.converter": "com.acme.Avro", "value.converter.url": "x"}

    assert errors(config, plugins=listed) == {}


def test_a_class_without_known_settings_opens_nothing_and_accuses_nothing():
    plugins = catalog(infos=[info("com.acme.Mask", "transformation")])
    config = {
        **FINE,
        "transforms": "m",
        "transforms.m.type": "com.acme.Mask",
        "transforms.m.x": "1",
    }

    assert errors(config, plugins=plugins) == {}


@pytest.mark.parametrize(
    ("written", "guess"),
    [
        ("LinesSnk", "LinesSink"),
        ("org.example.LinesSinkConector", SINK),
        ("Postgres", "Postgres"),
        ("com.acme.Nothing", None),
    ],
)
def test_an_unknown_class_is_told_with_a_guess(written, guess):
    message, meant = class_error(written, PLUGINS)

    assert meant == (None if message == "" else guess)
    assert bool(message) is (written != "Postgres")
