"""Hold connectors, so that every writer leaves them alone, and let them go again."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from reconcile.desired.project import LoadedProject
from reconcile.errors import LedgerError, UsageError
from reconcile.ledger import keys, writing
from reconcile.ledger.lease import break_lease
from reconcile.ledger.reading import check_format, read_hold, read_memory
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.ledger import Hold, Lease, Run
from reconcile.model.plan import ActiveHold
from reconcile.model.problem import Problem
from reconcile.plan.digest import declared_digest
from reconcile.plan.holds import active_holds
from reconcile.run.context import Context
from reconcile.run.ledgers import Lock, opened_store, refuse_lost_ledger
from reconcile.run.reading import read_desired

_ATTEMPTS: Final = 5


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
    plan on.
    """
    held = Hold(
        name=name,
        reason=reason,
        by=lock.identity.actor,
        since=context.clock.now(),
        until=until,
    )
    refuse_lost_ledger(context, loaded, cluster, lock)
    with opened_store(context, loaded, cluster) as store:
        _write(context, store, loaded, lock, name, lambda _before: writing.hold_text(held))
    return held


def release(context: Context, loaded: LoadedProject, cluster: str, name: str, lock: Lock) -> Hold:
    """End a hold and return it; raise UsageError where there is none of this name."""
    refuse_lost_ledger(context, loaded, cluster, lock)
    ended: list[Hold] = []

    def end(before: str | None) -> None:
        if before is None:
            raise UsageError(
                Problem(
                    code=Code.HELD,
                    message=f"nothing holds {name} on cluster {cluster}",
                    hint="connectform hold lists what is held",
                )
            )
        ended.append(read_hold(store.place, keys.hold_key(name), before))

    with opened_store(context, loaded, cluster) as store:
        _write(context, store, loaded, lock, name, end)
    return ended[-1]


def list_holds(context: Context, loaded: LoadedProject, cluster: str) -> tuple[ActiveHold, ...]:
    """Return the holds and freezes that are in force on a cluster."""
    definitions = read_desired(context, loaded, cluster).definitions
    declared = {name: declared_digest(one) for name, one in definitions.items()}
    with opened_store(context, loaded, cluster) as store:
        return active_holds(
            read_memory(store).holds,
            loaded.project.clusters[cluster].freezes,
            now=context.clock.now(),
            declared=declared,
        )


def unlock(context: Context, loaded: LoadedProject, cluster: str) -> Lease | None:
    """Break the lock of a cluster, and return who held it."""
    with opened_store(context, loaded, cluster) as store:
        return break_lease(store)


def _write(
    context: Context,
    store: Store,
    loaded: LoadedProject,
    lock: Lock,
    name: str,
    change: Callable[[str | None], str | None],
) -> None:
    """Change a hold and record who did; what somebody else did to it in between is looked at again."""
    identity, now = lock.identity, context.clock.now()
    run = Run(
        id=identity.run,
        project=loaded.project.name,
        command=identity.command,
        actor=identity.actor,
        started_at=now,
        finished_at=now,
        run_url=identity.run_url,
    )
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
