"""What a plan is asked for, and what it is told beside git and the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanOptions:
    """How to compare, what may be deleted, and what time it is.

    `owns` are the globs of `ownership.owns`; only with `prune` are connectors among them deleted
    that the ledger knows as ours. `ignore` are the rules of the cluster. `only_git` leaves alone
    what was changed by hand. `others` are the clusters that a `movedFrom` names. `strict` makes a
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

    @property
    def today(self) -> date:
        """Return the day, in UTC."""
        return self.now.date()
