"""Answer the requests about running connectors: states, restarts, topics and offsets."""

import re
from dataclasses import replace

from reconcile.sandbox.simulated_answers import Answer, Request, document, error, nothing
from reconcile.sandbox.simulated_bodies import UnreadableBodyError, complaint, read_positions
from reconcile.sandbox.simulated_group import NO_LEADER, Group, not_found
from reconcile.sandbox.simulated_lifecycle import starts_at_once
from reconcile.sandbox.simulated_offsets import OffsetsRejectedError, altered
from reconcile.sandbox.simulated_state import Connector, State, Target
from reconcile.sandbox.simulated_steps import plugin_of
from reconcile.sandbox.simulated_views import instance_json

_INT_MAX = 1 << 31
_NO_OFFSETS = "Partitions / offsets need to be provided for an alter offsets request"


def read_status(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/status`; it lingers after a delete."""
    connector = group.herder.connectors.get(name)
    status = group.views.status(connector) if connector else None
    return document(status) if status else error(404, f"No status found for connector {name}")


def read_task_status(group: Group, _request: Request, name: str, task: str) -> Answer:
    """Answer `GET /connectors/{name}/tasks/{task}/status`."""
    number = _number(task)
    if number is None:
        return error(404, "HTTP 404 Not Found")
    connector = group.herder.connectors.get(name)
    instance = connector.tasks.get(number) if connector else None
    if instance is None:
        return error(404, f"No status found for task {name}-{number}")
    return document({"id": number, **instance_json(instance, group.around)})


def restart(group: Group, request: Request, name: str) -> Answer:
    """Answer `POST /connectors/{name}/restart`, with or without its tasks (KIP-745)."""
    connector = group.herder.find(name)
    if connector is None:
        return error(404, f"Unknown connector: {name}")
    with_tasks, only_failed = request.flag("includeTasks"), request.flag("onlyFailed")
    if not with_tasks and not only_failed:
        group.herder.restart(connector, frozenset({None}), mark=State.UNASSIGNED)
        starts = starts_at_once(connector, group.around)
        return nothing(204) if starts else error(500, f"Failed to start connector: {name}")
    if connector.instance is None:
        return error(404, f"Status for connector {name} not found")
    parts = _parts(connector, with_tasks=with_tasks, only_failed=only_failed)
    group.herder.restart(connector, parts, mark=State.RESTARTING)
    status = group.views.status(group.herder.connectors[name]) or {}
    tasks = status["tasks"]
    # The real answer lists tasks in the order of a hash set; nobody may rely on it.
    backwards = tasks[::-1] if isinstance(tasks, list) else tasks
    return document({**status, "tasks": backwards}, status=202)


def restart_task(group: Group, _request: Request, name: str, task: str) -> Answer:
    """Answer `POST /connectors/{name}/tasks/{task}/restart`."""
    number = _number(task)
    if number is None:
        return error(404, "HTTP 404 Not Found")
    connector = group.herder.find(name)
    if connector is None:
        return error(404, f"Unknown connector: {name}")
    if not 0 <= number < max(connector.ever_published, len(connector.task_configs)):
        return error(404, f"Unknown task: {name}-{number}")
    if number >= len(connector.task_configs):
        return error(409, NO_LEADER)
    group.herder.restart(connector, frozenset({number}), mark=State.UNASSIGNED)
    return nothing(204)


def pause(group: Group, _request: Request, name: str) -> Answer:
    """Answer `PUT /connectors/{name}/pause`."""
    return _set_target(group, name, Target.PAUSED, status=202)


def resume(group: Group, _request: Request, name: str) -> Answer:
    """Answer `PUT /connectors/{name}/resume`."""
    return _set_target(group, name, Target.RUNNING, status=202)


def stop(group: Group, _request: Request, name: str) -> Answer:
    """Answer `PUT /connectors/{name}/stop`."""
    return _set_target(group, name, Target.STOPPED, status=204)


def read_topics(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/topics`: 200 also for a connector that is not there."""
    connector = group.herder.connectors.get(name)
    return document({name: {"topics": sorted(connector.topics) if connector else []}})


def reset_topics(group: Group, _request: Request, name: str) -> Answer:
    """Answer `PUT /connectors/{name}/topics/reset`."""
    connector = group.herder.connectors.get(name)
    if connector is not None:
        group.herder.keep(replace(connector, topics=frozenset()))
    return nothing(202)


def read_offsets(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/offsets`."""
    if group.herder.find(name) is None:
        return not_found(name)
    offsets = group.herder.offsets.get(name, ())
    return document(
        {"offsets": [{"partition": entry.partition, "offset": entry.offset} for entry in offsets]}
    )


def alter_offsets(group: Group, request: Request, name: str) -> Answer:
    """Answer `PATCH /connectors/{name}/offsets`; an empty list is refused before all else."""
    try:
        wanted = read_positions(request.body, group.features)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if not wanted:
        return error(400, _NO_OFFSETS)
    connector = group.herder.find(name)
    refused = _not_stopped(name, connector)
    if connector is None or refused:
        return refused or not_found(name)
    try:
        group.herder.offsets[name] = altered(
            group.herder.offsets.get(name, ()),
            wanted,
            name=name,
            plugin=plugin_of(connector, group.around),
            topics=group.herder.topics(),
        )
    except OffsetsRejectedError as problem:
        return error(problem.status, str(problem))
    return document({"message": "The offsets for this connector have been altered successfully"})


def reset_offsets(group: Group, _request: Request, name: str) -> Answer:
    """Answer `DELETE /connectors/{name}/offsets`."""
    refused = _not_stopped(name, group.herder.find(name))
    if refused:
        return refused
    group.herder.offsets[name] = ()
    return document({"message": "The offsets for this connector have been reset successfully"})


def _set_target(group: Group, name: str, target: Target, *, status: int) -> Answer:
    connector = group.herder.find(name)
    if connector is None:
        return error(404, f"Unknown connector {name}")
    group.herder.set_target(connector, target)
    return nothing(status)


def _parts(connector: Connector, *, with_tasks: bool, only_failed: bool) -> frozenset[int | None]:
    instances = [(None, connector.instance), *(connector.tasks.items() if with_tasks else ())]
    return frozenset(
        part
        for part, instance in instances
        if instance is not None and (not only_failed or instance.state is State.FAILED)
    )


def _number(task: str) -> int | None:
    number = int(task) if re.fullmatch(r"-?\d{1,10}", task) else None
    return number if number is not None and abs(number) < _INT_MAX else None


def _not_stopped(name: str, connector: Connector | None) -> Answer | None:
    if connector is None:
        return not_found(name)
    if connector.target is Target.STOPPED and not connector.task_configs:
        return None
    return error(
        400,
        "Connectors must be in the STOPPED state before their offsets can be modified. This can "
        "be done for the specified connector by issuing a 'PUT' request to the "
        f"'/connectors/{name}/stop' endpoint",
    )
