"""The pages of problems and lint rules say something of every code, in order, and of nothing else."""

import re
from pathlib import Path

import pytest

from reconcile.model.codes import Code
from reconcile.report.sarif import page_of

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "lint-rules.md").read_text() + (DOCS / "problems.md").read_text()
SECTIONS = {
    section[:5]: section for section in re.split(r"^## (?=CF\d{3})", PAGE, flags=re.MULTILINE)[1:]
}


def test_every_code_has_a_heading_and_every_heading_a_code() -> None:
    assert sorted(SECTIONS) == sorted(code.value for code in Code)


def test_codes_stand_in_order() -> None:
    assert list(SECTIONS) == sorted(SECTIONS)


@pytest.mark.parametrize("code", Code)
def test_the_address_that_reports_give_of_a_code_leads_to_its_heading(code: Code) -> None:
    page, anchor = page_of(code).split("#")

    # GitHub and GitLab make anchors of such tags; those of headings change with their words.
    assert f'<a name="{anchor}"></a>\n\n## {code.value} ' in (DOCS / page).read_text()


@pytest.mark.parametrize("code", Code)
def test_a_section_explains_shows_an_example_and_says_what_to_do(code: Code) -> None:
    section = SECTIONS[code.value]
    title, _, body = section.partition("\n")

    assert len(title) > len("CF000 ")
    assert f"[{code}]" in body, "an example as the terminal shows it"
    assert "**What to do:** " in body
