"""A change has taken effect when what is seen could not come from before it, and stays."""

from collections.abc import Sequence

import pytest

from reconcile.apply.settling import (
    PATIENCE,
    Sight,
    Sign,
    Verdict,
    Watch,
    has_failed,
    look,
    wants_task_configs,
)
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveStatus, LiveTask, State
from tests.unit.apply.world import PAUSED, RUNNING, STOPPED

R, F, U, P, S = State.RUNNING, State.FAILED, State.UNASSIGNED, State.PAUSED, State.STOPPED
TICK = 0.25


def status(connector: State, *tasks: State) -> LiveStatus:
    return LiveStatus(
        state=connector,
        tasks=tuple(LiveTask(id=number, state=state) for number, state in enumerate(tasks)),
    )


UP, DOWN, GAP = status(R, R), status(R, F), status(R, U)


def seconds_until_verdict(
    watch: Watch,
    statuses: Sequence[LiveStatus | None],
    *,
    signed_at: float | None = None,
    generated: int | None = None,
) -> tuple[Verdict, float]:
    """Poll at every tick, the last status for ever; return the verdict and when it came."""
    now = watch.began
    for poll in range(400):
        signed = signed_at is not None and now >= signed_at
        sight = Sight(
            now=now,
            status=statuses[min(poll, len(statuses) - 1)],
            signed=signed,
            generated=generated if signed else None,
        )
        watch, verdict = look(watch, sight)
        if verdict is not Verdict.WAITING:
            return verdict, now - watch.began
        now += TICK
    return Verdict.WAITING, now - watch.began


def watch(goal: TargetState = RUNNING, sign: Sign = Sign.NOT_NEEDED) -> Watch:
    return Watch(goal=goal, began=100.0, sign=sign)


@pytest.mark.parametrize(
    ("statuses", "verdict", "seconds"),
    [
        pytest.param([UP], Verdict.SETTLED, 3.0, id="running from the start"),
        pytest.param([None, None, UP], Verdict.SETTLED, 3.5, id="no status at first"),
        pytest.param([status(R), status(R), UP], Verdict.SETTLED, 3.5, id="tasks come later"),
        pytest.param([UP] * 6 + [GAP] + [UP], Verdict.SETTLED, 4.75, id="a gap starts it anew"),
        pytest.param([status(R)], Verdict.SETTLED, PATIENCE, id="no tasks is legal, and slow"),
        pytest.param([DOWN], Verdict.FAILED, 0.5, id="a failed task"),
        pytest.param([status(F)], Verdict.FAILED, 0.5, id="a failed connector"),
        pytest.param([UP] * 5 + [DOWN], Verdict.FAILED, 1.75, id="fails after it ran"),
        pytest.param([UP, DOWN, UP], Verdict.SETTLED, 3.5, id="one failed poll is forgiven"),
        pytest.param([GAP], Verdict.WAITING, 100.0, id="never assigned"),
        pytest.param([status(R, P)], Verdict.WAITING, 100.0, id="a task that is paused"),
        pytest.param([status(State.UNKNOWN, R)], Verdict.WAITING, 100.0, id="unknown state"),
    ],
)
def test_a_connector_without_a_past_settles(
    statuses: list[LiveStatus | None], verdict: Verdict, seconds: float
) -> None:
    assert seconds_until_verdict(watch(), statuses) == (verdict, seconds)


@pytest.mark.parametrize(
    ("statuses", "verdict", "seconds"),
    [
        pytest.param([None, UP], Verdict.SETTLED, 3.25, id="as usual"),
        pytest.param([UP], Verdict.SETTLED, 3.0, id="runs at once"),
        pytest.param([None, DOWN], Verdict.FAILED, 0.75, id="fails"),
        pytest.param([DOWN] * 12 + [UP], Verdict.SETTLED, 6.0, id="its namesake had failed"),
        pytest.param([DOWN] * 12 + [None, UP], Verdict.SETTLED, 6.25, id="namesake, then nothing"),
        pytest.param([DOWN], Verdict.FAILED, PATIENCE + 0.5, id="fails before the first look"),
    ],
)
def test_a_new_connector_is_not_blamed_for_a_deleted_namesake(
    statuses: list[LiveStatus | None], verdict: Verdict, seconds: float
) -> None:
    assert seconds_until_verdict(watch(sign=Sign.RECOVERY), statuses) == (verdict, seconds)


@pytest.mark.parametrize(
    ("statuses", "signed_at", "verdict", "seconds"),
    [
        pytest.param([UP], 100.5, Verdict.SETTLED, 3.75, id="counts from after the sign"),
        pytest.param([UP], None, Verdict.SETTLED, PATIENCE + 3.0, id="no sign: time helps"),
        pytest.param([DOWN] * 8 + [UP], 101.75, Verdict.SETTLED, 5.0, id="an old failure heals"),
        pytest.param([DOWN], 100.5, Verdict.FAILED, 1.25, id="a failure after the sign"),
        pytest.param([DOWN], None, Verdict.FAILED, PATIENCE + 0.5, id="a failure without a sign"),
        pytest.param(
            [DOWN] * 3 + [UP], 100.5, Verdict.SETTLED, 3.75, id="the sign comes before the status"
        ),
    ],
)
def test_an_update_settles_by_its_sign(
    statuses: list[LiveStatus | None], signed_at: float | None, verdict: Verdict, seconds: float
) -> None:
    watched = watch(sign=Sign.TASK_CONFIGS)
    assert seconds_until_verdict(watched, statuses, signed_at=signed_at) == (verdict, seconds)


def test_an_update_waits_for_every_generated_task() -> None:
    watched = watch(sign=Sign.TASK_CONFIGS)
    few, all_of_them = status(R, R), status(R, R, R)
    found = seconds_until_verdict(watched, [few] * 8 + [all_of_them], signed_at=100.0, generated=2)
    assert found == (Verdict.SETTLED, 5.0)


@pytest.mark.parametrize(
    ("goal", "statuses", "verdict", "seconds"),
    [
        (PAUSED, [UP, UP, status(P, R), status(P, P)], Verdict.SETTLED, 0.75),
        (PAUSED, [status(P, F)], Verdict.SETTLED, 0.0),
        (PAUSED, [status(S)], Verdict.WAITING, 100.0),
        (PAUSED, [status(F, R)], Verdict.FAILED, PATIENCE + 0.5),
        (STOPPED, [UP, status(S, R), status(S, U)], Verdict.SETTLED, 0.5),
        (STOPPED, [status(S)], Verdict.SETTLED, 0.0),
        (STOPPED, [DOWN, status(S)], Verdict.SETTLED, 0.25),
        (STOPPED, [status(F)] * 20 + [status(S)], Verdict.SETTLED, 5.0),
    ],
)
def test_suspended_goals_settle_by_the_state_alone(
    goal: TargetState, statuses: list[LiveStatus | None], verdict: Verdict, seconds: float
) -> None:
    watched = watch(goal, Sign.TIME)
    assert seconds_until_verdict(watched, statuses) == (verdict, seconds)


@pytest.mark.parametrize(
    ("statuses", "verdict", "seconds"),
    [
        pytest.param([DOWN] * 4 + [UP], Verdict.SETTLED, 4.0, id="recovers"),
        pytest.param([DOWN], Verdict.FAILED, PATIENCE + 0.5, id="never recovers"),
        pytest.param([DOWN, GAP, UP, UP, DOWN], Verdict.FAILED, 1.5, id="fails again"),
    ],
)
def test_a_restart_forgives_the_failure_it_is_meant_for(
    statuses: list[LiveStatus | None], verdict: Verdict, seconds: float
) -> None:
    watched = watch(sign=Sign.RECOVERY)
    assert seconds_until_verdict(watched, statuses) == (verdict, seconds)


@pytest.mark.parametrize(
    ("watched", "seen", "now", "wanted"),
    [
        (watch(), UP, 100.0, False),
        (watch(sign=Sign.TIME), UP, 100.0, False),
        (watch(sign=Sign.TASK_CONFIGS), UP, 100.0, True),
        (watch(sign=Sign.TASK_CONFIGS), None, 109.0, True),
        (watch(sign=Sign.TASK_CONFIGS), UP, 110.0, False),
    ],
)
def test_task_configs_are_read_while_they_can_tell_something(
    watched: Watch, seen: LiveStatus | None, now: float, *, wanted: bool
) -> None:
    assert wants_task_configs(watched, seen, now) is wanted


def test_task_configs_are_read_again_while_tasks_are_missing() -> None:
    signed, _ = look(
        watch(sign=Sign.TASK_CONFIGS), Sight(now=100.0, status=UP, signed=True, generated=2)
    )
    assert wants_task_configs(signed, UP, 100.25)
    assert wants_task_configs(signed, None, 100.25)
    assert not wants_task_configs(signed, status(R, R, R), 100.25)


@pytest.mark.parametrize(
    ("seen", "goal", "failed"),
    [
        (UP, RUNNING, False),
        (DOWN, RUNNING, True),
        (status(F, R), RUNNING, True),
        (DOWN, STOPPED, False),
        (status(F), STOPPED, True),
    ],
)
def test_failed_tasks_matter_to_running_connectors(
    seen: LiveStatus, goal: TargetState, *, failed: bool
) -> None:
    assert has_failed(seen, goal) is failed
