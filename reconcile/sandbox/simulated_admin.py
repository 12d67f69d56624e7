"""Answer the requests about the worker itself: version, health, plugins, validation and loggers."""

from dataclasses import replace

from reconcile.sandbox.simulated_answers import Answer, Request, document, error, nothing
from reconcile.sandbox.simulated_bodies import (
    NO_CONFIG,
    UnreadableBodyError,
    complaint,
    read_config,
    read_level,
)
from reconcile.sandbox.simulated_configdef import definition_json
from reconcile.sandbox.simulated_framework import version_refusal
from reconcile.sandbox.simulated_group import COMMIT, Group
from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_rules import NotJudgedError
from reconcile.sandbox.simulated_validate import judge, judgement_json
from reconcile.sandbox.simulated_versions import satisfies

_LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"}
_CONNECTORS = ("sink", "source")
_KINDS = (*_CONNECTORS, "transformation", "predicate", "converter", "header_converter")


def root(group: Group, _request: Request) -> Answer:
    """Answer `GET /`."""
    return document(
        {
            "version": group.traits.version,
            "commit": COMMIT,
            "kafka_cluster_id": group.cluster_id,
        }
    )


def health(_group: Group, _request: Request) -> Answer:
    """Answer `GET /health` (KIP-1017)."""
    message = "Worker has completed startup and is ready to handle requests."
    return document({"status": "healthy", "message": message})


def unhealthy() -> Answer:
    """Return what `/health` says of a worker that cannot work."""
    message = "Worker was unable to handle this request and may be unable to handle others."
    return document({"status": "unhealthy", "message": message}, status=500)


def list_plugins(group: Group, request: Request) -> Answer:
    """Answer `GET /connector-plugins`."""
    everything = request.values("connectorsOnly")[:1] == ["false"]
    plugins = group.rules.plugins
    return document(
        [
            {"class": plugin.class_name, "type": kind, "version": plugin.version}
            for kind in (_KINDS if everything else _CONNECTORS)
            for plugin in plugins.of_kind(kind)
        ]
    )


def read_definitions(group: Group, request: Request, name: str) -> Answer:
    """Answer `GET /connector-plugins/{name}/config`: the connector's keys, then the framework's."""
    plugin = group.rules.plugins.find(name, *_KINDS)
    if plugin is None:
        return error(404, f"Unknown plugin {name}.")
    wanted = request.values("version")
    if wanted and group.features.plugin_versions and not satisfies(plugin.version, wanted[0]):
        return error(400, version_refusal(plugin, wanted[0]))
    return document(_definitions(group, plugin))


def validate(group: Group, request: Request, name: str) -> Answer:
    """Answer `PUT /connector-plugins/{name}/config/validate`: 200 also where there are errors."""
    try:
        config = read_config(request.body)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if config is None:
        return error(500, NO_CONFIG)
    included = config.get("connector.class")
    if included is not None and not _plain(included).endswith(_plain(name)):
        return error(400, f"Included connector type {included} does not match request type {name}")
    try:
        judgement = judge(
            {key: value for key, value in config.items() if value is not None}, group.rules
        )
    except NotJudgedError as problem:
        return error(500, f"{problem.exception}: {problem}")
    return document(judgement_json(judgement, order_field=group.features.order_field))


def list_loggers(group: Group, request: Request) -> Answer:
    """Answer `GET /admin/loggers`."""
    worker = request.worker
    names = ["root", *_known(group, worker)]
    return document({name: _level(group, worker, name) for name in names})


def read_logger(group: Group, request: Request, name: str) -> Answer:
    """Answer `GET /admin/loggers/{name}`."""
    if name != "root" and name not in _known(group, request.worker):
        return error(404, f"Logger {name} not found.")
    return document(_level(group, request.worker, name))


def set_logger(group: Group, request: Request, name: str) -> Answer:
    """Answer `PUT /admin/loggers/{name}`; with `scope=cluster` nothing comes back (KIP-976)."""
    try:
        level = read_level(request.body)
    except UnreadableBodyError as problem:
        return error(500, complaint(problem, group.features))
    if level is None:
        return error(400, "Desired 'level' parameter was not specified in request.")
    if level.upper() not in _LEVELS:
        return error(404, f"invalid log level '{level}'.")
    everywhere = request.values("scope")[:1] == ["cluster"] and group.features.loggers_know_scope
    workers = range(len(group.around.workers)) if everywhere else (request.worker,)
    told = [_tell(group, worker, name, level.upper()) for worker in workers]
    return nothing(204) if everywhere else document(told[0])


def _definitions(group: Group, plugin: Plugin) -> list[dict[str, object]]:
    shown = list(plugin.definitions)
    if plugin.kind in _CONNECTORS:
        own = {definition.name for definition in plugin.definitions}
        framework = group.rules.plugins.framework(plugin.kind)
        shown += [
            replace(entry, default=plugin.version)
            if entry.name == "connector.plugin.version"
            else entry
            for entry in framework
            if entry.name not in own
        ]
    return [definition_json(entry, order_field=group.features.order_field) for entry in shown]


def _plain(name: str) -> str:
    return name.removesuffix("Connector")


def _tell(group: Group, worker: int, name: str, level: str) -> list[str]:
    """Set a level on one worker; return the loggers that it is said to have changed."""
    changed = int(group.herder.clock.now().timestamp() * 1000)
    # Whatever begins with the name counts as below it, with or without a dot.
    known = _known(group, worker)
    every = {name, *(logger for logger in known if name == "root" or logger.startswith(name))}
    if group.features.loggers_tell_changes:
        every = {entry for entry in every if _level(group, worker, entry)["level"] != level}
    levels = group.herder.loggers.setdefault(worker, {})
    levels.update(dict.fromkeys(every, (level, changed)))
    return sorted(every)


def _known(group: Group, worker: int) -> list[str]:
    return sorted(name for name in group.herder.loggers.get(worker, ()) if name != "root")


def _level(group: Group, worker: int, name: str) -> dict[str, object]:
    level, changed = group.herder.loggers.get(worker, {}).get(name, ("INFO", None))
    if not group.features.loggers_know_scope:
        return {"level": level}
    return {"level": level, "last_modified": changed}
