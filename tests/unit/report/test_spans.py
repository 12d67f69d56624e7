import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.report.spans import (
    EMPTY,
    Span,
    Style,
    fitted,
    indented,
    line,
    padded,
    plain,
    width,
)


@given(st.text())
def test_a_span_never_holds_what_a_terminal_obeys(text: str) -> None:
    shown = Span(text).text

    assert all(character.isprintable() for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("\u202eevil", "\\u202eevil"),
        ("naïve 注文", "naïve 注文"),
    ],
)
def test_a_span_shows_control_characters_escaped(text: str, shown: str) -> None:
    assert Span(text).text == shown


def test_plain_lines_have_no_trailing_space_and_end_with_a_line_break() -> None:
    lines = [line("a ", Span("b  ", Style.ADD)), EMPTY, line("c")]

    assert plain(lines) == "a b\n\nc\n"


def test_indenting_leaves_empty_lines_empty() -> None:
    assert plain(indented([line("a"), EMPTY], 2)) == "  a\n\n"
    assert indented([EMPTY], 2) == [EMPTY]


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("注文", 4), ("e\u0301", 1), ("", 0), ("ﾊﾝ", 2)]
)
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_padding_fills_up_to_a_width() -> None:
    assert padded("注文", 6) == "注文  "
    assert padded("long", 2) == "long"


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("注文書", 5, "注文…"), ("注文書", 4, "注…")],
)
def test_fitting_cuts_at_the_end(text: str, columns: int, shown: str) -> None:
    assert fitted(text, columns) == shown


@given(st.text(), st.integers(1, 40))
def test_what_was_fitted_fits(text: str, columns: int) -> None:
    assert width(fitted(text, columns)) <= columns
