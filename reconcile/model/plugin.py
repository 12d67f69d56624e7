"""What a plugin says of its own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SettingType(StrEnum):
    """The types of Kafka's ConfigDef."""

    BOOLEAN = "BOOLEAN"
    STRING = "STRING"
    INT = "INT"
    SHORT = "SHORT"
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    LIST = "LIST"
    CLASS = "CLASS"
    PASSWORD = "PASSWORD"  # noqa: S105  # the name of a type


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as a plugin defines it; `default` is None where there is none.

    `recommended` are the values that the plugin proposes; it may take others as well.
    """

    name: str
    type: SettingType
    required: bool = False
    default: str | None = None
    importance: str = "MEDIUM"
    documentation: str = ""
    group: str = ""
    order: int = 0
    display_name: str = ""
    recommended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """One row of `GET /connector-plugins`."""

    class_name: str
    kind: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin with the definitions of its settings, for a connector the framework's included."""

    class_name: str
    settings: Mapping[str, Setting]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalog:
    """What is known of the plugins of one cluster.

    `infos` lists each class with its kinds and versions; `plugins` holds, by full class name, one
    entry for each version whose settings are known, the newest last. With `complete` the list has
    plugins of every kind, so that a class which is not in it is not installed; a list of
    connectors alone says nothing of converters. `remedy` says what to do where the list is behind.
    """

    infos: tuple[PluginInfo, ...] = ()
    plugins: Mapping[str, tuple[Plugin, ...]] = field(default_factory=dict)
    complete: bool = False
    remedy: str = "install the plugin on every worker"


@dataclass(frozen=True, slots=True)
class NotOffered:
    """What a cluster keeps back: it has no such endpoint, or a proxy or a permission is in the way.

    `reason` says why, and is fit to be shown.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingError:
    """What is wrong with one key; `meant` is the value that was likely meant.

    An `advice` is about a value that the plugin takes perhaps, but does not propose.
    """

    key: str
    messages: tuple[str, ...]
    meant: str = ""
    advice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The answer of live validation for one connector, without any value.

    `failure` says why there is none: a time-out or an error of the server; `unknown_class` that
    the worker does not have the plugin.
    """

    connector: str
    errors: tuple[SettingError, ...] = ()
    known_keys: frozenset[str] = frozenset()
    failure: str = ""
    unknown_class: bool = False
