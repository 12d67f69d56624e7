"""Text as Markdown: whatever stands in it, a reader sees that text and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.redact import one_line
from reconcile.report.markdown import code, details, fence, inline, link, styled, table
from reconcile.report.spans import Span, Style, bold, line
from tests.hostile import HOSTILE
from tests.rendered import rendered

TEXTS = st.one_of(
    st.text(), st.sampled_from(sorted(HOSTILE.values())), st.text(alphabet="`*_[]<>|#-+1.)@: ~\\&")
)
PARAGRAPH = ("paragraph_open", "inline", "paragraph_close")


@pytest.mark.parametrize(
    ("row", "markdown"),
    [
        (line(bold("Plan: 1 to add."), " (2)"), "**Plan: 1 to add**. (2)"),
        (line("1 of 2", Span(", 1 failed", Style.ERROR), "."), "1 of 2, **1 failed**."),
        (line("  - item"), "\\- item"),
        (line("1", ". item"), "1\\. item"),
        (line("  a_b ", Span("*", Style.BOLD)), "a\\_b \\*"),
        (line(), ""),
    ],
)
def test_a_line_keeps_what_stands_out(row, markdown) -> None:
    assert styled(row) == markdown


@given(TEXTS)
def test_a_text_is_one_paragraph_of_that_text(text) -> None:
    found = rendered(inline(text))

    assert found.blocks in {(), PARAGRAPH}
    assert found.html == found.links == found.images == found.code == ()
    assert found.calls == []
    assert seen(found.text) == seen(one_line(text))


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(Style))
def test_a_line_of_any_spans_is_one_paragraph(texts, style) -> None:
    found = rendered(styled(tuple(Span(text, style) for text in texts)))

    assert found.blocks in {(), PARAGRAPH}
    assert found.html == found.links == found.images == found.code == ()


@given(TEXTS)
def test_code_is_code_on_one_line(text) -> None:
    found = rendered(f"a {code(text)} b")

    assert found.blocks == PARAGRAPH
    assert "".join(found.code).strip() == one_line(text).strip()


@given(st.lists(TEXTS, max_size=4))
def test_nothing_closes_a_fence(texts) -> None:
    found = rendered("\n".join(fence(texts, "diff")) + "\n\nafter\n")

    assert found.blocks == ("fence", *PARAGRAPH)
    assert found.unclosed == ()


@given(TEXTS)
def test_nothing_closes_details(text) -> None:
    found = rendered("\n".join(details(text, [inline(text)])))

    assert found.foreign_html == []
    assert found.open_details == 0


@given(TEXTS)
def test_nothing_ends_a_cell(text) -> None:
    rows = table(("A", "B"), [(code(text), inline(text)), ("x", "y")])

    found = rendered("\n".join(rows))

    assert found.blocks.count("tr_open") == 3
    assert found.blocks.count("td_open") == 4


@given(TEXTS)
def test_a_link_leads_where_it_should(text) -> None:
    found = rendered(link(text or "x", "https://logs.example.com/?q=" + text))

    assert len(found.links) <= 1
    assert all(url.startswith("https://logs.example.com/?q=") for url in found.links)
    assert found.html == ()


def seen(text: str) -> str:
    return "".join(text.replace("\u2060", "").split())
