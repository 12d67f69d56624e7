"""Health is judged by what is seen now, and by since when it has been so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.health.rollup import Grace, Progress, Sight, health_of
from reconcile.model.desired import TargetState
from reconcile.model.health import Condition, Health, tallies_by, tally
from reconcile.model.live import LiveStatus, LiveTask, State

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
R, F, U, P = State.RUNNING, State.FAILED, State.UNASSIGNED, State.PAUSED
NONE = None


def seen(state: State | None, *tasks: State, more: int = 0) -> Sight:
    """A connector with tasks on a worker each, and `more` that were generated and are not there."""
    reported = tuple(
        LiveTask(id=number, state=task, worker=f"w{number}", trace="a.b.CException: x")
        for number, task in enumerate(tasks)
    )
    status = LiveStatus(state=state, tasks=reported, trace="a.b.CException: x") if state else None
    return Sight(status=status, generated=len(tasks) + more)


@pytest.mark.parametrize(
    ("sight", "at_first", "after_long"),
    [
        (seen(R, R, R), "healthy", "healthy"),
        (seen(R, R, F), "degraded", "degraded"),
        (seen(R, F, F), "unhealthy", "unhealthy"),
        (seen(R, F, U), "unhealthy", "unhealthy"),
        (seen(F), "unhealthy", "unhealthy"),
        (seen(F, R), "unhealthy", "unhealthy"),
        (seen(P, P), "suspended", "suspended"),
        (seen(P, P, F), "degraded", "degraded"),
        (seen(P, F), "unhealthy", "unhealthy"),
        (seen(State.STOPPED), "suspended", "suspended"),
        (seen(State.STOPPED, more=2), "suspended", "suspended"),
        (seen(NONE), "progressing", "unknown"),
        (seen(NONE, more=1), "progressing", "unknown"),
        (seen(R), "progressing", "unhealthy"),
        (seen(R, more=1), "progressing", "unhealthy"),
        (seen(R, R, more=1), "progressing", "degraded"),
        (seen(R, R, U), "progressing", "degraded"),
        (seen(R, U, U), "progressing", "unhealthy"),
        (seen(R, R, State.RESTARTING), "progressing", "degraded"),
        (seen(R, R, P), "progressing", "degraded"),
        (seen(U, R), "progressing", "degraded"),
        (seen(U, U), "progressing", "unhealthy"),
        (seen(State.RESTARTING), "progressing", "unhealthy"),
        (seen(State.UNKNOWN, R), "unknown", "unknown"),
    ],
)
def test_what_is_still_to_come_has_time_and_a_failure_has_not(
    sight: Sight, at_first: str, after_long: str
) -> None:
    first = health_of(None, sight, NOON)
    soon = health_of(first, sight, NOON + 4 * MINUTE)
    late = health_of(soon, sight, NOON + 5 * MINUTE)

    assert (first.health, soon.health, late.health) == (at_first, at_first, after_long)
    assert late.since == NOON


def test_a_change_of_condition_begins_anew_and_a_change_within_it_does_not() -> None:
    one = health_of(None, seen(R, U), NOON)
    two = health_of(one, seen(State.RESTARTING), NOON + MINUTE)
    three = health_of(two, seen(R, F), NOON + 2 * MINUTE)
    four = health_of(three, seen(R, U), NOON + 3 * MINUTE)

    assert [one.since, two.since, three.since, four.since] == [
        NOON,
        NOON,
        NOON + 2 * MINUTE,
        NOON + 3 * MINUTE,
    ]
    assert four.health is Health.PROGRESSING


def test_a_clock_that_was_set_back_begins_anew() -> None:
    first = health_of(None, seen(R, U), NOON)
    back = health_of(first, seen(R, U), NOON - 60 * MINUTE)

    assert (back.health, back.since) == (Health.PROGRESSING, NOON - 60 * MINUTE)


def test_grace_can_be_given_and_taken() -> None:
    none = Grace(settle=timedelta(0))

    assert health_of(None, seen(R, U), NOON, none).health is Health.UNHEALTHY
    assert health_of(None, seen(NONE), NOON, none).health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("state", "desired", "health", "words"),
    [
        (P, TargetState.PAUSED, "healthy", "PAUSED, 0 tasks, as declared"),
        (State.STOPPED, TargetState.STOPPED, "healthy", "STOPPED, 0 tasks, as declared"),
        (P, TargetState.STOPPED, "suspended", "PAUSED, 0 tasks"),
        (P, TargetState.RUNNING, "suspended", "PAUSED, 0 tasks"),
        (P, None, "suspended", "PAUSED, 0 tasks"),
    ],
)
def test_a_connector_halted_as_declared_is_well(
    state: State, desired: TargetState | None, health: str, words: str
) -> None:
    sight = Sight(status=LiveStatus(state=state), desired=desired)
    verdict = health_of(None, sight, NOON)

    assert (verdict.health, verdict.reason) == (health, words)


@pytest.mark.parametrize(
    ("minutes", "waiting", "health"),
    [
        (0, True, "healthy"),
        (4, True, "healthy"),
        (5, True, "stalled"),
        (500, False, "healthy"),
        (-10, True, "healthy"),
    ],
)
def test_records_that_wait_and_do_not_move_are_a_stall(
    minutes: int, *, waiting: bool, health: str
) -> None:
    well = seen(R, R)
    progress = Progress(moved_at=NOON - minutes * MINUTE, waiting=waiting)
    sight = Sight(status=well.status, generated=1, progress=progress)

    assert health_of(None, sight, NOON).health == health


def test_a_stall_says_so_and_a_failure_goes_before_it() -> None:
    progress = Progress(moved_at=NOON - 9 * MINUTE, waiting=True)
    stalled = Sight(status=seen(R, R).status, generated=1, progress=progress)
    failed = Sight(status=seen(R, R, F).status, generated=2, progress=progress)

    assert health_of(None, stalled, NOON).reason == (
        "RUNNING, 1 task, and records wait that do not move"
    )
    assert health_of(None, failed, NOON).health is Health.DEGRADED


@pytest.mark.parametrize("sight", [seen(R, R), seen(R, F), seen(P), seen(NONE)])
def test_what_workers_say_from_memory_is_not_believed(sight: Sight) -> None:
    remembered = Sight(status=sight.status, generated=sight.generated, from_memory=True)
    verdict = health_of(None, remembered, NOON)

    assert verdict.health is Health.UNKNOWN
    assert verdict.reason.startswith("workers answer from memory: ")


def test_tasks_on_a_worker_that_is_gone_do_not_run() -> None:
    sight = Sight(status=seen(R, R, R).status, generated=2, gone=frozenset({"w1"}))
    first = health_of(None, sight, NOON)

    assert first.reason == "RUNNING, 1 of 2 tasks on a worker that is gone"
    assert first.health is Health.PROGRESSING
    assert health_of(first, sight, NOON + 5 * MINUTE).health is Health.DEGRADED


def test_a_connector_on_a_worker_that_is_gone_is_not_well_while_its_tasks_run() -> None:
    status = replace(seen(R, R).status, worker="w9")
    sight = Sight(status=status, generated=1, gone=frozenset({"w9"}))
    first = health_of(None, sight, NOON)

    assert first.reason == "RUNNING, the connector on a worker that is gone"
    assert first.health is Health.PROGRESSING
    assert health_of(first, sight, NOON + 5 * MINUTE).health is Health.DEGRADED


@pytest.mark.parametrize(
    ("topics", "words"),
    [(("lines",), "the topic lines is"), (("a", "b"), "the topics a, b are")],
)
def test_topics_that_are_not_there_have_time_to_come(topics: tuple[str, ...], words: str) -> None:
    sight = Sight(status=seen(R, R).status, generated=1, absent=topics)
    first = health_of(None, sight, NOON)
    after = health_of(first, sight, NOON + 5 * MINUTE)

    assert (first.health, after.health) == (Health.PROGRESSING, Health.DEGRADED)
    assert first.reason == f"RUNNING, 1 task, and {words} not there"


def test_a_verdict_names_the_root_cause() -> None:
    verdict = health_of(None, seen(R, R, F), NOON)

    assert (verdict.reason, verdict.cause) == ("RUNNING, 1 of 2 tasks failed", "CException: x")
    assert verdict.condition is Condition.FAILED


@pytest.mark.parametrize(
    ("healths", "worst"),
    [
        ([], "healthy"),
        (["healthy", "progressing"], "progressing"),
        (["suspended", "progressing"], "suspended"),
        (["stalled", "suspended"], "stalled"),
        (["stalled", "degraded"], "degraded"),
        (["healthy", "unhealthy", "degraded"], "unhealthy"),
        (["unhealthy", "unknown"], "unknown"),
    ],
)
def test_the_worst_health_is_that_of_the_group(healths: list[str], worst: str) -> None:
    found = tally(map(Health, healths))

    assert found.health == worst
    assert found.total == len(healths)


def test_groups_are_made_by_label_and_what_has_none_is_a_group_too() -> None:
    healths = {"a": Health.HEALTHY, "b": Health.DEGRADED, "c": Health.HEALTHY, "d": Health.UNKNOWN}
    labels = {"a": {"team": "x"}, "b": {"team": "x", "tier": "1"}, "c": {"tier": "1"}}
    found = tallies_by("team", healths, labels)

    assert {value: (group.health, group.total) for value, group in found.items()} == {
        "": (Health.UNKNOWN, 2),
        "x": (Health.DEGRADED, 2),
    }
