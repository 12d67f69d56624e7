"""The causes of alerts in the metrics that watching exposes."""

from collections.abc import Mapping
from typing import Final

from reconcile.anomaly.profile import Metric
from reconcile.expose import names
from reconcile.generate.flow_causes import own_flow_cause, own_storm
from reconcile.generate.own_metrics import exposed, own_state, own_value
from reconcile.generate.promql import equals, is_one_of, series
from reconcile.generate.scope import Scope
from reconcile.model.alert import OF_CLUSTERS, AlertName
from reconcile.model.health import Health
from reconcile.model.live import State
from reconcile.watch.facts import LOOP
from reconcile.watch.pack import PACK

_PLAIN: Final = {
    AlertName.CLUSTER_UNREACHABLE: (names.CLUSTER_UP, "== 0"),
    AlertName.BROKERS_LOST: (names.CLUSTER_BROKERS_LOST, "== 1"),
    AlertName.FAIL_TOGETHER: (names.CLUSTER_FAILING_TOGETHER, "== 1"),
    AlertName.METRICS_UNREADABLE: (names.CLUSTER_METRICS_UNREADABLE, "== 1"),
    AlertName.WORKER_GONE: (names.WORKER_LOST, "> 0"),
    AlertName.RESTART_LOOP: (names.RESTART_ATTEMPTS, f">= {LOOP}"),
    AlertName.GIVEN_UP: (names.RESTARTS_GIVEN_UP, "== 1"),
    AlertName.CANNOT_HELP: (names.RESTART_HOPELESS, "== 1"),
    AlertName.MISSING: (names.CONNECTOR_MISSING, "== 1"),
    AlertName.DRIFTED: (names.CONNECTOR_DRIFTED, "== 1"),
    AlertName.FIGHTING: (names.SELF_HEAL_GIVEN_UP, "== 1"),
}
"""The alerts that one metric tells by itself."""

WHATEVER_STATE: Final = frozenset({AlertName.MISSING, AlertName.DRIFTED, AlertName.FIGHTING})
"""The alerts that speak of connectors which do not run, too."""

_UNUSUAL: Final = {
    AlertName.THROUGHPUT_UNUSUAL: Metric.THROUGHPUT,
    AlertName.ERROR_RATE_UNUSUAL: Metric.ERROR_RATE,
    AlertName.LAG_UNUSUAL: Metric.LAG,
}
_HEALTHS: Final[Mapping[AlertName, tuple[str, ...]]] = {
    AlertName.CONNECTOR_FAILED: (Health.UNHEALTHY,),
    AlertName.TASK_FAILED: (Health.DEGRADED,),
    AlertName.STALLED: (Health.STALLED,),
    AlertName.UNASSIGNED: (Health.PROGRESSING, Health.DEGRADED, Health.UNHEALTHY),
}
_FAILED: Final = frozenset({AlertName.CONNECTOR_FAILED, AlertName.TASK_FAILED})
_ROUNDS: Final = 3
_NOT_RUN: Final = (State.PAUSED.value, State.STOPPED.value)


def own_cause(name: AlertName, scope: Scope) -> str | None:
    """Return an expression that has a result while the cause of an alert is there.

    It has the labels `cluster` and, where the alert is one of connectors, `connector`: which
    instance exposes it does not matter. None where no metric tells.
    """
    where = equals("cluster", scope.cluster)
    cause = _of_cluster(name, scope) if name in OF_CLUSTERS else _of_connector(name, scope, where)
    muting = [
        f"({loud})"
        for other in PACK
        if _mutes_all(other, name) and (loud := _of_cluster(other, scope))
    ]
    if cause is None or not muting:
        return cause
    return f"({cause}) unless on (cluster) ({' or '.join(muting)})"


def _mutes_all(other: AlertName, name: AlertName) -> bool:
    return other in OF_CLUSTERS and name in PACK[other].mutes


def _of_cluster(name: AlertName, scope: Scope) -> str | None:
    where = equals("cluster", scope.cluster)
    match name:
        case AlertName.REBALANCE_STORM:
            return own_storm(where)
        case AlertName.WATCH_STALE:
            last = own_value(names.LAST_SUCCESS, where)
            longest = _ROUNDS * scope.every.total_seconds()
            unreachable = _of_cluster(AlertName.CLUSTER_UNREACHABLE, scope)
            gone = f"absent({series(names.LAST_SUCCESS.series, where)})"
            return f"(time() - {last} > {longest:g} unless {unreachable}) or {gone}"
        case _:
            return _plain(name, where)


def _plain(name: AlertName, *conditions: str) -> str | None:
    if name not in _PLAIN:
        return None
    metric, condition = _PLAIN[name]
    return f"{own_value(metric, *conditions)} {condition}"


def _of_connector(name: AlertName, scope: Scope, where: str) -> str | None:
    cause = _cause(name, scope, where)
    if cause is None:
        return None
    silent = f"{own_value(names.CONNECTOR_HELD, where)} == 1"
    if name not in WHATEVER_STATE:
        silent = f"{silent} or {own_state(names.CONNECTOR_STATE, _NOT_RUN, where)}"
    return f"({cause}) unless ({silent})"


def _cause(name: AlertName, scope: Scope, where: str) -> str | None:
    chosen = (where, is_one_of("connector", exposed(scope.connectors)))
    if name in _UNUSUAL:
        figure = equals("figure", _UNUSUAL[name].value)
        return f"{own_value(names.CONNECTOR_UNUSUAL, *chosen, figure)} == 1"
    if name not in _HEALTHS:
        return _plain(name, *chosen) or own_flow_cause(name, scope.over, *chosen)
    failed = " or ".join(
        own_state(metric, (State.FAILED.value,), where)
        for metric in (names.CONNECTOR_STATE, names.TASK_STATE)
    )
    word = "and" if name in _FAILED else "unless"
    return f"{own_state(names.CONNECTOR_HEALTH, _HEALTHS[name], *chosen)} {word} ({failed})"
