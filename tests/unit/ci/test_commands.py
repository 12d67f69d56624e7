"""Annotations and outputs that no text can break out of."""

import re

import pytest

from reconcile.ci.commands import MOST, annotations, command, outputs
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.redact import visible
from reconcile.report.spans import Span, plain
from tests.forges.jobs import read_outputs
from tests.unit.ci.runner import commands_in

HOSTILE = (
    "plain",
    "",
    "a, b: c = d",
    "100 % sure %0A::error::no",
    "first\nsecond\r\n::set-output name=a::b",
    "::stop-commands::x",
    "  ::add-mask::e",
    "##[add-mask]e",
    "x ##[set-output name=a;]b",
    "title=x,file=y::z",
    "\x1b[31mred\x07",
    "\u202egnp.exe",
    "café ☕ 😀",
)


def problem(text="wrong", **changed):
    given = {"code": Code.SYNTAX, "message": text, "location": Location("connectors/a.yaml", 3, 5)}
    return Problem(**{**given, **changed})


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_is_one_command_whatever_it_says(text):
    place = Location(f"connectors/{text}.yaml", 3, 5)
    lines = annotations([problem(text, location=place, hint=text)])

    (found,) = commands_in("\n".join(lines))

    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert found.name == "error"
    assert found.properties["line"] == "3"
    assert found.properties["col"] == "5"
    assert found.properties["title"] == "CF101"
    if text.isprintable():
        assert found.data == visible(text + (f"\nhint: {text}" if text else ""))
        assert found.properties["file"] == visible(f"connectors/{text}.yaml")


def test_the_gravest_ten_are_shown_and_the_rest_counted():
    warnings = [problem(f"warning {n}", severity=Severity.WARNING) for n in range(8)]
    errors = [problem(f"error {n}") for n in range(7)]

    found = commands_in("\n".join(annotations([*warnings, *errors])))

    assert [each.name for each in found] == ["error"] * 7 + ["warning"] * 3 + ["notice"]
    assert found[-1].data == "and 5 more problems: see the summary of this job"
    assert len(found) == MOST + 1


def test_of_one_weight_each_file_is_told_from_above_in_the_order_of_files():
    places = [("b.yaml", 9), ("a.yaml", 7), ("b.yaml", 2), ("a.yaml", 1)]
    found = [problem(location=Location(path, line, 1)) for path, line in places]

    told = [re.search(r"file=(\S+?),line=(\d+)", line).groups() for line in annotations(found)]

    assert told == [("b.yaml", "2"), ("b.yaml", "9"), ("a.yaml", "1"), ("a.yaml", "7")]


def test_the_same_problem_is_told_once():
    assert len(annotations([problem(), problem()])) == 1


@pytest.mark.parametrize(
    ("directory", "path", "file"),
    [
        ("", "connectors/a.yaml", "connectors/a.yaml"),
        ("connect", "connectors/a.yaml", "connect/connectors/a.yaml"),
        ("connect/", "../shared/a.yaml", "shared/a.yaml"),
        ("", "../outside.yaml", None),
        ("", "/etc/passwd", None),
    ],
)
def test_paths_count_from_the_root_of_the_repository(directory, path, file):
    (line,) = annotations([problem(location=Location(path, 1, 1))], directory=directory)

    (found,) = commands_in(line)
    assert found.properties.get("file") == file


def test_a_place_without_a_line_marks_the_whole_file():
    (line,) = annotations([problem(location=Location("a.yaml"))])

    assert line == "::error file=a.yaml,title=CF101::wrong"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_log_line_with_any_text_is_no_command(text):
    for line in (text, f"   {text}", f"\t{text}", f"x {text}", f"{text} y"):
        assert commands_in(plain([(Span(line),)])) == []


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\r" not in text])
def test_an_output_comes_through_whole(text):
    written = outputs({"one": text, "two": "b"}, delimiter="delimiter-1f2e")

    assert read_outputs(written) == {"one": text, "two": "b"}


def test_a_value_that_holds_the_delimiter_is_refused():
    with pytest.raises(AssertionError):
        outputs({"one": "x\ndelimiter\ntwo<<y"}, delimiter="delimiter")


def test_a_command_without_properties_has_none():
    assert command("notice", "hello", {"file": ""}) == "::notice::hello"
