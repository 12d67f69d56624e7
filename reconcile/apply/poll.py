"""Poll the statuses of many connectors with one read each time, until each is where it should be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from reconcile.apply.context import Context
from reconcile.apply.events import Waiting
from reconcile.apply.flight import Flight
from reconcile.apply.readback import Amiss
from reconcile.apply.settling import PATIENCE, Sight, Verdict, Watch, look, wants_task_configs
from reconcile.connect.reads import get_task_configs, list_statuses
from reconcile.errors import ClusterError
from reconcile.health.judge import judge, summary
from reconcile.model.config import Config
from reconcile.model.live import LiveStatus

_BRISK_POLLS: Final = 20
_BRISK_INTERVAL: Final = 0.25
_INTERVAL: Final = 0.5
_OVERTAKEN_POLLS: Final = 4


class End(StrEnum):
    """How the wait for one connector ended; OVERTAKEN: somebody else's settings are there to stay."""

    SETTLED = "settled"
    FAILED = "failed"
    OVERTAKEN = "overtaken"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a wait, the last status seen, and the reason in words where it was not reached."""

    end: End
    status: LiveStatus | None = None
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Awaited:
    """One connector that is waited for, and what was last seen of it.

    `theirs` are the settings of somebody else that so many polls in a row (`overtaken`) read back.
    """

    flight: Flight
    watch: Watch
    status: LiveStatus | None = None
    last: str = "no status yet"
    theirs: Config | None = None
    overtaken: int = 0


Confirm = Callable[[Sequence[Flight], int], Mapping[str, Amiss]]
"""Takes changes that look settled and the cluster's size; returns what is amiss, by name."""


def poll_until(
    awaited: Mapping[str, Awaited], context: Context, *, budget: float, confirm: Confirm
) -> Iterator[tuple[str, Ending]]:
    """Wait for every connector to settle or fail, `budget` seconds each.

    Yields each name with its ending as soon as it has come. `confirm` has the last word about
    those that look settled. An unreadable cluster is waited for like everything else.
    """
    pending = dict(awaited)
    polls = 0
    while pending:
        if context.interrupt.requested:
            yield from _endings(End.INTERRUPTED, pending).items()
            return
        pending, done = _poll(pending, context, confirm)
        yield from done.items()
        now = context.clock.monotonic()
        late = {name: one for name, one in pending.items() if now - one.watch.began >= budget}
        yield from _endings(End.TIMED_OUT, late).items()
        pending = {name: one for name, one in pending.items() if name not in late}
        if pending:
            reasons = tuple((name, one.last) for name, one in pending.items())
            context.notify(Waiting(reasons=reasons))
            polls += 1
            context.clock.sleep(_BRISK_INTERVAL if polls < _BRISK_POLLS else _INTERVAL)


def _poll(
    pending: Mapping[str, Awaited], context: Context, confirm: Confirm
) -> tuple[dict[str, Awaited], dict[str, Ending]]:
    """Look once at all of them; return those still awaited, and the ends of the others."""
    try:
        statuses = list_statuses(context.connection)
    except ClusterError as error:
        return {name: replace(one, last=str(error)) for name, one in pending.items()}, {}
    now = context.clock.monotonic()
    before = [replace(one, status=statuses.get(name)) for name, one in pending.items()]
    sights = context.pool.map(lambda one: _sight(one, now, context), before)
    seen = [_look(one, sight) for one, sight in zip(before, sights, strict=True)]
    settled = [one.flight for one, verdict in seen if verdict is Verdict.SETTLED]
    amiss = confirm(settled, len(statuses)) if settled else {}
    left: dict[str, Awaited] = {}
    ends: dict[str, Ending] = {}
    for one, verdict in seen:
        name = one.flight.name
        if name in amiss:
            left[name] = _noted(one, amiss[name])
            if _is_overtaken(left[name], now):
                del left[name]
                ends[name] = Ending(end=End.OVERTAKEN, status=one.status, last=amiss[name].reason)
        elif verdict is Verdict.WAITING:
            left[name] = replace(one, theirs=None, overtaken=0)
        else:
            end = End.SETTLED if verdict is Verdict.SETTLED else End.FAILED
            ends[name] = Ending(end=end, status=one.status, last=one.last)
    return left, ends


def _noted(one: Awaited, found: Amiss) -> Awaited:
    """Note what is amiss; the same settings of somebody else as before count one more poll."""
    again = found.theirs is not None and found.theirs == one.theirs
    overtaken = one.overtaken + 1 if again else int(found.theirs is not None)
    return replace(one, last=found.reason, theirs=found.theirs, overtaken=overtaken)


def _is_overtaken(one: Awaited, now: float) -> bool:
    """Tell whether settings of somebody else are there to stay, not read by a worker that lags."""
    return one.overtaken >= _OVERTAKEN_POLLS and now - one.watch.began >= PATIENCE


def _look(one: Awaited, sight: Sight) -> tuple[Awaited, Verdict]:
    watch, verdict = look(one.watch, sight)
    judgement = judge(sight.status, generated=range(watch.generated or 0))
    return replace(one, watch=watch, last=summary(judgement)), verdict


def _sight(one: Awaited, now: float, context: Context) -> Sight:
    """Return what is seen now; the task configs are read after the status, so they are newer."""
    telltale, status = one.flight.telltale, one.status
    if telltale is None or not wants_task_configs(one.watch, status, now):
        return Sight(now=now, status=status)
    try:
        configs = get_task_configs(context.connection, one.flight.name)
    except ClusterError:
        configs = None
    if configs is None:
        return Sight(now=now, status=status)
    signed = telltale.shows_in(configs)
    return Sight(now=now, status=status, signed=signed, generated=len(configs))


def _endings(end: End, awaited: Mapping[str, Awaited]) -> dict[str, Ending]:
    return {
        name: Ending(end=end, status=one.status, last=one.last) for name, one in awaited.items()
    }
