"""The words of the lifecycle: surroundings, steps to come, and what a step changes."""

import zlib
from dataclasses import dataclass

from reconcile.sandbox.simulated_failures import Failure
from reconcile.sandbox.simulated_plugins import Plugin, Plugins
from reconcile.sandbox.simulated_state import Connector, StepKind
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.simulated_versions import Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a step needs to know besides the connector; `workers` are the ids of those alive."""

    features: Features
    timing: Timing
    plugins: Plugins
    workers: tuple[str, ...]
    seed: int = 0
    brokers: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A step to come in `delay` seconds, to the tasks named (None is the connector itself)."""

    kind: StepKind
    delay: float
    tasks: frozenset[int | None] = frozenset()
    run: int = 0
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The connector after a step (None: nothing is left of it) and the steps that follow."""

    connector: Connector | None
    later: tuple[Later, ...] = ()


def plugin_of(connector: Connector, around: Surroundings) -> Plugin | None:
    """Return the plugin that the connector's class names, if this cluster has it."""
    class_name = (connector.config or {}).get("connector.class", "")
    return around.plugins.find(class_name)


def worker_for(name: str, task: int | None, around: Surroundings) -> str:
    """Return the worker on which a connector or task is placed: in turn, and the same each time."""
    if not around.workers:
        return ""
    first = zlib.crc32(f"{around.seed}:{name}".encode())
    turn = 0 if task is None else task + 1
    return around.workers[(first + turn) % len(around.workers)]


def fails_later(failure: Failure, *, task: int | None, run: int) -> Later:
    """Return the step in which this run fails."""
    return Later(
        kind=StepKind.FAILS,
        delay=failure.delay,
        tasks=frozenset({task}),
        run=run,
        trace=failure.trace,
    )
