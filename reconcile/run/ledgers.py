"""Open the ledgers of a run, and take the locks that it writes under."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from reconcile.desired.project import LoadedProject, read_kafka
from reconcile.errors import RefusedError
from reconcile.ledger.git_store import GitStore
from reconcile.ledger.lease import HeldLease, hold_lease
from reconcile.ledger.opening import open_store
from reconcile.ledger.process import this_process
from reconcile.ledger.reading import read_memory
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.ledger import Lease, Memory, MoveStep
from reconcile.model.problem import Problem
from reconcile.model.project import LedgerChoice, LedgerKind
from reconcile.run.context import Context
from reconcile.run.identity import Identity, is_pipeline


def _untold(text: str) -> None:
    """Drop what nobody is there to be told."""
    del text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Who asks for the right to write, and how many seconds to wait for it.

    `local` says that a ledger on this disk is meant even in a pipeline, whose disk is gone
    afterwards; `sandboxes` are addresses of clusters for which it always is. `tell` is called with
    what people should know of a lock that was taken.
    """

    identity: Identity
    timeout: float = 0.0
    local: bool = False
    sandboxes: frozenset[str] = frozenset()
    tell: Callable[[str], None] = _untold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenLedger:
    """The ledger of one cluster, what it remembers, and the lock, where this run may write."""

    store: Store
    memory: Memory
    lease: HeldLease | None = None
    identity: Identity | None = None


@contextmanager
def open_ledgers(
    context: Context, loaded: LoadedProject, clusters: Iterable[str], lock: Lock | None
) -> Iterator[Mapping[str, OpenLedger]]:
    """Open the ledgers of clusters, and of those that moves under way lead to or from.

    With `lock` the right to write is taken on each, in the order of names, so that two runs never
    wait for each other. Raises LedgerError where a ledger cannot be read or somebody else holds its
    lock, and RefusedError for a ledger on the disk of a pipeline.
    """
    opened: dict[str, OpenLedger] = {}
    wanted = set(clusters)
    with ExitStack() as stack:
        while missing := sorted(wanted - opened.keys()):
            for cluster in missing:
                opened[cluster] = stack.enter_context(open_ledger(context, loaded, cluster, lock))
            wanted |= _move_ends(opened.values()) & loaded.project.clusters.keys()
        yield opened


@contextmanager
def open_ledger(
    context: Context, loaded: LoadedProject, cluster: str, lock: Lock | None
) -> Iterator[OpenLedger]:
    """Open the ledger of one cluster; see `open_ledgers`."""
    if lock is not None:
        refuse_lost_ledger(context, loaded, cluster, lock)
    with opened_store(context, loaded, cluster) as store:
        if lock is None:
            yield OpenLedger(store=store, memory=read_memory(store))
            return
        with hold_lease(
            store,
            lease_of(context, loaded, lock.identity),
            clock=context.clock,
            rng=context.rng,
            timeout=lock.timeout,
            cluster=cluster,
        ) as lease:
            if lease.expired is not None:
                lock.tell(_taken_over(lease.expired, cluster))
            memory = read_memory(store)
            yield OpenLedger(store=store, memory=memory, lease=lease, identity=lock.identity)


@contextmanager
def opened_store(context: Context, loaded: LoadedProject, cluster: str) -> Iterator[Store]:
    """Open the place where the ledger of a cluster is kept."""
    choice = loaded.project.clusters[cluster].ledger
    with chosen_store(context, loaded, cluster, choice, name=cluster) as store:
        yield store


@contextmanager
def chosen_store(
    context: Context, loaded: LoadedProject, cluster: str, choice: LedgerChoice, *, name: str
) -> Iterator[Store]:
    """Open a place under a name; one in Kafka is on the brokers of a cluster."""
    kafka = read_kafka(loaded, cluster, context.environment)
    if kafka is not None:
        context.redactor.learn(secret.reveal() for secret in kafka.secrets)
    store = open_store(
        choice,
        name=name,
        root=loaded.project.root,
        kafka=kafka,
        clock=context.clock,
        redact=context.redactor.redact,
    )
    try:
        yield store
    finally:
        store.close()


def seen_by_us_alone(store: Store) -> tuple[Problem, ...]:
    """Return the notice that a ledger which is meant to be shared is not."""
    notice = store.alone() if isinstance(store, GitStore) else None
    return (notice,) if notice is not None else ()


def _taken_over(lease: Lease, cluster: str) -> str:
    return (
        f"Took over the lock of cluster {cluster} that {lease.actor or 'somebody'} held for"
        f" {lease.command} of {lease.project}, on {lease.host}: by the clock here it ended at"
        f" {lease.expires:%Y-%m-%d %H:%M:%S} UTC. Where that run still goes on, one of the two clocks is"
        " wrong: set them."
    )


def lease_of(context: Context, loaded: LoadedProject, identity: Identity) -> Lease:
    """Return the lease that a run asks for; its times count from when it gets it."""
    holder, now = this_process(), context.clock.now()
    return Lease(
        id=identity.run,
        project=loaded.project.name,
        actor=identity.actor,
        command=identity.command,
        host=holder.host,
        process=holder.process,
        since=now,
        expires=now,
        run_url=identity.run_url,
    )


def _move_ends(ledgers: Iterable[OpenLedger]) -> set[str]:
    return {
        end
        for ledger in ledgers
        for move in ledger.memory.moves
        if move.step is not MoveStep.DONE
        for end in (move.cluster, move.to_cluster)
    }


def refuse_lost_ledger(context: Context, loaded: LoadedProject, cluster: str, lock: Lock) -> None:
    """Refuse to write into a ledger that is gone when the pipeline ends."""
    chosen = loaded.project.clusters[cluster]
    if chosen.ledger.kind is not LedgerKind.SQLITE or lock.local:
        return
    if not is_pipeline(context.environment) or lock.sandboxes.issuperset(chosen.urls):
        return
    raise RefusedError(
        Problem(
            code=Code.LOCAL_LEDGER_IN_CI,
            message=f"the ledger of cluster {cluster} is a file, and this is a pipeline (CI=true)"
            " whose files are gone when it ends: locks, protection and causes would be lost",
            location=chosen.location,
            hint="set `ledger: git` or `ledger: kafka:__connectform` on the cluster; where a file is"
            " meant, --local-ledger says so",
        )
    )
