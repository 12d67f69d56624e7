"""Rates from two readings: counters that begin again and tasks that move included."""

from collections.abc import Mapping

from reconcile.measure.samples import COUNTERS
from reconcile.model.metrics import Measure, Samples, TaskSample, Throughput, WorkerSample

Values = Mapping[Measure, float]


def increase(before: float, after: float) -> float:
    """Return how much a counter grew; one that fell began again at 0."""
    return after if after < before else after - before


def task_rates(before: Samples, after: Samples) -> dict[tuple[str, int], dict[Measure, float]]:
    """Return what each task counted a second between two readings.

    A task that has moved is there twice until its old series are gone, which stand still: the one
    that counted more counts. What a worker counted before it was first seen is left out.
    """
    earlier = {_key(sample): sample.values for sample in before.tasks}
    seen = {sample.worker for sample in before.tasks}
    seen |= {sample.worker for sample in before.workers}
    rates: dict[tuple[str, int], dict[Measure, float]] = {}
    for sample in after.tasks:
        old = earlier.get(_key(sample), {} if sample.worker in seen else None)
        for measure, rate in _rates(old, sample.values, after.at - before.at).items():
            task = rates.setdefault((sample.connector, sample.task), {})
            task[measure] = max(rate, task.get(measure, 0.0))
    return rates


def worker_rates(before: Samples, after: Samples) -> tuple[WorkerSample, ...]:
    """Return what each worker counted a second between two readings, and its gauges as they are."""
    earlier = {sample.worker: sample.values for sample in before.workers}
    return tuple(
        WorkerSample(
            worker=sample.worker,
            values={
                **{key: value for key, value in sample.values.items() if key not in COUNTERS},
                **_rates(earlier.get(sample.worker), sample.values, after.at - before.at),
            },
        )
        for sample in after.workers
    )


def throughputs(before: Samples | None, after: Samples) -> dict[str, Throughput]:
    """Return records and errors a second of each connector, over all of its tasks.

    Where counters tell nothing yet, the rates that the tasks report of themselves do.
    """
    counted = task_rates(before, after) if before is not None else {}
    reported = _reported(after)
    found: dict[str, dict[str, list[float]]] = {}
    for connector, task in sorted({(sample.connector, sample.task) for sample in after.tasks}):
        rates = counted.get((connector, task), {})
        own = reported.get((connector, task), {})
        sums = found.setdefault(connector, {"records": [], "errors": [], "lost": [], "active": []})
        sums["records"] += _known(
            rates.get(Measure.RECORDS_READ),
            rates.get(Measure.RECORDS_WRITTEN),
            own.get(Measure.READ_RATE),
            own.get(Measure.WRITE_RATE),
        )
        sums["errors"] += _known(rates.get(Measure.ERRORS))
        sums["lost"] += _known(rates.get(Measure.DEAD_LETTER_FAILURES))
        sums["active"] += _known(own.get(Measure.ACTIVE_RECORDS))
    return {
        connector: Throughput(**{what: _sum(values) for what, values in sums.items()})
        for connector, sums in found.items()
    }


def _rates(before: Values | None, after: Values, seconds: float) -> dict[Measure, float]:
    if before is None or seconds <= 0:
        return {}
    # A series that was not there before is of a task that has begun since, if there was any.
    return {
        measure: increase(before.get(measure, 0.0), value) / seconds
        for measure, value in after.items()
        if measure in COUNTERS and (measure in before or not before)
    }


def _reported(samples: Samples) -> dict[tuple[str, int], dict[Measure, float]]:
    rates: dict[tuple[str, int], dict[Measure, float]] = {}
    for sample in samples.tasks:
        task = rates.setdefault((sample.connector, sample.task), {})
        for measure in (Measure.READ_RATE, Measure.WRITE_RATE, Measure.ACTIVE_RECORDS):
            if measure in sample.values:
                task[measure] = max(sample.values[measure], task.get(measure, 0.0))
    return rates


def _key(sample: TaskSample) -> tuple[str, int, str]:
    return sample.connector, sample.task, sample.worker


def _known(*values: float | None) -> list[float]:
    return [value for value in values if value is not None][:1]


def _sum(values: list[float]) -> float | None:
    return sum(values) if values else None
