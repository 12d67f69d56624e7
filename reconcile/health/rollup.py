"""Tell how well a connector is, by what is seen now and what was seen before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconcile.health.judge import Judgement, judge, summary
from reconcile.model.desired import TargetState
from reconcile.model.health import Condition, Health, Verdict
from reconcile.model.live import LiveStatus, State

_TARGETS: Final = {State.PAUSED: TargetState.PAUSED, State.STOPPED: TargetState.STOPPED}
_PLAIN: Final = {Condition.WELL: Health.HEALTHY, Condition.STALLED: Health.STALLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How long something may last before it counts against a connector.

    `settle` is for tasks that are not there yet: Connect itself waits for up to
    `scheduled.rebalance.max.delay.ms`, 5 minutes by default, before it gives the tasks of a worker
    that left to others. `stall` is for records that wait and do not move.
    """

    settle: timedelta = timedelta(minutes=5)
    stall: timedelta = timedelta(minutes=5)


_GRACE: Final = Grace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """When records or offsets moved last, and whether more are waiting."""

    moved_at: datetime
    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known of one connector at one moment.

    `generated` counts the tasks that were generated, `desired` is the state that git declares,
    `gone` are workers that are no more, and `absent` topics that it is to read and that are not
    there. `from_memory` tells that workers have lost their brokers
    and answer with what they last knew. What is not known is None or empty.
    """

    status: LiveStatus | None
    generated: int = 0
    desired: TargetState | None = None
    progress: Progress | None = None
    gone: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()
    from_memory: bool = False


def health_of(
    previous: Verdict | None, sight: Sight, now: datetime, grace: Grace | None = None
) -> Verdict:
    """Return how well a connector is, by what is seen now and since when that has lasted.

    `previous` is what was returned the last time, None the first time: then nothing has lasted
    yet. A failure has no grace; tasks that are still to come have.
    """
    grace = grace or _GRACE
    found = judge(sight.status, generated=range(sight.generated), gone=sight.gone)
    condition = _condition(found, sight, now, grace)
    lasting = previous is not None and previous.condition is condition and previous.since <= now
    since = previous.since if previous is not None and lasting else now
    return Verdict(
        health=_health(condition, found, sight, is_over=now - since >= grace.settle),
        condition=condition,
        since=since,
        reason=_reason(condition, found, sight),
        cause=found.cause,
    )


def is_lost(sight: Sight) -> bool:
    """Tell whether a connector, or a task of it, is reported as running by a worker that is gone."""
    found = judge(sight.status, gone=sight.gone)
    return found.is_adrift or bool(found.lost)


def _condition(found: Judgement, sight: Sight, now: datetime, grace: Grace) -> Condition:
    if sight.from_memory or found.state is State.UNKNOWN:
        return Condition.UNREAD
    if found.has_failed:
        return Condition.FAILED
    if found.state in _TARGETS:
        return Condition.HALTED
    if found.state is not State.RUNNING or not _is_complete(found) or sight.absent:
        return Condition.UNSETTLED
    if _has_stalled(sight.progress, now, grace):
        return Condition.STALLED
    return Condition.WELL


def _health(condition: Condition, found: Judgement, sight: Sight, *, is_over: bool) -> Health:
    match condition:
        case Condition.HALTED:
            return Health.HEALTHY if _is_meant(found, sight) else Health.SUSPENDED
        case Condition.UNSETTLED if not is_over:
            return Health.PROGRESSING
        case Condition.UNSETTLED | Condition.FAILED if found.state is not None:
            return _trouble(found)
        case _:
            return _PLAIN.get(condition, Health.UNKNOWN)


def _trouble(found: Judgement) -> Health:
    """Return how bad it is: degraded while some of the work is done, and unhealthy otherwise."""
    works = found.state is not State.FAILED and len(found.failed) < found.tasks
    halted = found.state in _TARGETS
    return Health.DEGRADED if works and (found.running or halted) else Health.UNHEALTHY


def _is_complete(found: Judgement) -> bool:
    return 0 < found.tasks == found.running and not (found.missing or found.is_adrift)


def _is_meant(found: Judgement, sight: Sight) -> bool:
    return found.state is not None and _TARGETS.get(found.state) is sight.desired


def _has_stalled(progress: Progress | None, now: datetime, grace: Grace) -> bool:
    return progress is not None and progress.waiting and now - progress.moved_at >= grace.stall


def _reason(condition: Condition, found: Judgement, sight: Sight) -> str:
    words = summary(found)
    match condition:
        case Condition.UNREAD if sight.from_memory:
            return f"workers answer from memory: {words}"
        case Condition.UNSETTLED if sight.absent:
            return f"{words}, and {_topics(sight.absent)} not there"
        case Condition.STALLED:
            return f"{words}, and records wait that do not move"
        case Condition.HALTED if _is_meant(found, sight):
            return f"{words}, as declared"
        case _:
            return words


def _topics(names: Sequence[str]) -> str:
    listed = ", ".join(names)
    return f"the topic {listed} is" if len(names) == 1 else f"the topics {listed} are"
