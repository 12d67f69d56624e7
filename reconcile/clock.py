"""Tell the time and wait: the only source of both, so that tests never sleep."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the shell needs of time."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""

    def sleep(self, seconds: float) -> None:
        """Wait for the given number of seconds."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for the given number of seconds."""
        time.sleep(seconds)


def until(
    clock: Clock, condition: Callable[[], bool], *, timeout: float, interval: float = 0.25
) -> bool:
    """Poll a condition until it holds or `timeout` seconds have passed.

    The condition is asked at least once, and once more at the deadline. Returns whether it held.
    """
    deadline = clock.monotonic() + timeout
    while not condition():
        remaining = deadline - clock.monotonic()
        if remaining <= 0:
            return False
        clock.sleep(min(interval, remaining))
    return True
