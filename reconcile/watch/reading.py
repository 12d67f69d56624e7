"""Read what a round is judged by: all of it at first, and then what may have changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.connect.connection import Connection
from reconcile.desired.project import LoadedProject
from reconcile.errors import DefinitionError
from reconcile.health.rollup import Sight
from reconcile.ledger.reading import read_memory, renewed
from reconcile.live.snapshot import follow_snapshot, take_snapshot
from reconcile.model.desired import Desired
from reconcile.model.ledger import Memory
from reconcile.model.live import LiveState
from reconcile.model.plan import ActiveHold
from reconcile.plan.digest import declared_digest
from reconcile.plan.holds import active_holds
from reconcile.plan.owners import owner_problems
from reconcile.run.asking import sensitive_values
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.declaring import Declared, declared_now
from reconcile.run.ledgers import opened_store
from reconcile.run.presence import Presences, find_workers
from reconcile.run.reading import answers_from_memory, sight_of
from reconcile.watch.flowing import Stream, read_stream

LOOK_ANEW: Final = timedelta(minutes=10)
"""How often the configs of all connectors are read again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a round has read; the next one uses again of it what still holds.

    `desired` is what git declares here and nobody else owns; `declared` is the whole of it, and
    what files it came from. `live` has the statuses of now; the configs of all connectors are as
    they were at `described` at the latest. `memory` is the ledger's. `workers` are those that statuses
    name, and `gone` the ones of them that are no more. `stream` is what was read of what flows.
    """

    declared: Declared
    desired: Desired
    live: LiveState
    described: datetime
    memory: Memory
    holds: Sequence[ActiveHold]
    sights: Mapping[str, Sight]
    from_memory: bool
    workers: Presences
    gone: frozenset[str]
    stream: Stream

    @property
    def is_anew(self) -> bool:
        """Tell whether this round has read all configs: what is judged by these is judged now."""
        return self.described == self.live.taken_at


def read_round(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    before: Reading | None,
    *,
    written: Collection[str] = (),
    urgent: Collection[str] = (),
) -> Reading:
    """Return what is declared, live and remembered now.

    `before` is what the last round has read, after which `written` were written. Whether the
    `urgent` move is looked at first. Raises ClusterError, DefinitionError and LedgerError.
    """
    known = before.declared if before is not None else None
    declared = declared_now(context, loaded, cluster, known)
    if not declared.desired.complete:
        raise DefinitionError(*declared.desired.problems)
    anew = before is None or not _holds_still(before, declared, loaded, context.clock.now())
    # What is live is never older than what is remembered: an apply between the two is no drift.
    with opened_store(context, loaded, cluster) as store:
        memory = read_memory(store, before.memory if before is not None else None)
    applied = renewed(before.memory, memory) if before is not None else frozenset()
    with connect_to(context, loaded, cluster) as connection:
        live, described = _look(context, connection, None if anew else before, {*written, *applied})
        from_memory = answers_from_memory(connection)
        stream = read_stream(
            context,
            loaded,
            live,
            connection if not from_memory else None,
            names=declared.desired.definitions.keys(),
            urgent=urgent,
            applied=bool(applied),
            before=before.stream if before is not None else Stream(),
        )
    workers = find_workers(context, loaded, live, before.workers if before else {}, anew=anew)
    now = context.clock.monotonic()
    gone = frozenset(name for name, presence in workers.items() if presence.is_gone(now))
    _learn_secrets(context, live)
    desired = _ours(declared.desired, memory)
    return Reading(
        declared=declared,
        desired=desired,
        live=live,
        described=described,
        memory=memory,
        holds=_holds(context, loaded, desired, memory),
        sights={
            name: sight_of(
                context,
                connector,
                desired=desired,
                from_memory=from_memory,
                gone=gone,
                flows=stream.flows,
            )
            for name, connector in live.connectors.items()
        },
        from_memory=from_memory,
        workers=workers,
        gone=gone,
        stream=stream,
    )


def _learn_secrets(context: Context, live: LiveState) -> None:
    """Let nothing show that a trace could quote of a config."""
    for connector in live.connectors.values():
        if connector.has_failed:
            context.redactor.learn(sensitive_values(connector.config))


def _holds_still(before: Reading, declared: Declared, loaded: LoadedProject, now: datetime) -> bool:
    """Tell whether not all is to be read again.

    A clock that was set back says nothing of the time that has passed, and another project file
    may have another cluster under the same name.
    """
    path = loaded.project.path
    same = declared.stamps[path] == before.declared.stamps.get(path)
    return same and timedelta() <= now - before.described < LOOK_ANEW


def _look(
    context: Context, connection: Connection, before: Reading | None, written: Collection[str]
) -> tuple[LiveState, datetime]:
    """Return what is live, and when all configs of it were read.

    `expand=info` costs a worker time that is quadratic in the number of connectors.
    """
    if before is not None:
        live = follow_snapshot(connection, before.live, clock=context.clock, changed=written)
        if live is not None:
            return live, before.described
    live = take_snapshot(connection, clock=context.clock)
    return live, live.taken_at


def _ours(desired: Desired, memory: Memory) -> Desired:
    """Return what a project declares without what is another one's: that one watches it."""
    declared = desired.definitions
    foreign = owner_problems(declared, desired.project, memory, cluster=desired.cluster)
    left = declared.keys() - {problem.connector for problem in foreign}
    return replace(desired, definitions={name: declared[name] for name in declared if name in left})


def _holds(
    context: Context, loaded: LoadedProject, desired: Desired, memory: Memory
) -> Sequence[ActiveHold]:
    bound = {hold.name for hold in memory.holds if hold.while_declared}
    return active_holds(
        memory.holds,
        loaded.project.clusters[desired.cluster].freezes,
        now=context.clock.now(),
        declared={
            name: declared_digest(one) for name, one in desired.definitions.items() if name in bound
        },
    )
