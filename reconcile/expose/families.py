"""Turn what was watched into the metric families of Prometheus' own client."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    StateSetMetricFamily,
)

from reconcile import __version__
from reconcile.expose import names
from reconcile.expose.counting import Durations
from reconcile.expose.names import BUCKETS, METRICS, Kind
from reconcile.expose.readings import COUNTERS, GAUGES, HISTOGRAMS, INFOS, STATES, Watched
from reconcile.model.exposure import StateEncoding
from reconcile.redact import one_line


def families(clusters: Sequence[Watched], encoding: StateEncoding) -> Iterator[Metric]:
    """Yield a family for each metric of the table, in its order; one without series is left out.

    With `active-only` a state set has the series of its state alone.
    """
    for metric in METRICS:
        family = _family(metric, clusters, encoding)
        if family.samples:
            yield family


def described() -> Iterator[Metric]:
    """Yield the families without series: so a registry knows their names before it asks."""
    for metric in METRICS:
        yield Metric(metric.name, metric.meaning, metric.kind.value, metric.unit)


def _family(metric: names.Metric, clusters: Iterable[Watched], encoding: StateEncoding) -> Metric:
    match metric.kind:
        case Kind.GAUGE:
            return _gauge(metric, clusters)
        case Kind.COUNTER:
            return _counter(metric, clusters)
        case Kind.INFO:
            return _info(metric, clusters)
        case Kind.STATESET:
            return _stateset(metric, clusters, encoding)
        case Kind.HISTOGRAM:
            return _histogram(metric, clusters)


def _gauge(metric: names.Metric, clusters: Iterable[Watched]) -> Metric:
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels, unit=metric.unit)
    for watched in clusters:
        for labels, value in GAUGES[metric](watched):
            family.add_metric(_safe(labels), float(value))
    return family


def _counter(metric: names.Metric, clusters: Iterable[Watched]) -> Metric:
    family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for watched in clusters:
        for labels, count in COUNTERS[metric](watched):
            family.add_metric(_safe(labels), count.value, created=count.since.timestamp())
    return family


def _info(metric: names.Metric, clusters: Iterable[Watched]) -> Metric:
    family = InfoMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    if metric is names.BUILD:
        family.add_metric((__version__,), {})
        return family
    for watched in clusters:
        for labels, more in INFOS[metric](watched):
            family.add_metric(_safe(labels), dict(zip(more, _safe(more.values()), strict=True)))
    return family


def _stateset(metric: names.Metric, clusters: Iterable[Watched], encoding: StateEncoding) -> Metric:
    family = StateSetMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    values: Mapping[str, Mapping[str, bool]] = {
        state: {state: True}
        if encoding is StateEncoding.ACTIVE_ONLY
        else {one: one == state for one in metric.states}
        for state in metric.states
    }
    for watched in clusters:
        for labels, state in STATES[metric](watched):
            family.add_metric(_safe(labels), dict(values[state]))
    return family


def _histogram(metric: names.Metric, clusters: Iterable[Watched]) -> Metric:
    family = HistogramMetricFamily(
        metric.name, metric.meaning, labels=metric.labels, unit=metric.unit
    )
    for watched in clusters:
        for labels, durations in HISTOGRAMS[metric](watched):
            family.add_metric(_safe(labels), _buckets(durations), durations.seconds)
    return family


def _buckets(durations: Durations) -> list[tuple[str, float]]:
    bounds = [*map(str, BUCKETS), "+Inf"]
    return list(zip(bounds, accumulate(durations.counts), strict=True))


def _safe(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the values of labels without what no page can carry: control characters."""
    return tuple(map(one_line, labels))
