"""Follow over rounds what one round cannot tell: shares of errors, growth of lag, rebalances."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import linear_regression
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.metrics import Flow, Flows, Measure, Throughput, WorkerSample
from reconcile.watch.pulse import moved

BRIEF: Final = timedelta(minutes=5)
LONG: Final = timedelta(hours=1)
REBALANCES_WITHIN: Final = timedelta(minutes=15)
AHEAD: Final = timedelta(hours=1)
OWN: Final = timedelta(minutes=2)
"""For how long rebalances are put down to a write: each connector that is new costs two of them."""

_APART: Final = timedelta(minutes=1)
_POINTS: Final = 11
_FEWEST: Final = 5

Point = tuple[datetime, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Errors and records of a while; what is longer ago weighs less, by half-lives of it."""

    errors: float = 0.0
    records: float = 0.0

    @property
    def ratio(self) -> float:
        """Return the share of records that failed; a record that failed may not be counted."""
        return self.errors / max(self.errors, self.records) if self.errors else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What is followed of one connector: constant in size, however long it is watched.

    `lags` are seconds of lag, a minute apart or more, of ten minutes or so.
    """

    brief: Share = Share()
    long: Share = Share()
    lags: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """What is followed of a cluster.

    `measured` is when its metrics were read last, `written` when the ledger last knew something new.
    `rebalances` is how many were completed until when, without those that writes explain;
    `rebalancing` since when workers say that they are in one. `unread` is since when there is
    trouble with a source, by its code and the connector where it is with one; `at` is as of when.
    """

    connectors: Mapping[str, Trend] = field(default_factory=dict)
    measured: datetime | None = None
    written: datetime | None = None
    rebalances: tuple[Point, ...] = ()
    rebalancing: datetime | None = None
    unread: Mapping[tuple[Code, str], datetime] = field(default_factory=dict)
    at: datetime | None = None

    def moved(self, by: timedelta) -> "Trends":
        """Return the trends with their times so much later."""
        return replace(
            self,
            connectors={
                name: replace(one, lags=tuple((moment + by, lag) for moment, lag in one.lags))
                for name, one in self.connectors.items()
            },
            measured=moved(self.measured, by),
            written=moved(self.written, by),
            rebalances=tuple((moment + by, count) for moment, count in self.rebalances),
            rebalancing=moved(self.rebalancing, by),
            unread={trouble: since + by for trouble, since in self.unread.items()},
            at=moved(self.at, by),
        )


NEW: Final = Trend()
"""The trend of a connector that was never seen."""


def followed(
    before: Trends, flows: Flows, measured: datetime | None, now: datetime, *, applied: bool = False
) -> Trends:
    """Return the trends after a round; `measured` is when metrics were read, None for not now.

    Connectors that are no more are forgotten, and metrics that were read before count once.
    `applied` tells that connectors were written since the last round: that explains rebalances.
    """
    measured = measured or before.measured
    passed = timedelta()
    if measured is not None and before.measured is not None:
        passed = max(measured - before.measured, passed)
    connectors = {
        name: _followed(before.connectors.get(name, NEW), flow, passed, now)
        for name, flow in flows.connectors.items()
    }
    written = now if applied else before.written
    explained = written is not None and timedelta() <= now - written < OWN
    in_one = any(worker.values.get(Measure.REBALANCING) for worker in flows.workers)
    return Trends(
        connectors={name: trend for name, trend in connectors.items() if trend != NEW},
        measured=measured,
        written=written,
        rebalances=_rebalances(before.rebalances, () if explained else flows.workers, passed, now),
        rebalancing=(before.rebalancing or now) if in_one else None,
        unread={
            (one.code, one.connector): before.unread.get((one.code, one.connector), now)
            for one in flows.problems
        },
        at=now,
    )


def lag_ahead(points: Sequence[Point]) -> float | None:
    """Return the seconds of lag in an hour, as a line through the last ones has it.

    None for fewer than five, and for a lag that does not grow.
    """
    if len(points) < _FEWEST:
        return None
    first = points[0][0]
    slope, _ = linear_regression(
        [(moment - first).total_seconds() for moment, _ in points],
        [seconds for _, seconds in points],
    )
    return points[-1][1] + slope * AHEAD.total_seconds() if slope > 0 else None


def _followed(before: Trend, flow: Flow, passed: timedelta, now: datetime) -> Trend:
    if not passed and flow.lag is None:
        return before
    return Trend(
        brief=_share(before.brief, flow.throughput, passed, BRIEF),
        long=_share(before.long, flow.throughput, passed, LONG),
        lags=_lags(before.lags, flow.lag.seconds if flow.lag is not None else None, now),
    )


def _share(before: Share, throughput: Throughput, passed: timedelta, over: timedelta) -> Share:
    if not passed:
        return before
    fades, seconds = 0.5 ** (passed / over), passed.total_seconds()
    return Share(
        errors=before.errors * fades + (throughput.errors or 0.0) * seconds,
        records=before.records * fades + (throughput.records or 0.0) * seconds,
    )


def _lags(before: tuple[Point, ...], seconds: float | None, now: datetime) -> tuple[Point, ...]:
    if seconds is None:
        return before
    if not seconds:
        return ()
    if before and now - before[-1][0] < _APART:
        return before
    return (*before, (now, seconds))[-_POINTS:]


def _rebalances(
    before: Iterable[Point], workers: Iterable[WorkerSample], passed: timedelta, now: datetime
) -> tuple[Point, ...]:
    """Return the rebalances of late: every worker counts those that it takes part in."""
    rate = max((worker.values.get(Measure.REBALANCES, 0.0) for worker in workers), default=0.0)
    kept = [point for point in before if timedelta() <= now - point[0] < REBALANCES_WITHIN]
    count = rate * passed.total_seconds()
    return (*kept, (now, count)) if count else tuple(kept)
