"""The names that public rules and reporters give to what Connect and its Java machine measure.

Sources: the attributes are Connect's own (KIP-196, KIP-475), the names those of jmx_exporter's
example and Strimzi's rules, of Confluent's monitoring stacks (which Grafana's mixin and Strimzi's
metrics reporter share), and of OpenTelemetry's JMX rules as Prometheus writes them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from reconcile.model.metrics import Measure

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_MS: Final = 0.001


class Dialect(StrEnum):
    """A way to name metrics."""

    RULES = "jmx_exporter's and Strimzi's rules"
    BEANS = "Confluent's and Grafana's rules, Strimzi's reporter"
    OPEN_TELEMETRY = "OpenTelemetry"
    JVM = "Java machine"


class Naming(StrEnum):
    """Whose metrics rules and dashboards are written for, as the command line calls them."""

    OURS = "ours"
    JMX_EXPORTER = "jmx-exporter"
    CONFLUENT = "confluent"
    STRIMZI_REPORTER = "strimzi-reporter"
    OPEN_TELEMETRY = "opentelemetry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How those who name metrics in a dialect say which connector a series is of, and its state.

    `status` is 1 for the state that a connector is in, which the label `state` names in small
    letters.
    """

    dialect: Dialect
    status: str
    state: str = "status"
    connector: str = "connector"
    task: str = "task"


NAMINGS: Final[Mapping[Naming, Labels]] = {
    Naming.JMX_EXPORTER: Labels(dialect=Dialect.RULES, status="kafka_connect_connector_status"),
    Naming.CONFLUENT: Labels(dialect=Dialect.BEANS, status="kafka_connect_connector_metrics"),
    Naming.STRIMZI_REPORTER: Labels(
        dialect=Dialect.BEANS, status="kafka_connect_connector_metrics_status_info"
    ),
    Naming.OPEN_TELEMETRY: Labels(
        dialect=Dialect.OPEN_TELEMETRY,
        status="kafka_connect_connector_status",
        state="kafka_connect_connector_state",
        connector="kafka_connect_connector",
        task="kafka_connect_task_id",
    ),
}
"""All but our own, whose names are no dialect of Connect's."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a bean of Connect, and its OpenTelemetry name.

    `factor` turns its unit into ours; OpenTelemetry has ours already. `state` is the label and
    value by which OpenTelemetry tells what others tell by the value.
    """

    measure: Measure
    bean: str
    name: str
    telemetry: str = ""
    factor: float = 1.0
    state: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for; `where` is a label and the value that it must have."""

    measure: Measure
    dialect: Dialect
    factor: float = 1.0
    where: tuple[str, str] | None = None


_SINK: Final = "sink-task-metrics"
_SOURCE: Final = "source-task-metrics"
_ERROR: Final = "task-error-metrics"
_TASK: Final = "connector-task-metrics"
_WORKER: Final = "connect-worker-metrics"
_GROUP: Final = "connect-worker-rebalance-metrics"

ATTRIBUTES: Final = (
    Attribute(Measure.RECORDS_READ, _SINK, "sink-record-read-total", "sink.record.read.count"),
    Attribute(Measure.RECORDS_SENT, _SINK, "sink-record-send-total", "sink.record.send.count"),
    Attribute(Measure.READ_RATE, _SINK, "sink-record-read-rate"),
    Attribute(
        Measure.PUT_SECONDS, _SINK, "put-batch-avg-time-ms", "sink.put.batch.time.average", _MS
    ),
    Attribute(
        Measure.PUT_SECONDS_MAX, _SINK, "put-batch-max-time-ms", "sink.put.batch.time.max", _MS
    ),
    Attribute(
        Measure.ACTIVE_RECORDS, _SINK, "sink-record-active-count", "sink.record.active.count"
    ),
    Attribute(
        Measure.RECORDS_POLLED, _SOURCE, "source-record-poll-total", "source.record.poll.count"
    ),
    Attribute(
        Measure.RECORDS_WRITTEN, _SOURCE, "source-record-write-total", "source.record.write.count"
    ),
    Attribute(Measure.WRITE_RATE, _SOURCE, "source-record-write-rate"),
    Attribute(
        Measure.POLL_SECONDS,
        _SOURCE,
        "poll-batch-avg-time-ms",
        "source.poll.batch.time.average",
        _MS,
    ),
    Attribute(
        Measure.POLL_SECONDS_MAX,
        _SOURCE,
        "poll-batch-max-time-ms",
        "source.poll.batch.time.max",
        _MS,
    ),
    Attribute(
        Measure.ACTIVE_RECORDS, _SOURCE, "source-record-active-count", "source.record.active.count"
    ),
    Attribute(Measure.ERRORS, _ERROR, "total-record-errors", "task.error.record.error.count"),
    Attribute(Measure.FAILURES, _ERROR, "total-record-failures", "task.error.record.failure.count"),
    Attribute(Measure.SKIPPED, _ERROR, "total-records-skipped", "task.error.record.skipped.count"),
    Attribute(Measure.RETRIES, _ERROR, "total-retries", "task.error.retry.count"),
    Attribute(Measure.ERRORS_LOGGED, _ERROR, "total-errors-logged", "task.error.logged.count"),
    Attribute(
        Measure.DEAD_LETTERS,
        _ERROR,
        "deadletterqueue-produce-requests",
        "task.error.deadletterqueue.produce.request.count",
    ),
    Attribute(
        Measure.DEAD_LETTER_FAILURES,
        _ERROR,
        "deadletterqueue-produce-failures",
        "task.error.deadletterqueue.produce.failure.count",
    ),
    Attribute(Measure.RUNNING_SHARE, _TASK, "running-ratio", "task.running.ratio"),
    Attribute(Measure.CONNECTORS, _WORKER, "connector-count", "worker.connector.count"),
    Attribute(Measure.TASKS, _WORKER, "task-count", "worker.task.count"),
    Attribute(
        Measure.REBALANCES, _GROUP, "completed-rebalances-total", "worker.rebalance.completed.count"
    ),
    Attribute(
        Measure.REBALANCING,
        _GROUP,
        "rebalancing",
        "worker.rebalance.active",
        state=("kafka_connect_worker_rebalance_state", "rebalancing"),
    ),
    Attribute(
        Measure.REBALANCE_SECONDS,
        _GROUP,
        "rebalance-avg-time-ms",
        "worker.rebalance.time.average",
        _MS,
    ),
)
"""What is read of Connect."""

_HEAP: Final = ("area", "heap")
_HEAP_TYPE: Final = ("jvm_memory_type", "heap")

JAVA: Final[tuple[tuple[str, Meaning], ...]] = (
    ("jvm_memory_bytes_used", Meaning(Measure.HEAP_BYTES, Dialect.JVM, where=_HEAP)),
    ("jvm_memory_used_bytes", Meaning(Measure.HEAP_BYTES, Dialect.JVM, where=_HEAP)),
    ("jvm_memory_used_bytes", Meaning(Measure.HEAP_BYTES, Dialect.JVM, where=_HEAP_TYPE)),
    ("jvm_memory_bytes_max", Meaning(Measure.HEAP_LIMIT_BYTES, Dialect.JVM, where=_HEAP)),
    ("jvm_memory_max_bytes", Meaning(Measure.HEAP_LIMIT_BYTES, Dialect.JVM, where=_HEAP)),
    ("jvm_memory_limit_bytes", Meaning(Measure.HEAP_LIMIT_BYTES, Dialect.JVM, where=_HEAP_TYPE)),
    ("jvm_gc_collection_seconds_sum", Meaning(Measure.GC_SECONDS, Dialect.JVM)),
    ("jvm_gc_duration_seconds_sum", Meaning(Measure.GC_SECONDS, Dialect.JVM)),
    ("jvm_gc_collection_seconds_count", Meaning(Measure.GC_COUNT, Dialect.JVM)),
    ("jvm_gc_duration_seconds_count", Meaning(Measure.GC_COUNT, Dialect.JVM)),
)
"""What is read of the Java machine, by name; a name can come with two sets of labels."""

DELAY: Final = re.compile(r"debezium_(?:.+_)?milli_?seconds_?behind_?source")
"""The names that rules give to Debezium's MilliSecondsBehindSource, once they are plain."""

_IN_SECONDS: Final = frozenset(
    {
        Measure.PUT_SECONDS,
        Measure.PUT_SECONDS_MAX,
        Measure.POLL_SECONDS,
        Measure.POLL_SECONDS_MAX,
        Measure.REBALANCE_SECONDS,
    }
)


def plain(name: str) -> str:
    """Return a name in lower case with underscores alone, as all dialects can be compared."""
    return _OTHER.sub("_", name.lower()).strip("_")


def meanings(name: str) -> tuple[Meaning, ...]:
    """Return what the name of a metric can stand for: nothing, mostly.

    `_total` at its end says nothing: exporters add it to counters, or do not.
    """
    return _table().get(plain(name).removesuffix("_total"), ())


def names(attribute: Attribute) -> Iterator[tuple[str, Meaning]]:
    """Yield the names of an attribute in every dialect that has one."""
    for dialect in (Dialect.RULES, Dialect.BEANS):
        meaning = Meaning(attribute.measure, dialect, attribute.factor)
        yield _name(dialect, attribute.bean, attribute.name), meaning
    if attribute.telemetry:
        unit = "_seconds" if attribute.measure in _IN_SECONDS else ""
        meaning = Meaning(attribute.measure, Dialect.OPEN_TELEMETRY, where=attribute.state)
        yield f"kafka_connect_{plain(attribute.telemetry)}{unit}", meaning


def names_of(measure: Measure, dialect: Dialect | None = None) -> tuple[str, ...]:
    """Return the plain names of a measure, in one dialect or in all; none where it has none."""
    pairs = [pair for attribute in ATTRIBUTES for pair in names(attribute)]
    found = (
        name
        for name, meaning in (*pairs, *JAVA)
        if meaning.measure is measure and dialect in {None, meaning.dialect}
    )
    return tuple(dict.fromkeys(found))


def tasks_of_connector(dialect: Dialect, state: str) -> tuple[str, tuple[str, str] | None]:
    """Return the name of how many tasks of a connector a worker has in a state, `total` for all.

    The second is a label and the value that it must have, where the state is not in the name;
    with `total` there is none, and the sum over all states is meant.
    """
    if dialect is not Dialect.OPEN_TELEMETRY:
        return _name(dialect, _WORKER, f"connector-{state}-task-count"), None
    where = ("kafka_connect_worker_connector_task_state", state)
    return "kafka_connect_worker_connector_task_count", None if state == "total" else where


def _name(dialect: Dialect, bean: str, attribute: str) -> str:
    """Return the name of an attribute as rules write it."""
    if dialect is Dialect.RULES:
        bean = bean.removesuffix("-metrics").replace("connect-worker", "worker")
    return f"kafka_connect_{plain(bean)}_{plain(attribute)}"


def known_names() -> tuple[str, ...]:
    """Return all plain names that mean something, without `_total`, sorted."""
    return tuple(sorted(_table()))


@cache
def _table() -> Mapping[str, tuple[Meaning, ...]]:
    table: dict[str, tuple[Meaning, ...]] = {}
    pairs = [pair for attribute in ATTRIBUTES for pair in names(attribute)]
    for name, meaning in (*pairs, *JAVA):
        key = name.removesuffix("_total")
        table[key] = (*table.get(key, ()), meaning)
    return table
