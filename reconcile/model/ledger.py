"""What a ledger remembers: what was applied, by whom, and what is to be left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconcile.model.applied import Applied
from reconcile.model.desired import OffsetsOnDelete, TargetState
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Cause

Position = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one project did last to one connector.

    `pending` was about to be applied, and nothing says whether it was: the run was cut off, or the
    cluster gave no answer. `applied` is None where nothing was applied before that. `protect`,
    `on_delete` and `labels` outlive the file that declared them. `more` is what a later version
    wrote and this one does not know: it is written back as it is.
    """

    name: str
    project: str
    applied: Applied | None
    pending: Applied | None = None
    at: datetime
    actor: str = ""
    run: str = ""
    protect: bool = False
    on_delete: OffsetsOnDelete = OffsetsOnDelete.KEEP
    labels: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A connector, or all that match a glob, that every writer leaves alone.

    It ends at `until`, and one that a rollback left as soon as git declares something else than
    `while_declared`, the digest of a definition.
    """

    name: str
    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    while_declared: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """What one run did to one connector; `keys` are the names of the settings that changed.

    `applied` is what was applied then, and None where the connector was deleted. `more` is what a
    later version wrote, as in a record.
    """

    run: str
    name: str
    action: Action
    at: datetime
    status: OutcomeStatus | None = None
    keys: Mapping[str, Cause | None] = field(default_factory=dict)
    state: tuple[TargetState | None, TargetState] | None = None
    applied: Applied | None = None
    message: str = ""
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command that wrote to a cluster; `finished_at` is None while it is under way, or lost."""

    id: str
    project: str
    command: str
    actor: str
    started_at: datetime
    finished_at: datetime | None = None
    run_url: str = ""
    commit: str = ""
    plan_digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


class MoveStep(StrEnum):
    """How far a move has come; each step is recorded before the next begins."""

    BEGUN = "begun"
    OFFSETS_READ = "offsets-read"
    CREATED = "created"
    OFFSETS_WRITTEN = "offsets-written"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A connector on its way to another name or cluster, with its offsets.

    `state` is the target state that the old connector had before it was stopped. `cluster` and
    `to_cluster` are names of the project. `more` is what a later version wrote, as in a record.
    """

    name: str
    to_name: str
    cluster: str
    to_cluster: str
    project: str
    state: TargetState
    step: MoveStep
    offsets: tuple[tuple[Position, Position | None], ...] = ()
    at: datetime
    run: str = ""
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOffsets:
    """The offsets that a connector had when it was deleted."""

    name: str
    run: str
    at: datetime
    offsets: tuple[tuple[Position, Position | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write to a cluster, until it expires; its holder by name.

    `id` is new for each holder. `host` and `process` tell whether the holder still lives, as far as
    that can be seen from the same machine.
    """

    id: str
    project: str
    actor: str
    command: str
    host: str
    process: str
    since: datetime
    expires: datetime
    run_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Memory:
    """What the ledger of one cluster remembers; `records` may be read as they are asked for.

    `exists` is false where nothing was ever recorded: then nothing is known of who made which
    difference. `place` says where the ledger is.
    """

    place: str
    exists: bool = False
    records: Mapping[str, Record] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    moves: tuple[Move, ...] = ()
