"""One failed connector: when it is restarted, when not, and when all is forgotten."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.model.health import FailureClass
from reconcile.model.restart import (
    STRIMZI,
    Backoff,
    RestartPolicy,
    RestartRule,
)
from reconcile.watch.restarts import Attempts, Ruling, Seen, judged, observed, restarted

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
FAILED = Seen(failed=True, failure=FailureClass.NETWORK)
WELL = Seen(failed=False)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PLAIN = RestartPolicy(enabled=True, backoff=Backoff(jitter=0), attempts=3)


def gaps(policy: RestartPolicy, count: int, chance: float = 0.0) -> list[float]:
    """Return the minutes between the restarts of a connector that fails for ever."""
    attempts, now, before = Attempts(), NOW, NOW
    found: list[float] = []
    while len(found) < count:
        attempts = observed(policy, attempts, FAILED, now)
        verdict, due = judged(policy, attempts, FAILED, now)
        if verdict is Ruling.DUE:
            found.append((now - before) / MINUTE)
            before, attempts = now, restarted(attempts, now, chance)
        else:
            assert due is not None
            now = due
    return found


def test_the_preset_has_the_numbers_that_strimzi_publishes():
    policy = RestartPolicy(
        enabled=True,
        backoff=STRIMZI.backoff,
        attempts=STRIMZI.attempts,
        reset_after=STRIMZI.reset_after,
    )

    assert gaps(policy, 10) == [0, 2, 6, 12, 20, 30, 42, 56, 60, 60]


@pytest.mark.parametrize(
    ("backoff", "chance", "minutes"),
    [
        (Backoff(jitter=0), 0, [0.5, 1, 2, 4, 8, 16, 30, 30]),
        (Backoff(jitter=0.5), 1, [0.5, 1.5, 3, 6, 12, 24, 45, 45]),
        (Backoff(initial=MINUTE, factor=1, jitter=0), 0, [1] * 8),
        (Backoff(initial=MINUTE, factor=1e300, maximum=2 * MINUTE, jitter=0), 0, [1] + [2] * 7),
    ],
)
def test_delays_grow_up_to_the_longest(backoff, chance, minutes):
    assert gaps(RestartPolicy(enabled=True, backoff=backoff, attempts=None), 8, chance) == minutes


def test_a_policy_gives_up_after_its_attempts():
    spent = Attempts(count=3, last=NOW, failing=NOW)

    assert judged(PLAIN, spent, FAILED, NOW + 60 * MINUTE) == (Ruling.GIVEN_UP, None)
    assert judged(PLAIN, Attempts(), WELL, NOW) == (Ruling.WELL, None)
    assert judged(RestartPolicy(), spent, FAILED, NOW) == (Ruling.OFF, None)


@pytest.mark.parametrize(
    ("rules", "helps", "verdict"),
    [
        ((), True, Ruling.WAITING),
        ((), False, Ruling.HOPELESS),
        ((RestartRule(retry=True, failures=frozenset({FailureClass.NETWORK})),), False, "waiting"),
        ((RestartRule(retry=False, match=re.compile("refused")),), True, Ruling.HOPELESS),
        ((RestartRule(retry=False, match=re.compile("denied")),), True, Ruling.WAITING),
        (
            (
                RestartRule(
                    retry=False,
                    failures=frozenset({FailureClass.UNKNOWN}),
                    match=re.compile("refused"),
                ),
                RestartRule(retry=True, match=re.compile("refused")),
            ),
            False,
            Ruling.WAITING,
        ),
    ],
)
def test_the_first_rule_that_covers_a_failure_decides(rules, helps, verdict):
    policy = RestartPolicy(enabled=True, rules=rules)
    seen = Seen(failed=True, failure=FailureClass.NETWORK, cause="Connection refused", helps=helps)

    assert judged(policy, Attempts(failing=NOW), seen, NOW)[0] == verdict


def test_attempts_are_forgotten_once_it_has_been_well_for_long_enough():
    attempts = restarted(Attempts(), NOW, 0)
    for minute in range(1, 21):
        attempts = observed(PLAIN, attempts, WELL, NOW + minute * MINUTE)
        assert attempts.count == 1
    assert observed(PLAIN, attempts, WELL, NOW + 21 * MINUTE) == Attempts()


def test_a_failure_in_between_begins_the_wait_again():
    attempts = observed(PLAIN, restarted(Attempts(), NOW, 0), WELL, NOW + MINUTE)
    attempts = observed(PLAIN, attempts, FAILED, NOW + 2 * MINUTE)
    attempts = observed(PLAIN, attempts, WELL, NOW + 3 * MINUTE)

    assert observed(PLAIN, attempts, WELL, NOW + 22 * MINUTE).count == 1
    assert observed(PLAIN, attempts, WELL, NOW + 23 * MINUTE).count == 0


def test_strimzi_forgets_once_the_next_delay_is_over():
    attempts = restarted(restarted(Attempts(), NOW, 0), NOW, 0)

    assert observed(STRIMZI, attempts, WELL, NOW + 6 * MINUTE).count == 2
    assert observed(STRIMZI, attempts, WELL, NOW + 6 * MINUTE + SECOND).count == 0


def test_running_without_moving_a_record_is_no_recovery():
    stuck = Seen(failed=False, moves=False)
    attempts = restarted(Attempts(), NOW, 0)
    for minute in range(1, 60):
        attempts = observed(PLAIN, attempts, stuck, NOW + minute * MINUTE)
    assert attempts.count == 1
    assert attempts.well is None
    assert observed(PLAIN, Attempts(), stuck, NOW) == Attempts()


def test_a_clock_that_went_back_makes_the_wait_longer_and_ends_it():
    attempts = restarted(Attempts(), NOW, 0)
    earlier = NOW - 600 * MINUTE
    attempts = observed(PLAIN, attempts, FAILED, earlier)

    assert judged(PLAIN, attempts, FAILED, earlier) == (Ruling.WAITING, earlier + MINUTE)
