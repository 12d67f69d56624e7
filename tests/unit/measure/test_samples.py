"""Series of every dialect become the same samples, each counted once."""

import math

import pytest

from reconcile.measure.dialects import ATTRIBUTES, JAVA, Dialect, meanings, names
from reconcile.measure.samples import read_samples
from reconcile.model.metrics import Measure, Series

TASK = {"connector": "orders", "task": "0"}
TELEMETRY = {"kafka_connect_connector": "orders", "kafka_connect_task_id": "0"}
READ = "kafka_connect_sink_task_sink_record_read_total"


def samples(*series):
    return read_samples(series, at=0.0)


def values(*series):
    (task,) = samples(*series).tasks
    return dict(task.values)


@pytest.mark.parametrize(
    ("name", "labels", "measure", "value"),
    [
        (READ, TASK, Measure.RECORDS_READ, 5.0),
        ("kafka_connect_sink_task_metrics_sink_record_read_total", TASK, Measure.RECORDS_READ, 5.0),
        ("kafka_connect_sink_record_read_count_total", TELEMETRY, Measure.RECORDS_READ, 5.0),
        ("kafka.connect.sink.record.read.count", TELEMETRY, Measure.RECORDS_READ, 5.0),
        ("kafka_connect_sink_task_metrics_sink_record_read_rate", TASK, Measure.READ_RATE, 5.0),
        ("kafka_connect_task_error_total_record_errors", TASK, Measure.ERRORS, 5.0),
        ("kafka_connect_task_error_metrics_total_record_errors_total", TASK, Measure.ERRORS, 5.0),
        ("kafka_connect_task_error_record_error_count_total", TELEMETRY, Measure.ERRORS, 5.0),
        (
            "kafka_connect_source_task_metrics_poll_batch_avg_time_ms",
            TASK,
            Measure.POLL_SECONDS,
            0.005,
        ),
        (
            "kafka_connect_source_poll_batch_time_average_seconds",
            TELEMETRY,
            Measure.POLL_SECONDS,
            5.0,
        ),
        ("kafka_connect_connector_task_running_ratio", TASK, Measure.RUNNING_SHARE, 5.0),
    ],
)
def test_a_task_is_read_in_every_dialect(name, labels, measure, value):
    assert values(Series(name, labels, 5.0)) == {measure: pytest.approx(value)}


@pytest.mark.parametrize(
    ("name", "labels", "measure"),
    [
        ("kafka_connect_worker_task_count", {}, Measure.TASKS),
        (
            "kafka_connect_connect_worker_metrics_task_count",
            {"connector": "aggregate"},
            Measure.TASKS,
        ),
        ("kafka_connect_worker_rebalance_completed_rebalances_total", {}, Measure.REBALANCES),
        ("kafka_connect_worker_rebalance_completed_count_total", {}, Measure.REBALANCES),
        ("kafka_connect_connect_worker_rebalance_metrics_rebalancing", {}, Measure.REBALANCING),
        (
            "kafka_connect_worker_rebalance_active",
            {"kafka_connect_worker_rebalance_state": "rebalancing"},
            Measure.REBALANCING,
        ),
    ],
)
def test_a_worker_is_read_in_every_dialect(name, labels, measure):
    (worker,) = samples(Series(name, labels, 3.0, "w1")).workers

    assert (worker.worker, dict(worker.values)) == ("w1", {measure: 3.0})


def test_no_name_means_two_things():
    found = [name for attribute in ATTRIBUTES for name, _ in names(attribute)]

    for name in [*found, *(name for name, _ in JAVA)]:
        assert len({meaning.measure for meaning in meanings(name)}) == 1


def test_the_dialects_that_were_met_are_told():
    found = samples(
        Series(READ, TASK, 1.0), Series("kafka_connect_sink_record_read_count", TELEMETRY, 1.0)
    )

    assert found.dialects == (Dialect.OPEN_TELEMETRY, Dialect.RULES)


@pytest.mark.parametrize(
    "labels",
    [
        {"connector": "aggregate"},
        {"connector": "orders"},
        {"connector": "orders", "task": "all"},
        {"connector": "orders", "task": "-1"},
        {"connector": "orders", "task": "99999999999999999999"},
        {"task": "0"},
        {},
    ],
)
def test_sums_over_tasks_and_connectors_do_not_count_again(labels):
    found = samples(Series(READ, TASK, 2.0), Series(READ, labels, 40.0))

    assert [dict(task.values) for task in found.tasks] == [{Measure.RECORDS_READ: 2.0}]
    assert found.doubts == ()


def test_what_workers_tell_of_one_connector_is_no_worker():
    name = "kafka_connect_connect_worker_metrics_task_count"

    assert samples(Series(name, {"connector": "orders"}, 3.0, "w1")).workers == ()


def test_a_series_that_comes_twice_counts_once():
    twice = [Series(READ, TASK, 2.0, "w1")] * 2

    assert values(*twice) == {Measure.RECORDS_READ: 2.0}
    assert samples(*twice).doubts == ("1 series comes twice",)


def test_two_dialects_of_one_worker_count_once():
    other = Series("kafka_connect_sink_record_read_count", TELEMETRY, 7.0, "w1")

    assert values(Series(READ, TASK, 6.0, "w1"), other) == {Measure.RECORDS_READ: 7.0}


@pytest.mark.parametrize(
    ("value", "doubt"),
    [
        (-1.0, ("1 counter is negative",)),
        (math.inf, ("1 value is infinite",)),
        (1e308, ("1 value is more than workers count",)),
        (math.nan, ()),
    ],
)
def test_a_counter_that_cannot_be_is_left_out_and_told(value, doubt):
    found = samples(Series(READ, TASK, value))

    assert (found.tasks, found.doubts) == ((), doubt)


def test_a_gauge_below_zero_says_that_it_is_not_known():
    name = "kafka_connect_sink_task_put_batch_avg_time_ms"

    assert samples(Series(name, TASK, -1.0)) == samples()


def test_quotes_that_jmx_puts_around_a_name_go():
    (task,) = samples(Series(READ, {"connector": '"a,\\"b\\\\"', "task": "0"}, 1.0)).tasks

    assert task.connector == 'a,"b\\'


def test_a_label_of_a_megabyte_is_no_connector():
    found = samples(Series(READ, {"connector": "x" * 1_000_000, "task": "0"}, 1.0))

    assert found.tasks == ()
    assert found.doubts == ("1 name of a connector is too long to be any",)


def test_hostile_names_are_kept_as_they_are_and_shown_by_whoever_shows_them():
    hostile = "\x1b[31m::error::<script>"
    (task,) = samples(Series(READ, {"connector": hostile, "task": "0"}, 1.0)).tasks

    assert task.connector == hostile


def test_java_counts_its_pools_and_collectors_together_and_only_on_workers():
    heap = "jvm_memory_used_bytes"
    found = samples(
        Series("kafka_connect_worker_task_count", {}, 1.0, "w1"),
        Series(heap, {"jvm_memory_type": "heap", "jvm_memory_pool_name": "Eden"}, 10.0, "w1"),
        Series(heap, {"jvm_memory_type": "heap", "jvm_memory_pool_name": "Old"}, 20.0, "w1"),
        Series(heap, {"jvm_memory_type": "non_heap"}, 99.0, "w1"),
        Series("jvm_gc_collection_seconds_sum", {"gc": "Copy"}, 1.5, "w1"),
        Series("jvm_gc_collection_seconds_sum", {"gc": "Old", "job": "a"}, 2.0, "w1"),
        Series("jvm_gc_collection_seconds_sum", {"gc": "Old", "job": "b"}, 2.5, "w1"),
        Series("jvm_memory_bytes_used", {"area": "heap"}, 500.0, "a broker"),
    )

    (worker,) = found.workers
    assert dict(worker.values) == {
        Measure.TASKS: 1.0,
        Measure.HEAP_BYTES: 30.0,
        Measure.GC_SECONDS: 4.0,
    }


@pytest.mark.parametrize(
    ("name", "labels", "value", "delays"),
    [
        ("debezium_metrics_MilliSecondsBehindSource", {"name": "shop"}, 1500.0, {"shop": 1.5}),
        (
            "debezium_metrics_millisecondsbehindsource",
            {"server": "shop", "context": "streaming"},
            2000.0,
            {"shop": 2.0},
        ),
        ("debezium_postgres_milliseconds_behind_source", {"server": "shop"}, 0.0, {"shop": 0.0}),
        ("debezium_metrics_MilliSecondsBehindSource", {"name": "shop"}, -1.0, {}),
        ("debezium_metrics_MilliSecondsBehindSource", {"name": "shop"}, math.nan, {}),
        ("debezium_metrics_MilliSecondsBehindSource", {}, 5.0, {}),
        (
            "debezium_metrics_MilliSecondsBehindSource",
            {"server": "shop", "context": "snapshot"},
            5.0,
            {},
        ),
    ],
)
def test_debezium_tells_how_far_it_is_behind(name, labels, value, delays):
    assert samples(Series(name, labels, value)).delays == delays


def test_other_series_mean_nothing():
    assert samples(Series("up", {"job": "connect"}, 1.0)) == samples()
