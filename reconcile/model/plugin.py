"""What a plugin says of its own settings."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """One setting as a plugin defines it; `default` is None where there is none."""

    name: str
    type: SettingType
    required: bool = False
    default: str | None = None
    importance: str = "MEDIUM"
    documentation: str = ""
    group: str = ""
    order: int = 0
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """One row of `GET /connector-plugins`."""

    class_name: str
    kind: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A connector plugin with the definitions of its settings, framework settings included."""

    class_name: str
    settings: Mapping[str, Setting]


@dataclass(frozen=True, slots=True)
class NotOffered:
    """What a cluster keeps back: it has no such endpoint, or a proxy or a permission is in the way.

    `reason` says why, and is fit to be shown.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingError:
    """What live validation says of one key."""

    key: str
    messages: tuple[str, ...]


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
