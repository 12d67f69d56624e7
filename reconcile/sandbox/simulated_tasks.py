"""Decide what tasks a connector makes, when they are replaced, and how they start."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconcile.sandbox.simulated_failures import Failure, task_failure
from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_state import Connector, Instance, State, StepKind, Target
from reconcile.sandbox.simulated_steps import (
    Change,
    Later,
    Surroundings,
    fails_later,
    plugin_of,
    worker_for,
)

_GAPS_OF_WHICH_ONE_IS_TOO_SHORT_TO_SEE = 5


def task_configs_of(connector: Connector, plugin: Plugin) -> tuple[Mapping[str, str], ...]:
    """Return the configs that the connector would give to its tasks now."""
    config = connector.config or {}
    text = config.get("tasks.max", "1")
    wanted = int(text) if text.isdecimal() else 1
    count = {"none": 0, "one": 1}.get(plugin.tasks, wanted)
    shared = dict(config)
    if plugin.copies == "own":
        own = {definition.name for definition in plugin.definitions}
        shared = {key: value for key, value in config.items() if key in own}
    shared["task.class"] = plugin.task_class
    if plugin.numbered_tasks:
        return tuple({**shared, "id": str(task)} for task in range(count))
    return (shared,) * count


def publish_tasks(connector: Connector, around: Surroundings) -> Change:
    """Return the connector once its tasks were given their configs, and the start to come.

    Before 3.9 a change that the task configs do not show leaves the tasks alone (KAFKA-9228).
    """
    plugin = plugin_of(connector, around)
    runs = connector.instance is not None and connector.instance.state is not State.FAILED
    if plugin is None or connector.target is not Target.RUNNING or not runs:
        return Change(connector=connector)
    configs = task_configs_of(connector, plugin)
    counts = around.features.restarts_tasks_on_any_change or connector.applied is None
    unseen = counts and connector.applied != connector.config
    if configs == connector.task_configs and not unseen:
        return Change(connector=connector)
    published = replace(
        connector,
        task_configs=configs,
        applied=connector.config,
        ever_published=max(connector.ever_published, len(configs)),
        tasks={
            task: replace(instance, state=State.UNASSIGNED, trace="")
            for task, instance in connector.tasks.items()
            if task < len(configs)
        },
    )
    delay = around.timing.tasks_start
    if published.tasks:
        delay = 0.0 if _gap_is_short(connector, around) else around.timing.unassigned_gap
    return Change(connector=published, later=(Later(kind=StepKind.TASKS_STARTED, delay=delay),))


def _gap_is_short(connector: Connector, around: Surroundings) -> bool:
    runs = sum(instance.run for instance in connector.tasks.values())
    draw = zlib.crc32(f"{around.seed}:{connector.name}:{runs}".encode())
    return draw % _GAPS_OF_WHICH_ONE_IS_TOO_SHORT_TO_SEE == 0


def not_on_air(connector: Connector) -> frozenset[int]:
    """Return the numbers of the tasks that should run and do not."""
    waiting = {State.UNASSIGNED, State.RESTARTING}
    return frozenset(
        task
        for task in range(len(connector.task_configs))
        if task not in connector.tasks or connector.tasks[task].state in waiting
    )


def start_tasks(connector: Connector, tasks: Iterable[int], around: Surroundings) -> Change:
    """Return the connector with these tasks started, and the failures to come."""
    plugin = plugin_of(connector, around)
    if plugin is None or connector.target is Target.STOPPED:
        return Change(connector=connector)
    started = dict(connector.tasks)
    later: list[Later] = []
    for task in sorted(tasks):
        run = (started[task].run if task in started else 0) + 1
        instance = Instance(
            state=State(connector.target),
            worker_id=worker_for(connector.name, task, around),
            version=plugin.version if around.features.plugin_versions else None,
            run=run,
        )
        failure = _failure_of_task(connector, task, plugin, around)
        if failure and not failure.delay:
            instance = replace(instance, state=State.FAILED, trace=failure.trace)
        elif failure:
            later.append(fails_later(failure, task=task, run=run))
        started[task] = instance
    topics = connector.topics
    topic = (connector.config or {}).get("topic")
    if started and plugin.kind == "source" and topic:
        topics |= {topic}
    ordered = dict(sorted(started.items()))
    return Change(connector=replace(connector, tasks=ordered, topics=topics), later=tuple(later))


def _failure_of_task(
    connector: Connector, task: int, plugin: Plugin, around: Surroundings
) -> Failure | None:
    if task in connector.broken:
        return Failure(trace=connector.broken[task])
    return task_failure(
        connector.applied or {}, task_class=plugin.task_class, brokers=around.brokers
    )
