"""Turn series of any dialect into samples of tasks and workers, each counted once."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.measure.dialects import DELAY, Dialect, Meaning, meanings, plain
from reconcile.model.metrics import Measure, Samples, Series, TaskSample, WorkerSample

OF_WORKERS: Final = frozenset(
    {
        Measure.CONNECTORS,
        Measure.TASKS,
        Measure.REBALANCES,
        Measure.REBALANCING,
        Measure.REBALANCE_SECONDS,
        Measure.HEAP_BYTES,
        Measure.HEAP_LIMIT_BYTES,
        Measure.GC_SECONDS,
        Measure.GC_COUNT,
    }
)
COUNTERS: Final = frozenset(
    {
        Measure.RECORDS_READ,
        Measure.RECORDS_SENT,
        Measure.RECORDS_POLLED,
        Measure.RECORDS_WRITTEN,
        Measure.ERRORS,
        Measure.FAILURES,
        Measure.SKIPPED,
        Measure.RETRIES,
        Measure.ERRORS_LOGGED,
        Measure.DEAD_LETTERS,
        Measure.DEAD_LETTER_FAILURES,
        Measure.REBALANCES,
        Measure.GC_SECONDS,
        Measure.GC_COUNT,
    }
)
"""What only grows, until a task or a worker is started again."""

_AGGREGATE: Final = "aggregate"
_CONNECTOR: Final = ("connector", "kafka_connect_connector")
_TASK: Final = ("task", "kafka_connect_task_id")
_SERVER: Final = ("server", "name")
_CONTEXT: Final = "context"
_STREAMING: Final = "streaming"
_LONGEST: Final = 500
_TOO_MANY: Final = 2.0**63  # workers count in Java's long

_OF_JAVA: Final = frozenset({"area", "pool", "gc", "action", "cause"})

_Doubt = tuple[str, str]
# What is told of one, and what of several.
_TWICE: Final = ("series comes twice", "series come twice")
_INFINITE: Final = ("value is infinite", "values are infinite")
_BEYOND: Final = ("value is more than workers count", "values are more than workers count")
_NEGATIVE: Final = ("counter is negative", "counters are negative")
_TOO_LONG: Final = (
    "name of a connector is too long to be any",
    "names of connectors are too long to be any",
)

TaskKey = tuple[str, int, str]
Labels = frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Found:
    tasks: dict[TaskKey, dict[Measure, float]] = field(default_factory=dict)
    workers: dict[str, dict[Measure, float]] = field(default_factory=dict)
    java: dict[tuple[str, Measure], dict[str, dict[Labels, float]]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    connect: set[str] = field(default_factory=set)
    dialects: set[Dialect] = field(default_factory=set)
    doubts: Counter[_Doubt] = field(default_factory=Counter)


def read_samples(series: Iterable[Series], *, at: float) -> Samples:
    """Return what series amount to; those that mean nothing here are passed over.

    Sums over tasks or connectors are left out, since their parts are there as well. A series that
    comes twice counts once, and Java machines that run no worker do not count. `at` is the time of
    the reading, in seconds.
    """
    found = _Found()
    seen: set[tuple[str, Labels, str]] = set()
    for one in series:
        identity = (plain(one.name), frozenset(one.labels.items()), one.worker)
        if identity in seen:
            found.doubts[_TWICE] += 1
            continue
        seen.add(identity)
        _take(found, one)
    for (worker, measure), names in found.java.items():
        if worker in found.connect:
            sums = (sum(parts.values()) for parts in names.values())
            found.workers.setdefault(worker, {})[measure] = max(sums)
    return Samples(
        at=at,
        tasks=tuple(
            TaskSample(connector=connector, task=task, worker=worker, values=values)
            for (connector, task, worker), values in sorted(found.tasks.items())
        ),
        workers=tuple(
            WorkerSample(worker=worker, values=values)
            for worker, values in sorted(found.workers.items())
        ),
        delays=found.delays,
        dialects=tuple(sorted(found.dialects)),
        doubts=tuple(_words(doubt, count) for doubt, count in sorted(found.doubts.items())),
    )


def _words(doubt: _Doubt, count: int) -> str:
    one, several = doubt
    return f"{count} {one if count == 1 else several}"


def _take(found: _Found, one: Series) -> None:
    labels = {plain(name): value for name, value in one.labels.items()}
    if DELAY.fullmatch(plain(one.name)):
        _take_delay(found, labels, one.value)
        return
    meaning = _meaning(one.name, labels)
    value = _value(found, meaning, one.value) if meaning else None
    if meaning is None or value is None:
        return
    connector = _unquoted(_first(labels, _CONNECTOR))
    if meaning.measure not in OF_WORKERS:
        _take_of_task(found, one.worker, (connector, _first(labels, _TASK)), meaning, value)
    elif connector in ("", _AGGREGATE):
        _take_of_worker(found, one, meaning, value)


def _value(found: _Found, meaning: Meaning, value: float) -> float | None:
    """Return a value in our unit, or None for one that says nothing, or cannot be."""
    if math.isnan(value):
        return None  # an average of nothing, most often
    if math.isinf(value):
        found.doubts[_INFINITE] += 1
        return None
    if value >= _TOO_MANY:
        found.doubts[_BEYOND] += 1
        return None
    if value < 0:  # of a gauge: no limit, or not known
        if meaning.measure in COUNTERS:
            found.doubts[_NEGATIVE] += 1
        return None
    return value * meaning.factor


def _take_of_task(
    found: _Found, worker: str, place: tuple[str, str], meaning: Meaning, value: float
) -> None:
    connector, task = place[0], _number(place[1])
    if task is None or not connector:
        return  # a sum over tasks or connectors
    if len(connector) > _LONGEST:
        found.doubts[_TOO_LONG] += 1
        return
    found.connect.add(worker)
    found.dialects.add(meaning.dialect)
    values = found.tasks.setdefault((connector, task, worker), {})
    # The same page scraped by two jobs, or read in two dialects: the newer one is further.
    values[meaning.measure] = max(value, values.get(meaning.measure, 0.0))


def _take_of_worker(found: _Found, one: Series, meaning: Meaning, value: float) -> None:
    if meaning.dialect is Dialect.JVM:
        # Pools of memory and collectors have a series each; who scraped them tells nothing apart.
        own = frozenset(
            pair for pair in one.labels.items() if pair[0] in _OF_JAVA or "jvm" in pair[0]
        )
        parts = found.java.setdefault((one.worker, meaning.measure), {}).setdefault(one.name, {})
        parts[own] = max(value, parts.get(own, 0.0))
        return
    found.connect.add(one.worker)
    found.dialects.add(meaning.dialect)
    values = found.workers.setdefault(one.worker, {})
    values[meaning.measure] = max(value, values.get(meaning.measure, 0.0))


def _take_delay(found: _Found, labels: Mapping[str, str], milliseconds: float) -> None:
    server = _unquoted(_first(labels, _SERVER))
    if labels.get(_CONTEXT, _STREAMING) != _STREAMING or not server:
        return
    if math.isfinite(milliseconds) and milliseconds >= 0:  # -1: nothing has come yet
        found.delays[server] = max(milliseconds / 1000, found.delays.get(server, 0.0))


def _meaning(name: str, labels: Mapping[str, str]) -> Meaning | None:
    for meaning in meanings(name):
        if meaning.where is None or labels.get(meaning.where[0]) == meaning.where[1]:
            return meaning
    return None


def _first(labels: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((labels[key] for key in keys if labels.get(key)), "")


def _unquoted(name: str) -> str:
    """Return a name without the quotes that JMX puts around unusual ones."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        return name[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return name


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
