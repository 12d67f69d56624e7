"""Plan what an operator asks for by name: restart, pause, resume, stop."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from reconcile.connect.connection import Connection
from reconcile.desired.project import LoadedProject
from reconcile.errors import RefusedError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.desired import Desired, TargetState
from reconcile.model.live import LiveState
from reconcile.model.plan import Plan
from reconcile.plan.act import refuse_held, restart_plan, state_plan
from reconcile.plan.owners import owner_problems
from reconcile.run.asking import sensitive_values
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.holding import holds_now
from reconcile.run.ledgers import Lock, open_ledger
from reconcile.run.planning import Planned
from reconcile.run.reading import learn_secrets


@contextmanager
def plan_restart(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    names: Sequence[str],
    *,
    only_failed: bool,
    lock: Lock,
    whole: Collection[str] = (),
    desired: Desired | None = None,
) -> Iterator[Planned]:
    """Plan the restart of connectors with their tasks, or of what of them has failed.

    Those in `whole` are restarted with all of their tasks in any case. `desired` is what git
    declares, where that is known, and its secrets to the redactor.
    """

    def build(live: LiveState, desired: Desired) -> Plan:
        return restart_plan(
            live,
            names,
            project=desired.project,
            now=context.clock.now(),
            only_failed=only_failed,
            whole=whole,
        )

    desired = desired or learn_secrets(context, loaded, cluster)
    with _planned(context, loaded, desired, names, build, lock) as planned:
        yield planned


@contextmanager
def plan_state(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    names: Sequence[str],
    state: TargetState,
    *,
    lock: Lock,
) -> Iterator[Planned]:
    """Plan to bring connectors into a state; says where git declares another."""

    def build(live: LiveState, desired: Desired) -> Plan:
        return state_plan(
            live,
            names,
            state,
            project=desired.project,
            now=context.clock.now(),
            definitions=desired.definitions,
        )

    desired = learn_secrets(context, loaded, cluster)
    with _planned(context, loaded, desired, names, build, lock) as planned:
        yield planned


@contextmanager
def _planned(
    context: Context,
    loaded: LoadedProject,
    desired: Desired,
    names: Sequence[str],
    build: Callable[[LiveState, Desired], Plan],
    lock: Lock,
) -> Iterator[Planned]:
    cluster = desired.cluster
    with (
        open_ledger(context, loaded, cluster, lock) as ledger,
        connect_to(context, loaded, cluster) as connection,
    ):
        live = _find(context, connection, names)
        for name in names:
            if name in live.connectors:
                context.redactor.learn(sensitive_values(live.connectors[name].config))
        foreign = owner_problems(names, desired.project, ledger.memory, cluster=cluster)
        if foreign:
            raise RefusedError(*foreign)
        chosen = loaded.project.clusters[cluster]
        holds = holds_now(context, chosen, ledger.memory, desired.definitions)
        yield Planned(
            loaded=loaded,
            cluster=chosen,
            desired=desired,
            live=live,
            plan=refuse_held(build(live, desired), holds),
            connection=connection,
            ledger=ledger,
        )


def _find(context: Context, connection: Connection, names: Sequence[str]) -> LiveState:
    """Return what is live of some names; where one is unknown all, so that what is like it is told."""
    live = take_snapshot(connection, clock=context.clock, names=names)
    if all(name in live.connectors for name in names):
        return live
    return take_snapshot(connection, clock=context.clock)
