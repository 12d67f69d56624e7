import json

import pytest

from reconcile.model.plan import Part, PartChange
from reconcile.plan.explain import explain


def added(path, after):
    return PartChange(part=Part.ADDED, path=path, after=after)


def removed(path, before):
    return PartChange(part=Part.REMOVED, path=path, before=before)


def changed(path, before, after):
    return PartChange(part=Part.CHANGED, path=path, before=before, after=after)


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a,b", "a,c", (removed("", "b"), added("", "c"))),
        ("a, b", "a,b,b", (added("", "b"),)),
        ("a", "a,b", (added("", "b"),)),
        ("a,b", "b,a", ()),
        ("a,b", "c,d", ()),
        ("a", "b", ()),
        ("", "a,b", ()),
    ],
)
def test_comma_lists_differ_by_their_items(before, after, parts):
    assert explain(before, after) == parts


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ({"a": 1}, {"a": 2}, (changed("a", "1", "2"),)),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, (changed("a.b", "x", "y"),)),
        ({"a": [1, 2]}, {"a": [1, 3]}, (changed("a[1]", "2", "3"),)),
        ([{"f": 1}], [{"f": 1}, {"f": 2}], (added("[1]", '{"f": 2}'),)),
        ([1, 2], [1], (removed("[1]", "2"),)),
        ({"a": 1, "b": 2}, {"b": 2}, (removed("a", "1"),)),
        ({}, {"a": None}, (added("a", "null"),)),
        ({"a": ["é"]}, {}, (removed("a", '["é"]'),)),
        ({"a": 1}, {"a": "1"}, (changed("a", "1", "1"),)),
        (
            {"a": 1, "b": 2, "c": 3},
            {"x": 1, "y": 2, "b": 4},
            (
                removed("a", "1"),
                changed("b", "2", "4"),
                removed("c", "3"),
                added("x", "1"),
                added("y", "2"),
            ),
        ),
        ({"a": 1}, {"a": 1}, ()),
    ],
)
def test_json_texts_differ_by_their_parts(before, after, parts):
    assert explain(json.dumps(before), json.dumps(after)) == parts


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1}', '{"a": '),
        ('{"a": 1}', "[1]"),
        ("[" * 10_000, "[]"),
        ("a," * 30_000, "a"),
    ],
)
def test_what_is_no_pair_of_structured_values_has_no_parts(before, after):
    assert explain(before, after) == ()


@pytest.mark.parametrize(("more", "parts"), [(0, 1), (1, 0)])
def test_values_of_more_than_50_000_characters_are_not_looked_into(more, parts):
    long = "a," + "b" * (49_998 + more)
    assert len(explain("a", long)) == len(explain(long, "a")) == parts


def test_space_around_json_text_does_not_matter():
    assert explain(' {"a": 1}\n', '{"a": 2} ') == (changed("a", "1", "2"),)
