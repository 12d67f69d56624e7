"""What lies around the plan of one cluster: its ledger, and the clusters its moves are about."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from reconcile.connect.connection import Connection
from reconcile.desired.project import LoadedProject
from reconcile.live.snapshot import take_snapshot
from reconcile.model.desired import Desired
from reconcile.model.ledger import Memory, MoveStep
from reconcile.model.live import LiveState
from reconcile.plan.options import OtherCluster
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.healing import with_moves_closed
from reconcile.run.ledgers import OpenLedger


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """The ledger of a cluster, and the other clusters that its moves are about."""

    ledger: OpenLedger
    origins: Mapping[str, Connection]
    others: Mapping[str, OtherCluster]


def look_around(  # one call, each argument once
    context: Context,
    loaded: LoadedProject,
    desired: Desired,
    ledgers: Mapping[str, OpenLedger],
    live: LiveState,
    stack: ExitStack,
) -> Around:
    """Read the other clusters, and close what runs that were cut off left open."""
    name, project = desired.cluster, loaded.project
    ends = _ends(ledgers[name].memory)
    origins = {
        cluster: stack.enter_context(connect_to(context, loaded, cluster))
        for cluster in sorted(({*desired.declared_on, *ends} - {name}) & ledgers.keys())
    }
    there = {
        cluster: take_snapshot(origin, clock=context.clock) for cluster, origin in origins.items()
    }
    closed = with_moves_closed(
        {cluster: ledgers[cluster] for cluster in (*origins, name)},
        {**there, name: live},
        project=project.name,
        now=context.clock.now(),
    )
    others = {
        cluster: OtherCluster(
            live=found,
            memory=closed[cluster].memory,
            freezes=project.clusters[cluster].freezes,
        )
        for cluster, found in there.items()
    }
    return Around(ledger=closed[name], origins=origins, others=others)


def _ends(memory: Memory) -> set[str]:
    """Return the clusters that connectors of this one move from, or moved to."""
    return {
        end
        for move in memory.moves
        if move.step is not MoveStep.DONE
        for end in (move.cluster, move.to_cluster)
    }
