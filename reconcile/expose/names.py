"""The metrics that watching exposes: the name of each, its kind, its labels, what it means."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconcile.model.health import Health
from reconcile.model.live import State


class Kind(StrEnum):
    """What a metric is, in the words of OpenMetrics."""

    GAUGE = "gauge"
    COUNTER = "counter"
    INFO = "info"
    STATESET = "stateset"
    HISTOGRAM = "histogram"


_SUFFIXES: Final = {Kind.COUNTER: "_total", Kind.INFO: "_info"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric family; a unit is the end of its name.

    A state set has a series for each of `states`, in a label that is called as the metric.
    """

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...]
    unit: str = ""
    states: tuple[str, ...] = ()

    @property
    def series(self) -> str:
        """Return the name to query by; of a histogram it goes on with `_bucket`, `_sum`, `_count`."""
        return f"{self.name}{_SUFFIXES.get(self.kind, '')}"


class ErrorKind(StrEnum):
    """What kept a round from being made."""

    CLUSTER = "cluster"
    DEFINITIONS = "definitions"
    LEDGER = "ledger"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of a request to a receiver of alerts."""

    DELIVERED = "delivered"
    FAILED = "failed"


class Bound(StrEnum):
    """Which end of the number of tasks that git declares."""

    MINIMUM = "min"
    MAXIMUM = "max"


BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""The upper bounds of the histogram of durations, in seconds."""

_CLUSTER: Final = ("cluster",)
_CONNECTOR: Final = ("cluster", "connector")
_TOPIC: Final = ("cluster", "connector", "topic")
_STATES: Final = tuple(state.value for state in State)


def _gauge(name: str, labels: tuple[str, ...], meaning: str, unit: str = "") -> Metric:
    return Metric(
        name=f"connectform_{name}", kind=Kind.GAUGE, labels=labels, meaning=meaning, unit=unit
    )


def _counter(name: str, labels: tuple[str, ...], meaning: str) -> Metric:
    return Metric(name=f"connectform_{name}", kind=Kind.COUNTER, labels=labels, meaning=meaning)


def _info(name: str, labels: tuple[str, ...], meaning: str) -> Metric:
    return Metric(name=f"connectform_{name}", kind=Kind.INFO, labels=labels, meaning=meaning)


def _stateset(name: str, labels: tuple[str, ...], states: tuple[str, ...], meaning: str) -> Metric:
    return Metric(
        name=f"connectform_{name}",
        kind=Kind.STATESET,
        labels=labels,
        states=states,
        meaning=meaning,
    )


BUILD: Final = _info("build", ("version",), "The version of connectform.")

CLUSTER_UP: Final = _gauge(
    "cluster_up", _CLUSTER, "1 where the last round could read the cluster, 0 where it could not."
)
CLUSTER: Final = _info(
    "cluster",
    ("cluster", "version", "commit", "kafka_cluster_id"),
    "What the cluster says of itself.",
)
CLUSTER_BROKERS_LOST: Final = _gauge(
    "cluster_brokers_lost",
    _CLUSTER,
    "1 where the workers have lost their brokers: nothing is told then of the states of connectors.",
)
CLUSTER_REBALANCING: Final = _gauge(
    "cluster_rebalancing",
    _CLUSTER,
    "1 while connectors or tasks are unassigned or restarting: the workers share out the work anew.",
)
CLUSTER_FAILING_TOGETHER: Final = _gauge(
    "cluster_failing_together",
    _CLUSTER,
    "1 while most connectors of the cluster fail at once, so that one is tried before the others.",
)
CLUSTER_METRICS_UNREADABLE: Final = _gauge(
    "cluster_metrics_unreadable",
    _CLUSTER,
    "1 while a source of metrics or of lag that the project file names cannot be read.",
)
WORKER_LOST: Final = _gauge(
    "worker_assignments_lost",
    ("cluster", "worker"),
    "How many connectors and tasks are reported as running on a worker that does not answer any"
    " more.",
)
RESTART_BUDGET_LEFT: Final = _gauge(
    "cluster_restart_budget_left",
    _CLUSTER,
    "How many restarts more the budget of the cluster allows right now.",
)

CONNECTOR_STATE: Final = _stateset(
    "connector_state", _CONNECTOR, _STATES, "The state that the workers report of a connector."
)
CONNECTOR_HEALTH: Final = _stateset(
    "connector_health",
    _CONNECTOR,
    tuple(health.value for health in Health),
    "How well a connector is that git declares.",
)
TASK_STATE: Final = _stateset(
    "task_state",
    ("cluster", "connector", "task"),
    _STATES,
    "The state that the workers report of a task.",
)
CONNECTOR: Final = _info(
    "connector",
    ("cluster", "connector", "type", "class", "version", "owner"),
    "What a connector is, and by its labels in git whose; each label that the project chooses is"
    " added as `label_NAME`.",
)
CONNECTOR_TASKS: Final = _gauge(
    "connector_tasks", _CONNECTOR, "How many tasks were generated for a connector."
)
CONNECTOR_TASKS_MAX: Final = _gauge(
    "connector_tasks_max", _CONNECTOR, "The live value of `tasks.max`."
)
CONNECTOR_TASKS_DESIRED: Final = _gauge(
    "connector_tasks_desired",
    ("cluster", "connector", "bound"),
    "The value of `tasks.max` that git declares: both ends of a range, or twice the same.",
)
CONNECTOR_MANAGED: Final = _gauge(
    "connector_managed", _CONNECTOR, "1 where git declares a connector that is live, 0 where not."
)
CONNECTOR_MISSING: Final = _gauge(
    "connector_missing",
    _CONNECTOR,
    "1 where git declares a connector that is not live, 0 where it is.",
)
CONNECTOR_HELD: Final = _gauge(
    "connector_held", _CONNECTOR, "1 while a connector is held or frozen: nothing is done to it."
)
CONNECTOR_DRIFTED: Final = _gauge(
    "connector_drifted", _CONNECTOR, "1 where a connector differs from what was last applied to it."
)
SELF_HEAL_GIVEN_UP: Final = _gauge(
    "connector_self_heal_given_up",
    _CONNECTOR,
    "1 where all attempts to set a connector back were made, and it differs again.",
)

CONNECTOR_RECORDS: Final = _gauge(
    "connector_records_per_second",
    _CONNECTOR,
    "Records that a sink reads, or a source writes.",
    "records_per_second",
)
CONNECTOR_ERRORS: Final = _gauge(
    "connector_errors_per_second",
    _CONNECTOR,
    "Records that failed, retries not counted.",
    "errors_per_second",
)
CONNECTOR_LOST: Final = _gauge(
    "connector_dead_letters_lost_per_second",
    _CONNECTOR,
    "Dead letters that could not be written: these records are gone.",
    "dead_letters_lost_per_second",
)
CONNECTOR_UNUSUAL: Final = _gauge(
    "connector_unusual",
    ("cluster", "connector", "figure"),
    "1 while a figure of a connector is not what it usually is at that hour, 0 while it is.",
)
LAG_RECORDS: Final = _gauge(
    "connector_lag_records",
    _TOPIC,
    "How many records a sink has not committed yet.",
    "records",
)
LAG_SECONDS: Final = _gauge(
    "connector_lag_seconds",
    _TOPIC,
    "The age of the first record that a sink has not committed, of the worst partition; without a"
    " topic how far a source says that it is behind.",
    "seconds",
)
PARTITIONS_STALLED: Final = _gauge(
    "connector_partitions_stalled",
    _TOPIC,
    "In how many partitions records wait and the sink commits nothing.",
)

RESTARTS: Final = _counter(
    "connector_restarts",
    ("cluster", "connector", "reason"),
    "Restarts that were made, by the class of the failure.",
)
RESTART_ATTEMPTS: Final = _gauge(
    "connector_restart_attempts",
    _CONNECTOR,
    "Restarts since a connector was last well for as long as `resetAfter` says.",
)
RESTART_NEXT: Final = _gauge(
    "connector_restart_next_timestamp_seconds",
    _CONNECTOR,
    "When a failed connector is to be restarted, as long as that is to come.",
    "seconds",
)
RESTARTS_GIVEN_UP: Final = _gauge(
    "connector_restarts_given_up",
    _CONNECTOR,
    "1 where all restarts that are allowed were made, and the connector failed again.",
)
RESTART_HOPELESS: Final = _gauge(
    "connector_restart_hopeless",
    _CONNECTOR,
    "1 where a connector failed with what no restart can help.",
)

ACTING: Final = _gauge(
    "reconcile_acting",
    _CLUSTER,
    "1 where this instance acts on the cluster, 0 where it stands by while another one does.",
)
LAST_SUCCESS: Final = _gauge(
    "reconcile_last_success_timestamp_seconds",
    _CLUSTER,
    "When the last round ended that read all it needed.",
    "seconds",
)
DURATION: Final = Metric(
    name="connectform_reconcile_duration_seconds",
    kind=Kind.HISTOGRAM,
    labels=_CLUSTER,
    meaning="How long rounds took, with their restarts and the telling of alerts.",
    unit="seconds",
)
ERRORS: Final = _counter(
    "reconcile_errors",
    ("cluster", "kind"),
    "Rounds that could not be made, by what kept them from it.",
)
ALERTS_FIRING: Final = _gauge(
    "alerts_firing",
    ("cluster", "alert", "severity"),
    "How many alerts fire that people were told of.",
)
NOTIFICATIONS: Final = _counter(
    "notifications",
    ("cluster", "receiver", "outcome"),
    "Requests to receivers of alerts.",
)

METRICS: Final = (
    BUILD,
    CLUSTER_UP,
    CLUSTER,
    CLUSTER_BROKERS_LOST,
    CLUSTER_REBALANCING,
    CLUSTER_FAILING_TOGETHER,
    CLUSTER_METRICS_UNREADABLE,
    WORKER_LOST,
    RESTART_BUDGET_LEFT,
    CONNECTOR_STATE,
    CONNECTOR_HEALTH,
    TASK_STATE,
    CONNECTOR,
    CONNECTOR_TASKS,
    CONNECTOR_TASKS_MAX,
    CONNECTOR_TASKS_DESIRED,
    CONNECTOR_MANAGED,
    CONNECTOR_MISSING,
    CONNECTOR_HELD,
    CONNECTOR_DRIFTED,
    SELF_HEAL_GIVEN_UP,
    CONNECTOR_RECORDS,
    CONNECTOR_ERRORS,
    CONNECTOR_LOST,
    CONNECTOR_UNUSUAL,
    LAG_RECORDS,
    LAG_SECONDS,
    PARTITIONS_STALLED,
    RESTARTS,
    RESTART_ATTEMPTS,
    RESTART_NEXT,
    RESTARTS_GIVEN_UP,
    RESTART_HOPELESS,
    ACTING,
    LAST_SUCCESS,
    DURATION,
    ERRORS,
    ALERTS_FIRING,
    NOTIFICATIONS,
)
"""All of them, in the order in which they are exposed."""
