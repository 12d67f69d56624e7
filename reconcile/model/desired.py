"""What git says should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reconcile.model.alert import TermsChanges
from reconcile.model.config import Config
from reconcile.model.marks import Marks, Path
from reconcile.model.problem import Location, Problem
from reconcile.model.restart import NO_RESTART, RestartPolicy


class TargetState(StrEnum):
    """The state a connector is asked to be in (KIP-875 added stopped)."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class OffsetsOnDelete(StrEnum):
    """What becomes of the offsets of a connector that is deleted."""

    KEEP = "keep"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFrom:
    """The name, and perhaps the cluster, that a connector had before; None is the same cluster."""

    name: str
    cluster: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class TasksRange:
    """A range for `tasks.max`: any live value inside is in sync."""

    minimum: int
    maximum: int

    def nearest(self, live: int) -> int:
        """Return the live value, or the nearest bound where it lies outside."""
        return min(max(live, self.minimum), self.maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """Keys whose live value is kept; `keys` and `connectors` are globs."""

    keys: tuple[str, ...]
    reason: str
    expires: date | None = None
    connectors: tuple[str, ...] = ("*",)
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One document, or part of one, that gave a definition some of its config keys.

    `config` is the path below which keys stand as they are; `sugar` maps a config key to the path
    of the field it was expanded from (`tasks.max` from `("spec", "tasksMax")`).
    """

    marks: Marks
    config: Path
    sugar: Mapping[str, Path] = field(default_factory=dict)

    def locate(self, key: str) -> Location | None:
        """Return where this layer sets a config key, or None where it does not."""
        found = self.marks.locate((*self.config, key))
        if found is None and key in self.sugar:
            found = self.marks.locate(self.sugar[key])
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Definition:
    """One connector wanted on one cluster: complete and checked.

    `config` holds everything that is sent to Connect except `name`: `connector.class`,
    `tasks.max` (the lower bound of a range) and the expanded `errors` sugar included. `layers`
    are merged from first to last.
    """

    name: str
    cluster: str
    config: Config
    location: Location
    labels: Mapping[str, str] = field(default_factory=dict)
    tasks_range: TasksRange | None = None
    state: TargetState | None = None
    wave: int = 0
    ignore: tuple[IgnoreRule, ...] = ()
    layers: tuple[Layer, ...] = ()
    protect: bool = False
    on_delete: OffsetsOnDelete = OffsetsOnDelete.KEEP
    moved_from: MovedFrom | None = None
    restart: RestartPolicy = NO_RESTART
    self_heal: bool = False
    alerts: TermsChanges = field(default_factory=dict)

    @property
    def class_name(self) -> str:
        """Return the connector class as written, without surrounding space."""
        return (self.config.get("connector.class") or "").strip()

    def locate(self, key: str) -> Location:
        """Return where a config key was written, or the definition's own place."""
        for layer in reversed(self.layers):
            found = layer.locate(key)
            if found is not None:
                return found
        return self.location


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desired:
    """The definitions for one cluster; `complete` is false where git declares more than them.

    `departing` are connectors of this cluster that a definition of another one claims by
    `movedFrom`. `declared_on` names what is declared on each cluster that a `movedFrom` speaks of.
    """

    project: str
    cluster: str
    definitions: Mapping[str, Definition]
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    departing: frozenset[str] = frozenset()
    declared_on: Mapping[str, frozenset[str]] = field(default_factory=dict)
