"""Tell which alerts hold of what flows, and which nobody could judge."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from reconcile.model.alert import AlertName, Terms
from reconcile.model.codes import Code
from reconcile.model.metrics import Flow, Flows
from reconcile.model.problem import Problem
from reconcile.report.words import counted
from reconcile.watch.trends import NEW, REBALANCES_WITHIN, Trend, Trends, lag_ahead

FAR: Final = 4
"""How many times over what is allowed a lag is far over it."""

MANY_REBALANCES: Final = 5
LONG_REBALANCE: Final = timedelta(minutes=5)
FEWEST_RECORDS: Final = 100
_OF_LAG: Final = (AlertName.LAG_SECONDS, AlertName.LAG_FAR_OVER, AlertName.LAG_GROWING)
_OF_METRICS: Final = (AlertName.ERROR_RATIO, AlertName.DEAD_LETTERS_LOST)

TermsOf = Callable[[tuple[AlertName, str]], Terms]
Holding = Iterator[tuple[tuple[AlertName, str], str]]


def flow_facts(
    flows: Flows, trends: Trends, names: Collection[str], terms_of: TermsOf, now: datetime
) -> Holding:
    """Yield what holds, in words, of the cluster and of the connectors of some names."""
    for problem in unreadable(flows)[:1]:
        yield (AlertName.METRICS_UNREADABLE, ""), problem.message
    yield from _of_rebalances(trends, now)
    for name in names:
        flow = flows.connectors.get(name)
        if flow is not None:
            trend = trends.connectors.get(name, NEW)
            yield from _of_lag(name, flow, trend, terms_of)
            yield from _of_errors(name, flow, trend, terms_of)


def unreadable(flows: Flows) -> Sequence[Problem]:
    """Return what keeps sources from being read; what cannot be true was read at least."""
    return [one for one in flows.problems if one.code is not Code.METRICS_DOUBTFUL]


def unseen(flows: Flows, names: Collection[str]) -> Iterator[tuple[AlertName, str]]:
    """Yield the alerts that a round could not judge, since what they go by could not be read."""
    if not flows.problems:
        return
    if not flows.workers:
        yield AlertName.REBALANCE_STORM, ""
    for name in names:
        flow = flows.connectors.get(name, Flow())
        if flow.lag is None:
            yield from ((alert, name) for alert in _OF_LAG)
        if flow.throughput.errors is None:
            yield from ((alert, name) for alert in _OF_METRICS)


def _of_rebalances(trends: Trends, now: datetime) -> Holding:
    count = round(sum(number for _, number in trends.rebalances))
    since = trends.rebalancing
    subject = (AlertName.REBALANCE_STORM, "")
    if count >= MANY_REBALANCES:
        yield subject, f"{count} rebalances within {REBALANCES_WITHIN.seconds // 60} minutes"
    elif since is not None and now - since > LONG_REBALANCE:
        minutes = int((now - since) / timedelta(minutes=1))
        yield subject, f"a rebalance has gone on for {minutes} minutes"


def _of_lag(name: str, flow: Flow, trend: Trend, terms_of: TermsOf) -> Holding:
    seconds = flow.lag.seconds if flow.lag is not None else None
    over = terms_of((AlertName.LAG_SECONDS, name)).over
    if not seconds or over is None or flow.lag is None:
        return
    text = f"{round(seconds)} s behind"
    if flow.lag.records is not None:
        text += f", {counted(flow.lag.records, 'record')}"
    if seconds > over:
        yield (AlertName.LAG_SECONDS, name), text
    if seconds > FAR * over:
        yield (AlertName.LAG_FAR_OVER, name), text
    ahead = lag_ahead(trend.lags)
    if ahead is not None and ahead > over:
        yield (AlertName.LAG_GROWING, name), f"{text}; in an hour {round(ahead)} s, as it grows"


def _of_errors(name: str, flow: Flow, trend: Trend, terms_of: TermsOf) -> Holding:
    if flow.throughput.lost:
        lost = f"{flow.throughput.lost:.2g} dead letters a second could not be written"
        yield (AlertName.DEAD_LETTERS_LOST, name), lost
    brief, long = trend.brief, trend.long
    if not brief.errors or max(long.records, long.errors) < FEWEST_RECORDS:
        return
    over = terms_of((AlertName.ERROR_RATIO, name)).over
    if over is not None and brief.ratio > over and long.ratio > over:
        text = f"{brief.ratio:.1%} of records failed of late, {long.ratio:.1%} over an hour"
        yield (AlertName.ERROR_RATIO, name), text
