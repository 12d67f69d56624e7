"""One failed connector: when it is restarted, when not, and when all is forgotten."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.model.health import FailureClass
from reconcile.model.restart import (
    STRIMZI,
    Backoff,
    RestartPolicy,
    RestartRule,
)
from reconcile.watch.pulse import UNKNOWN, Pulse
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


VERIFIED = replace(PLAIN, progress_within=5 * MINUTE)
WAITING = Pulse(left=True)


@pytest.mark.parametrize(
    ("pulse", "minutes", "well", "verdict"),
    [
        pytest.param(Pulse(left=False), 1, True, Ruling.WELL, id="nothing is left over"),
        pytest.param(
            Pulse(left=True, moved_after=NOW + MINUTE), 2, True, Ruling.WELL, id="moved since"
        ),
        pytest.param(
            Pulse(left=True, moved_after=NOW - MINUTE), 2, False, Ruling.WELL, id="moved before"
        ),
        pytest.param(WAITING, 4, False, Ruling.WELL, id="has time to move"),
        pytest.param(WAITING, 5, False, Ruling.DUE, id="had time to move"),
        pytest.param(UNKNOWN, 4, False, Ruling.WELL, id="nobody can tell"),
        pytest.param(UNKNOWN, 5, True, Ruling.WELL, id="nobody can tell, and it has run"),
    ],
)
def test_a_restart_has_helped_once_records_move(pulse, minutes, well, verdict):
    attempts, now = restarted(Attempts(), NOW, 0), NOW + minutes * MINUTE
    seen = Seen(failed=False, pulse=pulse)
    after = observed(VERIFIED, attempts, seen, now)

    assert (after.well is not None) is well
    assert judged(VERIFIED, after, seen, now)[0] is verdict
    assert observed(PLAIN, attempts, seen, now).well == now


def test_a_connector_that_runs_and_never_moves_is_restarted_ever_later_and_given_up():
    stuck = Seen(failed=False, pulse=WAITING)
    attempts, made, rulings = restarted(Attempts(), NOW, 0), [], []
    for minute in range(1, 60):
        now = NOW + minute * MINUTE
        attempts = observed(VERIFIED, attempts, stuck, now)
        rulings.append(judged(VERIFIED, attempts, stuck, now)[0])
        if rulings[-1] is Ruling.DUE:
            made.append(minute)
            attempts = restarted(attempts, now, 0)

    assert made == [5, 10]
    assert rulings[-1] is Ruling.GIVEN_UP
    assert observed(VERIFIED, Attempts(), stuck, NOW) == Attempts()


def test_a_clock_that_went_back_makes_the_wait_longer_and_ends_it():
    attempts = restarted(Attempts(), NOW, 0)
    earlier = NOW - 600 * MINUTE
    attempts = observed(PLAIN, attempts, FAILED, earlier)

    assert judged(PLAIN, attempts, FAILED, earlier) == (Ruling.WAITING, earlier + MINUTE)
