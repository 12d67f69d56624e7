"""The loggers of workers, and how much they write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from reconcile.model.problem import Problem
from reconcile.model.release import Release

ROOT: Final = "root"
"""The logger that all others come under."""


class Level(StrEnum):
    """How much a logger writes, from nothing to all."""

    OFF = "OFF"
    FATAL = "FATAL"
    ERROR = "ERROR"
    WARN = "WARN"
    INFO = "INFO"
    DEBUG = "DEBUG"
    TRACE = "TRACE"


class LoggerScope(StrEnum):
    """Whom a level is for: all workers, or the one that answers."""

    CLUSTER = "cluster"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class LoggerLevel:
    """The level that one logger has or is to have."""

    logger: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLoggers:
    """What one worker says of its loggers; `url` is safe to be shown.

    `levels` are those that it lists: a logger that is not among them has the level of the nearest
    one above. `told` are those whose level was set through the API since the worker started, and
    when; workers before 3.7 do not say.
    """

    url: str
    version: str
    release: Release
    levels: Mapping[str, str]
    told: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A level that a worker was given, and the one it had before, its own or inherited."""

    worker: str
    logger: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterLoggers:
    """The loggers of all workers of a cluster that were reached, and what was changed there.

    `logger` is the one that is asked about, empty for all. `restored` tells whether former levels
    are back, None where nobody asked for that. `problems` are workers that were not reached.
    """

    cluster: str
    workers: tuple[WorkerLoggers, ...]
    declared: Mapping[str, str] = field(default_factory=dict)
    logger: str = ""
    changes: tuple[LevelChange, ...] = ()
    restored: bool | None = None
    problems: tuple[Problem, ...] = ()


def source_of(levels: Mapping[str, str], logger: str) -> str:
    """Return the logger that a level comes from: the same, or the nearest one above it."""
    name = logger
    while name not in levels:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return ROOT
    return name


def level_of(levels: Mapping[str, str], logger: str) -> str:
    """Return the level of a logger, its own or inherited; empty where a worker tells of none."""
    return levels.get(source_of(levels, logger), "")


def inherited_level(levels: Mapping[str, str], logger: str) -> str:
    """Return the level that a logger would have without one of its own."""
    above, dot, _ = logger.rpartition(".")
    return level_of(levels, above if dot else ROOT)


def is_below(logger: str, above: str) -> bool:
    """Tell whether a logger comes under another one."""
    return logger != above and (above == ROOT or logger.startswith(f"{above}."))
