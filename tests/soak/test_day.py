"""A day of 1,000 connectors in simulated time."""

from pathlib import Path

import pytest

from tests.watch.day import check, day_of

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.mark.parametrize("seed", [6, 7])
def test_a_day_of_trouble_heals_and_nothing_grows_or_drifts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    with day_of(tmp_path, monkeypatch, connectors=1000, seed=seed) as day:
        day.run()
        check(day)
