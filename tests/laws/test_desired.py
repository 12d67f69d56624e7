"""Laws of reading and writing definitions."""

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from reconcile.desired.checks import Checker, fits
from reconcile.desired.json_reader import read_json
from reconcile.desired.kinds import read_document
from reconcile.desired.nodes import Shapes, config_text
from reconcile.desired.references import Kind, Sources, escape, fill
from reconcile.desired.schemas import DEFINITION, PROJECT, read_schemas
from reconcile.desired.write import render_definition
from reconcile.desired.yaml_reader import read_yaml
from reconcile.model.desired import TargetState

SCHEMAS = read_schemas()
TRAPS = (
    *(
        "on",
        "no",
        "y",
        "True",
        "true",
        "null",
        "~",
        "",
        "0777",
        "1e3",
        "1_0",
        "-1",
        "+1",
        "0x1",
        "1.",
    ),
    *(
        "2027-01-31",
        "12:30:45",
        ".inf",
        "=",
        "<<",
        "-",
        "- a",
        "? a",
        "a: b",
        "a #b",
        "#a",
        "*a",
        "&a",
    ),
    *(
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "]",
        "a,b",
        "'",
        '"',
        "\\",
        "'a'",
        '"a"',
        "\\n",
    ),
    *(
        " a",
        "a ",
        "\ta",
        "a\n",
        "\na",
        "a\n\n",
        "a\n b\n",
        "a\n\nb",
        "\n",
        " \n",
        "a\n \nb",
        "a\r\nb",
    ),
    *(
        "---",
        "...",
        "a\n---\nb",
        "a\u0085b",
        "a\u2028b",
        "\ufeffa",
        "a\u200bb",
        "\u00a0",
        "\x00",
        "\x7f",
    ),
    *("${{ env.A }}", "$${{", "${{", "}}", "${file:/a:b}", "{{topic}}", "größe", "😀", "\uffff"),
)
texts = st.sampled_from(TRAPS) | st.text() | st.lists(st.sampled_from(TRAPS)).map("".join)
keys = st.text(min_size=1, max_size=40).filter(
    lambda key: key != "name" and not key.startswith("__internal.")
)
SOURCES = Sources(
    names={Kind.CONNECTOR: {"name": "a"}}, locate_file=lambda _: None, read_file=lambda _: ""
)


def spec_of(text):
    """Return what the only document of a text says, after its references are filled."""
    (document,) = read_yaml(text, "a.yaml", Shapes()).documents
    found = read_document(document, Checker(SCHEMAS, DEFINITION))
    assert found.manifest is not None, found.problems
    values = {key: fill(value, SOURCES).text for key, value in found.manifest.base.values.items()}
    return found.manifest, values


@given(
    config=st.dictionaries(keys, texts, max_size=8),
    labels=st.dictionaries(keys, texts.filter(lambda text: "${{" not in text), max_size=3),
    state=st.none() | st.sampled_from(TargetState),
    class_name=texts,
    tasks=texts,
)
def test_what_is_written_reads_back_the_same(config, labels, state, class_name, tasks):
    config = {**config, "connector.class": class_name, "tasks.max": tasks}

    text = render_definition(name="a", config=config, labels=labels, state=state)
    manifest, values = spec_of(text)

    assert values == config
    assert manifest.labels == labels
    assert manifest.base.state is state


@given(config=st.dictionaries(keys, texts, max_size=5))
def test_what_is_written_is_yaml_to_other_readers_too(config):
    text = render_definition(name="a", config=config)

    assert yaml.safe_load(text)["metadata"] == {"name": "a"}


@given(text=texts)
def test_an_escaped_text_is_filled_with_itself(text):
    filled = fill(escape(text), SOURCES)

    assert filled.text == text
    assert filled.reference is None


@given(text=st.text() | st.lists(st.sampled_from([*TRAPS, "a: ", "\n", "  ", "- "])).map("".join))
@example(text="a: [1,\n")
@example(text="\ufeffa: 1")
def test_any_text_is_read_as_yaml_or_gives_a_problem_inside_it(text):
    reading = read_yaml(text, "a.yaml", Shapes())

    check_places(reading, text)


@given(
    text=st.text()
    | st.lists(
        st.sampled_from(['"', "{", "}", "[", "]", ",", ":", "1", "\\", "\n", "a", "\ud800"])
    ).map("".join)
)
def test_any_text_is_read_as_json_or_gives_a_problem_inside_it(text):
    reading = read_json(text, "a.json", Shapes())

    check_places(reading, text)
    try:
        known = not has_surrogates(json.dumps(json.loads(text), ensure_ascii=False))
    except ValueError:
        known = False
    if not reading.problems:
        assert known


def has_surrogates(text):
    return any("\ud800" <= character <= "\udfff" for character in text)


def check_places(reading, text):
    """Check that every problem lies inside the text, and every mark too."""
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 1
    lines += text.count("\u2028") + text.count("\u2029")
    problems = [*reading.problems, *(each for doc in reading.documents for each in doc.problems)]
    for problem in problems:
        assert 1 <= problem.location.line <= lines
        assert problem.location.column >= 1
        assert problem.hint
    for document in reading.documents:
        for path in document.marks:
            assert 1 <= document.marks.locate(path).line <= lines


# YAML 1.1 takes U+0085 and U+2028 for line breaks.
words = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=5)
scalars = st.none() | st.booleans() | st.integers() | words
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(words, below, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(words, values, min_size=1, max_size=5))
def test_json_and_yaml_read_the_same_from_json(value):
    text = json.dumps(value, ensure_ascii=False)
    (first,) = read_json(text, "a", Shapes()).documents
    (second,) = read_yaml(text, "a", Shapes()).documents

    assert comparable(first.tree) == comparable(second.tree)


def comparable(tree):
    """Return a tree with scalars as settings would be."""
    if isinstance(tree, dict):
        return {key: comparable(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [comparable(item) for item in tree]
    return config_text(tree)


def shapes_of(schema, root):
    """Return values that are near to what a schema wants."""
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#")
        root = SCHEMAS[name] if name else root
        target = root
        for part in pointer.strip("/").split("/"):
            target = target[part]
        return shapes_of(target, root)
    fitting = st.sampled_from(
        [*schema.get("examples", ()), *schema.get("enum", ()), 0, -1, 101, "", "60s", {}, []]
    )
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    names = {
        name: st.deferred(lambda below=below: shapes_of(below, root))
        for name, below in properties.items()
    }
    if isinstance(rest, dict):
        names["free"] = st.deferred(lambda: shapes_of(rest, root))
    fitting |= (
        st.fixed_dictionaries({}, optional={**names, "odd": scalars}) if names else st.nothing()
    )
    if "required" in schema:
        fitting |= st.fixed_dictionaries({name: names[name] for name in schema["required"]})
    if isinstance(schema.get("items"), dict):
        fitting |= st.lists(st.deferred(lambda: shapes_of(schema["items"], root)), max_size=2)
    return fitting | values


@pytest.mark.parametrize("name", [DEFINITION, PROJECT])
@given(data=st.data())
def test_the_quick_check_agrees_with_jsonschema(name, data):
    value = data.draw(shapes_of(SCHEMAS[name], SCHEMAS[name]))
    resources = [(key, DRAFT202012.create_resource(schema)) for key, schema in SCHEMAS.items()]
    validator = Draft202012Validator(SCHEMAS[name], registry=Registry().with_resources(resources))

    assert fits(value, SCHEMAS[name], SCHEMAS[name], SCHEMAS) is validator.is_valid(value)
