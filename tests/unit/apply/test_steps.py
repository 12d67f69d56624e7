"""Every change has one way of being carried out."""

import pytest

from reconcile.apply.steps import Step, steps_of
from reconcile.model.desired import TargetState
from reconcile.model.plan import EffectKind
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    create,
    delete,
    restart,
    set_state,
    update,
)

OLD, NEW = {"a": "1"}, {"a": "2"}
THROUGH_STOPPED = (Step.STOP, Step.AWAIT_STOPPED, Step.PUT_CONFIG, Step.RESUME)


@pytest.mark.parametrize(
    ("state", "release", "steps"),
    [
        (None, (4, 3), (Step.CREATE,)),
        (RUNNING, (4, 3), (Step.CREATE,)),
        (PAUSED, (3, 7), (Step.CREATE_PAUSED,)),
        (STOPPED, (4, 3), (Step.CREATE_STOPPED,)),
        (PAUSED, (3, 6), (Step.CREATE, Step.PAUSE)),
        (STOPPED, (3, 6), (Step.CREATE, Step.STOP)),
        (STOPPED, (0, 0), (Step.CREATE, Step.STOP)),
    ],
)
def test_a_connector_is_created_in_its_state_where_connect_can(
    state: TargetState | None, release: tuple[int, int], steps: tuple[Step, ...]
) -> None:
    assert steps_of(create("a", NEW, state), now=RUNNING, release=release) == steps


@pytest.mark.parametrize(
    ("now", "target", "steps"),
    [
        (RUNNING, None, (Step.PUT_CONFIG,)),
        (PAUSED, None, (Step.PUT_CONFIG,)),
        (STOPPED, None, (Step.PUT_CONFIG,)),
        (RUNNING, RUNNING, (Step.PUT_CONFIG,)),
        (RUNNING, PAUSED, (Step.PAUSE, Step.PUT_CONFIG)),
        (RUNNING, STOPPED, (Step.STOP, Step.PUT_CONFIG)),
        (PAUSED, STOPPED, (Step.STOP, Step.PUT_CONFIG)),
        (PAUSED, RUNNING, THROUGH_STOPPED),
        (STOPPED, RUNNING, (Step.PUT_CONFIG, Step.RESUME)),
        (STOPPED, PAUSED, (Step.PUT_CONFIG, Step.PAUSE)),
    ],
)
def test_settings_and_state_change_in_the_order_that_runs_neither_unasked(
    now: TargetState, target: TargetState | None, steps: tuple[Step, ...]
) -> None:
    planned = update("a", OLD, NEW, (now, target) if target else None)
    assert steps_of(planned, now=now, release=(4, 3)) == steps


@pytest.mark.parametrize(
    ("now", "target", "steps"),
    [
        (RUNNING, None, (Step.PUT_CONFIG, Step.RESTART)),
        (PAUSED, None, (Step.PUT_CONFIG, Step.RESTART)),
        (RUNNING, PAUSED, (Step.PAUSE, Step.PUT_CONFIG, Step.RESTART)),
        (STOPPED, None, (Step.PUT_CONFIG,)),
        (STOPPED, RUNNING, (Step.PUT_CONFIG, Step.RESUME)),
        (PAUSED, RUNNING, THROUGH_STOPPED),
        (RUNNING, STOPPED, (Step.STOP, Step.PUT_CONFIG)),
    ],
)
def test_tasks_that_would_not_notice_are_restarted_unless_they_start_anew(
    now: TargetState, target: TargetState | None, steps: tuple[Step, ...]
) -> None:
    state = (now, target) if target else None
    planned = update("a", OLD, NEW, state, EffectKind.RESTART_NEEDED)
    assert steps_of(planned, now=now, release=(3, 8)) == steps


def test_settings_that_are_live_already_are_not_written_again() -> None:
    planned = update("a", OLD, NEW, (PAUSED, RUNNING))
    steps = steps_of(planned, now=STOPPED, release=(4, 3), config_written=True)
    assert steps == (Step.RESUME,)


@pytest.mark.parametrize(
    ("target", "step"), [(RUNNING, Step.RESUME), (PAUSED, Step.PAUSE), (STOPPED, Step.STOP)]
)
def test_a_state_is_set_by_one_write(target: TargetState, step: Step) -> None:
    assert steps_of(set_state("a", RUNNING, target), now=RUNNING, release=(4, 3)) == (step,)


def test_a_restart_is_one_write() -> None:
    assert steps_of(restart("a"), now=RUNNING, release=(4, 3)) == (Step.RESTART,)
    only_failed = restart("a", only_failed=True)
    assert steps_of(only_failed, now=RUNNING, release=(4, 3)) == (Step.RESTART_FAILED,)


@pytest.mark.parametrize(
    ("now", "release", "steps"),
    [
        (RUNNING, (4, 3), (Step.STOP, Step.AWAIT_STOPPED, Step.KEEP_OFFSETS, Step.DELETE)),
        (PAUSED, (3, 5), (Step.STOP, Step.AWAIT_STOPPED, Step.KEEP_OFFSETS, Step.DELETE)),
        (STOPPED, (4, 3), (Step.AWAIT_STOPPED, Step.KEEP_OFFSETS, Step.DELETE)),
        (RUNNING, (3, 4), (Step.KEEP_OFFSETS, Step.DELETE)),
        (RUNNING, (0, 0), (Step.KEEP_OFFSETS, Step.DELETE)),
    ],
)
def test_a_connector_is_stopped_before_it_is_deleted_where_connect_can(
    now: TargetState, release: tuple[int, int], steps: tuple[Step, ...]
) -> None:
    assert steps_of(delete("a"), now=now, release=release) == steps
