"""A law is tried on some examples in every test run, and on many times as many in a soak."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings

Test = Callable[..., None]


def law(*drawn: Any, examples: int = 100, **named: Any) -> Callable[[Test], Test]:
    """Make a test of a check on drawn values; its `tried(times)` draws that many times as many."""

    def decorate(check: Test) -> Test:
        def tried(times: int) -> Test:
            # A busy machine draws and runs slowly, which says nothing about the law.
            tries = settings(
                max_examples=examples * times,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            )
            return tries(given(*drawn, **named)(check))

        test = tried(1)
        test.tried = tried  # type: ignore[attr-defined]
        return test

    return decorate
