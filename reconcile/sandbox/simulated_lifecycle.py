"""Decide what a step inside the cluster does to a connector, and what follows later.

Every step looks at the record as it is when the step comes, never at what it was when the step
was planned: of several overlapping changes the last one wins, as in a group that reads its
config topic.
"""

from dataclasses import replace

from reconcile.sandbox.simulated_failures import Failure, connector_failure
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
from reconcile.sandbox.simulated_tasks import not_on_air, publish_tasks, start_tasks


def apply_step(  # noqa: C901, PLR0911, PLR0912 - one branch for each kind of step
    connector: Connector, step: Later, around: Surroundings
) -> Change:
    """Return what a step makes of a connector."""
    match step.kind:
        case StepKind.STARTED | StepKind.CONNECTOR_RETURNS:
            return _start_connector(connector, around, first=step.kind is StepKind.STARTED)
        case StepKind.CONNECTOR_LEAVES:
            return _connector_leaves(connector)
        case StepKind.TASKS_PUBLISHED:
            return publish_tasks(connector, around)
        case StepKind.TASKS_STARTED:
            return start_tasks(connector, not_on_air(connector), around)
        case StepKind.PAUSED:
            return _pause(connector, around)
        case StepKind.RESUMED:
            return _resume(connector, around)
        case StepKind.STOPPED:
            return _stop(connector, around)
        case StepKind.TASKS_LEAVE | StepKind.TASKS_GONE:
            return _tasks_leave(connector, step, around)
        case StepKind.RESTARTED:
            return _restarted(connector, step, around)
        case StepKind.FAILS:
            return _fail(connector, step)
        case StepKind.GONE:
            return Change(connector=None if connector.config is None else connector)
        case StepKind.WORKER_LOST:
            return _move(connector, around)
        case StepKind.LATE_REQUEST:
            return Change(connector=connector)


def _start_connector(connector: Connector, around: Surroundings, *, first: bool) -> Change:
    if connector.config is None:
        return Change(connector=connector)
    plugin = plugin_of(connector, around)
    run = (connector.instance.run if connector.instance else 0) + 1
    version = plugin.version if plugin and around.features.plugin_versions else None
    worker = worker_for(connector.name, None, around)
    instance = Instance(state=State(connector.target), worker_id=worker, version=version, run=run)
    if connector.target is not Target.RUNNING:
        return Change(connector=replace(connector, instance=instance))
    failure = _failure_of_connector(connector, plugin)
    if failure and not failure.delay:
        failed = replace(instance, state=State.FAILED, trace=failure.trace, version=None)
        return Change(connector=replace(connector, instance=failed))
    wait = around.timing.tasks_published
    if not first:
        wait = max(around.timing.update_lingers - around.timing.connector_bounce, 0.0)
    later = [Later(kind=StepKind.TASKS_PUBLISHED, delay=wait)]
    if failure:
        later.append(fails_later(failure, task=None, run=run))
    return Change(connector=replace(connector, instance=instance), later=tuple(later))


def starts_at_once(connector: Connector, around: Surroundings) -> bool:
    """Return whether the connector instance of this config comes up."""
    failure = _failure_of_connector(connector, plugin_of(connector, around))
    return connector.target is not Target.RUNNING or failure is None or failure.delay > 0


def _failure_of_connector(connector: Connector, plugin: Plugin | None) -> Failure | None:
    if None in connector.broken:
        return Failure(trace=connector.broken[None])
    return connector_failure(connector.config or {}, kind=plugin.kind if plugin else "unknown")


def _connector_leaves(connector: Connector) -> Change:
    instance = connector.instance
    if connector.config is None or instance is None or instance.state is not State.RUNNING:
        return Change(connector=connector)
    gone = replace(instance, state=State.UNASSIGNED, trace="")
    return Change(connector=replace(connector, instance=gone))


def _pause(connector: Connector, around: Surroundings) -> Change:
    if connector.config is None or connector.target is not Target.PAUSED:
        return Change(connector=connector)
    if connector.instance is None:
        return _start_connector(connector, around, first=True)
    return Change(
        connector=replace(
            connector,
            instance=_paused(connector.instance),
            tasks={task: _paused(instance) for task, instance in connector.tasks.items()},
        )
    )


def _paused(instance: Instance) -> Instance:
    failed = instance.state is State.FAILED
    return instance if failed else replace(instance, state=State.PAUSED)


def _resume(connector: Connector, around: Surroundings) -> Change:
    if connector.config is None or connector.target is not Target.RUNNING:
        return Change(connector=connector)
    begun = _start_connector(connector, around, first=False)
    resumed = begun.connector or connector
    wait = around.timing.resume_lingers if connector.task_configs else around.timing.tasks_published
    later = (
        *(step for step in begun.later if step.kind is not StepKind.TASKS_PUBLISHED),
        Later(kind=StepKind.TASKS_PUBLISHED, delay=wait),
    )
    tasks = {
        task: replace(instance, state=State.RUNNING) if instance.state is State.PAUSED else instance
        for task, instance in resumed.tasks.items()
        if resumed.task_configs
    }
    return Change(connector=replace(resumed, tasks=tasks), later=later)


def _stop(connector: Connector, around: Surroundings) -> Change:
    if connector.config is None or connector.target is not Target.STOPPED:
        return Change(connector=connector)
    instance = connector.instance or Instance(
        state=State.STOPPED, worker_id=worker_for(connector.name, None, around)
    )
    # A connector instance that failed stays failed: there is nothing left to stop.
    if instance.state is not State.FAILED:
        instance = replace(instance, state=State.STOPPED, run=instance.run + 1)
    stopped = replace(connector, instance=instance, task_configs=(), applied=None)
    leave = Later(kind=StepKind.TASKS_LEAVE, delay=around.timing.stop_tasks_linger)
    return Change(connector=stopped, later=(leave,) if stopped.tasks else ())


def _tasks_leave(connector: Connector, step: Later, around: Surroundings) -> Change:
    if connector.target is not Target.STOPPED:
        return Change(connector=connector)
    if step.kind is StepKind.TASKS_GONE:
        return Change(connector=replace(connector, tasks={}))
    leaving = {
        task: replace(instance, state=State.UNASSIGNED, trace="")
        for task, instance in connector.tasks.items()
    }
    gone = Later(kind=StepKind.TASKS_GONE, delay=around.timing.stop_tasks_linger)
    return Change(connector=replace(connector, tasks=leaving), later=(gone,))


def _restarted(connector: Connector, step: Later, around: Surroundings) -> Change:
    if connector.config is None:
        return Change(connector=connector)
    later: tuple[Later, ...] = ()
    if None in step.tasks:
        begun = _start_connector(connector, around, first=False)
        connector, later = begun.connector or connector, begun.later
    numbers = frozenset(task for task in step.tasks if task is not None) & set(connector.tasks)
    if not numbers:
        return Change(connector=connector, later=later)
    change = start_tasks(replace(connector, applied=connector.config), numbers, around)
    return Change(connector=change.connector, later=later + change.later)


def _fail(connector: Connector, step: Later) -> Change:
    changed = connector
    for task in step.tasks:
        instance = connector.instance if task is None else connector.tasks.get(task)
        if instance is None or instance.run != step.run or instance.state is not State.RUNNING:
            continue
        failed = replace(instance, state=State.FAILED, trace=step.trace)
        if task is None:
            changed = replace(changed, instance=failed)
        else:
            changed = replace(changed, tasks={**changed.tasks, task: failed})
    return Change(connector=changed)


def _move(connector: Connector, around: Surroundings) -> Change:
    """Place what sat on workers that are gone on those alive."""

    def moved(instance: Instance, task: int | None) -> Instance:
        if instance.worker_id in around.workers or not around.workers:
            return instance
        return replace(instance, worker_id=worker_for(connector.name, task, around))

    return Change(
        connector=replace(
            connector,
            instance=connector.instance and moved(connector.instance, None),
            tasks={task: moved(instance, task) for task, instance in connector.tasks.items()},
        )
    )
