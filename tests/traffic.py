"""Generated traffic of connectors, seeded: a sample a minute, clean or with one fault."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from reconcile.anomaly.detect import Sample
from reconcile.anomaly.profile import Metric

DAY = 24 * 60  # in minutes
MONDAY = 1_780_272_000.0  # 1 June 2026, 00:00 UTC
RESTARTS = 1 / (3 * DAY)  # a minute

_METRICS = (Metric.THROUGHPUT, Metric.THROUGHPUT, Metric.ERROR_RATE, Metric.LAG, Metric.THROUGHPUT)


class Fault(StrEnum):
    STOP = "stop"
    HALF = "drop to half"
    SPIKE = "spike"
    DRIFT = "slow drift"
    ERRORS = "error burst"
    LAG = "lag growth"


METRIC_OF = {
    Fault.STOP: Metric.THROUGHPUT,
    Fault.HALF: Metric.THROUGHPUT,
    Fault.SPIKE: Metric.THROUGHPUT,
    Fault.DRIFT: Metric.THROUGHPUT,
    Fault.ERRORS: Metric.ERROR_RATE,
    Fault.LAG: Metric.LAG,
}


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault and the minute it begins at."""

    fault: Fault
    at: int

    def distort(self, minute: int, value: float) -> float:
        """Return what becomes of a value: records or errors a second, or seconds of lag."""
        since = minute - self.at
        if since < 0:
            return value
        match self.fault:
            case Fault.STOP:
                value = 0.0
            case Fault.HALF:
                value /= 2
            case Fault.SPIKE:
                value *= 4 if since < 3 else 1
            case Fault.DRIFT:  # three per cent less every minute
                value *= max(0.2, 1 - 0.03 * since)
            case Fault.ERRORS:
                value = value * 10 + 0.05 if since < 20 else value
            case Fault.LAG:
                value += 20 * since
        return value


def metric_of(number: int) -> Metric:
    """Return what the clean series of a number measures."""
    return _METRICS[number % len(_METRICS)]


def traffic(
    number: int, metric: Metric, days: float, injected: Injected | None = None
) -> Iterator[Sample]:
    """Yield the samples of one series; the same number always gives the same ones."""
    random = Random(number)  # noqa: S311  # seeded, no secret
    shape = _shape(random)
    start = number % 7 * DAY

    def usual(minute: int) -> float:
        return shape(start + minute)

    def distort(minute: int, value: float) -> float:
        return injected.distort(minute, value) if injected else value

    minutes = int(days * DAY)
    match metric:
        case Metric.THROUGHPUT:
            values = _rates(_counter(random, minutes, usual, distort))
        case Metric.ERROR_RATE:
            values = _errors(random, minutes, usual, distort)
        case Metric.LAG:
            values = _lag(random, minutes, usual, distort)
    for minute, value in enumerate(values):
        yield Sample(MONDAY + (start + minute) * 60, value)


def _shape(random: Random) -> Callable[[int], float]:
    """Return a daily shape of two waves, with weekends and a nightly job where chance wants it."""
    first, second = random.uniform(0.2, 0.6), random.uniform(0, 0.2)
    peaks = random.random(), random.random()
    weekend = random.choice((1.0, random.uniform(0.35, 0.9)))
    job = random.choice((0.0, 0.0, random.uniform(0.5, 2.0)))
    job_hour = random.uniform(0, 23)

    def at(minute: int) -> float:
        day = minute / DAY
        value = 1 + first * math.cos(2 * math.pi * (day - peaks[0]))
        value += second * math.cos(4 * math.pi * (day - peaks[1]))
        if int(day) % 7 >= 5:
            value *= weekend
        value += job * math.exp(-(((day % 1 * 24 - job_hour) / 0.7) ** 2))
        return max(value, 0.1)

    return at


def _counter(
    random: Random,
    minutes: int,
    usual: Callable[[int], float],
    distort: Callable[[int, float], float],
) -> Iterator[int]:
    """Yield a counter of records; a restart sets it to 0 and delays some of a minute's records."""
    level = math.exp(random.uniform(0, math.log(5000)))
    noise = _noise(random, random.uniform(0.02, 0.08))
    counter, delayed = 0, 0
    yield counter
    for minute in range(minutes):
        rate = distort(minute, level * usual(minute) * math.exp(next(noise)))
        records = _poisson(random, rate * 60)
        if random.random() < RESTARTS:
            counter, late = 0, int(records * random.uniform(0.1, 0.5))
        else:
            late = 0
        counter += records - late + delayed
        delayed = late
        yield counter


def _rates(counter: Iterator[int]) -> Iterator[float]:
    """Yield the increase a second of a counter that may start over."""
    before = next(counter)
    for after in counter:
        yield (after - before if after >= before else after) / 60
        before = after


def _errors(
    random: Random,
    minutes: int,
    usual: Callable[[int], float],
    distort: Callable[[int, float], float],
) -> Iterator[float]:
    level = random.choice((0.0, 0.0005, 0.01, 0.1, 1.0)) / 60
    for minute in range(minutes):
        yield _poisson(random, distort(minute, level * usual(minute)) * 60) / 60


def _lag(
    random: Random,
    minutes: int,
    usual: Callable[[int], float],
    distort: Callable[[int, float], float],
) -> Iterator[float]:
    level = random.uniform(0.5, 20)
    noise = _noise(random, random.uniform(0.1, 0.4))
    for minute in range(minutes):
        seconds = level * math.sqrt(usual(minute)) * math.exp(next(noise))
        if random.random() < RESTARTS:
            seconds *= random.uniform(1.5, 3)
        yield distort(minute, seconds)


def _noise(random: Random, spread: float) -> Iterator[float]:
    """Yield normal noise that remembers some of the minute before."""
    memory = random.choice((0.0, 0.3, 0.6))
    value = 0.0
    while True:
        value = memory * value + math.sqrt(1 - memory**2) * random.gauss(0, spread)
        yield value


def _poisson(random: Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    count, left = 0, random.random()
    limit = math.exp(-mean)
    while left > limit:
        left *= random.random()
        count += 1
    return count
