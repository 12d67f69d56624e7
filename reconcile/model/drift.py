"""How a cluster differs from what git declares, without anything being planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconcile.model.live import ClusterIdentity, State
from reconcile.model.plan import Change, Selection, Withheld
from reconcile.model.problem import Problem, errors_in


class Aside(StrEnum):
    """What a report lists apart from the drift, and what a run may be asked to fail on."""

    UNMANAGED = "unmanaged"
    ORPHANED = "orphaned"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What settles the drift of one connector: commands to be pasted into a shell.

    `take_back` makes the cluster as git says, `accept` makes git as the cluster is; empty where
    no command does it (a missing connector is accepted by removing its definition).
    """

    take_back: str
    accept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy:
    """A declared connector that has failed, or tasks of which have; `failed` are their ids.

    `tasks` counts those that it has, `cause` is the first line of the root cause, its secrets
    masked. Health is no drift.
    """

    name: str
    state: State
    failed: tuple[int, ...] = ()
    tasks: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """A cluster of which nobody can tell whether it drifted, and why."""

    project: str
    cluster: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """What was changed by hand, as the changes that would undo it.

    In a key change `before` is what is live and `after` what git declares. `changed` differ in
    their config, `state` in their target state (and may stand in both), `missing` are not live;
    `remedies` has an entry for each of them.
    Apart from that, `unmanaged` are live connectors that git does not declare, and `undeclared`
    those of them that match `ownership.owns`; `orphaned` were applied by this project and are no
    longer declared, `held` differ and are held or frozen, `unhealthy` have failed. `fail_on` says
    which of these count as well. Of the live connectors `managed` are declared. Where it is
    `remembered` what was last applied, a change that git made and nobody applied yet is no drift.
    `fingerprint` stays the same as long as what counts does; it is empty where nothing does.
    """

    project: str
    cluster: str
    identity: ClusterIdentity
    created_at: datetime
    changed: tuple[Change, ...] = ()
    missing: tuple[Change, ...] = ()
    state: tuple[Change, ...] = ()
    remedies: Mapping[str, Remedies] = field(default_factory=dict)
    unmanaged: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    held: tuple[Withheld, ...] = ()
    unhealthy: tuple[Unhealthy, ...] = ()
    fail_on: tuple[Aside, ...] = ()
    remembered: bool = False
    declared: int = 0
    managed: int = 0
    in_sync: int = 0
    ignored: int = 0
    problems: tuple[Problem, ...] = ()
    selection: Selection = field(default_factory=Selection)
    commit: str = ""
    fingerprint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the connectors that drifted, each once, sorted."""
        return tuple(
            sorted({change.name for change in (*self.changed, *self.missing, *self.state)})
        )

    @property
    def altered(self) -> tuple[str, ...]:
        """Return the connectors that are live and drifted, each once, sorted."""
        return tuple(sorted({change.name for change in (*self.changed, *self.state)}))

    @property
    def has_drift(self) -> bool:
        """Tell whether anything that git declares is not so live."""
        return bool(self.changed or self.missing or self.state)

    @property
    def counts(self) -> bool:
        """Tell whether anything drifted, or is there that the run was to fail on."""
        return self.has_drift or any(self.aside(kind) for kind in self.fail_on)

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing counts, and no error keeps that from being known."""
        return not self.counts and not errors_in(self.problems)

    @property
    def live(self) -> int:
        """Return how many connectors are on the cluster, within the selection."""
        return self.managed + len(self.unmanaged) + len(self.orphaned)

    @property
    def coverage(self) -> int | None:
        """Return the percentage of the live connectors that git declares, rounded down.

        None where there are none.
        """
        return 100 * self.managed // self.live if self.live else None

    def aside(self, kind: Aside) -> tuple[str, ...]:
        """Return the names of what is listed apart from the drift."""
        match kind:
            case Aside.UNMANAGED:
                return self.unmanaged
            case Aside.ORPHANED:
                return self.orphaned
            case Aside.UNHEALTHY:
                return tuple(found.name for found in self.unhealthy)
