"""Decisions about connectors, before anybody is asked about settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.model.config import Config
from reconcile.model.desired import Definition, TargetState
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Cause,
    IgnoredKeys,
    Reason,
    StateChange,
    WithheldBy,
)
from reconcile.model.problem import Problem
from reconcile.plan.options import PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DraftOrigin:
    """The connector that a move starts from, and the state that it had before it was stopped."""

    live: LiveConnector
    cluster: str
    state: TargetState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DraftChange:
    """A change as decided, before anybody is asked about settings.

    `config` is the complete config to write, for creates, updates and moves alone; `differing` its
    keys that are not so live, and `rotated` those of them whose secret git names as before.
    """

    action: Action
    reason: Reason
    name: str
    class_name: str
    definition: Definition | None = None
    live: LiveConnector | None = None
    config: Config | None = None
    differing: tuple[str, ...] = ()
    causes: Mapping[str, Cause | None] = field(default_factory=dict)
    rotated: tuple[str, ...] = ()
    cause: Cause | None = None
    state: StateChange | None = None
    ignored: tuple[IgnoredKeys, ...] = ()
    lost: tuple[str, ...] = ()
    origin: DraftOrigin | None = None
    reset_offsets: bool = False
    protect: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> LiveConnector | None:
        """Return the live connector that the wanted settings are shown against."""
        return self.origin.live if self.origin is not None else self.live


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DraftWithheld:
    """A change that is shown and not made, and who said so."""

    change: DraftChange
    why: WithheldBy
    reason: str = ""
    by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """All decisions for one cluster, in the order of names.

    `aliases` maps each written form of a class to its full name; `taken_from` is the live state
    that was compared; `unmanaged`, `undeclared`, `orphaned`, `unrecorded` and `failing` are as in
    a plan.
    """

    project: str
    taken_from: LiveState
    options: PlanOptions
    aliases: Mapping[str, str]
    changes: tuple[DraftChange, ...]
    in_sync: int
    declared: int
    unmanaged: tuple[str, ...]
    undeclared: tuple[str, ...]
    failing: tuple[str, ...]
    problems: tuple[Problem, ...]
    ignored: int
    orphaned: tuple[str, ...] = ()
    unrecorded: tuple[str, ...] = ()
    withheld: tuple[DraftWithheld, ...] = ()
    holds: tuple[ActiveHold, ...] = ()

    @property
    def to_check(self) -> tuple[DraftChange, ...]:
        """Return the changes whose `config` is to be written: it is worth validating."""
        return tuple(change for change in self.changes if change.config is not None)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the full class names whose plugin definitions `build_plan` wants, sorted."""
        every = (*self.changes, *(item.change for item in self.withheld))
        return tuple(sorted({change.class_name for change in every if change.class_name}))
