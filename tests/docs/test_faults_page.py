"""The page of faults tells of every fault that is provoked."""

import pytest

from tests.docs.pages import ROOT
from tests.faults.catalogue import FAULTS

PAGE = ROOT / "docs" / "faults.md"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_every_fault_has_a_row_and_a_section(fault):
    text = PAGE.read_text("utf-8")

    assert f"\n| [{fault.title}](" in text, "run make faults"
    assert f"\n## {fault.title}\n" in text
    assert fault.about in text
