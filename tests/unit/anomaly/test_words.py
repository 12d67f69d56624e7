"""A finding explains itself in one sentence."""

from dataclasses import replace

import pytest

from reconcile.anomaly.detect import Finding
from reconcile.anomaly.hours import hour_name
from reconcile.anomaly.usual import Kind
from reconcile.anomaly.words import explain

FINDING = Finding(
    at=1_780_272_000.0 + 9 * 3600,
    value=310.0,
    expected=100.0,
    usual=(0.0, 320.0),
    level=100.0,
    recent=250.0,
    kind=Kind.HOUR,
    score=2.0,
)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "3.1 times the usual for Monday 09:00: 310 records/s, usually 100 records/s"),
        (
            {"value": 48.0},
            "0.48 times the usual for Monday 09:00: 48 records/s, usually 100 records/s",
        ),
        (
            {"value": 0.0},
            "nothing, unlike the usual for Monday 09:00: 0 records/s, usually 100 records/s",
        ),
        (
            {"expected": 0.0},
            "more than the usual for Monday 09:00: 310 records/s, usually 0 records/s",
        ),
        (
            {"value": -5.0},
            "less than the usual for Monday 09:00: -5 records/s, usually 100 records/s",
        ),
        (
            {"value": 25000.0},
            "250 times the usual for Monday 09:00: 25,000 records/s, usually 100 records/s",
        ),
        (
            {"kind": Kind.REACH, "value": 1500.0},
            "higher than ever seen: 1,500 records/s, so far 0 records/s to 320 records/s",
        ),
        (
            {"kind": Kind.REACH, "value": -1.0},
            "lower than ever seen: -1 records/s, so far 0 records/s to 320 records/s",
        ),
        (
            {"kind": Kind.SHIFT},
            "2.5 times the usual level of late: 250 records/s on average, usually 100 records/s",
        ),
    ],
)
def test_a_finding_says_what_is_unusual_compared_with_what(
    changes: dict[str, object], text: str
) -> None:
    assert explain(replace(FINDING, **changes), "records/s") == text


def test_a_series_without_a_unit_has_bare_figures() -> None:
    assert explain(FINDING) == "3.1 times the usual for Monday 09:00: 310, usually 100"


@pytest.mark.parametrize(
    ("at", "name"),
    [(0, "Thursday 00:00"), (1_780_272_000, "Monday 00:00"), (1_780_271_999, "Sunday 23:00")],
)
def test_hours_are_named_in_utc(at: int, name: str) -> None:
    assert hour_name(at) == name
