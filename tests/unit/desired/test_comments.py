"""Comments that ignore lint findings, and where they count."""

import pytest

from reconcile.desired.comments import read_ignores
from reconcile.model.problem import Location

ALL = 1 << 40


def one(text):
    (found,) = read_ignores(text, "a.yaml")
    return found


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("# connectform:ignore CF014 replayed at night", ("CF014",), "replayed at night"),
        ("#connectform:ignore CF014, CF020: both", ("CF014", "CF020"), "both"),
        ("# connectform:ignore CF014 CF020 - both", ("CF014", "CF020"), "both"),
        ("# connectform:ignore cf014 small letters", ("CF014",), "small letters"),
        ("# connectform:ignore CF014", ("CF014",), ""),
        ("# connectform:ignore CF014 as agreed # and more", ("CF014",), "as agreed"),
        ("# connectform:ignore CF014 see #12", ("CF014",), "see #12"),
        ("# connectform:ignore all of it", (), "all of it"),
        ("# connectform:ignore", (), ""),
    ],
)
def test_a_comment_holds_codes_and_a_reason(comment, codes, reason):
    found = one(f"a: 1\nb: 2 {comment}\n")

    assert (found.codes, found.reason) == (codes, reason)
    assert found.location == Location("a.yaml", 2, 6)


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("a: 1\nb: 2 # connectform:ignore CF014 x\nc: 3\n", (2, 2)),
        ("a: 1\n# connectform:ignore CF014 x\nb: 2\nc: 3\n", (3, 3)),
        ("a: 1\n# connectform:ignore CF014 x\n\n# more\nb: 2\n", (5, 5)),
        ("# connectform:ignore CF014 x\na: 1\n---\nb: 2\n", (1, ALL)),
        ("\n# licence\n\n# connectform:ignore CF014 x\na: 1\n", (1, ALL)),
        ("---\n# connectform:ignore CF014 x\na: 1\n---\nb: 2\n", (1, ALL)),
        ("a: 1\n---\n# connectform:ignore CF014 x\nb: 2\nc: 3\n---\nd: 4\n", (3, 5)),
        ("a: 1\r\n# connectform:ignore CF014 x\r\nb: 2\r\n", (3, 3)),
    ],
)
def test_a_comment_reaches_its_line_the_next_one_a_document_or_the_file(text, reach):
    found = one(text)

    assert (found.first, found.last) == reach


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        'a: "b # connectform:ignore CF014 x"\n',
        "a: |\n  b\n  # connectform:ignore CF014 x\n",
        "a: b# connectform:ignore CF014 x\n",
        "a: 1 # connectform:ignored CF014 x\n",
        "a: 'one\n  # connectform:ignore CF014 x\n  two'\n",
    ],
)
def test_what_is_no_comment_or_another_one_ignores_nothing(text):
    assert read_ignores(text, "a.yaml") == ()


def test_a_file_that_is_no_yaml_is_read_as_far_as_it_goes():
    assert len(read_ignores("a: [ # connectform:ignore CF014 x\nb: }\n", "a.yaml")) == 1
