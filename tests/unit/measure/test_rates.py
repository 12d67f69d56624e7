"""Rates from two readings."""

import pytest

from reconcile.measure.rates import task_rates, throughputs, worker_rates
from reconcile.model.metrics import Measure, Samples, TaskSample, Throughput, WorkerSample


def task(value, *, worker="w1", number=0, measure=Measure.RECORDS_READ, **more):
    values = {measure: value, **{Measure[key.upper()]: found for key, found in more.items()}}
    return TaskSample(connector="c", task=number, worker=worker, values=values)


def reading(at, *tasks, workers=("w1", "w2")):
    known = tuple(WorkerSample(worker=worker) for worker in workers)
    return Samples(at=at, tasks=tasks, workers=known)


def rate(before, after):
    return task_rates(before, after).get(("c", 0), {}).get(Measure.RECORDS_READ)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([task(100.0)], [task(150.0)], 5.0),
        ([task(100.0)], [task(100.0)], 0.0),
        pytest.param([task(100.0)], [task(30.0)], 3.0, id="a counter that began again at 0"),
        pytest.param([], [task(30.0)], 3.0, id="a task that began since"),
        pytest.param(
            [task(100.0)],
            [task(100.0), task(40.0, worker="w2")],
            4.0,
            id="a task that moved, its old series still there",
        ),
        pytest.param(
            [task(100.0)],
            [task(150.0), task(150.0, worker="w1 again")],
            5.0,
            id="a page that is scraped twice",
        ),
        pytest.param([], [task(30.0, worker="w3")], None, id="a worker not seen before"),
        ([task(100.0)], [], None),
    ],
)
def test_a_rate_is_what_a_counter_grew_over_the_time_between(before, after, expected):
    assert rate(reading(0.0, *before), reading(10.0, *after)) == expected


@pytest.mark.parametrize("at", [0.0, -5.0])
def test_without_time_between_there_is_no_rate(at):
    assert rate(reading(0.0, task(1.0)), reading(at, task(2.0))) is None


def test_a_measure_that_was_not_there_before_has_no_rate():
    before = reading(0.0, task(1.0))
    after = reading(10.0, task(2.0, errors=500.0))

    assert task_rates(before, after) == {("c", 0): {Measure.RECORDS_READ: 0.1}}


def test_a_connector_flows_as_its_tasks_do_together():
    before = reading(0.0, task(0.0, errors=0.0), task(0.0, number=1, errors=2.0))
    after = reading(10.0, task(20.0, errors=5.0), task(30.0, number=1, errors=2.0))

    assert throughputs(before, after) == {"c": Throughput(records=5.0, errors=0.5)}


def test_a_source_flows_by_what_it_wrote():
    before = reading(0.0, task(0.0, measure=Measure.RECORDS_WRITTEN, records_polled=0.0))
    after = reading(10.0, task(20.0, measure=Measure.RECORDS_WRITTEN, records_polled=900.0))

    assert throughputs(before, after) == {"c": Throughput(records=2.0)}


def test_after_one_reading_the_rates_that_tasks_report_count():
    one = reading(0.0, task(20.0, read_rate=4.0), task(1.0, worker="old", read_rate=1.0))

    assert throughputs(None, one) == {"c": Throughput(records=4.0)}
    assert throughputs(None, reading(0.0, task(20.0))) == {"c": Throughput()}


def test_a_worker_has_its_rates_and_its_gauges():
    def worker(seconds, heap):
        values = {Measure.GC_SECONDS: seconds, Measure.HEAP_BYTES: heap}
        return Samples(at=seconds * 10, workers=(WorkerSample(worker="w1", values=values),))

    (found,) = worker_rates(worker(1.0, 5.0), worker(2.0, 7.0))
    assert dict(found.values) == {Measure.GC_SECONDS: 0.1, Measure.HEAP_BYTES: 7.0}
    (fresh,) = worker_rates(Samples(at=0.0), worker(2.0, 7.0))
    assert dict(fresh.values) == {Measure.HEAP_BYTES: 7.0}
