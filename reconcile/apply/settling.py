"""Judge, poll by poll, whether a change to a connector has taken effect; pure.

The status of a connector carries no generation: after an update it goes on telling of the old run,
for up to a second or longer. That the new one is on shows in the configs given to its tasks.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from reconcile.model.desired import TargetState
from reconcile.model.live import LiveStatus, State

PATIENCE: Final = 10.0  # a task stops in 5 s at the latest, and members hear of it within 3 s
_CALM_POLLS: Final = 4
_CALM_SECONDS: Final = 3.0
_FAILED_POLLS: Final = 3


class Sign(StrEnum):
    """What tells that a status no longer speaks of the run before the change.

    NOT_NEEDED: there was none. TASK_CONFIGS: the tasks were given the new settings. RECOVERY: no
    failure, or no status; a new connector has that of a deleted namesake for seconds. TIME: only
    waiting helps. Without its sign a status is believed after `PATIENCE` seconds.
    """

    NOT_NEEDED = "not-needed"
    TASK_CONFIGS = "task-configs"
    RECOVERY = "recovery"
    TIME = "time"


class Verdict(StrEnum):
    """What one more poll has shown."""

    WAITING = "waiting"
    SETTLED = "settled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one poll saw of a connector at clock reading `now`.

    The task configs were read after the status: `signed` tells whether they are the new ones, and
    `generated` how many there are.
    """

    now: float
    status: LiveStatus | None
    signed: bool = False
    generated: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is awaited of a connector since clock reading `began`, and what was seen so far."""

    goal: TargetState
    began: float
    sign: Sign = Sign.NOT_NEEDED
    signed: bool = False
    generated: int | None = None
    tasks: tuple[int, ...] = ()
    polls: int = 0
    since: float = 0.0
    failures: int = 0


def look(watch: Watch, sight: Sight) -> tuple[Watch, Verdict]:
    """Return what is known after one more poll, and what it means."""
    recovered = _has_recovered(watch, sight.status)
    signed = watch.signed or sight.signed or recovered
    # The task configs were read after the status: their sign speaks for the next one.
    believed = recovered or _is_believed(watch, sight.now)
    noted = replace(watch, signed=signed)
    if signed and sight.generated is not None:
        noted = replace(noted, generated=sight.generated)
    if sight.status is not None and believed and has_failed(sight.status, watch.goal):
        failed = replace(noted, failures=watch.failures + 1, polls=0)
        return failed, Verdict.FAILED if failed.failures >= _FAILED_POLLS else Verdict.WAITING
    noted = replace(noted, failures=0)
    if sight.status is None or not _is_at_goal(sight.status, noted):
        return replace(noted, polls=0), Verdict.WAITING
    if watch.goal is not TargetState.RUNNING:
        return noted, Verdict.SETTLED
    if not believed:
        return replace(noted, polls=0), Verdict.WAITING
    steady = _count(noted, sight.status, sight.now)
    return steady, Verdict.SETTLED if _is_calm(steady, sight.now) else Verdict.WAITING


def wants_task_configs(watch: Watch, status: LiveStatus | None, now: float) -> bool:
    """Tell whether the next poll should read the configs given to the tasks."""
    if watch.sign is not Sign.TASK_CONFIGS:
        return False
    if not watch.signed:
        return now - watch.began < PATIENCE
    return status is None or len(status.tasks) != watch.generated


def has_failed(status: LiveStatus, goal: TargetState) -> bool:
    """Tell whether a status keeps a connector from its goal for good.

    Failed tasks matter to a running connector alone: suspended ones do not start again.
    """
    if status.state is State.FAILED:
        return True
    failed = any(task.state is State.FAILED for task in status.tasks)
    return failed and goal is TargetState.RUNNING


def _is_believed(watch: Watch, now: float) -> bool:
    if watch.signed or watch.sign is Sign.NOT_NEEDED:
        return True
    return now - watch.began >= PATIENCE


def _has_recovered(watch: Watch, status: LiveStatus | None) -> bool:
    if watch.sign is not Sign.RECOVERY:
        return False
    return status is None or not has_failed(status, TargetState.RUNNING)


def _is_at_goal(status: LiveStatus, watch: Watch) -> bool:
    running = [task for task in status.tasks if task.state is State.RUNNING]
    match watch.goal:
        case TargetState.PAUSED:
            return status.state is State.PAUSED and not running
        case TargetState.STOPPED:
            return status.state is State.STOPPED and not running
        case TargetState.RUNNING:
            complete = watch.generated is None or watch.generated == len(status.tasks)
            return status.state is State.RUNNING and len(running) == len(status.tasks) and complete


def _count(watch: Watch, status: LiveStatus, now: float) -> Watch:
    """Count one more poll in a row at the goal; other tasks than before start the count anew."""
    tasks = tuple(task.id for task in status.tasks)
    if watch.polls and watch.tasks == tasks:
        return replace(watch, polls=watch.polls + 1)
    return replace(watch, polls=1, since=now, tasks=tasks)


def _is_calm(watch: Watch, now: float) -> bool:
    """Tell whether the goal was held long enough.

    A connector without tasks is legal, and how every connector looks for a moment after it
    started: it takes `PATIENCE` to tell.
    """
    if not watch.tasks and now - watch.began < PATIENCE:
        return False
    return watch.polls >= _CALM_POLLS and now - watch.since >= _CALM_SECONDS
