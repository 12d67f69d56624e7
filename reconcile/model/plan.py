"""The difference between desired and live, as a value that apply obeys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconcile.model.applied import Applied
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import ClusterIdentity
from reconcile.model.problem import Location, Problem, errors_in


class Action(StrEnum):
    """What is done to one connector."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SET_STATE = "set-state"
    RESTART = "restart"
    MOVE = "move"


class Reason(StrEnum):
    """Why a change is in the plan; for people, never read by apply."""

    NOT_LIVE = "not-live"
    CONFIG_DIFFERS = "config-differs"
    STATE_DIFFERS = "state-differs"
    NOT_DECLARED = "not-declared"
    ASKED = "asked"
    MOVED = "moved"


class Cause(StrEnum):
    """Who made a difference, seen from what was last applied."""

    GIT = "git"
    LIVE = "live"
    BOTH = "both"


class EffectKind(StrEnum):
    """What a change does besides changing values."""

    RESTARTS_TASKS = "restarts-tasks"
    REBALANCE = "rebalance"
    RESUMES_FROM_KEPT_OFFSETS = "resumes-from-kept-offsets"
    KEEPS_OFFSETS = "keeps-offsets"
    POSITION_LOST = "position-lost"
    SECRET_CHANGED = "secret-changed"  # noqa: S105  # the name of an effect
    GOES_THROUGH_STOPPED = "goes-through-stopped"
    RESTART_NEEDED = "restart-needed"
    STARTS_RUNNING_FIRST = "starts-running-first"
    CARRIES_OFFSETS = "carries-offsets"
    RESETS_OFFSETS = "resets-offsets"
    OUTSIDE_STATE = "outside-state"
    TAKES_OVER = "takes-over"


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect, with the number it speaks of (tasks, for one)."""

    kind: EffectKind
    count: int = 0


class ValueKind(StrEnum):
    """How a value may be shown."""

    PLAIN = "plain"
    SENSITIVE = "sensitive"
    UNRESOLVED = "unresolved"
    MASKED = "masked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A config value as a plan may show it: `text` for plain values alone.

    `number` tells sensitive values of one connector apart; `reference` is the text in git that a
    secret came from.
    """

    kind: ValueKind
    text: str = ""
    number: int = 0
    reference: str = ""


class Part(StrEnum):
    """What happened to one part inside a structured value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """One difference inside a structured value (JSON text, comma list)."""

    part: Part
    path: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """One config key, before and after; None where it is absent.

    `cause` says who made the difference, as far as that is known. `applied` is what was last applied
    where that is neither of the two. `rotated` tells that git names the same secret as before, and
    its value alone is another one.
    """

    key: str
    before: Shown | None
    after: Shown | None
    parts: tuple[PartChange, ...] = ()
    location: Location | None = None
    cause: Cause | None = None
    applied: Shown | None = None
    rotated: bool = False

    @property
    def sensitive(self) -> bool:
        """Tell whether either side is kept from view."""
        return any(
            shown is not None and shown.kind is not ValueKind.PLAIN
            for shown in (self.before, self.after)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A target state, before and after; `before` is None for a new connector.

    `applied` is the one that was last applied where that is neither of the two.
    """

    before: TargetState | None
    after: TargetState
    cause: Cause | None = None
    applied: TargetState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredKeys:
    """Keys that differ and are left as they are live, by the rule that says so."""

    keys: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must still hold when a change is applied: config and target state, never health.

    The digest leaves the values of secrets out: those of the keys in `hidden`. `secrets` are their
    fingerprints by key, as far as the server shows them, under the key named `fingerprint_key`.
    """

    exists: bool
    digest: str = ""
    hidden: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    fingerprint_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The connector that a move starts from, and what must still hold of it.

    `state` is the target state that it had before the move. `has_outside_state` tells that the
    connector keeps more than its offsets: a schema history, for one.
    """

    name: str
    cluster: str
    precondition: Precondition
    state: TargetState
    has_outside_state: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """One change to one connector: all that apply needs, and what people need to judge it.

    `config` is the complete config to write (create, update, move); `before` the live one that the
    plan was made from. Both stay in memory. `cause` says why a connector is created or deleted.
    `applied` is what the ledger will remember of it, `fallback` what was applied before, and
    `no_way_back` why that is not known.
    """

    action: Action
    name: str
    class_name: str
    reason: Reason
    precondition: Precondition
    keys: tuple[KeyChange, ...] = ()
    state: StateChange | None = None
    effects: tuple[Effect, ...] = ()
    ignored: tuple[IgnoredKeys, ...] = ()
    unchanged: int = 0
    wave: int = 0
    tasks: int = 0
    location: Location | None = None
    config: Config | None = None
    before: Config | None = None
    only_failed: bool = False
    cause: Cause | None = None
    origin: Origin | None = None
    reset_offsets: bool = False
    protect: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    applied: Applied | None = None
    fallback: Config | None = None
    no_way_back: str = ""

    def has(self, kind: EffectKind) -> bool:
        """Tell whether the change has an effect of this kind."""
        return any(effect.kind is kind for effect in self.effects)


class WithheldBy(StrEnum):
    """Why something that differs is left as it is."""

    HOLD = "hold"
    FREEZE = "freeze"
    PROTECTION = "protection"
    DRIFT = "drift"
    EXPECTATION = "expectation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A change that is shown and not made; `by` is who said so, `until` when that ends.

    By DRIFT: `--only git` leaves it alone. By EXPECTATION: it is not what was approved.
    """

    change: Change
    why: WithheldBy
    reason: str = ""
    by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveHold:
    """A hold or a freeze in force; `name` may be a glob, and `until` is None where no time ends it."""

    name: str
    reason: str
    by: str = ""
    until: datetime | None = None
    freeze: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which connectors a run is about; empty means all (`name=orders-*`, `team=payments`)."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is filtered."""
        return bool(self.select or self.exclude)


class ValidationMode(StrEnum):
    """How settings are checked: by the worker, by plugin definitions alone, or not at all."""

    LIVE = "live"
    SCHEMA = "schema"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Everything that apply will do to one cluster, in the order it will be done.

    `problems` are findings of the checks; one of severity error makes the plan unfit to apply.
    `refusals` are for those who read a plan: why apply would refuse it as it stands, by the limits
    of then. Apply judges by those of now.
    `unmanaged` are live connectors that git does not declare; they are never touched.
    `undeclared` are those of them that match `ownership.owns`, and that no ledger knows as ours;
    `orphaned` are apart from them: this project applied them, and git no longer declares them.
    `unrecorded` are declared and as they should be, and not in the ledger yet: apply enters them.
    `withheld` are changes that are not made. `only_git` leaves alone what was changed by hand.
    `remembered` tells that the ledger has something to say.
    `failing` are declared connectors that have failed live, or tasks of theirs; health is no
    difference, so this alone changes nothing.
    `asked` tells a small plan that an operator asked for by name from one that git asks for,
    `returning` one that leads back to what was applied before.
    """

    project: str
    cluster: str
    identity: ClusterIdentity
    created_at: datetime
    changes: tuple[Change, ...]
    in_sync: int
    declared: int
    unmanaged: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    unrecorded: tuple[str, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    holds: tuple[ActiveHold, ...] = ()
    failing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    refusals: tuple[Problem, ...] = ()
    selection: Selection = Selection()
    validation: ValidationMode = ValidationMode.LIVE
    ignored: int = 0
    digest: str = ""
    commit: str = ""
    asked: bool = False
    returning: bool = False
    only_git: bool = False
    remembered: bool = False

    @property
    def applicable(self) -> bool:
        """Tell whether no check found an error."""
        return not errors_in(self.problems)
