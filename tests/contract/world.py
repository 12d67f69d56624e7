"""One Connect cluster under contract: simulated or real, the tests do not know which."""

import itertools
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from reconcile.clock import Clock, until
from reconcile.connect import reads, writes
from reconcile.connect.connection import Connection
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.errors import ClusterError
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveStatus, State

T = TypeVar("T")

DEADLINE = 60.0
SOURCE_CLASS = "org.apache.kafka.connect.file.FileStreamSourceConnector"


@dataclass(kw_only=True)
class World:
    """A cluster, a folder its connectors may write to, and names that nobody else uses."""

    connection: Connection
    clock: Clock
    folder: Path
    made: list[str] = field(default_factory=list)
    _prefix: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def release(self) -> tuple[int, int]:
        return self.connection.worker.identity.release

    def name(self, pattern: str = "{}") -> str:
        """Return a new name, to be deleted in the end."""
        name = pattern.format(f"{self._prefix}-{next(self._numbers)}")
        self.made.append(name)
        return name

    def source(self, **settings: str) -> Config:
        """Return the config of a source that waits for a file."""
        values = {
            "connector.class": "FileStreamSource",
            "tasks.max": "1",
            "file": str(self.folder / "no-such-file.txt"),
            "topic": f"lines-{self._prefix}",
        }
        return Config(values | dotted(settings))

    def sink(self, **settings: str) -> Config:
        """Return the config of a sink of two tasks."""
        values = {
            "connector.class": "FileStreamSink",
            "tasks.max": "2",
            "file": str(self.folder / "out.txt"),
            "topics": f"lines-{self._prefix}",
        }
        return Config(values | dotted(settings))

    def insist(self, write: Callable[[], T]) -> T:
        """Write until the cluster is not busy with something else."""
        results: list[T] = []

        def written() -> bool:
            try:
                results.append(write())
            except WriteFailure as failure:
                if failure.kind is WriteFailureKind.RETRY:
                    return False
                raise
            return True

        assert until(self.clock, written, timeout=DEADLINE)
        return results[-1]

    def eventually(self, condition: Callable[[], bool]) -> bool:
        """Tell whether something comes true in time."""
        return until(self.clock, condition, timeout=DEADLINE, interval=0.05)

    def created(
        self, config: Config, *, pattern: str = "{}", state: TargetState | None = None
    ) -> str:
        """Create a connector and return its name once it has a status."""
        name = self.name(pattern)
        self.insist(
            lambda: writes.create_connector(self.connection, name, config, initial_state=state)
        )
        assert self.eventually(lambda: self.status(name) is not None)
        return name

    def running(self, config: Config, *, pattern: str = "{}") -> str:
        """Create a connector and return its name once it runs with all its tasks."""
        name = self.created(config, pattern=pattern)
        assert self.comes_to(name, "RUNNING", *["RUNNING"] * int(config.get("tasks.max")))
        return name

    def put(self, name: str, config: Config) -> bool:
        """Replace a config."""
        return self.insist(lambda: writes.put_config(self.connection, name, config))

    def delete(self, name: str) -> None:
        """Delete a connector and wait until nothing is left of it."""
        self.insist(lambda: writes.delete_connector(self.connection, name))
        assert self.eventually(lambda: self.is_gone(name))

    def is_gone(self, name: str) -> bool:
        return self.status(name) is None and name not in reads.list_names(self.connection)

    def status(self, name: str) -> LiveStatus | None:
        return reads.get_status(self.connection, name)

    def states(self, name: str) -> tuple[str, ...]:
        """Return the state of a connector and those of its tasks."""
        status = self.status(name)
        if status is None:
            return ()
        return (status.state.value, *(task.state.value for task in status.tasks))

    def comes_to(self, name: str, *states: str) -> bool:
        """Tell whether a connector and its tasks reach these states."""
        return self.eventually(lambda: self.states(name) == states)

    def has(self, name: str, key: str, value: str) -> bool:
        """Tell whether the tasks were given a value: the sign that an update is on."""
        tasks = reads.get_task_configs(self.connection, name)
        return bool(tasks) and all(task.get(key) == value for task in tasks)

    def clear(self) -> None:
        """Delete what the test made, as far as it can be deleted by name."""
        for name in set(self.made) & set(reads.list_names(self.connection)):
            # A name that no path can hold stays; one that is gone meanwhile is fine.
            with suppress(WriteFailure):
                self.insist(lambda name=name: writes.delete_connector(self.connection, name))


def dotted(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings with `.` for `__` in their keys."""
    return {key.replace("__", "."): value for key, value in settings.items()}


def is_running(status: LiveStatus | None) -> bool:
    return status is not None and status.state is State.RUNNING


def refused(write: Callable[[], object]) -> WriteFailure:
    """Return the failure of a write that must fail."""
    try:
        write()
    except WriteFailure as failure:
        return failure
    raise AssertionError("the write was not refused")


def unreadable(read: Callable[[], object]) -> ClusterError:
    """Return the error of a read that must fail."""
    try:
        read()
    except ClusterError as error:
        return error
    raise AssertionError("the read did not fail")
