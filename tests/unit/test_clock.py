from datetime import UTC

import pytest

from reconcile.clock import SystemClock, until
from tests.fake_clock import FakeClock


def test_a_condition_that_holds_costs_no_time() -> None:
    clock = FakeClock()

    assert until(clock, lambda: True, timeout=5)
    assert clock.monotonic() == 0


def test_a_condition_is_asked_again_until_it_holds() -> None:
    clock = FakeClock()

    assert until(clock, lambda: clock.monotonic() >= 2, timeout=5)
    assert clock.monotonic() == 2


def test_a_condition_is_asked_once_more_at_the_deadline() -> None:
    clock = FakeClock()

    assert until(clock, lambda: clock.monotonic() >= 1.1, timeout=1.1, interval=0.5)


def test_waiting_ends_at_the_deadline() -> None:
    clock = FakeClock()

    assert not until(clock, lambda: False, timeout=1.1, interval=0.5)
    assert clock.monotonic() == pytest.approx(1.1)


@pytest.mark.parametrize("timeout", [0.0, -1.0])
def test_without_time_a_condition_is_asked_once(timeout: float) -> None:
    asked: list[bool] = []

    assert not until(FakeClock(), lambda: bool(asked.append(True)), timeout=timeout)
    assert asked == [True]


def test_the_system_clock_speaks_utc_and_never_goes_backwards() -> None:
    clock = SystemClock()
    first = clock.monotonic()
    clock.sleep(0)

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= first
