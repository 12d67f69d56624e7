"""Plain data: what a scalar means, and how it is named in messages."""

from array import array

import pytest

from reconcile.desired.nodes import (
    Plain,
    Shapes,
    config_text,
    describe,
    dotted,
    is_null,
    marks_of,
    place,
    typed_scalar,
)
from reconcile.model.marks import Marks, pack
from reconcile.model.problem import Location


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("0777", "0777"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1.50", "1.50"),
        ("+5", "+5"),
        (".inf", ".inf"),
        ("12:30:45", "12:30:45"),
        ("2027-01-31", "2027-01-31"),
        ("2592000000", "2592000000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", "true"),
        ("True", "true"),
        ("TRUE", "true"),
        ("False", "false"),
        ("null", None),
        ("Null", None),
        ("~", None),
        ("", None),
    ],
)
def test_settings_keep_the_text_that_was_written(written, text):
    assert config_text(Plain(written)) == text


@pytest.mark.parametrize("text", ["True", "null", "", "~", "1e3"])
def test_text_in_quotes_is_text(text):
    assert config_text(text) == text
    assert typed_scalar(text) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("4", 4),
        ("-1", -1),
        ("0", 0),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("010", "010"),
        ("1.0", "1.0"),
        ("9" * 19, "9" * 19),
        ("two", "two"),
    ],
)
def test_fields_have_the_types_of_json(written, value):
    found = typed_scalar(Plain(written))

    assert found == value
    assert type(found) is type(value)


def test_only_a_plain_null_is_null():
    assert is_null(Plain("null"))
    assert not is_null("null")
    assert not is_null({})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (4, "4"),
        ("two", '"two"'),
        ("x" * 41, f'"{"x" * 40}..."'),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_values_are_described_in_words(value, words):
    assert describe(value) == words


def test_paths_are_written_with_dots_and_brackets():
    assert dotted(("spec", "ignore", "0", "keys")) == "spec.ignore[0].keys"


def test_a_path_that_is_not_there_is_placed_at_the_nearest_above_it():
    marks = Marks("a.yaml", ((), ("spec",)), array("Q", [pack(1, 1), pack(4, 1)]))

    assert place(marks, ("spec", "config", "topics")) == Location("a.yaml", 4, 1)
    assert place(marks, ("metadata",)) == Location("a.yaml", 1, 1)
    assert place(Marks("a.yaml", (), array("Q")), ("spec",)) == Location("a.yaml")


def test_documents_of_one_shape_share_their_paths():
    shapes = Shapes()
    first = marks_of("a.yaml", [(), ("name",)], array("Q", [1, 2]), shapes)
    second = marks_of("b.yaml", [(), ("name",)], array("Q", [3, 4]), shapes)

    assert first.paths is second.paths
    assert shapes.below(("spec",), ("a", "b")) is shapes.below(("spec",), ("a", "b"))
