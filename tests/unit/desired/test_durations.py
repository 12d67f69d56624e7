"""Durations as people write them."""

import pytest

from reconcile.desired.durations import milliseconds


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
