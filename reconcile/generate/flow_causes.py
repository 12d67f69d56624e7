"""The causes of alerts on lag, errors and rebalances, in either kind of metrics."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from reconcile.desired.durations import duration
from reconcile.expose import names
from reconcile.generate.own_metrics import own_value
from reconcile.generate.promql import counted, series
from reconcile.generate.public_metrics import RECORDS, rate
from reconcile.measure.dialects import Labels, names_of
from reconcile.model.alert import AlertName
from reconcile.model.metrics import Measure
from reconcile.watch.flow_facts import FAR, FEWEST_RECORDS, LONG_REBALANCE, MANY_REBALANCES
from reconcile.watch.trends import AHEAD, BRIEF, LONG, REBALANCES_WITHIN

_TREND: Final = timedelta(minutes=10)


def own_flow_cause(name: AlertName, over: float, *conditions: str) -> str | None:
    """Return the cause of an alert on what flows through connectors, as watching exposes it.

    `over` is what has to be exceeded, of `LagSeconds` for all alerts on lag.
    """
    lag = own_value(names.LAG_SECONDS, *conditions)
    match name:
        case AlertName.LAG_SECONDS:
            return f"{lag} > {over:.12g}"
        case AlertName.LAG_FAR_OVER:
            return f"{lag} > {FAR * over:.12g}"
        case AlertName.LAG_GROWING:
            past = f"{series(names.LAG_SECONDS.series, *conditions)}[{_time(_TREND)}]"
            ahead = f"predict_linear({past}, {AHEAD.total_seconds():g}) > {over:.12g}"
            return f"max by (cluster, connector) ({ahead} and deriv({past}) > 0)"
        case AlertName.ERROR_RATIO:
            return _error_ratio(
                over,
                lambda window: _average(names.CONNECTOR_ERRORS, window, conditions),
                lambda window: _average(names.CONNECTOR_RECORDS, window, conditions),
            )
        case AlertName.DEAD_LETTERS_LOST:
            return f"{own_value(names.CONNECTOR_LOST, *conditions)} > 0"
        case _:
            return None


def public_flow_cause(name: AlertName, labels: Labels, over: float, *conditions: str) -> str | None:
    """Return the cause of an alert on what flows through connectors, as workers expose it."""
    match name:
        case AlertName.ERROR_RATIO:
            return _error_ratio(
                over,
                lambda window: rate(labels, Measure.ERRORS, window, *conditions),
                lambda window: rate(labels, RECORDS, window, *conditions),
            )
        case AlertName.DEAD_LETTERS_LOST:
            lost = rate(labels, Measure.DEAD_LETTER_FAILURES, _time(BRIEF), *conditions)
            return f"{lost} > 0"
        case _:
            return None


def own_storm(*conditions: str) -> str:
    """Return the cause of a storm of rebalances, as watching exposes it."""
    moving = series(names.CLUSTER_REBALANCING.series, *conditions)
    # One rebalance is two changes: it begins, and ends.
    times = f"max by (cluster) (changes({moving}[{_time(REBALANCES_WITHIN)}]))"
    return _storm(f"{times} >= {2 * MANY_REBALANCES}", moving, "by (cluster) ")


def public_storm(labels: Labels, *conditions: str) -> str:
    """Return the cause of a storm of rebalances, as workers expose it: each counts all of them."""
    moving = series(names_of(Measure.REBALANCING, labels.dialect), *conditions)
    made = series(counted(names_of(Measure.REBALANCES, labels.dialect)), *conditions)
    times = f"max(increase({made}[{_time(REBALANCES_WITHIN)}]))"
    return _storm(f"{times} >= {MANY_REBALANCES}", moving, "")


def _storm(many: str, moving: str, by: str) -> str:
    long = _time(LONG_REBALANCE)
    since = f"max {by}(min_over_time({moving}[{long}]) and {moving} offset {long})"
    return f"{many} or {since} == 1"


def _error_ratio(over: float, errors: Callable[[str], str], records: Callable[[str], str]) -> str:
    """Return an expression for more errors than `over`, of late and for long, of enough records.

    A record that failed may not be counted among those that were read or written.
    """
    shares = [_share(errors(window), records(window)) for window in map(_time, (BRIEF, LONG))]
    long = _time(LONG)
    enough = f"{LONG.total_seconds():g} * ({_larger(records(long), errors(long))})"
    too_many = " and ".join(f"{share} > {over:.12g}" for share in shares)
    return f"{too_many} and {enough} >= {FEWEST_RECORDS}"


def _share(errors: str, records: str) -> str:
    return f"{errors} / ({_larger(records, errors)})"


def _larger(one: str, other: str) -> str:
    return f"({one} > {other}) or {other}"


def _average(metric: names.Metric, window: str, conditions: tuple[str, ...]) -> str:
    past = f"avg_over_time({series(metric.series, *conditions)}[{window}])"
    return f"max by (cluster, connector) ({past})"


def _time(length: timedelta) -> str:
    return duration(int(length / timedelta(milliseconds=1)))
