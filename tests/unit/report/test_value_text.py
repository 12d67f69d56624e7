import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model.plan import Shown, ValueKind
from reconcile.report.value_text import (
    pair_texts,
    quoted,
    quoted_pair,
    references_text,
    value_text,
)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Shown(kind=ValueKind.PLAIN, text="100"), '"100"'),
        (Shown(kind=ValueKind.PLAIN, text=""), '""'),
        (Shown(kind=ValueKind.PLAIN, text="two\nlines\t"), '"two\\nlines\\t"'),
        (Shown(kind=ValueKind.SENSITIVE, number=2), "(sensitive value #2)"),
        (Shown(kind=ValueKind.SENSITIVE), "(sensitive value)"),
        (Shown(kind=ValueKind.UNRESOLVED, reference="${{ env.P }}"), "(secret, not resolved)"),
        (Shown(kind=ValueKind.MASKED), "(masked by the server)"),
    ],
)
def test_a_value_is_quoted_or_named(shown: Shown, text: str) -> None:
    assert value_text(shown) == text


def test_a_long_value_is_shortened_in_the_middle_and_says_how_long_it_is() -> None:
    text = quoted("a" * 600 + "b" * 600)

    assert text == f'"{"a" * 50}…{"b" * 50}" (1,200 characters)'


def test_a_pair_of_long_values_is_cut_around_the_difference() -> None:
    before = "x" * 300 + "old" + "y" * 300
    after = "x" * 300 + "newer" + "y" * 300

    assert quoted_pair(before, after) == (
        f'"…{"x" * 20}old{"y" * 20}…" (603 characters)',
        f'"…{"x" * 20}newer{"y" * 20}…" (605 characters)',
    )


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a\nb", "a\\nb", ('"a\\nb"', '"a\\\\nb"')),
        ("\u00e9", "e\u0301", ('"\\u00e9"', '"e\\u0301"')),
        ("a b", "a\u00a0b", ('"a b"', '"a\\xa0b"')),
        ("a b", "a\u3164b", ('"a b"', '"a\\u3164b"')),
    ],
)
def test_values_that_look_alike_are_told_apart(
    before: str, after: str, shown: tuple[str, str]
) -> None:
    assert quoted_pair(before, after) == shown


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=400), st.text(max_size=400))
def test_a_difference_can_always_be_seen(head: str, one: str, other: str, tail: str) -> None:
    before, after = head + one + tail, head + other + tail
    left, right = quoted_pair(before, after)

    assert (left == right) == (before == after)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=150))
def test_a_pair_is_never_much_longer_than_two_short_values(text: str) -> None:
    assert all(len(shown) < 160 for shown in quoted_pair(text, text[::-1]))


def test_a_pair_with_a_secret_shows_neither_side() -> None:
    before = Shown(kind=ValueKind.SENSITIVE, number=1)
    after = Shown(kind=ValueKind.SENSITIVE, number=2)

    assert pair_texts(before, after) == ("(sensitive value #1)", "(sensitive value #2)")


def test_references_are_shown_without_what_surrounds_them() -> None:
    shown = Shown(
        kind=ValueKind.SENSITIVE, number=1, reference="jdbc://app:hunter2@${{ env.H }}/${{file.db}}"
    )

    assert references_text(shown) == "${{ env.H }} ${{file.db}}"
    assert references_text(None) == ""
