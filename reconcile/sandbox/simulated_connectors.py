"""Answer the requests that read and write connectors' configs."""

from collections.abc import Mapping
from urllib.parse import quote

from reconcile.sandbox.simulated_answers import Answer, Request, document, encode, error, nothing
from reconcile.sandbox.simulated_bodies import (
    NO_CONFIG,
    UnreadableBodyError,
    complaint,
    read_config,
    read_creation,
)
from reconcile.sandbox.simulated_group import Group, not_found
from reconcile.sandbox.simulated_rules import NotJudgedError
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_validate import NULL_VALUE, judge, refusal

_NO_PATCH = (
    'Cannot invoke "java.util.Map.forEach(java.util.function.BiConsumer)" because "patch" is null'
)
_LOCATION_SAFE = "/%!$&'()*+,;=:@~"


def list_connectors(group: Group, request: Request) -> Answer:
    """Answer `GET /connectors`, expanded or not; the parameter has to be repeated."""
    wanted = request.values("expand")
    body = group.views.listing(
        expanded=bool(wanted), info="info" in wanted, status="status" in wanted
    )
    return Answer(body=body)


def create(group: Group, request: Request) -> Answer:
    """Answer `POST /connectors`."""
    try:
        name, config, target = read_creation(request.body, group.features)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if config is None:
        return error(500, NO_CONFIG)
    refused = _refusal(group, name, config)
    if refused:
        return refused
    if group.herder.find(name):
        return error(409, f"Connector {name} already exists")
    return _created(group, request, name, _complete(name, config), target)


def read(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}`."""
    connector = group.herder.find(name)
    return document(group.views.info(connector)) if connector else not_found(name)


def read_stored_config(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/config`."""
    connector = group.herder.find(name)
    return document(group.views.config(connector)) if connector else not_found(name)


def put_config(group: Group, request: Request, name: str) -> Answer:
    """Answer `PUT /connectors/{name}/config`."""
    try:
        config = read_config(request.body)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if config is None:
        return error(500, NO_CONFIG)
    refused = _refusal(group, name, config)
    if refused:
        return refused
    complete = _complete(name, config)
    connector = group.herder.find(name)
    if connector is None:
        return _created(group, request, name, complete, Target.RUNNING)
    updated = group.herder.update(connector, complete)
    return document(group.views.info(updated, as_sent=True))


def patch_config(group: Group, request: Request, name: str) -> Answer:
    """Answer `PATCH /connectors/{name}/config`; null removes a key, and `name` is not checked."""
    try:
        patch = read_config(request.body)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if patch is None:
        return error(500, _NO_PATCH)
    connector = group.herder.find(name)
    if connector is None:
        return not_found(name)
    merged = {**(connector.config or {}), **patch}
    config = {key: value for key, value in merged.items() if value is not None}
    refused = _judged(group, config)
    if refused:
        return refused
    return document(group.views.info(group.herder.update(connector, config)))


def delete(group: Group, _request: Request, name: str) -> Answer:
    """Answer `DELETE /connectors/{name}`."""
    connector = group.herder.find(name)
    if connector is None:
        return not_found(name)
    group.herder.delete(connector)
    return nothing(204)


def read_tasks(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/tasks`: the configs that the tasks were given."""
    connector = group.herder.find(name)
    if connector is None:
        return not_found(name)
    return document(
        [
            {"id": {"connector": name, "task": number}, "config": config}
            for number, config in enumerate(group.views.task_configs(connector))
        ]
    )


def read_tasks_config(group: Group, _request: Request, name: str) -> Answer:
    """Answer `GET /connectors/{name}/tasks-config`, which Connect 4 dropped."""
    connector = group.herder.find(name)
    if connector is None:
        return not_found(name)
    configs = group.views.task_configs(connector)
    return document({f"{name}-{number}": config for number, config in enumerate(configs)})


def _refusal(group: Group, name: str, config: Mapping[str, str | None]) -> Answer | None:
    given = config.get("name", name)
    if given is not None and given != name:
        return error(
            400,
            f"Connector name configuration ({given}) doesn't match connector name in the URL "
            f"({name})",
        )
    if None in config.values() and config.get("connector.class", "") is not None:
        return error(400, refusal([NULL_VALUE]))
    return _judged(group, _complete(name, config))


def _judged(group: Group, config: Mapping[str, str]) -> Answer | None:
    try:
        judgement = judge(config, group.rules)
    except NotJudgedError as problem:
        return error(problem.status, str(problem))
    return error(400, refusal(judgement.errors)) if judgement.errors else None


def _complete(name: str, config: Mapping[str, str | None]) -> dict[str, str]:
    texts = {key: value for key, value in config.items() if value is not None}
    return texts if "name" in texts else {**texts, "name": name}


def _created(
    group: Group, request: Request, name: str, config: Mapping[str, str], target: Target
) -> Answer:
    made = group.herder.create(name, config, target)
    scheme = "https" if request.secure else "http"
    location = f"{scheme}://{request.host}/connectors/{quote(name, safe=_LOCATION_SAFE)}"
    return Answer(
        status=201,
        body=encode(group.views.info(made, as_sent=True)),
        headers={"Location": location},
    )
