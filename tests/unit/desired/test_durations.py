"""Durations as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from reconcile.desired.durations import length, milliseconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("500ms", 500),
        ("0s", 0),
        ("60s", 60_000),
        ("10m", 600_000),
        ("2h", 7_200_000),
        ("7d", 604_800_000),
        ("-1", -1),
    ],
)
def test_durations_become_milliseconds(written, expected):
    assert milliseconds(written) == expected


@pytest.mark.parametrize(
    "written", ["", "10", "m", "-5s", "1.5s", "1h30m", "10 m", "10M", "forever"]
)
def test_anything_else_is_refused(written):
    with pytest.raises(ValueError, match="no duration"):
        milliseconds(written)


def test_a_length_is_the_same_as_time():
    assert length("90s") == timedelta(seconds=90)


@pytest.mark.parametrize("written", ["999999999999d", "999999999999h", "100000000d"])
def test_a_length_beyond_all_clocks_can_still_be_waited_for(written):
    assert datetime(2026, 1, 1, tzinfo=UTC) + 4 * length(written) > datetime(2400, 1, 1, tzinfo=UTC)
