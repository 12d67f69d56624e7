"""How well recorded failures are classified, those that the rules were written on and others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.failures.traces import load, macro_f1, restarts_right, scores, wrong


@pytest.fixture(scope="module")
def folder(shared_folder: Callable[[str], Path]) -> Path:
    return shared_folder("traces")


def test_the_traces_that_the_rules_were_written_on_are_classified_as_labelled(folder: Path) -> None:
    traces = load(folder, locked=False)

    assert len(traces) == 32
    assert wrong(traces) == {}
    assert restarts_right(traces) >= 0.95


def test_the_traces_that_were_locked_away_are_classified_well(folder: Path) -> None:
    traces = load(folder, locked=True)

    assert len(traces) == 16
    assert macro_f1(traces) >= 0.8, (wrong(traces), scores(traces))
    assert restarts_right(traces) >= 0.8
