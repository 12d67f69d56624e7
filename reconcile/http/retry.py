"""How long to wait before trying again: pure, so that it can be tested as a table."""

import random
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds: the first wait, the longest one, and the factor between two."""

    initial: float = 0.2
    longest: float = 5.0
    factor: float = 2.0


DEFAULT_BACKOFF: Final = Backoff()
_LONGEST_NUMBER: Final = 9


def backoff(attempt: int, rng: random.Random, *, policy: Backoff = DEFAULT_BACKOFF) -> float:
    """Return how many seconds to wait after failed attempt number `attempt`, counted from 0.

    Between half and all of the exponential step, so that many clients do not come back at once.
    """
    step = policy.initial
    for _ in range(attempt):
        step = min(step * policy.factor, policy.longest)
        if step >= policy.longest:
            break
    return step * (0.5 + 0.5 * rng.random())


def asked_wait(text: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, or None where it says nothing.

    A number of seconds, or a date: RFC 9110 10.2.3.
    """
    written = text.strip()
    if written.isascii() and written.isdigit():
        return float(written[:_LONGEST_NUMBER])
    try:
        return max((parsedate_to_datetime(written) - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def next_wait(
    attempt: int,
    rng: random.Random,
    *,
    elapsed: float,
    limit: float,
    at_least: float = 0.0,
    policy: Backoff = DEFAULT_BACKOFF,
) -> float | None:
    """Return how many seconds to wait before the next attempt, or None where time is up.

    `elapsed` counts from the first attempt; the wait never reaches beyond `limit`, so that there
    is one last attempt at the deadline. `at_least` is what the server asked for (Retry-After):
    where that does not fit, there is no use in waiting.
    """
    remaining = limit - elapsed
    if remaining <= 0 or at_least > remaining:
        return None
    return min(max(backoff(attempt, rng, policy=policy), at_least), remaining)
