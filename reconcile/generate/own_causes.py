"""The causes of alerts in the metrics that watching exposes."""

from collections.abc import Mapping
from typing import Final

from reconcile.anomaly.profile import Metric
from reconcile.expose import names
from reconcile.generate.own_metrics import exposed, own_state, own_value
from reconcile.generate.promql import equals, is_one_of, series
from reconcile.generate.scope import Scope
from reconcile.model.alert import OF_CLUSTERS, AlertName
from reconcile.model.health import Health
from reconcile.model.live import State
from reconcile.watch.facts import LOOP
from reconcile.watch.pack import PACK

_FLAGS: Final = {
    AlertName.GIVEN_UP: names.RESTARTS_GIVEN_UP,
    AlertName.CANNOT_HELP: names.RESTART_HOPELESS,
    AlertName.MISSING: names.CONNECTOR_MISSING,
}
_UNUSUAL: Final = {
    AlertName.THROUGHPUT_UNUSUAL: Metric.THROUGHPUT,
    AlertName.ERROR_RATE_UNUSUAL: Metric.ERROR_RATE,
    AlertName.LAG_UNUSUAL: Metric.LAG,
}
_HEALTHS: Final[Mapping[AlertName, tuple[str, ...]]] = {
    AlertName.CONNECTOR_FAILED: (Health.UNHEALTHY,),
    AlertName.TASK_FAILED: (Health.DEGRADED,),
    AlertName.UNASSIGNED: (Health.PROGRESSING, Health.DEGRADED, Health.UNHEALTHY),
}
_ROUNDS: Final = 3
_NOT_RUN: Final = (State.PAUSED.value, State.STOPPED.value)


def own_cause(name: AlertName, scope: Scope) -> str | None:
    """Return an expression that has a result while the cause of an alert is there.

    It has the labels `cluster` and, where the alert is one of connectors, `connector`: which
    instance exposes it does not matter. None where no metric tells.
    """
    where = equals("cluster", scope.cluster)
    cause = _of_cluster(name, scope) if name in OF_CLUSTERS else _of_connector(name, scope, where)
    muting = [_of_cluster(other, scope) for other in PACK if _mutes_all(other, name)]
    if cause is None or not muting:
        return cause
    return f"({cause}) unless on (cluster) ({' or '.join(filter(None, muting))})"


def _mutes_all(other: AlertName, name: AlertName) -> bool:
    return other in OF_CLUSTERS and name in PACK[other].mutes


def _of_cluster(name: AlertName, scope: Scope) -> str | None:
    where = equals("cluster", scope.cluster)
    match name:
        case AlertName.CLUSTER_UNREACHABLE:
            return f"{own_value(names.CLUSTER_UP, where)} == 0"
        case AlertName.BROKERS_LOST:
            return f"{own_value(names.CLUSTER_BROKERS_LOST, where)} == 1"
        case AlertName.FAIL_TOGETHER:
            return f"{own_value(names.CLUSTER_FAILING_TOGETHER, where)} == 1"
        case AlertName.WORKER_GONE:
            return f"{own_value(names.WORKER_TASKS_LOST, where)} > 0"
        case AlertName.WATCH_STALE:
            last = own_value(names.LAST_SUCCESS, where)
            longest = _ROUNDS * scope.every.total_seconds()
            unreachable = _of_cluster(AlertName.CLUSTER_UNREACHABLE, scope)
            gone = f"absent({series(names.LAST_SUCCESS.series, where)})"
            return f"(time() - {last} > {longest:g} unless {unreachable}) or {gone}"
        case _:
            return None


def _of_connector(name: AlertName, scope: Scope, where: str) -> str | None:
    cause = _cause(name, scope, where)
    if cause is None:
        return None
    silent = f"{own_value(names.CONNECTOR_HELD, where)} == 1"
    if name is not AlertName.MISSING:
        silent = f"{silent} or {own_state(names.CONNECTOR_STATE, _NOT_RUN, where)}"
    return f"({cause}) unless ({silent})"


def _cause(name: AlertName, scope: Scope, where: str) -> str | None:
    chosen = (where, is_one_of("connector", exposed(scope.connectors)))
    if name in _FLAGS:
        return f"{own_value(_FLAGS[name], *chosen)} == 1"
    if name is AlertName.RESTART_LOOP:
        return f"{own_value(names.RESTART_ATTEMPTS, *chosen)} >= {LOOP}"
    if name in _UNUSUAL:
        figure = equals("figure", _UNUSUAL[name].value)
        return f"{own_value(names.CONNECTOR_UNUSUAL, *chosen, figure)} == 1"
    if name not in _HEALTHS:
        return None
    failed = " or ".join(
        own_state(metric, (State.FAILED.value,), where)
        for metric in (names.CONNECTOR_STATE, names.TASK_STATE)
    )
    word = "unless" if name is AlertName.UNASSIGNED else "and"
    return f"{own_state(names.CONNECTOR_HEALTH, _HEALTHS[name], *chosen)} {word} ({failed})"
