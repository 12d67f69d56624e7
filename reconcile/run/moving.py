"""What a ledger is told of moves."""

from datetime import datetime

from reconcile.ledger import keys, writing
from reconcile.model.ledger import ChangeRecord, Memory, Move, MoveStep
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Change

Entries = dict[str, str | None]


def ends_of(change: Change, cluster: str) -> frozenset[tuple[str, str]]:
    """Return the clusters and names that a move on a cluster is between, whichever way it goes."""
    origin = change.origin
    old = (origin.cluster, origin.name) if origin is not None else ("", "")
    return frozenset({old, (cluster, change.name)})


def begun_move(memory: Memory, change: Change, cluster: str) -> Move | None:
    """Return what a ledger says of a move between the same ends that an earlier run began."""
    ends = ends_of(change, cluster)
    for move in memory.moves:
        if {(move.cluster, move.name), (move.to_cluster, move.to_name)} == ends:
            return move
    return None


def move_entries(move: Move) -> Entries:
    """Return the entries of a move; one that went the other way before is over."""
    return {
        keys.move_key(move.cluster, move.name): None,
        keys.move_key(move.to_cluster, move.to_name): None
        if move.step is MoveStep.DONE
        else writing.move_text(move),
    }


def departure_entries(move: Move, now: datetime) -> Entries:
    """Return what the ledger that a connector moved from is told once it is gone."""
    left = ChangeRecord(
        run=move.run,
        name=move.name,
        action=Action.MOVE,
        at=now,
        status=OutcomeStatus.APPLIED,
        message=f"moved to {move.to_name} on {move.to_cluster}",
    )
    return {
        keys.connector_key(move.name): None,
        keys.change_key(move.name, move.run): writing.change_text(left),
    }
