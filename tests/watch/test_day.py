"""A day of 200 connectors in simulated time: all heals, nothing grows, no schedule drifts."""

from pathlib import Path

import pytest

from tests.watch.day import check, day_of

pytestmark = pytest.mark.long


@pytest.mark.timeout(1200)
def test_a_day_of_trouble_heals_and_nothing_grows_or_drifts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with day_of(tmp_path, monkeypatch, connectors=200, seed=6) as day:
        day.run()
        check(day)
