"""What a plan is asked for, and what it is told beside git and the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from reconcile.model.applied import Applied
from reconcile.model.desired import IgnoreRule
from reconcile.model.ledger import Memory
from reconcile.model.live import LiveState
from reconcile.model.plan import Selection, ValidationMode
from reconcile.model.project import Freeze
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints

NO_MEMORY: Final = Memory(place="")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherCluster:
    """A cluster that connectors move from, with its ledger."""

    live: LiveState
    memory: Memory
    freezes: tuple[Freeze, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanOptions:
    """How to compare, what may be deleted, and what time it is.

    `owns` are the globs of `ownership.owns`; only with `prune` are connectors among them deleted
    that the ledger knows as ours. `ignore` are the rules of the cluster. `only_git` leaves alone
    what was changed by hand. `others` are the clusters that a `movedFrom` names. `base`
    is what was last applied, where that is taken from git and not from the ledger. `strict` makes a
    validation that could not be had an error.
    """

    now: datetime
    owns: tuple[str, ...] = ()
    prune: bool = False
    ignore: tuple[IgnoreRule, ...] = ()
    selection: Selection = field(default_factory=Selection)
    validation: ValidationMode = ValidationMode.LIVE
    strict: bool = False
    commit: str = ""
    only_git: bool = False
    memory: Memory = NO_MEMORY
    freezes: tuple[Freeze, ...] = ()
    fingerprints: Fingerprints = NO_FINGERPRINTS
    others: Mapping[str, OtherCluster] = field(default_factory=dict)
    base: Mapping[str, Applied] | None = None

    @property
    def today(self) -> date:
        """Return the day, in UTC."""
        return self.now.date()

    @property
    def knows_causes(self) -> bool:
        """Tell whether anything says what was last applied."""
        return self.base is not None or self.memory.exists

    def was_applied(self, name: str) -> bool:
        """Tell whether a connector was surely applied once, and not given up since."""
        if self.base is not None:
            return name in self.base
        record = self.memory.records.get(name)
        return record is not None and record.applied is not None

    def applied_to(self, name: str) -> tuple[Applied, ...]:
        """Return what was last applied to a connector, and what was perhaps applied after that."""
        if self.base is not None:
            return (self.base[name],) if name in self.base else ()
        record = self.memory.records.get(name)
        found = (record.applied, record.pending) if record is not None else ()
        return tuple(applied for applied in found if applied is not None)
