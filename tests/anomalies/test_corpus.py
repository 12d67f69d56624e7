"""How well anomalies are found on labelled series, by the rules of their benchmark."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.anomaly.profile import STANDARD, stricter
from tests import nab

FACTORS = (0.9, 1.0, 1.1)


@pytest.fixture(scope="module")
def series(shared_folder: Callable[[str], Path]) -> list[nab.Series]:
    return nab.load(shared_folder("nab"))


@pytest.fixture(scope="module")
def results(series: list[nab.Series]) -> dict[float, list[nab.Result]]:
    """The results of the standard profile and of two neighbours of it."""
    return {
        factor: [nab.judge(one, nab.detections(one, stricter(STANDARD, factor))) for one in series]
        for factor in FACTORS
    }


def test_silence_scores_0_and_perfection_100(series: list[nab.Series]) -> None:
    silent = [nab.judge(one, []) for one in series]
    perfect = [nab.judge(one, [first for first, _ in one.windows]) for one in series]

    assert nab.score(silent, nab.STANDARD) == 0
    assert nab.score(perfect, nab.STANDARD) == pytest.approx(100)
    assert sum(result.windows for result in silent) == 79


def test_crying_all_the_time_is_worse_than_silence(series: list[nab.Series]) -> None:
    crying = [nab.judge(one, range(len(one.samples))) for one in series]

    assert nab.score(crying, nab.STANDARD) < 0


def test_the_standard_profile_scores_70_and_60_where_false_alarms_cost_twice(
    results: dict[float, list[nab.Result]],
) -> None:
    assert nab.score(results[1.0], nab.STANDARD) >= 70
    assert nab.score(results[1.0], nab.LOW_FALSE_POSITIVES) >= 60


def test_a_category_is_judged_as_well_with_limits_chosen_on_the_others(
    series: list[nab.Series], results: dict[float, list[nab.Result]]
) -> None:
    tables = list(results.values())

    assert nab.left_out(series, tables, nab.STANDARD) >= 65
    assert nab.left_out(series, tables, nab.LOW_FALSE_POSITIVES) >= 55
