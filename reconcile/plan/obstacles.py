"""Say why a connector cannot move to another name or cluster."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.desired import Definition, Desired
from reconcile.model.ledger import Move
from reconcile.model.live import ConnectorKind, LiveConnector
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.release import INITIAL_STATE
from reconcile.plan.ignore import ActiveRules
from reconcile.plan.options import OtherCluster
from reconcile.plan.owners import owner_problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """All that decides about one move: where it comes from, and what is live on either side."""

    definition: Definition
    cluster: str
    name: str
    old: LiveConnector | None
    new: LiveConnector | None
    source: OtherCluster
    rules: ActiveRules
    begun: Move | None


def obstacle_to(
    situation: Situation, old: LiveConnector, desired: Desired, here: OtherCluster
) -> Problem | None:
    """Return why a move cannot be made, or None."""
    definition, name, cluster = situation.definition, situation.name, situation.cluster
    if situation.new is not None and situation.begun is None:
        return move_problem(
            definition,
            f"{definition.name} exists already, beside {name} that it should be moved from",
            f"delete one of the two by hand, or remove movedFrom to leave {name} alone",
        )
    if name in _declared_on(cluster, desired):
        return move_problem(
            definition,
            f"git still declares {name} on cluster {cluster}, which {definition.name} is moved from",
            f"take {cluster} out of the clusters of {name}",
        )
    if owner := _owner(situation, desired):
        return owner
    too_old = next(
        (
            side.live
            for side in (here, situation.source)
            if side.live.identity.release < INITIAL_STATE
        ),
        None,
    )
    if too_old is not None:
        return move_problem(
            definition,
            f"Connect {too_old.identity.version} of cluster {too_old.cluster} cannot create a"
            " connector that does not run, so no offsets can be written before it starts"
            " (needs 3.7)",
            "move it by hand, or upgrade the workers first",
        )
    ids = {side.live.identity.kafka_cluster_id for side in (here, situation.source)}
    if old.kind is ConnectorKind.SINK and len(ids) > 1:
        return move_problem(
            definition,
            f"{name} is a sink, and cluster {cluster} stands on another Kafka cluster: its offsets"
            " mean nothing there",
            "let the new one start at the end or the beginning of its topics: remove movedFrom",
        )
    return None


def _declared_on(cluster: str, desired: Desired) -> Collection[str]:
    if cluster == desired.cluster:
        return desired.definitions.keys()
    return desired.declared_on.get(cluster, frozenset())


def _owner(situation: Situation, desired: Desired) -> Problem | None:
    record = situation.source.memory.records.get(situation.name)
    definition = situation.definition
    if situation.begun is not None:
        return None
    if record is None:
        return replace(
            move_problem(
                definition,
                f"{situation.name} is to be moved, which deletes it, and the ledger does not know"
                " it as ours",
                f"{command('adopt', situation.name, cluster=situation.cluster)}, then apply again",
            ),
            code=Code.NOT_RECORDED,
        )
    owner = owner_problem(
        situation.name, desired.project, situation.source.memory, cluster=situation.cluster
    )
    if owner is not None:
        return replace(owner, location=_written_at(definition), connector=definition.name)
    if record.protect and not definition.protect:
        return replace(
            move_problem(
                definition,
                f"{situation.name} is protected: the move would delete it, and {definition.name}"
                " would not be protected",
                f"declare `protect: true` for {definition.name} as well",
            ),
            code=Code.PROTECTED,
        )
    return None


def nothing_to_move(situation: Situation) -> Problem:
    """Return the problem of a move whose old connector is not there."""
    begun, definition = situation.begun, situation.definition
    if begun is not None and begun.offsets:
        return move_problem(
            definition,
            f"{situation.name} was deleted by hand while it was being moved to"
            f" {situation.definition.name}",
            "its offsets are in the ledger: connectform history shows them. Remove movedFrom and"
            f" declare {situation.definition.name} stopped, then set its offsets by hand",
        )
    return move_problem(
        situation.definition,
        f"there is no connector {situation.name} on cluster {situation.cluster} to move"
        f" {situation.definition.name} from",
        "remove movedFrom, and it is created without a position",
    )


def held_back(situation: Situation) -> Problem:
    """Return the warning of a move that waits, since not all that git declares is known."""
    definition, name = situation.definition, situation.name
    return Problem(
        code=Code.PRUNE_HELD_BACK,
        message=f"{definition.name} is not moved from {name}: some files could not be used, and one"
        f" of them may still declare {name}, which a move deletes",
        location=_written_at(definition),
        hint="repair the files, or leave out --keep-going to see all that is wrong",
        severity=Severity.WARNING,
        connector=definition.name,
    )


def move_problem(definition: Definition, message: str, hint: str) -> Problem:
    """Return the problem of a move that cannot be made, at the line that asks for it."""
    return Problem(
        code=Code.CANNOT_MOVE,
        message=message,
        location=_written_at(definition),
        hint=hint,
        connector=definition.name,
    )


def _written_at(definition: Definition) -> Location:
    written = definition.moved_from.location if definition.moved_from else None
    return written or definition.location
