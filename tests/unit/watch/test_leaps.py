"""A clock that was set forward is noticed, and one that only drifts is not."""

from datetime import UTC, datetime, timedelta

import pytest

from reconcile.watch.leaps import Tick, ticked

START = Tick(at=datetime(2027, 1, 4, 9, tzinfo=UTC), seconds=1000.0)


def later(before: Tick, by_day: float, monotonic: float) -> Tick:
    at = before.at + timedelta(seconds=by_day)
    return ticked(before, at, before.seconds + monotonic)


@pytest.mark.parametrize(
    ("by_day", "monotonic", "fresh"),
    [(30, 30, False), (39, 30, False), (3600, 3600, False), (-3600, 30, False), (41, 30, True)],
)
def test_only_what_is_ahead_of_the_time_that_passed_is_a_leap(by_day, monotonic, fresh):
    assert later(START, by_day, monotonic).is_fresh is fresh


def test_a_leap_is_over_after_a_minute():
    leapt = later(START, 3600, 30)
    soon = later(leapt, 59, 59)
    over = later(soon, 1, 1)

    assert [leapt.is_fresh, soon.is_fresh, over.is_fresh] == [True, True, False]


def test_the_first_round_of_a_process_knows_of_no_leap():
    assert not ticked(None, START.at, START.seconds).is_fresh
