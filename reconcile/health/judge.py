"""Tell what is wrong with a connector, from its reported status and its generated tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reconcile.health.cause import root_cause
from reconcile.model.live import LiveStatus, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a status says: the connector's own state, and the ids of the tasks it worries about.

    `is_adrift` tells that the connector itself, and not its tasks, is reported by a worker that is
    known to be gone. `missing` are tasks that were generated and have no status, `lost` those that are reported by
    a worker that is known to be gone, `running` counts the others that run. `cause` is the root
    cause of the first failure, the connector's before its tasks'.
    """

    state: State | None
    is_adrift: bool = False
    tasks: int = 0
    running: int = 0
    failed: tuple[int, ...] = ()
    unassigned: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    cause: str = ""

    @property
    def has_failed(self) -> bool:
        """Tell whether the connector or one of its tasks failed."""
        return self.state is State.FAILED or bool(self.failed)


def judge(
    status: LiveStatus | None, *, generated: Sequence[int] = (), gone: Collection[str] = ()
) -> Judgement:
    """Return the judgement of a status; `generated` are the ids of the tasks that should be there.

    `gone` are workers that are known to be no more: others report their tasks as they last were.

    No status yet is no failure: workers write the first one after a rebalance. Fewer tasks than
    `tasks.max` is normal; a task that was generated and is not there is not.
    """
    if status is None:
        return Judgement(state=None, missing=tuple(generated))
    ids: dict[State, list[int]] = {}
    for task in status.tasks:
        ids.setdefault(task.state, []).append(task.id)
    running, failed = ids.get(State.RUNNING, ()), ids.get(State.FAILED, ())
    lost = _on(gone, status) if gone else ()
    suspended = status.state in (State.STOPPED, State.PAUSED)
    return Judgement(
        state=status.state,
        is_adrift=status.worker in gone and status.state is State.RUNNING,
        tasks=len(status.tasks),
        running=len(running) - len(lost),
        failed=tuple(failed),
        unassigned=tuple(ids.get(State.UNASSIGNED, ())),
        missing=() if suspended else _missing(status, generated),
        lost=lost,
        cause=first_cause(status) if failed or status.state is State.FAILED else "",
    )


def _on(gone: Collection[str], status: LiveStatus) -> tuple[int, ...]:
    return tuple(
        task.id for task in status.tasks if task.worker in gone and task.state is State.RUNNING
    )


def _missing(status: LiveStatus, generated: Sequence[int]) -> tuple[int, ...]:
    present = {task.id for task in status.tasks}
    return tuple(id_ for id_ in generated if id_ not in present)


def first_cause(status: LiveStatus) -> str:
    """Return the root cause of the first failure in a status, or nothing where none failed.

    A trace can be missing or bare; then the words say that, since a failure is never silent.
    """
    if status.state is State.FAILED:
        return root_cause(status.trace) or "no cause reported"
    for task in status.tasks:
        if task.state is State.FAILED:
            return root_cause(task.trace) or "no cause reported"
    return ""


def summary(judgement: Judgement) -> str:
    """Return a judgement in words: `RUNNING, 1 of 4 tasks failed`."""
    if judgement.state is None:
        return "no status yet"
    total = judgement.tasks + len(judgement.missing)
    parts = ["the connector on a worker that is gone"] if judgement.is_adrift else []
    parts += [
        f"{len(ids)} of {_tasks(total)} {word}"
        for word, ids in (
            ("failed", judgement.failed),
            ("unassigned", judgement.unassigned),
            ("missing", judgement.missing),
            ("on a worker that is gone", judgement.lost),
        )
        if ids
    ]
    return ", ".join([judgement.state.value, *(parts or [_tasks(total)])])


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"
