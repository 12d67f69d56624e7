"""The records a Connect group keeps: configs and targets on one side, reported states on the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """What a connector or task reports about itself."""

    UNASSIGNED = "UNASSIGNED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    RESTARTING = "RESTARTING"
    STOPPED = "STOPPED"


class Target(StrEnum):
    """What a connector was told to be; no request can read it back."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


class StepKind(StrEnum):
    """What happens inside the cluster some time after a request."""

    STARTED = "started"
    CONNECTOR_LEAVES = "connector leaves"
    CONNECTOR_RETURNS = "connector returns"
    TASKS_PUBLISHED = "tasks published"
    TASKS_STARTED = "tasks started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    TASKS_LEAVE = "tasks leave"
    TASKS_GONE = "tasks gone"
    RESTARTED = "restarted"
    FAILS = "fails"
    GONE = "gone"
    WORKER_LOST = "worker lost"
    LATE_REQUEST = "late request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One line of a status: a connector or a task as some worker last reported it.

    `run` counts starts, so that a failure meant for one run never hits the next.
    """

    state: State
    worker_id: str
    version: str | None = None
    trace: str = ""
    run: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """One position: `offset` None means that the partition is known and starts afresh."""

    partition: Mapping[str, object]
    offset: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Everything the group knows under one name.

    `config` is None once the connector is deleted: its status lingers. `writes` counts how often
    it was written. `applied` is the config
    that the tasks on air were made from. `ever_published` keeps the number of task configs that a
    stop hides from readers but not from restarts. `broken` holds failures that a restart does not
    cure, by task number, None for the connector itself.
    """

    name: str
    config: Mapping[str, str] | None
    writes: int = 1
    target: Target = Target.RUNNING
    applied: Mapping[str, str] | None = None
    task_configs: tuple[Mapping[str, str], ...] = ()
    ever_published: int = 0
    instance: Instance | None = None
    tasks: Mapping[int, Instance] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    broken: Mapping[int | None, str] = field(default_factory=dict)
