"""What a cluster says is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.flavor import Flavor
from reconcile.model.release import Release, release_of


class ConnectorKind(StrEnum):
    """Which way a connector moves records; a deleted one is unknown for a while."""

    SOURCE = "source"
    SINK = "sink"
    UNKNOWN = "unknown"


class State(StrEnum):
    """A state that a worker reports; what we do not know reads as UNKNOWN."""

    UNASSIGNED = "UNASSIGNED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    RESTARTING = "RESTARTING"
    STOPPED = "STOPPED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTask:
    """One task as reported."""

    id: int
    state: State
    worker: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """The reported status of a connector; it carries no generation and may be old."""

    state: State
    tasks: tuple[LiveTask, ...] = ()
    worker: str = ""
    trace: str = ""
    version: str = ""

    @property
    def assignments(self) -> tuple[tuple[str, State], ...]:
        """Return the worker and the state of the connector, and of each of its tasks."""
        return ((self.worker, self.state), *((task.worker, task.state) for task in self.tasks))

    @property
    def target_state(self) -> TargetState:
        """Return the target state as far as it can be seen: paused and stopped show, all else runs."""
        match self.state:
            case State.PAUSED:
                return TargetState.PAUSED
            case State.STOPPED:
                return TargetState.STOPPED
            case _:
                return TargetState.RUNNING

    @property
    def has_failed(self) -> bool:
        """Tell whether the connector or one of its tasks failed."""
        return self.state is State.FAILED or any(task.state is State.FAILED for task in self.tasks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveConnector:
    """One connector as reported; `status` is None until a worker has written one.

    `generated_tasks` counts the tasks that were generated for it, which may be fewer than
    `tasks.max`. `stray_name` is the `name` inside its config where that is not its own (a PATCH
    can do this).
    """

    name: str
    config: Config
    kind: ConnectorKind = ConnectorKind.UNKNOWN
    status: LiveStatus | None = None
    generated_tasks: int = 0
    stray_name: str = ""

    @property
    def class_name(self) -> str:
        """Return the connector class as stored, without surrounding space."""
        return (self.config.get("connector.class") or "").strip()

    @property
    def has_failed(self) -> bool:
        """Tell whether the connector or one of its tasks failed."""
        return self.status is not None and self.status.has_failed

    @property
    def target_state(self) -> TargetState:
        """Return the target state as far as it can be seen: without a status it is to run."""
        return self.status.target_state if self.status else TargetState.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterIdentity:
    """What `GET /` answers: the Connect version and the Kafka cluster behind it.

    `flavor` is what the project file says of it; None where the version is to tell.
    """

    version: str
    commit: str = ""
    kafka_cluster_id: str = ""
    flavor: Flavor | None = None

    @property
    def release(self) -> Release:
        """Return the release of Apache Kafka that the worker amounts to."""
        return release_of(self.version, self.flavor)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveState:
    """One consistent reading of a cluster."""

    cluster: str
    url: str
    identity: ClusterIdentity
    connectors: Mapping[str, LiveConnector]
    taken_at: datetime
