"""Know the plugins of the simulated cluster: what a worker of each release has installed.

Names, types, defaults and validators of the Apache plugins were read off the real classes of
3.6.2, 3.9.1 and 4.3.1; the texts and the two `io.example` plugins are our own.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from reconcile.sandbox.simulated_configdef import Definition, definition_from, release_bound
from reconcile.sandbox.simulated_versions import Features

_SUFFIXES = {
    "source": "Connector",
    "sink": "Connector",
    "converter": "Converter",
    "header_converter": "HeaderConverter",
    "transformation": "",
    "predicate": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A class that configs can name.

    `tasks` is `one`, `max` (as many as `tasks.max`) or `none`; `copies` says whether tasks are
    given the whole config or only the plugin's `own` settings.
    """

    class_name: str
    kind: str
    version: str
    folder: str = ""
    tasks: str = "one"
    task_class: str = ""
    copies: str = "all"
    numbered_tasks: bool = False
    offset: Mapping[str, object] | None = None
    offset_key: str = ""
    offset_value: str = ""
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """What one worker has: its plugins, the settings of the framework and of its clients."""

    all: tuple[Plugin, ...]
    common: tuple[Definition, ...]
    for_kind: Mapping[str, tuple[Definition, ...]]
    clients: Mapping[str, Mapping[str, Definition]]
    by_alias: Mapping[str, Plugin] = field(repr=False)

    def find(self, name: str, *kinds: str) -> Plugin | None:
        """Return the plugin of a full class name or alias; without kinds, a connector."""
        plugin = self.by_alias.get(name)
        return plugin if plugin and _serves(plugin, kinds or ("source", "sink")) else None

    def connectors(self) -> tuple[Plugin, ...]:
        """Return sinks and sources in the order in which a worker lists them."""
        return self.of_kind("sink") + self.of_kind("source")

    def of_kind(self, kind: str) -> tuple[Plugin, ...]:
        """Return the plugins that serve as a kind, by name; converters serve headers too."""
        found = [plugin for plugin in self.all if _serves(plugin, (kind,))]
        return tuple(sorted(found, key=lambda plugin: plugin.class_name))

    def framework(self, kind: str) -> tuple[Definition, ...]:
        """Return the settings that every connector of a kind has."""
        return self.common + self.for_kind.get(kind, ())


def _serves(plugin: Plugin, kinds: Collection[str]) -> bool:
    both = plugin.kind == "converter" and "header_converter" in kinds
    return plugin.kind in kinds or both


def aliases_of(class_name: str, kind: str) -> tuple[str, ...]:
    """Return the names that configs may use for a class; nested classes have only the full one."""
    if "$" in class_name:
        return (class_name,)
    simple = class_name.rpartition(".")[2]
    return (class_name, simple, simple.removesuffix(_SUFFIXES.get(kind, "")) or simple)


def installed(version: str, features: Features, *, only: Collection[str] | None = None) -> Plugins:
    """Return the plugins of a worker; `only` narrows the connectors to those class names."""
    return _installed(version, features, None if only is None else frozenset(only))


@cache
def _installed(version: str, features: Features, only: frozenset[str] | None) -> Plugins:
    data = _data()
    framework = {part: _definitions(rows, features) for part, rows in data["framework"].items()}
    plugins = tuple(
        _plugin(row, version, features, framework["common"])
        for row in data["plugins"]
        if _within(row, features) and _wanted(row, only)
    )
    known: dict[str, Plugin] = {}
    for plugin in plugins:
        for alias in aliases_of(plugin.class_name, plugin.kind):
            known.setdefault(alias, plugin)
    return Plugins(
        all=plugins,
        common=framework["common"],
        for_kind={"source": framework["source"], "sink": framework["sink"]},
        clients={
            client: {name: _client(name, setting) for name, setting in settings.items()}
            for client, settings in data["clients"].items()
        },
        by_alias=known,
    )


@cache
def _data() -> dict[str, Any]:
    text = resources.files("reconcile.sandbox").joinpath("plugins.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _within(row: Mapping[str, object], features: Features) -> bool:
    since = release_bound(row.get("since"), (0, 0))
    return since <= features.release < release_bound(row.get("until"), (99, 0))


def _wanted(row: Mapping[str, object], only: frozenset[str] | None) -> bool:
    return only is None or row["type"] not in {"source", "sink"} or row["class"] in only


def _definitions(rows: list[Mapping[str, object]], features: Features) -> tuple[Definition, ...]:
    return tuple(definition_from(row) for row in rows if _within(row, features))


def _client(name: str, setting: tuple[str, str | None, str]) -> Definition:
    kind, default, importance = setting
    return Definition(
        name=name,
        type=kind,
        required=False,
        default=default,
        importance=importance,
        documentation="Setting of the client that the worker makes for this connector.",
    )


def _plugin(
    row: Mapping[str, Any], version: str, features: Features, embedded: tuple[Definition, ...]
) -> Plugin:
    # MirrorMaker's connectors repeat the framework's settings among their own.
    common = embedded if row.get("embeds_framework") else ()
    return Plugin(
        class_name=row["class"],
        kind=row["type"],
        version=row.get("version", version),
        folder=row.get("folder", "kafka"),
        tasks=row.get("tasks", "one"),
        task_class=row.get("task_class", ""),
        copies=row.get("copies", "all"),
        numbered_tasks=row.get("numbered_tasks", False),
        offset=row.get("offset"),
        offset_key=row.get("offset_key", ""),
        offset_value=row.get("offset_value", ""),
        definitions=common + _definitions(row["keys"], features),
    )
