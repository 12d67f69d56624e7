"""The causes of alerts in the metrics that workers expose, as far as those tell."""

from reconcile.generate.flow_causes import public_flow_cause, public_storm
from reconcile.generate.promql import any_in_jmx, matching, quoted, series
from reconcile.generate.public_metrics import status, tasks
from reconcile.generate.scope import Scope
from reconcile.measure.dialects import Dialect, Labels
from reconcile.model.alert import OF_CLUSTERS, AlertName


def public_cause(name: AlertName, scope: Scope, labels: Labels) -> str | None:
    """Return an expression that has a result while the cause of an alert is there.

    It has the label `connector` where the alert is one of connectors, whichever workers those run
    on. None where no metric tells.
    """
    if name in OF_CLUSTERS:
        return _of_cluster(name, scope, labels)
    # Naming connectors leaves out what some rules call `aggregate`: the sum of a worker.
    named = f"{labels.connector}=~{quoted(any_in_jmx(scope.connectors))}"
    chosen = (*matching(scope.match), named)
    match name:
        case AlertName.CONNECTOR_FAILED:
            return _has_failed(labels, *chosen)
        case AlertName.TASK_FAILED:
            return f"{tasks(labels, 'failed', *chosen)} > 0 unless ({_has_failed(labels, *chosen)})"
        case AlertName.UNASSIGNED:
            itself = f"{status(labels, 'unassigned', *chosen)} == 1"
            return f"{tasks(labels, 'unassigned', *chosen)} > 0 or {itself}"
        case _:
            return public_flow_cause(name, labels, scope.over, *chosen)


def _of_cluster(name: AlertName, scope: Scope, labels: Labels) -> str | None:
    where = matching(scope.match)
    if name is AlertName.REBALANCE_STORM:
        return public_storm(labels, *where)
    # OpenTelemetry's workers push, and nobody knows then whether one can be reached.
    if not where or labels.dialect is Dialect.OPEN_TELEMETRY:
        return None
    up = series("up", *where)
    match name:
        case AlertName.CLUSTER_UNREACHABLE:
            return f"(max({up}) or vector(0)) == 0"
        case AlertName.WORKER_GONE:
            return f"min({up}) == 0 and max({up}) == 1"
        case _:
            return None


def _has_failed(labels: Labels, *conditions: str) -> str:
    failed, total = (tasks(labels, state, *conditions) for state in ("failed", "total"))
    return f"{status(labels, 'failed', *conditions)} == 1 or ({failed} > 0) >= {total}"
