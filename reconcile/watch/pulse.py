"""Tell since when a connector moves or does not, from what flows through it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.health.rollup import Progress
from reconcile.model.metrics import ConnectorLag, Flow, Standing

_STUCK: Final = frozenset({Standing.STALLED, Standing.STOPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is known of whether a connector moves; None for what is not.

    After `moved_after` it surely has moved. `left` tells whether records are left over. `stall` is
    for judging its health: known of sinks by the brokers, and of sources whose records are under
    way, for a source that is idle looks like one that is stuck otherwise.
    """

    moved_after: datetime | None = None
    left: bool | None = None
    stall: Progress | None = None

    def moved(self, by: timedelta) -> "Pulse":
        """Return the pulse with its times so much later."""
        stall = self.stall
        if stall is not None:
            stall = replace(stall, moved_at=stall.moved_at + by)
        return replace(self, moved_after=moved(self.moved_after, by), stall=stall)


def moved(moment: datetime | None, by: timedelta) -> datetime | None:
    """Return a time so much later, None as it is."""
    return None if moment is None else moment + by


UNKNOWN: Final = Pulse()
"""The pulse of a connector of which nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When what is known of a flow was read; `span` is what its rates are over.

    `began` is when the first look was over: what is still since then may have been so for longer,
    and nothing has moved yet as far as anybody saw.
    """

    began: datetime
    looked: datetime
    measured: datetime
    span: timedelta = timedelta()


def pulse_of(
    flow: Flow, times: Times, *, source: bool, placed: datetime | None, old: Pulse
) -> Pulse:
    """Return the pulse of a connector; `placed` is after when its offsets have changed."""
    if flow.lag is not None and flow.lag.records is not None:
        return _of_sink(flow.lag, times)
    records, active = flow.throughput.records, flow.throughput.active
    counted = times.measured - times.span if times.span and records else None
    moved = max((moment for moment in (placed, counted) if moment is not None), default=None)
    if not source or active is None:
        return Pulse(moved_after=moved)
    if not active:
        return Pulse(moved_after=moved, stall=Progress(moved_at=times.measured, waiting=False))
    still = records == 0 and old.stall is not None and old.stall.waiting
    since = old.stall.moved_at if old.stall is not None and still else times.measured
    return Pulse(moved_after=moved, left=True, stall=Progress(moved_at=since, waiting=True))


def unseen(pulse: Pulse, old: Pulse, passed: timedelta) -> Pulse:
    """Return a pulse of a round that could not look: the time that it stands for does not count."""
    if pulse.stall is not None or old.stall is None:
        return pulse
    stall = Progress(moved_at=old.stall.moved_at + passed, waiting=old.stall.waiting)
    return Pulse(moved_after=pulse.moved_after or old.moved_after, left=old.left, stall=stall)


def _of_sink(lag: ConnectorLag, times: Times) -> Pulse:
    """Go by the partition in which records have waited for longest: the others hide it."""
    since = times.looked - timedelta(seconds=lag.idle or 0.0)
    return Pulse(
        moved_after=since if since > times.began else None,
        left=lag.idle is not None,
        stall=Progress(moved_at=since, waiting=lag.standing in _STUCK),
    )
