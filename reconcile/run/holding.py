"""Hold connectors, so that every writer leaves them alone, and let them go again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from reconcile.connect.reads import list_names
from reconcile.desired.project import LoadedProject
from reconcile.errors import LedgerError, RefusedError, UsageError
from reconcile.ledger import keys, writing
from reconcile.ledger.lease import Broken, break_lease
from reconcile.ledger.reading import check_format, read_hold, read_memory
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.desired import Definition
from reconcile.model.ledger import Hold, Memory
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.model.plan import ActiveHold
from reconcile.model.problem import Problem
from reconcile.model.project import Cluster
from reconcile.plan.act import unknown_connector
from reconcile.plan.digest import declared_digest
from reconcile.plan.holds import active_holds
from reconcile.plan.owners import owner_problems, recorded_like
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.identity import run_of
from reconcile.run.ledgers import Lock, OpenLedger, opened_store, refuse_lost_ledger
from reconcile.run.planning import Planned
from reconcile.run.reading import read_desired

_ATTEMPTS: Final = 5
_DONE: Final = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


def hold(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    name: str,
    *,
    reason: str,
    until: datetime,
    lock: Lock,
) -> Hold:
    """Hold a connector, or all that match a glob, until a time; return what was recorded.

    No lock is taken: a hold must be possible while somebody writes. It is respected from the next
    plan on. The cluster is asked only for what neither git nor the ledger knows. Raises UsageError
    for what none of the three knows, and RefusedError where it means another project's.
    """
    held = hold_of(context, lock, name, reason=reason, until=until)
    refuse_lost_ledger(context, loaded, cluster, lock)
    with opened_store(context, loaded, cluster) as store:
        memory = read_memory(store)
        meant = recorded_like(name, memory)
        foreign = owner_problems(meant, loaded.project.name, memory, cluster=cluster)
        if foreign:
            raise RefusedError(*foreign)
        _refuse_unknown(context, loaded, cluster, memory, name)
        _write(context, store, loaded, lock, name, lambda _before: writing.hold_text(held))
    return held


def hold_of(context: Context, lock: Lock, name: str, *, reason: str, until: datetime) -> Hold:
    """Return a hold as it is recorded, by who asks for it, from now on."""
    return Hold(
        name=name,
        reason=" ".join(reason.split()),
        by=lock.identity.actor,
        since=context.clock.now(),
        until=until,
    )


def hold_first(context: Context, planned: Planned, holds: Sequence[Hold]) -> None:
    """Record holds on what a plan is about, under its lock and before anything of it is written.

    An apply that came after the write and before its hold would undo what was asked for.
    """
    ledger = planned.ledger
    if ledger.lease is None or ledger.identity is None or not holds:
        return
    run = run_of(ledger.identity, planned.project, context.clock.now())
    entries = {keys.hold_key(hold.name): writing.hold_text(hold) for hold in holds}
    ledger.lease.swap({**entries, keys.run_key(run.id): writing.run_text(run)})


def release_untouched(ledger: OpenLedger, result: ApplyResult) -> tuple[str, ...]:
    """End the holds on what was certainly not written after all, and return those connectors."""
    untouched = tuple(
        outcome.name
        for outcome in result.outcomes
        if outcome.status not in _DONE and not outcome.written
    )
    if ledger.lease is not None and untouched:
        ledger.lease.swap(dict.fromkeys(map(keys.hold_key, untouched)))
    return untouched


def release(context: Context, loaded: LoadedProject, cluster: str, name: str, lock: Lock) -> Hold:
    """End a hold and return it.

    Raises UsageError where there is none of this name, and RefusedError where all that it is known
    to mean is another project's.
    """
    refuse_lost_ledger(context, loaded, cluster, lock)
    ended: list[Hold] = []

    def end(before: str | None) -> None:
        if before is None:
            raise UsageError(
                Problem(
                    code=Code.HELD,
                    message=f"nothing holds {name} on cluster {cluster}",
                    hint=f"{command('hold', cluster=cluster)} lists what is held",
                )
            )
        ended.append(read_hold(store.place, keys.hold_key(name), before))

    with opened_store(context, loaded, cluster) as store:
        memory = read_memory(store)
        meant = recorded_like(name, memory)
        foreign = owner_problems(meant, loaded.project.name, memory, cluster=cluster)
        if foreign and len(foreign) == len(meant):
            raise RefusedError(*foreign)
        _write(context, store, loaded, lock, name, end)
    return ended[-1]


def list_holds(context: Context, loaded: LoadedProject, cluster: str) -> tuple[ActiveHold, ...]:
    """Return the holds and freezes that are in force on a cluster."""
    definitions = read_desired(context, loaded, cluster).definitions
    with opened_store(context, loaded, cluster) as store:
        return holds_now(context, loaded.project.clusters[cluster], read_memory(store), definitions)


def holds_now(
    context: Context, cluster: Cluster, memory: Memory, definitions: Mapping[str, Definition]
) -> tuple[ActiveHold, ...]:
    """Return the holds and freezes in force, by what git declares now."""
    declared = {name: declared_digest(one) for name, one in definitions.items()}
    return active_holds(memory.holds, cluster.freezes, now=context.clock.now(), declared=declared)


def unlock(context: Context, loaded: LoadedProject, cluster: str) -> Broken | None:
    """Break the lock of a cluster, and return who held it; None where nobody did."""
    with opened_store(context, loaded, cluster) as store:
        return break_lease(store)


def _refuse_unknown(
    context: Context, loaded: LoadedProject, cluster: str, memory: Memory, name: str
) -> None:
    """Refuse a hold on what nobody knows: it would keep nobody from anything."""
    known: set[str] = set()
    for names in _known_names(context, loaded, cluster, memory):
        if any(name == each or fnmatchcase(each, name) for each in names):
            return
        known.update(names)
    raise UsageError(unknown_connector(name, cluster, known))


def _known_names(
    context: Context, loaded: LoadedProject, cluster: str, memory: Memory
) -> Iterator[Sequence[str]]:
    """Yield what git declares, what the ledger remembers, and what is live."""
    yield tuple(read_desired(context, loaded, cluster).definitions)
    yield tuple(memory.records)
    with connect_to(context, loaded, cluster) as connection:
        yield list_names(connection)


def _write(
    context: Context,
    store: Store,
    loaded: LoadedProject,
    lock: Lock,
    name: str,
    change: Callable[[str | None], str | None],
) -> None:
    """Change a hold and record who did; what somebody else did to it in between is looked at again."""
    run = run_of(lock.identity, loaded.project.name, context.clock.now())
    key = keys.hold_key(name)
    for _ in range(_ATTEMPTS):
        before = store.read(keys.FORMAT, key)
        check_format(store.place, before)
        entries = {key: change(before.get(key)), keys.run_key(run.id): writing.run_text(run)}
        if keys.FORMAT not in before:
            entries[keys.FORMAT] = writing.format_text()
        if store.swap(entries, given={one: before.get(one) for one in (keys.FORMAT, key)}):
            return
    raise LedgerError(
        Problem(
            code=Code.LEDGER_UNWRITABLE,
            message=f"others changed what holds {name} in {store.place} over and over",
            hint="run again",
        )
    )
