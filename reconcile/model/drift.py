"""How a cluster differs from what git declares, without anything being planned."""

from dataclasses import dataclass, field
from datetime import datetime

from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import Change, Selection
from reconcile.model.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """What was changed by hand, as the changes that would undo it.

    In a key change `before` is what is live and `after` what git declares. `changed` differ in
    their config, `state` in their target state (and may stand in both), `missing` are not live.
    Apart from that, `unmanaged` are live connectors that git does not declare, and `undeclared`
    those of them that match `ownership.owns`; `orphaned` were applied by this project and are no
    longer declared, `held` differ and are held. Where it is `remembered` what was last applied, a
    change that git made and nobody applied yet is no drift.
    """

    project: str
    cluster: str
    identity: ClusterIdentity
    created_at: datetime
    changed: tuple[Change, ...] = ()
    missing: tuple[Change, ...] = ()
    state: tuple[Change, ...] = ()
    unmanaged: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    remembered: bool = False
    declared: int = 0
    in_sync: int = 0
    ignored: int = 0
    problems: tuple[Problem, ...] = ()
    selection: Selection = field(default_factory=Selection)
    commit: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the connectors that drifted, each once, sorted."""
        return tuple(
            sorted({change.name for change in (*self.changed, *self.missing, *self.state)})
        )

    @property
    def has_drift(self) -> bool:
        """Tell whether anything that git declares is not so live."""
        return bool(self.changed or self.missing or self.state)
