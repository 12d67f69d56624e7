import pytest

from reconcile.connect.texts import (
    cut,
    explanation,
    invalid_key,
    setting_reason,
    shown,
    shown_body,
    unknown_class,
)
from reconcile.redact import Redactor

HEAD = "Connector configuration is invalid and contains the following {} error(s):\n"
TAIL = (
    "\nYou can also find the above list of errors at the endpoint"
    " `/connector-plugins/{connectorType}/config/validate`"
)
NO_CLASS = (
    "Failed to find any class that implements Connector and which name matches Nope, available"
    " connectors are: PluginDesc{klass=class org.apache.kafka.connect.file.FileStreamSinkConnector,"
    " name='org.apache.kafka.connect.file.FileStreamSinkConnector', version='4.3.0'},"
    " PluginDesc{klass=class org.apache.kafka.connect.file.FileStreamSourceConnector, name='x'}"
)

EXPLANATIONS = {
    "one error": (
        HEAD.format(1) + "Invalid value  for configuration name: String may not be empty" + TAIL,
        "name: String may not be empty",
    ),
    "three errors": (
        HEAD.format(3)
        + "Invalid value abc for configuration tasks.max: Not a number of type INT\n"
        + "Invalid value null for configuration tasks.max: Value must be non-null\n"
        + 'Missing required configuration "topic" which has no default value.'
        + TAIL,
        ("tasks.max: Not a number of type INT; topic: required, and it has no default"),
    ),
    "null alone": (
        "Invalid value null for configuration tasks.max: Value must be non-null",
        "tasks.max: Value must be non-null",
    ),
    "null on top of a reason with a longer key": (
        (
            'Missing required configuration "predicates.p.pattern" which has no default value.\n'
            "Invalid value null for configuration pattern: Invalid regex"
        ),
        "predicates.p.pattern: required, and it has no default",
    ),
    "the same twice": (
        "Must configure one of topics or topics.regex\nMust configure one of topics or topics.regex",
        "Must configure one of topics or topics.regex",
    ),
    "a value of several lines": (
        HEAD.format(1) + "Invalid value one\ntwo\nthree for configuration query: too long" + TAIL,
        "query: too long",
    ),
    "a reason that quotes the value": (
        "Invalid value hunter22 for configuration topics.regex: Invalid regex: hunter22 near 1",
        "topics.regex: Invalid regex: (value) near 1",
    ),
    "a reason of two lines": (
        "Invalid value ( for configuration topics.regex: Invalid regex: Unclosed group\n(",
        "topics.regex: Invalid regex: Unclosed group; (",
    ),
    "a class that is not there": (
        (
            "Invalid value InsertField$Value for configuration transforms.t1.type:"
            " Class InsertField$Value could not be found."
        ),
        "transforms.t1.type: Class InsertField$Value could not be found.",
    ),
    "no reason": ("Invalid value hunter22 for configuration file", "file: not valid"),
    "names of Java exceptions": (
        (
            "org.apache.kafka.common.config.ConfigException: Invalid value abc for configuration"
            " max.poll.records: Not a number of type INT"
        ),
        "max.poll.records: Not a number of type INT",
    ),
    "a config in the message": (
        "Connector config {name=foo, file=/data/out.txt, pw=hunter22} contains no connector type",
        "the config has no connector.class",
    ),
    "an unknown class": (
        f"org.apache.kafka.connect.errors.ConnectException: {NO_CLASS}",
        (
            "the worker has no connector class Nope; it has"
            " org.apache.kafka.connect.file.FileStreamSinkConnector,"
            " org.apache.kafka.connect.file.FileStreamSourceConnector"
        ),
    ),
    "where the JSON is wrong": (
        (
            "Unexpected character ('n' (code 110)): was expecting double-quote to start field name\n"
            " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1,"
            " column: 2]"
        ),
        (
            "Unexpected character ('n' (code 110)): was expecting double-quote to start field name"
            " (line 1, column 2 of the request)"
        ),
    ),
    "a quoted source": (
        'Unexpected end\n at [Source: (String)"{"pw":"hunter22"}"; line: 1, column: 17]',
        "Unexpected end (line 1, column 17 of the request)",
    ),
    "a value that does not parse": (
        'Cannot deserialize value of type `int` from String "hunter22": not a number',
        "Cannot deserialize value of type `int` from String: not a number",
    ),
    "anything else": (
        "Could not read properties from file /nope",
        "Could not read properties from file /nope",
    ),
}


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_an_error_is_told_in_one_line_without_values(name: str) -> None:
    message, expected = EXPLANATIONS[name]

    assert explanation(message) == expected


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (
            "batch.size",
            "Invalid value x for configuration batch.size: Not a number of type INT",
            "Not a number of type INT",
        ),
        (
            "value.converter.schemas.enable",
            "Invalid value zzz for configuration schemas.enable: Expected true or false",
            "Expected true or false",
        ),
        (
            "topic",
            'Missing required configuration "topic" which has no default value.',
            "required, and it has no default",
        ),
        (
            "predicates.p.pattern",
            "Invalid value null for configuration other: bad",
            "other: bad",
        ),
        (
            "topics",
            "Must configure one of topics or topics.regex",
            "Must configure one of topics or topics.regex",
        ),
    ],
)
def test_an_error_of_a_key_does_not_name_the_key_again(
    key: str, message: str, expected: str
) -> None:
    assert setting_reason(key, message) == expected


def test_the_key_of_an_error_is_found() -> None:
    assert invalid_key("X: Invalid value a b for configuration max.poll.records: No") == (
        "max.poll.records"
    )
    assert invalid_key("something else") == ""


def test_an_unknown_class_is_recognised() -> None:
    assert unknown_class(NO_CLASS)
    assert not unknown_class("something else")


def test_a_message_is_redacted_cut_and_harmless() -> None:
    redactor = Redactor(['pa"ss/é'])

    text = shown('cannot log in with pa"ss/é \x1b[31mred' + "x" * 2000, redactor.redact)

    assert 'pa"ss' not in text
    assert "\x1b" not in text
    assert len(text) == 1000


def test_a_page_is_shown_as_its_words() -> None:
    page = (
        b"<html><head><title>502</title></head><style>p{}</style><body><h1>502 Bad Gateway</h1>"
        b"<hr>nginx</body></html>"
    )

    assert shown_body(page, str) == "502 Bad Gateway nginx"


def test_a_secret_is_not_saved_by_the_cut() -> None:
    redactor = Redactor(["hunter22-hunter22"])
    body = b"x" * 250 + b"hunter22-hunter22"

    assert "hunter" not in shown_body(body, redactor.redact)


def test_bytes_that_are_no_text_are_shown_all_the_same() -> None:
    assert shown_body(b"\xff\x00ok", str) == "\ufffd\\x00ok"


def test_a_short_text_is_not_cut() -> None:
    assert cut("four", 4) == "four"
    assert cut("fives", 4) == "fiv…"
