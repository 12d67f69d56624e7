"""Keep the state of one Connect group and let time pass in it.

Nothing happens between requests: the steps that came due meanwhile are caught up, in order, when
somebody looks. So a test that moves a fake clock sees every state that a real cluster passes
through, and never waits.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconcile.clock import Clock
from reconcile.sandbox.simulated_java import hash_order
from reconcile.sandbox.simulated_lifecycle import apply_step
from reconcile.sandbox.simulated_offsets import offsets_at_start
from reconcile.sandbox.simulated_state import Connector, Instance, Offset, State, StepKind, Target
from reconcile.sandbox.simulated_steps import Later, Surroundings, plugin_of


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    at: float
    order: int
    name: str = field(compare=False)
    step: Later = field(compare=False)
    action: Callable[[], object] | None = field(compare=False, default=None)


@dataclass(slots=True, kw_only=True)
class Herder:
    """The group's records, and the steps to come; not safe between threads by itself.

    `generation` changes with every change that a reader could see. `offsets` outlive connectors.
    """

    clock: Clock
    around: Surroundings
    connectors: dict[str, Connector] = field(default_factory=dict)
    offsets: dict[str, tuple[Offset, ...]] = field(default_factory=dict)
    loggers: dict[int, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    generation: int = 0
    rebalance_until: float = -1.0
    _queue: list[_Due] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _now: float = 0.0

    def catch_up(self) -> None:
        """Carry out every step that has come due."""
        self._run_until(self.clock.monotonic())

    def finish(self) -> None:
        """Carry out every step to come, whatever its time."""
        while self._queue:
            self._run_until(self._queue[0].at)
        # What was ahead of time has happened, the rebalances that it brought included.
        self._now = self.rebalance_until = self.clock.monotonic()

    def now(self) -> float:
        """Return the time inside the cluster: in a late step it is the time of that step."""
        return self._now

    def schedule(
        self, name: str, *steps: Later, action: Callable[[], object] | None = None
    ) -> None:
        """Plan steps for a connector, counted from the time inside the cluster."""
        for step in steps:
            due = _Due(self._now + step.delay, next(self._order), name, step, action)
            heapq.heappush(self._queue, due)

    def live_names(self) -> list[str]:
        """Return the names that have a config, in the order of a Java map."""
        return hash_order(
            name for name, connector in self.connectors.items() if connector.config is not None
        )

    def topics(self) -> frozenset[str]:
        """Return the topics that connectors read or write: those that exist here."""
        configs = [connector.config or {} for connector in self.connectors.values()]
        named = (config.get(key, "") for config in configs for key in ("topic", "topics"))
        return frozenset(topic.strip() for text in named for topic in text.split(","))

    def find(self, name: str) -> Connector | None:
        """Return the connector of this name unless it is deleted."""
        connector = self.connectors.get(name)
        return connector if connector and connector.config is not None else None

    def keep(self, connector: Connector) -> None:
        """Replace the record of a connector."""
        self.connectors[connector.name] = connector
        self.generation += 1

    def create(self, name: str, config: Mapping[str, str], target: Target) -> Connector:
        """Record a new connector, whose status comes later; an old status may linger under it."""
        old = self.connectors.get(name)
        made = Connector(
            name=name,
            config=dict(config),
            target=target,
            instance=old.instance if old else None,
            tasks=old.tasks if old else {},
        )
        self.keep(made)
        started = Later(kind=StepKind.STARTED, delay=self.around.timing.create_to_status)
        self.schedule(name, started)
        self._expect_rebalance()
        return made

    def update(self, connector: Connector, config: Mapping[str, str]) -> Connector:
        """Record a config; where the connector runs, it restarts, also for an equal one."""
        timing = self.around.timing
        updated = replace(connector, config=dict(config), writes=connector.writes + 1)
        self.keep(updated)
        if connector.target is Target.RUNNING and connector.instance is not None:
            gap = min(timing.unassigned_gap, timing.connector_bounce)
            self.schedule(
                connector.name,
                Later(kind=StepKind.CONNECTOR_LEAVES, delay=timing.connector_bounce - gap),
                Later(kind=StepKind.CONNECTOR_RETURNS, delay=timing.connector_bounce),
            )
        self._expect_rebalance()
        return updated

    def delete(self, connector: Connector) -> None:
        """Forget the config at once and the status later; offsets stay."""
        self.keep(replace(connector, config=None, task_configs=()))
        lingers = self.around.timing.delete_status_lingers
        self.schedule(connector.name, Later(kind=StepKind.GONE, delay=lingers))
        self._expect_rebalance()

    def set_target(self, connector: Connector, target: Target) -> None:
        """Record what a connector shall be; telling it what it was told before does nothing."""
        if connector.target is target:
            return
        timing = self.around.timing
        kind, delay = {
            Target.PAUSED: (StepKind.PAUSED, timing.pause),
            Target.RUNNING: (StepKind.RESUMED, timing.resume),
            Target.STOPPED: (StepKind.STOPPED, timing.stop),
        }[target]
        if Target.STOPPED in {target, connector.target} and target is not Target.RUNNING:
            delay = timing.stop
        self.keep(replace(connector, target=target))
        self.schedule(connector.name, Later(kind=kind, delay=delay))
        if target is Target.STOPPED:
            self._expect_rebalance()

    def restart(self, connector: Connector, parts: frozenset[int | None], *, mark: State) -> None:
        """Mark the parts named (None is the connector itself) and start them again later."""
        instance = connector.instance
        if instance is not None and None in parts:
            instance = replace(instance, state=mark)
        tasks = {
            number: replace(task, state=mark) if number in parts else task
            for number, task in connector.tasks.items()
        }
        self.keep(replace(connector, instance=instance, tasks=tasks))
        delay = self.around.timing.restart
        self.schedule(connector.name, Later(kind=StepKind.RESTARTED, delay=delay, tasks=parts))

    def fail(self, connector: Connector, part: int | None, trace: str, *, for_good: bool) -> None:
        """Let the connector (None) or a task report FAILED; for good: after every restart too."""
        broken = {**connector.broken, part: trace} if for_good else connector.broken
        failed = replace(connector, broken=broken)
        if part is None and connector.instance is not None:
            failed = replace(failed, instance=_failed(connector.instance, trace))
        elif part is not None and part in connector.tasks:
            tasks = {**connector.tasks, part: _failed(connector.tasks[part], trace)}
            failed = replace(failed, tasks=tasks)
        self.keep(failed)

    def place_on(self, workers: Iterable[str], *, delay: float) -> None:
        """Go on with these workers; what sat on others moves there after `delay` seconds."""
        self.around = replace(self.around, workers=tuple(workers))
        for name in self.connectors:
            self.schedule(name, Later(kind=StepKind.WORKER_LOST, delay=delay))

    def _expect_rebalance(self) -> None:
        self.rebalance_until = self._now + self.around.timing.rebalance_expected

    def _run_until(self, limit: float) -> None:
        while self._queue and self._queue[0].at <= limit:
            due = heapq.heappop(self._queue)
            self._now = max(self._now, due.at)
            if due.action is not None:
                due.action()
            self._carry_out(due)
        self._now = max(self._now, limit)

    def _carry_out(self, due: _Due) -> None:
        connector = self.connectors.get(due.name)
        if connector is None:
            return
        change = apply_step(connector, due.step, self.around)
        if change.connector is None:
            del self.connectors[due.name]
            self.generation += 1
            return
        if change.connector != connector:
            self.keep(change.connector)
        if due.step.kind is StepKind.TASKS_STARTED and not self.offsets.get(due.name):
            plugin = plugin_of(change.connector, self.around)
            self.offsets[due.name] = offsets_at_start(change.connector, plugin)
        self.schedule(due.name, *change.later)


def _failed(instance: Instance, trace: str) -> Instance:
    return replace(instance, state=State.FAILED, trace=trace)
