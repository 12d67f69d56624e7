import random
from datetime import UTC, datetime

import pytest

from reconcile.http.retry import Backoff, asked_wait, backoff, next_wait


class Highest(random.Random):
    def random(self) -> float:
        return 1.0


class Lowest(random.Random):
    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("attempt", "lowest", "highest"),
    [(0, 0.1, 0.2), (1, 0.2, 0.4), (2, 0.4, 0.8), (5, 2.5, 5.0), (10_000, 2.5, 5.0)],
)
def test_each_wait_is_between_half_and_all_of_its_step(
    attempt: int, lowest: float, highest: float
) -> None:
    assert backoff(attempt, Lowest()) == pytest.approx(lowest)
    assert backoff(attempt, Highest()) == pytest.approx(highest)


def test_the_policy_can_be_another() -> None:
    policy = Backoff(initial=1, longest=3, factor=3)

    assert [backoff(n, Highest(), policy=policy) for n in range(3)] == [1, 3, 3]


@pytest.mark.parametrize(
    ("elapsed", "limit", "at_least", "expected"),
    [
        (0.0, 10.0, 0.0, 0.2),
        (9.9, 10.0, 0.0, 0.1),
        (10.0, 10.0, 0.0, None),
        (0.0, 0.0, 0.0, None),
        (11.0, 10.0, 0.0, None),
        (0.0, 10.0, 3.0, 3.0),
        (8.0, 10.0, 3.0, None),
    ],
)
def test_waiting_ends_at_the_limit(
    elapsed: float, limit: float, at_least: float, expected: float | None
) -> None:
    wait = next_wait(0, Highest(), elapsed=elapsed, limit=limit, at_least=at_least)

    assert wait == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("9" * 400, 999_999_999.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:28:30", None),
        ("", None),
        ("-1", None),
        ("²", None),
        ("soon", None),
    ],
)
def test_a_server_may_say_when_to_come_back(text: str, seconds: float | None) -> None:
    assert asked_wait(text, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds
