import pytest

from reconcile.connect.validation import failed_validation, validation
from reconcile.connect.wire import ShapeError
from reconcile.model.plugin import SettingError, Validation


def row(name: str, *errors: str, value: object = None) -> dict[str, object]:
    return {
        "definition": None,
        "value": {"name": name, "value": value, "recommended_values": [], "errors": list(errors)},
    }


def judged(*rows: dict[str, object], sent: dict[str, str] | None = None) -> Validation:
    return validation({"configs": list(rows)}, connector="orders", sent=sent or {}, redact=str)


def test_no_error_is_no_error() -> None:
    found = judged(row("name", value="orders"), row("file"))

    assert found == Validation(connector="orders", known_keys=frozenset({"name", "file"}))


def test_each_error_stands_at_its_key_without_its_value() -> None:
    found = judged(
        row("batch.size", "Invalid value hunter22 for configuration batch.size: Not a number"),
        row("topic", 'Missing required configuration "topic" which has no default value.'),
    )

    assert found.errors == (
        SettingError(key="batch.size", messages=("Not a number",)),
        SettingError(key="topic", messages=("required, and it has no default",)),
    )


def test_what_does_not_parse_is_not_also_null() -> None:
    found = judged(
        row(
            "tasks.max",
            "Invalid value abc for configuration tasks.max: Not a number of type INT",
            "Invalid value null for configuration tasks.max: Value must be non-null",
            "Invalid value abc for configuration tasks.max: Not a number of type INT",
        ),
        row("other", "Invalid value null for configuration other: Value must be non-null"),
    )

    assert found.errors == (
        SettingError(key="tasks.max", messages=("Not a number of type INT",)),
        SettingError(key="other", messages=("Value must be non-null",)),
    )


def test_a_value_resolved_on_the_worker_is_masked_where_a_plugin_quotes_it() -> None:
    found = judged(
        row("database.password", "cannot log in with s3cr3t as postgres", value="s3cr3t"),
        row("database.user", value="postgres"),
        sent={"database.password": "${file:/run/db:password}", "database.user": "postgres"},
    )

    assert found.errors[0].messages == ("cannot log in with (value) as postgres",)


def test_control_characters_are_shown_escaped() -> None:
    assert judged(row("a", "\x1b[31mred")).errors[0].messages == ("\\x1b[31mred",)


@pytest.mark.parametrize("data", [None, [], {}, {"configs": {}}])
def test_another_shape_is_an_error(data: object) -> None:
    with pytest.raises(ShapeError):
        validation(data, connector="orders", sent={}, redact=str)


def test_rows_of_another_shape_are_left_out() -> None:
    data = {"configs": [None, {}, {"value": {"name": 7}}, row("fine")]}

    assert validation(data, connector="orders", sent={}, redact=str).known_keys == {"fine"}


def failed(message: str, sent: dict[str, str] | None = None) -> Validation:
    return failed_validation(message, connector="orders", sent=sent or {}, redact=str)


def test_a_missing_plugin_is_known_by_the_message() -> None:
    found = failed(
        "org.apache.kafka.connect.errors.ConnectException: Failed to find any class that"
        " implements Connector and which name matches Nope, available connectors are: "
    )

    assert found.unknown_class


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ({"consumer.override.max.poll.records": "abc"}, "consumer.override.max.poll.records"),
        ({"max.poll.records": "abc"}, "max.poll.records"),
    ],
)
def test_an_error_of_the_config_that_failed_the_server_stands_at_its_key(
    sent: dict[str, str], key: str
) -> None:
    found = failed(
        "org.apache.kafka.common.config.ConfigException: Invalid value abc for configuration"
        " max.poll.records: Not a number of type INT",
        sent,
    )

    assert found.errors == (SettingError(key=key, messages=("Not a number of type INT",)),)
    assert found.failure == ""


def test_an_error_that_could_be_of_several_keys_is_a_failure() -> None:
    found = failed(
        "Invalid value abc for configuration max.poll.records: Not a number of type INT",
        {"consumer.override.max.poll.records": "abc", "producer.override.max.poll.records": "1"},
    )

    assert found.errors == ()
    assert found.failure == "max.poll.records: Not a number of type INT"


def test_a_placeholder_that_cannot_be_resolved_stands_at_its_key() -> None:
    message = (
        "org.apache.kafka.common.config.ConfigException: Could not read properties from file /nope"
    )
    found = failed(
        message, {"file": "${file:/nope:f}", "other": "${file:/run/db:pw}", "x": "/nope"}
    )

    assert found.errors == (
        SettingError(key="file", messages=("Could not read properties from file /nope",)),
    )


@pytest.mark.parametrize(
    ("message", "keys"),
    [
        ("Must configure one of topics or topics.regex", ["topics", "topics.regex"]),
        ("topics and topics.regex are mutually exclusive options", ["topics", "topics.regex"]),
        ("The DLQ topic 'a' may not be included in the list of topics", ["topics"]),
        ("The DLQ topic 'a' may not be included in the regex matching", ["topics.regex"]),
    ],
)
def test_rules_about_topics_stand_at_their_keys(message: str, keys: list[str]) -> None:
    found = failed(f"org.apache.kafka.common.config.ConfigException: {message}")

    assert found.errors == tuple(SettingError(key=key, messages=(message,)) for key in keys)


def test_any_other_failure_is_told() -> None:
    assert failed("Request timed out").failure == "Request timed out"
    assert failed("").failure == "the worker could not validate it"
