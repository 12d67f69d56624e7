"""What a dashboard shows of the metrics that watching exposes."""

from collections.abc import Mapping
from typing import Final

from reconcile.expose import names
from reconcile.generate.own_metrics import own_state, own_value
from reconcile.generate.panels import (
    BAD,
    FAIR,
    GOOD,
    NEUTRAL,
    Built,
    Column,
    Query,
    Steps,
    Words,
    graph,
    grid,
    tile,
    timeline,
)
from reconcile.generate.promql import series
from reconcile.generate.worker_panels import worker_panels
from reconcile.model.health import Health
from reconcile.model.live import State

CONNECTORS: Final = names.CONNECTOR_STATE.series
"""A metric with a series for each connector that is live."""

_COLORS: Final = {
    Health.HEALTHY: GOOD,
    Health.PROGRESSING: NEUTRAL,
    Health.SUSPENDED: "text",
    Health.STALLED: "orange",
    Health.DEGRADED: FAIR,
    Health.UNHEALTHY: BAD,
    Health.UNKNOWN: "purple",
}
_HEALTHS: Final[Words] = {
    str(number): (health.value, _COLORS[health]) for number, health in enumerate(Health)
}
_NAME: Final = "{{connector}} on {{cluster}}"
_OF_CLUSTER: Final = "{{cluster}}"
_CLUSTER: Final = "${__data.fields.Cluster:percentencode}"
_NONE_IS_WELL: Final = {None: GOOD, 1.0: BAD}
_ERRORS: Final = {None: GOOD, 0.001: FAIR}
_NONE_IS_FAIR: Final = {None: GOOD, 1.0: FAIR}


def own_rows(
    clusters: str, connectors: tuple[str, ...], links: Mapping[str, str], limits: Steps
) -> dict[str, list[Built]]:
    """Return the panels of each row; the conditions pick clusters, and connectors on them.

    `limits` are the seconds of lag that alerts fire at, with a color for each.
    """
    chosen = (clusters, *connectors)
    return {
        "Overview": _overview(clusters, chosen),
        "Connectors": _connectors(chosen, links),
        "Flow": _flow(chosen, limits),
        "Restarts": _restarts(clusters, chosen),
        "Git and the clusters": _git(chosen),
        "connectform": _itself(clusters),
        "Workers": worker_panels(),
    }


def _overview(clusters: str, chosen: tuple[str, ...]) -> list[Built]:
    health = names.CONNECTOR_HEALTH
    by_health = own_value(health, *chosen, by=f"cluster connector {health.name}")
    failed = own_state(
        names.TASK_STATE, (State.FAILED.value,), *chosen, by="cluster connector task"
    )
    firing = own_value(names.ALERTS_FIRING, clusters, by="cluster alert severity")
    return [
        tile(
            "Clusters",
            names.CLUSTER_UP.meaning,
            Query(own_value(names.CLUSTER_UP, clusters), _OF_CLUSTER),
            words={"1": ("reachable", GOOD), "0": ("unreachable", BAD)},
        ),
        tile(
            "Connectors",
            "How many connectors are live.",
            Query(f"count({own_value(names.CONNECTOR_MANAGED, *chosen)})"),
        ),
        tile(
            "Health",
            health.meaning,
            Query(f"sum by ({health.name}) ({by_health}) > 0", f"{{{{{health.name}}}}}"),
            colors={one.value: color for one, color in _COLORS.items()},
        ),
        tile(
            "Failed tasks",
            "Tasks that have failed.",
            Query(f"count({failed})"),
            steps=_NONE_IS_WELL,
        ),
        tile(
            "Alerts",
            names.ALERTS_FIRING.meaning,
            Query(f"sum by (severity) ({firing}) > 0", "{{severity}}"),
            steps=_NONE_IS_FAIR,
        ),
        *_totals(chosen),
    ]


def _totals(chosen: tuple[str, ...]) -> list[Built]:
    lag, records, errors = (
        own_value(metric, *chosen)
        for metric in (names.LAG_SECONDS, names.CONNECTOR_RECORDS, names.CONNECTOR_ERRORS)
    )
    return [
        tile("Worst lag", names.LAG_SECONDS.meaning, Query(f"max({lag})"), unit="s"),
        tile("Records a second", names.CONNECTOR_RECORDS.meaning, Query(f"sum({records})")),
        tile(
            "Errors a second",
            names.CONNECTOR_ERRORS.meaning,
            Query(f"sum({errors})"),
            steps=_ERRORS,
        ),
    ]


def _health(chosen: tuple[str, ...]) -> str:
    """Return the number of each connector's health, in the order of getting worse."""
    found = (
        f"{number} * ({own_state(names.CONNECTOR_HEALTH, (health.value,), *chosen)})"
        for number, health in enumerate(Health)
    )
    return f"max by (cluster, connector) ({' or '.join(found)})"


def _connectors(chosen: tuple[str, ...], links: Mapping[str, str]) -> list[Built]:
    state = names.CONNECTOR_STATE
    by_state = own_value(state, *chosen, by=f"cluster connector {state.name}")
    tasks = own_state(names.TASK_STATE, ("RUNNING",), *chosen, by="cluster connector task")
    columns = [
        Column(title="Health", expression=_health(chosen), words=_HEALTHS),
        Column(title="State", expression=f"{by_state} == 1", label=state.name),
        Column(title="Running", expression=f"count by (cluster, connector) ({tasks})"),
        Column(title="Tasks", expression=own_value(names.CONNECTOR_TASKS, *chosen)),
        Column(title="Records/s", expression=own_value(names.CONNECTOR_RECORDS, *chosen)),
        Column(
            title="Errors/s",
            expression=own_value(names.CONNECTOR_ERRORS, *chosen),
            steps={None: "text", 0.001: FAIR},
        ),
        Column(title="Lag", expression=own_value(names.LAG_SECONDS, *chosen), unit="s"),
        Column(title="Restarts", expression=own_value(names.RESTART_ATTEMPTS, *chosen)),
        Column(
            title="Next restart",
            expression=f"1000 * {own_value(names.RESTART_NEXT, *chosen)}",
            unit="dateTimeFromNow",
        ),
    ]
    meaning = "All that are live: how well they are, and what flows."
    addresses = {label: url.replace("{cluster}", _CLUSTER) for label, url in links.items()}
    return [
        grid("Connectors", meaning, columns, addresses),
        timeline("Health", names.CONNECTOR_HEALTH.meaning, Query(_health(chosen), _NAME), _HEALTHS),
    ]


def _flow(chosen: tuple[str, ...], limits: Steps) -> list[Built]:
    shown = {
        "Records a second": (names.CONNECTOR_RECORDS, "short"),
        "Errors a second": (names.CONNECTOR_ERRORS, "short"),
        "Lag in seconds": (names.LAG_SECONDS, "s"),
        "Lag in records": (names.LAG_RECORDS, "short"),
    }
    return [
        graph(
            title,
            metric.meaning,
            Query(own_value(metric, *chosen), _NAME),
            unit=unit,
            limits=limits if metric is names.LAG_SECONDS else None,
        )
        for title, (metric, unit) in shown.items()
    ]


def _restarts(clusters: str, chosen: tuple[str, ...]) -> list[Built]:
    made = series(names.RESTARTS.series, *chosen)
    by_reason = f"sum by (cluster, connector, reason) (increase({made}[$__rate_interval])) > 0"
    return [
        graph(
            "Restarts",
            names.RESTARTS.meaning,
            Query(by_reason, f"{_NAME}: {{{{reason}}}}"),
            bars=True,
        ),
        graph(
            "Restarts since last well",
            names.RESTART_ATTEMPTS.meaning,
            Query(f"{own_value(names.RESTART_ATTEMPTS, *chosen)} > 0", _NAME),
        ),
        tile(
            "Given up",
            names.RESTARTS_GIVEN_UP.meaning,
            Query(f"sum({own_value(names.RESTARTS_GIVEN_UP, *chosen)})"),
            steps=_NONE_IS_WELL,
        ),
        tile(
            "No restart helps",
            names.RESTART_HOPELESS.meaning,
            Query(f"sum({own_value(names.RESTART_HOPELESS, *chosen)})"),
            steps=_NONE_IS_WELL,
        ),
        tile(
            "Budget left",
            names.RESTART_BUDGET_LEFT.meaning,
            Query(own_value(names.RESTART_BUDGET_LEFT, clusters), _OF_CLUSTER),
        ),
    ]


def _git(chosen: tuple[str, ...]) -> list[Built]:
    shown = {
        "Drifted": names.CONNECTOR_DRIFTED,
        "Missing": names.CONNECTOR_MISSING,
        "Held": names.CONNECTOR_HELD,
    }
    unmanaged = f"count({own_value(names.CONNECTOR_MANAGED, *chosen)} == 0)"
    return [
        *(
            tile(
                title,
                metric.meaning,
                Query(f"sum({own_value(metric, *chosen)})"),
                steps=_NONE_IS_FAIR,
            )
            for title, metric in shown.items()
        ),
        tile("Not in git", "Live connectors that git does not declare.", Query(unmanaged)),
    ]


def _itself(clusters: str) -> list[Built]:
    buckets = series(f"{names.DURATION.series}_bucket", clusters)
    slow = f"sum by (cluster, le) (rate({buckets}[$__rate_interval]))"
    errors = series(names.ERRORS.series, clusters)
    sent = series(names.NOTIFICATIONS.series, clusters)
    return [
        graph(
            "Time since the last round",
            names.LAST_SUCCESS.meaning,
            Query(f"time() - {own_value(names.LAST_SUCCESS, clusters)}", _OF_CLUSTER),
            unit="s",
        ),
        graph(
            "Duration of rounds",
            "Of 95 in 100 rounds, the longest.",
            Query(f"histogram_quantile(0.95, {slow})", _OF_CLUSTER),
            unit="s",
        ),
        graph(
            "Rounds that failed",
            names.ERRORS.meaning,
            Query(
                f"sum by (cluster, kind) (increase({errors}[$__rate_interval]))",
                "{{cluster}}: {{kind}}",
            ),
            bars=True,
        ),
        graph(
            "Notifications",
            names.NOTIFICATIONS.meaning,
            Query(
                f"sum by (receiver, outcome) (increase({sent}[$__rate_interval]))",
                "{{receiver}}: {{outcome}}",
            ),
            bars=True,
        ),
    ]
