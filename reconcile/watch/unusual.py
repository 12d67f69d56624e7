"""Notice what is unusual about the flow through connectors, and remember what is usual."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reconcile.anomaly.detect import Sample, State, step
from reconcile.anomaly.profile import Metric, profile_for
from reconcile.anomaly.words import explain
from reconcile.model.metrics import Flow

_APART: Final = 55.0
"""Seconds between two samples of a series, at least: profiles are made for one a minute."""

UNITS: Final[Mapping[Metric, str]] = {
    Metric.THROUGHPUT: "records/s",
    Metric.ERROR_RATE: "errors/s",
    Metric.LAG: "s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is known of one figure of a connector.

    `total` and `count` are of the values seen since the last sample: a sample is their mean.
    `words` say what was found, while that lasts.
    """

    state: State | None = None
    total: float = 0.0
    count: int = 0
    words: str = ""


Known = Mapping[str, Mapping[Metric, Series]]
"""The series of each connector."""


def notice(
    known: Known,
    flows: Mapping[str, Flow],
    *,
    declared: Collection[str],
    well: Collection[str],
    now: datetime,
) -> Known:
    """Return what is known after a round.

    Connectors that are not well teach nothing of what is usual, and are told of anyway: their
    series stay as they are. Those that are no longer declared are forgotten.
    """
    at = now.timestamp()
    after: dict[str, Mapping[Metric, Series]] = {}
    for name in declared:
        series = dict(known.get(name, {}))
        if name in well:
            for metric, value in _values(flows.get(name)):
                series[metric] = _with(series.get(metric, Series()), metric, at, value)
        if series:
            after[name] = series
    return after


def unusual(series: Mapping[Metric, Series]) -> dict[Metric, str]:
    """Return what is unusual about a connector now, in words."""
    return {metric: one.words for metric, one in series.items() if one.words}


def _values(flow: Flow | None) -> Iterator[tuple[Metric, float]]:
    if flow is None:
        return
    rates, lag = flow.throughput, flow.lag
    for metric, value in (
        (Metric.THROUGHPUT, rates.records),
        (Metric.ERROR_RATE, rates.errors),
        (Metric.LAG, lag.seconds if lag is not None else None),
    ):
        if value is not None:
            yield metric, value


def _with(series: Series, metric: Metric, at: float, value: float) -> Series:
    """Return a series with one more value; a minute's values make a sample."""
    total, count = series.total + value, series.count + 1
    if series.state is not None and 0 <= at - series.state.at < _APART:
        return replace(series, total=total, count=count)
    state, finding = step(series.state, Sample(at, total / count), profile_for(metric))
    lasts = state is not None and state.incident is not None
    words = explain(finding, UNITS[metric]) if finding else series.words if lasts else ""
    return Series(state=state, words=words)
