"""Connect's JSON as values of the model: lenient about what is there, strict about its shape."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from reconcile.connect.answers import (
    ConnectorOffset,
    HealthStatus,
    LoggerLevel,
    WorkerHealth,
)
from reconcile.model.config import Config
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.plugin import Plugin, PluginInfo, Setting, SettingType

Clean = Callable[[str], str]
JsonObject = Mapping[str, object]

_STATES: Final[Mapping[str, State]] = {state.value: state for state in State}
_KINDS: Final[Mapping[str, ConnectorKind]] = {kind.value: kind for kind in ConnectorKind}
_TYPES: Final[Mapping[str, SettingType]] = {kind.value: kind for kind in SettingType}


class ShapeError(ValueError):
    """Tell that an answer does not have the form it must have; it quotes none of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """What `GET /connectors?expand=...` holds.

    `bare` are names that came without their config: it was not asked for, or the connector is
    just being deleted.
    """

    connectors: dict[str, LiveConnector] = field(default_factory=dict)
    statuses: dict[str, LiveStatus] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()


class Reader:
    """Turn JSON into values; `clean` takes secrets and control characters out of free text.

    Equal statuses become one object: most of ten thousand connectors just run.
    """

    def __init__(self, clean: Clean) -> None:
        self._clean = clean
        self._tasks: dict[tuple[object, ...], LiveTask] = {}
        self._statuses: dict[tuple[object, ...], LiveStatus] = {}

    def listing(self, data: object) -> Listing:
        """Return an expanded list; `data` is used up, so that memory does not hold both."""
        if isinstance(data, list):
            raise ShapeError("a plain list: this Connect is too old to expand it")
        entries = cast("dict[str, object]", _object(data, "connectors"))
        connectors: dict[str, LiveConnector] = {}
        statuses: dict[str, LiveStatus] = {}
        bare = set()
        for name in list(entries):
            entry = _object(entries.pop(name), "connector")
            raw_status = entry.get("status")
            status = None if raw_status is None else self.status(raw_status)
            if status is not None:
                statuses[name] = status
            info = entry.get("info")
            if info is None:
                bare.add(name)
            else:
                connectors[name] = self.connector(info, name=name, status=status)
        return Listing(connectors=connectors, statuses=statuses, bare=frozenset(bare))

    def connector(
        self, data: object, *, name: str, status: LiveStatus | None = None
    ) -> LiveConnector:
        """Return a connector from ConnectorInfo."""
        info = _object(data, "connector")
        values = config_values(info.get("config"))
        stored = values.get("name", name)
        tasks = info.get("tasks")
        return LiveConnector(
            name=name,
            config=Config(values),
            kind=_KINDS.get(_text(info.get("type")), ConnectorKind.UNKNOWN),
            status=status,
            generated_tasks=len(tasks) if isinstance(tasks, list) else 0,
            stray_name="" if stored == name else stored,
        )

    def status(self, data: object) -> LiveStatus:
        """Return a status from ConnectorStateInfo."""
        status = _object(data, "status")
        connector = _object(status.get("connector"), "status of the connector")
        raw_tasks = status.get("tasks")
        tasks = self._known_tasks(raw_tasks) if isinstance(raw_tasks, list) else ()
        state = _text(connector.get("state"))
        worker = _text(connector.get("worker_id"))
        version = _text(connector.get("version"))
        trace = _text(connector.get("trace"))
        key = (state, worker, version, *map(id, tasks))
        known = None if trace else self._statuses.get(key)
        if known is not None and known.tasks == tasks:
            return known
        read = LiveStatus(
            state=_STATES.get(state, State.UNKNOWN),
            tasks=tasks,
            worker=worker,
            trace=self._clean(trace) if trace else "",
            version=version,
        )
        if not trace:
            self._statuses[key] = read
        return read

    def task(self, data: object) -> LiveTask:
        """Return the status of one task."""
        task = _object(data, "status of a task")
        number, state = task.get("id"), _text(task.get("state"))
        if not isinstance(number, int):
            raise ShapeError("a task without a number")
        worker, trace = _text(task.get("worker_id")), _text(task.get("trace"))
        read = LiveTask(
            id=number,
            state=_STATES.get(state, State.UNKNOWN),
            worker=worker,
            trace=self._clean(trace) if trace else "",
        )
        if not trace:
            self._tasks[number, state, worker] = read
        return read

    def _known_tasks(self, data: list[Any]) -> tuple[LiveTask, ...]:
        """Return tasks, those from memory that are as others were: the hot path of a listing."""
        known = self._tasks
        found = []
        for task in data:
            try:
                same = known.get((task["id"], task["state"], task["worker_id"]))
                found.append(self.task(task) if same is None or "trace" in task else same)
            except (KeyError, TypeError):
                found.append(self.task(task))
        return tuple(found)

    def health(self, data: object) -> WorkerHealth:
        """Return what `GET /health` says."""
        health = _object(data, "health")
        status = _text(health.get("status"))
        known = status in {HealthStatus.HEALTHY, HealthStatus.STARTING, HealthStatus.UNHEALTHY}
        return WorkerHealth(
            status=HealthStatus(status) if known else HealthStatus.UNKNOWN,
            message=self._clean(_text(health.get("message"))),
        )

    def plugin(self, data: object, *, class_name: str) -> Plugin:
        """Return a plugin from the list of its definitions."""
        settings = (self._setting(entry) for entry in _list(data, "definitions"))
        return Plugin(
            class_name=class_name, settings={setting.name: setting for setting in settings}
        )

    def _setting(self, data: object) -> Setting:
        entry = _object(data, "definition")
        default = entry.get("default_value")
        order = entry.get("order_in_group", entry.get("order"))
        return Setting(
            name=_required(entry.get("name"), "name of a definition"),
            type=_TYPES.get(_text(entry.get("type")), SettingType.STRING),
            required=entry.get("required") is True,
            default=None if default is None else text_of(default),
            importance=_text(entry.get("importance")) or "MEDIUM",
            documentation=self._clean(_text(entry.get("documentation"))),
            group=self._clean(_text(entry.get("group"))),
            order=order if isinstance(order, int) else 0,
            display_name=self._clean(_text(entry.get("display_name"))),
        )


def decoded(body: bytes) -> object:
    """Return the JSON of a body; raise ShapeError where it is none."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):
        raise ShapeError("not JSON") from None


def identity(data: object) -> ClusterIdentity:
    """Return what `GET /` says."""
    info = _object(data, "worker")
    return ClusterIdentity(
        version=_required(info.get("version"), "version"),
        commit=_text(info.get("commit")),
        kafka_cluster_id=_text(info.get("kafka_cluster_id")),
    )


def names(data: object) -> tuple[str, ...]:
    """Return a list of texts: connector names, for one."""
    return tuple(_required(name, "name") for name in _list(data, "names"))


def config_values(data: object) -> dict[str, str]:
    """Return a flat map as Connect stores it: text values; a key without a value is left out."""
    values = cast("dict[str, object]", _object(data, "config"))
    if {str}.issuperset(map(type, values.values())):
        return cast("dict[str, str]", values)
    return {key: text_of(value) for key, value in values.items() if value is not None}


def text_of(value: object) -> str:
    """Return a JSON value as the text that Connect makes of it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case _:
            return json.dumps(value, ensure_ascii=False)


def task_configs(data: object) -> tuple[Config, ...]:
    """Return the configs of tasks by `GET /connectors/{name}/tasks`, in their order."""
    tasks = [_object(task, "task") for task in _list(data, "tasks")]
    return tuple(Config(config_values(task.get("config"))) for task in tasks)


def offsets(data: object) -> tuple[ConnectorOffset, ...]:
    """Return the positions of a connector."""
    entries = _list(_object(data, "offsets").get("offsets"), "offsets")
    return tuple(_offset(_object(entry, "offset")) for entry in entries)


def offsets_body(positions: tuple[ConnectorOffset, ...]) -> JsonObject:
    """Return positions as Connect takes them."""
    return {
        "offsets": [
            {
                "partition": dict(position.partition),
                "offset": None if position.offset is None else dict(position.offset),
            }
            for position in positions
        ]
    }


def topics(data: object, *, name: str) -> tuple[str, ...]:
    """Return the topics that a connector has used, sorted."""
    entry = _object(_object(data, "topics").get(name), "topics of the connector")
    return tuple(sorted(names(entry.get("topics"))))


def plugins(data: object) -> tuple[PluginInfo, ...]:
    """Return the plugins of a worker, each once (KAFKA-15473)."""
    rows = (_object(row, "plugin") for row in _list(data, "plugins"))
    found = (
        PluginInfo(
            class_name=_required(row.get("class"), "class of a plugin"),
            kind=_text(row.get("type")),
            version=_text(row.get("version")),
        )
        for row in rows
    )
    return tuple(dict.fromkeys(found))


def loggers(data: object) -> tuple[LoggerLevel, ...]:
    """Return the loggers and their levels."""
    return tuple(logger(entry, name=name) for name, entry in _object(data, "loggers").items())


def logger(data: object, *, name: str) -> LoggerLevel:
    """Return the level of one logger."""
    entry = _object(data, "logger")
    modified = entry.get("last_modified")
    return LoggerLevel(
        name=name,
        level=_text(entry.get("level")),
        last_modified=modified if isinstance(modified, int) else 0,
    )


def message(data: object) -> str:
    """Return the message that some writes answer with."""
    return _text(_object(data, "answer").get("message"))


def _offset(entry: JsonObject) -> ConnectorOffset:
    offset = entry.get("offset")
    return ConnectorOffset(
        partition=_object(entry.get("partition"), "partition"),
        offset=None if offset is None else _object(offset, "offset"),
    )


def _object(data: object, what: str) -> JsonObject:
    if not isinstance(data, dict):
        raise ShapeError(f"no {what} in it")
    return data


def _list(data: object, what: str) -> list[object]:
    if not isinstance(data, list):
        raise ShapeError(f"no list of {what} in it")
    return data


def _text(data: object) -> str:
    return data if isinstance(data, str) else ""


def _required(data: object, what: str) -> str:
    if not isinstance(data, str):
        raise ShapeError(f"no {what} in it")
    return data
