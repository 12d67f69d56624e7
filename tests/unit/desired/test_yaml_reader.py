"""YAML: what is kept, what is refused, and where."""

import pytest

from reconcile.desired import yaml_reader
from reconcile.desired.nodes import DEEPEST, LONGEST, Plain, Shapes
from reconcile.desired.yaml_reader import read_yaml
from reconcile.errors import ConnectformError
from reconcile.model.codes import Code
from reconcile.model.problem import Location


@pytest.fixture
def read():
    """Return a function that reads a text."""
    return lambda text: read_yaml(text, "a.yaml", Shapes())


def only(reading):
    """Return the tree of a text with one document and no problem."""
    assert reading.problems == ()
    (document,) = reading.documents
    assert document.problems == ()
    return document.tree


def first_problem(reading):
    """Return code, line and column of the first problem."""
    found = [*reading.problems, *(each for doc in reading.documents for each in doc.problems)]
    return found[0].code, found[0].location.line, found[0].location.column


def test_scalars_keep_their_text_and_remember_their_quotes(read):
    tree = only(read("a: on\nb: 0777\nc: \"0777\"\nd: 'null'\ne: null\nf:\ng: yes please\n"))

    assert tree == {
        "a": "on",
        "b": "0777",
        "c": "0777",
        "d": "null",
        "e": "null",
        "f": "",
        "g": "yes please",
    }
    assert [key for key in tree if type(tree[key]) is Plain] == ["b", "e", "f"]


def test_block_scalars_are_text(read):
    tree = only(read("a: |\n  1\n  2\nb: >-\n  true\nc: |+\n  x\n\n"))

    assert tree == {"a": "1\n2\n", "b": "true", "c": "x\n\n"}
    assert all(type(value) is str for value in tree.values())


def test_every_key_and_item_has_its_place(read):
    (document,) = read("# note\nspec:\n  config:\n    topics: [a, b]\n  class: X\n").documents
    marks = document.marks

    assert marks.locate(()) == Location("a.yaml", 2, 1)
    assert marks.locate(("spec", "config", "topics")) == Location("a.yaml", 4, 5)
    assert marks.locate(("spec", "config", "topics", "1")) == Location("a.yaml", 4, 17)
    assert marks.locate(("spec", "class")) == Location("a.yaml", 5, 3)


def test_columns_count_characters_and_not_bytes(read):
    (document,) = read("{é: ü, ключ: b}\n").documents

    assert document.marks.locate(("ключ",)) == Location("a.yaml", 1, 8)


def test_lines_may_end_as_on_windows(read):
    (document,) = read("a: 1\r\nb: x\r\n").documents

    assert document.tree == {"a": "1", "b": "x"}
    assert document.marks.locate(("b",)) == Location("a.yaml", 2, 1)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n---\n...\n", "---\n# x\n---\n"])
def test_empty_documents_are_left_out(read, text):
    reading = read(text)

    assert reading.documents == ()
    assert reading.problems == ()


def test_a_file_holds_many_documents(read):
    reading = read("a: 1\n---\nb: 2\n...\n---\n{c: 3}\n")

    assert [document.tree for document in reading.documents] == [{"a": "1"}, {"b": "2"}, {"c": "3"}]


def test_anchors_and_merge_keys_are_expanded_and_own_keys_win(read):
    tree = only(
        read(
            "base: &base {a: base, b: base}\n"
            "more: &more {b: more, c: more}\n"
            "one: {<<: *base, a: own}\n"
            "two:\n  <<: [*base, *more]\n  d: own\n"
            "same: *base\n"
        )
    )

    assert tree["one"] == {"a": "own", "b": "base"}
    assert tree["two"] == {"d": "own", "a": "base", "b": "base", "c": "more"}
    assert tree["same"] == {"a": "base", "b": "base"}


def test_a_merged_key_is_placed_where_it_is_written(read):
    (document,) = read("base: &base\n  a: 1\none:\n  <<: *base\n").documents

    assert document.marks.locate(("one", "a")) == Location("a.yaml", 2, 3)


def test_a_quoted_merge_key_is_a_key(read):
    assert only(read('"<<": x\n')) == {"<<": "x"}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: [1,\nb: 2\n", Code.SYNTAX, 2, 2),
        ("a: 1\n  b: 2\n", Code.SYNTAX, 2, 4),
        ("a:\n\tb: 1\n", Code.SYNTAX, 2, 1),
        ("a: b: c\n", Code.SYNTAX, 1, 5),
        ('a: "open\n', Code.SYNTAX, 1, 9),
        ("a: *nobody\n", Code.SYNTAX, 1, 4),
        ("a: &x 1\nb: &x 2\nc: *\n", Code.SYNTAX, 2, 4),
        ("a: 1\nb: 2\na: 3\n", Code.DUPLICATE_KEY, 3, 1),
        ("a: {b: 1, b: 2}\n", Code.DUPLICATE_KEY, 1, 11),
        ("a: !!python/object/apply:os.system [id]\n", Code.FORBIDDEN_TAG, 1, 4),
        ("a: !!str 5\n", Code.FORBIDDEN_TAG, 1, 4),
        ("a: !Ref x\n", Code.FORBIDDEN_TAG, 1, 4),
        ("!!map {a: 1}\n", Code.FORBIDDEN_TAG, 1, 1),
        ("!!str a: 1\n", Code.FORBIDDEN_TAG, 1, 1),
        ("? [a]\n: 1\n", Code.WRONG_TYPE, 1, 3),
        ("a: {<<: text}\n", Code.WRONG_TYPE, 1, 5),
        ("a: &a [*a]\n", Code.TOO_MANY_ALIASES, 1, 4),
        ("a: &a\n  b: {<<: *a}\n", Code.TOO_MANY_ALIASES, 1, 4),
        ("a: \x07\n", Code.ENCODING, 1, 4),
        ("a: 1\nb: x\x00y\n", Code.ENCODING, 2, 5),
        ("a: " + "[" * (DEEPEST + 1), Code.TOO_DEEP, 1, 66),
        ("[" * 100_000, Code.TOO_DEEP, 1, 64),
        ("- " * 100_000 + "a", Code.TOO_DEEP, 1, 127),
    ],
)
def test_bad_yaml_is_refused_at_its_place(read, text, code, line, column):
    found = first_problem(read(text))

    assert found[0] is code
    assert found[1] == line
    # The two parsers see a few mistakes at different columns of the same line.
    assert code is Code.SYNTAX or found[2] == column


def test_an_error_at_the_end_lies_inside_the_file(read):
    reading = read("é: ü\nbb: [1,\n\n")

    assert reading.problems[0].location.line <= 3


def test_a_duplicate_key_names_the_line_of_the_first(read):
    (document,) = read("a: 1\nb: 2\na: 3\n").documents

    assert document.problems[0].message == 'the key "a" is already set on line 1'


def test_every_duplicate_and_every_tag_is_reported_at_once(read):
    (document,) = read("a: 1\na: !x 2\nb: {c: 1, c: 2}\n").documents

    assert {(problem.code, problem.location.line) for problem in document.problems} == {
        (Code.DUPLICATE_KEY, 2),
        (Code.FORBIDDEN_TAG, 2),
        (Code.DUPLICATE_KEY, 3),
    }


@pytest.mark.parametrize("wrap", ["[{}]", "{{a: 1, b: [{}]}}"])
def test_an_alias_bomb_is_refused_before_it_goes_off(read, wrap):
    layers = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    for level in range(1, 12):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        layers.append(f"a{level}: &a{level} {wrap.format(aliases)}")

    assert first_problem(read("\n".join(layers) + "\n"))[0] is Code.TOO_MANY_ALIASES


def test_a_merge_bomb_is_refused_before_it_goes_off(read):
    layers = ["a0: &a0 {x: 1}"]
    layers += [
        f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}" for level in range(1, 24)
    ]

    assert first_problem(read("\n".join(layers) + "\n"))[0] is Code.TOO_MANY_ALIASES


def test_a_document_of_too_many_parts_is_refused(read):
    assert first_problem(read("a: [" + "x," * 100_001 + "]\n"))[0] is Code.TOO_LARGE


def test_a_file_full_of_forbidden_tags_is_reported_briefly(read):
    (document,) = read("".join(f"k{index}: !x 1\n" for index in range(500))).documents

    assert len(document.problems) == 100


def test_a_definition_of_ten_megabytes_is_refused_unread(read):
    reading = read("a: 1\n---\nb: " + "x" * 10_000_000 + "\n---\nc: 3\n")

    assert [problem.code for problem in reading.problems] == [Code.TOO_LARGE]
    assert reading.problems[0].location == Location("a.yaml", 2, 1)
    assert reading.documents == ()


def test_many_documents_may_be_larger_together_than_one_may_be():
    text = "---\n".join([f"a: {'x' * (LONGEST // 2)}\n"] * 3)

    reading = read_yaml(text, "a.yaml", Shapes())

    assert len(reading.documents) == 3
    assert reading.problems == ()


def test_documents_before_a_syntax_error_are_kept_for_checking(read):
    reading = read("a: 1\n---\nb: [\n")

    assert [document.tree for document in reading.documents] == [{"a": "1"}]
    assert reading.problems[0].code is Code.SYNTAX


def test_without_libyaml_no_file_is_read_in_another_way(read, monkeypatch):
    monkeypatch.setattr(yaml_reader, "HAS_LIBYAML", False)

    with pytest.raises(ConnectformError) as raised:
        read("a: 1\n")

    assert raised.value.problems[0].code is Code.EXTRA_MISSING
