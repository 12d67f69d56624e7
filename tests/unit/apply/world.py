"""A simulated cluster over HTTP, a connection to it, and plans made by hand."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reconcile.apply.events import Event
from reconcile.apply.execute import apply_plan
from reconcile.apply.journal import Journal
from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.connect.connection import Connection, ignored, open_connection
from reconcile.live.snapshot import take_snapshot
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveConnector, LiveStatus, State
from reconcile.model.outcome import ApplyResult, Outcome
from reconcile.model.plan import (
    Action,
    Change,
    Effect,
    EffectKind,
    Plan,
    Precondition,
    Reason,
    StateChange,
)
from reconcile.model.project import Access
from reconcile.plan.digest import precondition_of
from reconcile.redact import Redactor
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock

RUNNING, PAUSED, STOPPED = TargetState.RUNNING, TargetState.PAUSED, TargetState.STOPPED
SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
MOCK = "org.apache.kafka.connect.tools.MockSourceConnector"


class WatchedClock(FakeClock):
    """A clock that moves in small steps, so that nothing a cluster passes through is missed."""

    def __init__(self) -> None:
        super().__init__()
        self.on_step: list[Callable[[], None]] = []

    def advance(self, seconds: float) -> None:
        if not self.on_step:
            super().advance(seconds)
            return
        left = seconds
        while left > 0:
            step = min(left, 0.01)
            super().advance(step)
            left -= step
            for look in self.on_step:
                look()


@dataclass(slots=True, kw_only=True)
class World:
    cluster: SimulatedCluster
    connection: Connection
    clock: WatchedClock
    events: list[Event] = field(default_factory=list)
    interrupt: Interrupt = field(default_factory=Interrupt)
    observers: list[Callable[[Event], None]] = field(default_factory=list)

    def observe(self, event: Event) -> None:
        self.events.append(event)
        for observer in self.observers:
            observer(event)

    def plan(self, *changes: Change) -> Plan:
        """Return a plan of these changes, made from what is there now."""
        return Plan(
            project="shop",
            cluster=self.connection.cluster,
            identity=self.connection.worker.identity,
            created_at=self.clock.now(),
            changes=tuple(map(self._planned, changes)),
            in_sync=0,
            declared=len(changes),
            digest="sha256:0",
        )

    def _planned(self, change: Change) -> Change:
        config = self.config(change.name)
        if change.action is Action.CREATE or config is None:
            return change
        state, *tasks = self.states(change.name) or ("RUNNING",)
        found = live(config, state, name=change.name)
        hidden = () if change.before else config.keys()
        precondition = precondition_of(found, hidden)
        return replace(change, precondition=precondition, tasks=len(tasks))

    def apply(self, *changes: Change, **options: object) -> ApplyResult:
        return self.carry_out(self.plan(*changes), **options)

    def carry_out(
        self,
        plan: Plan,
        *,
        journal: Journal | None = None,
        origins: Mapping[str, Connection] | None = None,
        **options: object,
    ) -> ApplyResult:
        return apply_plan(
            plan,
            self.connection,
            clock=self.clock,
            rng=random.Random(7),  # noqa: S311  # jitter, repeatable
            options=ApplyOptions(**{"parallelism": 8, **options}),  # type: ignore[arg-type]
            observe=self.observe,
            interrupt=self.interrupt,
            journal=journal,
            origins=origins,
        )

    def one(self, change: Change, **options: object) -> Outcome:
        (outcome,) = self.apply(change, **options).outcomes
        return outcome

    def given(self, name: str, config: Mapping[str, str], state: TargetState = RUNNING) -> None:
        """Put a connector on the cluster, and let it come to rest."""
        self.cluster.put(name, config, target=Target(state.value.upper()))
        self.cluster.settle()

    def snapshot(self) -> Mapping[str, LiveConnector]:
        return take_snapshot(self.connection, clock=self.clock).connectors

    def config(self, name: str) -> dict[str, str] | None:
        config = self.cluster.configs().get(name)
        return None if config is None else {k: v for k, v in config.items() if k != "name"}

    def states(self, name: str) -> tuple[str, ...]:
        """Return the reported states of a connector and of its tasks."""
        status = self.cluster.state_of(name)
        if status is None:
            return ()
        tasks = status["tasks"]
        return (status["connector"]["state"], *(task["state"] for task in tasks))  # type: ignore[index, union-attr, attr-defined]

    def record_states(self, name: str) -> list[str]:
        """Return a list that grows by every state the connector reports while time passes."""
        seen: list[str] = []

        def look() -> None:
            status = self.cluster.state_of(name)
            if status is not None:
                seen.append(status["connector"]["state"])  # type: ignore[index]

        self.clock.on_step.append(look)
        return seen

    def record_running_configs(self, name: str, key: str) -> list[str]:
        """Return a list that grows by the value of a key in the tasks that run."""
        seen: list[str] = []

        def look() -> None:
            applied = self.cluster.running_config(name)
            if applied is not None and "RUNNING" in self.states(name)[1:]:
                seen.append(applied.get(key, ""))

        self.clock.on_step.append(look)
        return seen

    def writes(self) -> list[tuple[str, str]]:
        reads = ("GET", "HEAD")
        return [(r.method, r.path) for r in self.cluster.requests if r.method not in reads]

    def reads(self, path: str) -> int:
        return sum(r.method == "GET" and r.path == path for r in self.cluster.requests)


@contextmanager
def world(
    *,
    version: str = "4.3.1",
    workers: int = 1,
    timing: Timing | None = None,
    on_request: Callable[[object], None] = ignored,
    clock: WatchedClock | None = None,
    name: str = "local",
) -> Iterator[World]:
    clock = clock or WatchedClock()
    cluster = SimulatedCluster(
        version=version, workers=workers, clock=clock, timing=timing or Timing.real()
    )
    with serve(cluster) as served:
        access = Access(cluster=name, urls=served.urls)
        with open_connection(
            access,
            redactor=Redactor(),
            clock=clock,
            rng=random.Random(1),  # noqa: S311  # jitter, repeatable
            observe=on_request,
        ) as connection:
            yield World(cluster=cluster, connection=connection, clock=clock)


def live(config: Mapping[str, str], state: str = "RUNNING", *, name: str = "a") -> LiveConnector:
    return LiveConnector(name=name, config=Config(config), status=LiveStatus(state=State(state)))


def file_source(**more: str) -> dict[str, str]:
    return {
        "connector.class": SOURCE,
        "tasks.max": "1",
        "file": "in.txt",
        "topic": "lines",
        **{key.replace("_", "."): value for key, value in more.items()},
    }


def mock_source(**more: str) -> dict[str, str]:
    return {"connector.class": MOCK, "tasks.max": "1", **more}


def change(action: Action, name: str, **more: object) -> Change:
    exists = action is not Action.CREATE
    values = {
        "class_name": SOURCE,
        "reason": Reason.ASKED,
        "precondition": Precondition(exists=exists),
        **more,
    }
    return Change(action=action, name=name, **values)  # type: ignore[arg-type]


def create(name: str, config: Mapping[str, str], state: TargetState | None = None) -> Change:
    asked = StateChange(before=None, after=state) if state else None
    return change(Action.CREATE, name, config=Config(config), state=asked)


def update(
    name: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    state: tuple[TargetState, TargetState] | None = None,
    *effects: EffectKind,
) -> Change:
    asked = StateChange(before=state[0], after=state[1]) if state else None
    return change(
        Action.UPDATE,
        name,
        config=Config(after),
        before=Config(before),
        state=asked,
        effects=tuple(map(Effect, effects)),
    )


def set_state(name: str, before: TargetState, after: TargetState) -> Change:
    return change(Action.SET_STATE, name, state=StateChange(before=before, after=after))


def restart(name: str, *, only_failed: bool = False) -> Change:
    return change(Action.RESTART, name, only_failed=only_failed)


def delete(name: str, before: Mapping[str, str] | None = None) -> Change:
    return change(Action.DELETE, name, before=None if before is None else Config(before))


def in_wave(wave: int, planned: Change) -> Change:
    return replace(planned, wave=wave)
