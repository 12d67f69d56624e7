"""A status is judged by its connector and all of its tasks."""

import pytest

from reconcile.health.judge import Judgement, first_cause, judge, summary
from reconcile.model.live import LiveStatus, LiveTask, State


def tasks(*states: State) -> tuple[LiveTask, ...]:
    return tuple(
        LiveTask(id=number, state=state, trace=f"a.b.TaskException: task {number}")
        for number, state in enumerate(states)
    )


@pytest.mark.parametrize(
    ("status", "generated", "words"),
    [
        (None, (), "no status yet"),
        (None, (0,), "no status yet"),
        (LiveStatus(state=State.RUNNING), (), "RUNNING, 0 tasks"),
        (LiveStatus(state=State.RUNNING, tasks=tasks(State.RUNNING)), (0,), "RUNNING, 1 task"),
        (
            LiveStatus(state=State.RUNNING, tasks=tasks(State.RUNNING, State.FAILED)),
            (0, 1),
            "RUNNING, 1 of 2 tasks failed",
        ),
        (
            LiveStatus(state=State.RUNNING, tasks=tasks(State.UNASSIGNED, State.FAILED)),
            (0, 1, 2),
            "RUNNING, 1 of 3 tasks failed, 1 of 3 tasks unassigned, 1 of 3 tasks missing",
        ),
        (LiveStatus(state=State.FAILED, trace="a.b.C: x"), (), "FAILED, 0 tasks"),
        (LiveStatus(state=State.STOPPED), (0, 1), "STOPPED, 0 tasks"),
        (LiveStatus(state=State.PAUSED), (0,), "PAUSED, 0 tasks"),
    ],
)
def test_a_judgement_reads_as_words(
    status: LiveStatus | None, generated: tuple[int, ...], words: str
) -> None:
    assert summary(judge(status, generated=generated)) == words


def test_a_judgement_names_the_tasks_it_worries_about() -> None:
    status = LiveStatus(
        state=State.RUNNING, tasks=tasks(State.FAILED, State.UNASSIGNED, State.RUNNING)
    )
    assert judge(status, generated=(0, 1, 2, 3)) == Judgement(
        state=State.RUNNING,
        tasks=3,
        running=1,
        failed=(0,),
        unassigned=(1,),
        missing=(3,),
        cause="TaskException: task 0",
    )


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        (None, False),
        (LiveStatus(state=State.RUNNING, tasks=tasks(State.RUNNING)), False),
        (LiveStatus(state=State.RUNNING, tasks=tasks(State.FAILED)), True),
        (LiveStatus(state=State.FAILED, tasks=tasks(State.RUNNING)), True),
    ],
)
def test_a_connector_has_failed_when_it_or_a_task_has(
    status: LiveStatus | None, *, failed: bool
) -> None:
    assert judge(status).has_failed is failed


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (LiveStatus(state=State.RUNNING), ""),
        (LiveStatus(state=State.FAILED, trace="a.b.C: own", tasks=tasks(State.FAILED)), "C: own"),
        (LiveStatus(state=State.FAILED), "no cause reported"),
        (
            LiveStatus(state=State.RUNNING, tasks=(LiveTask(id=0, state=State.FAILED),)),
            "no cause reported",
        ),
        (
            LiveStatus(state=State.RUNNING, tasks=tasks(State.RUNNING, State.FAILED)),
            "TaskException: task 1",
        ),
    ],
)
def test_the_first_cause_is_the_connectors_before_its_tasks(status: LiveStatus, cause: str) -> None:
    assert first_cause(status) == cause
