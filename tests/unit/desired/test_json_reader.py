"""JSON: what is kept, what is refused, and where."""

import pytest

from reconcile.desired.json_reader import read_json
from reconcile.desired.nodes import Plain, Shapes
from reconcile.model.codes import Code
from reconcile.model.problem import Location


def read(text):
    return read_json(text, "a.json", Shapes())


def test_numbers_and_words_keep_their_text_and_are_told_from_strings():
    (document,) = read(
        '{"a": 1.50, "b": "1.50", "c": true, "d": null, "e": [2592000000, -1e3]}'
    ).documents

    assert document.tree == {
        "a": "1.50",
        "b": "1.50",
        "c": "true",
        "d": "null",
        "e": ["2592000000", "-1e3"],
    }
    assert [type(document.tree[key]) is Plain for key in "abcd"] == [True, False, True, True]
    assert all(type(item) is Plain for item in document.tree["e"])


def test_escapes_tabs_and_surrogate_pairs_are_understood():
    (document,) = read('\t{\t"a\\/b":\t"\\ud83d\\ude00 \\u00e9 \\"x\\" \t"}').documents

    assert document.tree == {"a/b": '😀 é "x" \t'}


def test_every_key_and_item_has_its_place():
    (document,) = read('\n{\n  "é": {"b": [1,\n   2]}\n}\n').documents

    assert document.marks.locate(()) == Location("a.json", 2, 1)
    assert document.marks.locate(("é", "b")) == Location("a.json", 3, 9)
    assert document.marks.locate(("é", "b", "1")) == Location("a.json", 4, 4)


@pytest.mark.parametrize("text", ["{}", "[]", '""', " 1 ", '{"a": {}, "b": []}'])
def test_small_documents_are_read(text):
    reading = read(text)

    assert reading.problems == ()
    assert len(reading.documents) == 1


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        ("", Code.SYNTAX, (1, 1), "the file ends where a value should stand"),
        ('{"a": 1\n "b": 2}', Code.SYNTAX, (1, 8), "a comma or } is missing here"),
        ('{"a": [1 2]}', Code.SYNTAX, (1, 9), "a comma or ] is missing here"),
        ('{"a": 1,}', Code.SYNTAX, (1, 9), "a key in double quotes is missing here"),
        ("{'a': 1}", Code.SYNTAX, (1, 2), "a key in double quotes is missing here"),
        ('{"a" 1}', Code.SYNTAX, (1, 6), "a colon is missing here"),
        ('{"a": [1,]}', Code.SYNTAX, (1, 10), "a value is missing here"),
        ('{"a": yes}', Code.SYNTAX, (1, 7), "this is no JSON value"),
        ('{"a": NaN}', Code.SYNTAX, (1, 7), "this is no JSON value"),
        ('{"a": 01}', Code.SYNTAX, (1, 7), "this is no JSON value"),
        ('{"a": 1.}', Code.SYNTAX, (1, 7), "this is no JSON value"),
        ('{"a": // no\n 1}', Code.SYNTAX, (1, 7), "this is no JSON value"),
        ('{"a": "x', Code.SYNTAX, (1, 7), "unterminated string starting"),
        ('{"a": "\\q"}', Code.SYNTAX, (1, 8), "invalid \\escape"),
        ('{"a": "x\ny"}', Code.SYNTAX, (1, 7), "a line ends inside this text"),
        ('{"a": 1\n', Code.SYNTAX, (1, 8), "the file ends where , or } should stand"),
        ('{"a": 1}\n{"b": 2}', Code.SYNTAX, (2, 1), "the document ends before this place"),
        ('{"a": "\\ud83d"}', Code.ENCODING, (1, 7), "half a surrogate pair is no text"),
        ('{"a": "\x00"}', Code.ENCODING, (1, 8), "the character U+0000 is not allowed in JSON"),
        ("[" * 100, Code.TOO_DEEP, (1, 65), "this document is nested more than 64 levels deep"),
        ("[" + "1," * 600_000, Code.TOO_LARGE, (1, 1), "more than 1,000,000 characters"),
    ],
)
def test_bad_json_is_refused_at_its_place(text, code, place, message):
    (problem,) = read(text).problems

    assert problem.code is code
    assert (problem.location.line, problem.location.column) == place
    assert message in problem.message
    assert problem.hint


def test_duplicate_keys_are_reported_and_the_rest_is_read():
    (document,) = read('{"a": 1,\n "b": 2,\n "a": 3, "a": 4}').documents

    assert [str(problem.location) for problem in document.problems] == ["a.json:3:2", "a.json:3:10"]
    assert document.problems[0].message == 'the key "a" is already set on line 1'
    assert document.problems[0].code is Code.DUPLICATE_KEY
