"""Expand the typed fields of a spec into the settings that Connect knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from reconcile.desired.durations import milliseconds
from reconcile.desired.nodes import Tree, config_text, is_null, typed_scalar
from reconcile.model.desired import TasksRange
from reconcile.model.marks import Path

CLASS: Final = "connector.class"
TASKS: Final = "tasks.max"
VERSION: Final = "connector.plugin.version"


class _Kind(Enum):
    """How the value of a field becomes the text of a setting."""

    TEXT = auto()
    DURATION = auto()


_FIELDS: Final[tuple[tuple[Path, str, _Kind], ...]] = (
    (("class",), CLASS, _Kind.TEXT),
    (("version",), VERSION, _Kind.TEXT),
    (("errors", "tolerance"), "errors.tolerance", _Kind.TEXT),
    (("errors", "retry", "timeout"), "errors.retry.timeout", _Kind.DURATION),
    (("errors", "retry", "maxDelay"), "errors.retry.delay.max.ms", _Kind.DURATION),
    (("errors", "deadLetterQueue", "topic"), "errors.deadletterqueue.topic.name", _Kind.TEXT),
    (
        ("errors", "deadLetterQueue", "replicationFactor"),
        "errors.deadletterqueue.topic.replication.factor",
        _Kind.TEXT,
    ),
    (
        ("errors", "deadLetterQueue", "headers"),
        "errors.deadletterqueue.context.headers.enable",
        _Kind.TEXT,
    ),
    (("errors", "log", "enabled"), "errors.log.enable", _Kind.TEXT),
    (("errors", "log", "includeMessages"), "errors.log.include.messages", _Kind.TEXT),
)

DURATIONS: Final = frozenset(setting for _, setting, kind in _FIELDS if kind is _Kind.DURATION)
"""The settings that stand for milliseconds, and whose fields are durations."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """The settings that the fields of one spec stand for; None removes a setting.

    `sources` maps each setting to its field.
    """

    values: Mapping[str, str | None] = field(repr=False)
    sources: Mapping[str, Path]
    tasks_range: TasksRange | None = None


def expand(spec: Mapping[str, Tree], path: Path) -> Expanded:
    """Return the settings of a checked spec that stands at `path`.

    A null field removes its setting, and a null group all settings of the group.
    """
    values: dict[str, str | None] = {}
    sources: dict[str, Path] = {}
    for place, setting, kind in _FIELDS:
        if place[0] not in spec:
            continue
        found = _find(spec, place)
        if found is not None:
            depth, value = found
            values[setting] = _text(value, kind)
            sources[setting] = (*path, *place[:depth])
    tasks_range = None
    if "tasksMax" in spec:
        values[TASKS], tasks_range = _tasks(spec["tasksMax"])
        sources[TASKS] = (*path, "tasksMax")
    return Expanded(values, sources, tasks_range)


def _find(spec: Mapping[str, Tree], field: Path) -> tuple[int, str] | None:
    """Return how deep a field or a null above it stands, and its value."""
    tree: Mapping[str, Tree] = spec
    for depth, part in enumerate(field, 1):
        value = tree.get(part)
        if isinstance(value, str):
            return (depth, value) if depth == len(field) or is_null(value) else None
        if not isinstance(value, dict):
            return None
        tree = value
    return None


def _text(value: str, kind: _Kind) -> str | None:
    text = config_text(value)
    if text is None or kind is _Kind.TEXT:
        return text
    return str(milliseconds(text))


def _tasks(value: Tree) -> tuple[str | None, TasksRange | None]:
    if isinstance(value, dict):
        minimum, maximum = (_whole(value[bound]) for bound in ("min", "max"))
        return str(minimum), TasksRange(minimum, maximum)
    return (config_text(value) if isinstance(value, str) else None), None


def _whole(value: Tree) -> int:
    number = typed_scalar(value) if isinstance(value, str) else None
    return number if isinstance(number, int) else 0
