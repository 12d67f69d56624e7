"""What metrics say: samples of tasks and workers, what flows, and how far behind a sink is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconcile.model.problem import Problem


class Measure(StrEnum):
    """What is measured of a task or a worker, in records, seconds, bytes or shares from 0 to 1.

    The counters of a task begin at 0 when it is started again.
    """

    RECORDS_READ = "records read"
    RECORDS_SENT = "records sent to the sink"
    RECORDS_POLLED = "records polled from the source"
    RECORDS_WRITTEN = "records written"
    ERRORS = "errors"
    FAILURES = "failures, retries included"
    SKIPPED = "records skipped"
    RETRIES = "retries"
    ERRORS_LOGGED = "errors logged"
    DEAD_LETTERS = "dead letters"
    DEAD_LETTER_FAILURES = "dead letters lost"
    READ_RATE = "records read a second"
    WRITE_RATE = "records written a second"
    PUT_SECONDS = "put time, average"
    PUT_SECONDS_MAX = "put time, longest"
    POLL_SECONDS = "poll time, average"
    POLL_SECONDS_MAX = "poll time, longest"
    RUNNING_SHARE = "share of time running"
    ACTIVE_RECORDS = "records under way"
    CONNECTORS = "connectors on the worker"
    TASKS = "tasks on the worker"
    REBALANCES = "rebalances"
    REBALANCING = "rebalancing now"
    REBALANCE_SECONDS = "rebalance time, average"
    HEAP_BYTES = "heap used"
    HEAP_LIMIT_BYTES = "heap limit"
    GC_SECONDS = "garbage collection time"
    GC_COUNT = "garbage collections"


@dataclass(frozen=True, slots=True)
class Series:
    """One sample of a metric as a source gave it; `worker` is the page or instance it is of."""

    name: str
    labels: Mapping[str, str]
    value: float
    worker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSample:
    """What was measured of one task on one worker."""

    connector: str
    task: int
    worker: str = ""
    values: Mapping[Measure, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSample:
    """What was measured of one worker and its Java machine."""

    worker: str
    values: Mapping[Measure, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What one reading of a source amounts to.

    `at` is in seconds, on a clock of the reader's choice. `delays` are Debezium's seconds behind
    the source by the name of its server (`topic.prefix`). `dialects` are the ways of naming that
    were met, `doubts` what in the reading cannot be true.
    """

    at: float
    tasks: tuple[TaskSample, ...] = ()
    workers: tuple[WorkerSample, ...] = ()
    delays: Mapping[str, float] = field(default_factory=dict)
    dialects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Records and errors of a connector a second; None where that is not known.

    `lost` are dead letters that could not be written, a second; `active` are the records under way
    at the moment, which were polled and are not done with.
    """

    records: float | None = None
    errors: float | None = None
    lost: float | None = None
    active: float | None = None


class Standing(StrEnum):
    """How a sink keeps up with a partition, by its commits (Burrow's rules)."""

    FINE = "fine"
    FALLING_BEHIND = "falling behind"
    REWOUND = "rewound"
    STALLED = "stalled"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLag:
    """How far a sink is behind in one partition.

    `committed` is None where it has committed nothing yet. `seconds` is the age of the first
    record that it has not committed; None where that is not known. `idle` is for how many seconds
    records have waited while nothing was committed; None where none wait.
    """

    topic: str
    partition: int
    end: int
    committed: int | None = None
    records: int = 0
    seconds: float | None = None
    idle: float | None = None
    standing: Standing = Standing.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorLag:
    """How far a connector is behind: by its worst partitions, or as a source says of itself."""

    records: int | None = None
    seconds: float | None = None
    idle: float | None = None
    standing: Standing = Standing.FINE
    partitions: tuple[PartitionLag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What is known of the flow through one connector.

    `moved` tells whether its offsets changed between two readings, where those were compared.
    """

    throughput: Throughput = Throughput()
    lag: ConnectorLag | None = None
    moved: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What is known of the flow through the connectors of a cluster, and what could not be known."""

    connectors: Mapping[str, Flow] = field(default_factory=dict)
    workers: tuple[WorkerSample, ...] = ()
    problems: tuple[Problem, ...] = ()
