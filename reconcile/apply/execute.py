"""Carry out a plan: wave after wave, wide within each, and every change on its own."""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from reconcile.apply.admit import admit
from reconcile.apply.context import Context, serialised
from reconcile.apply.events import Event, WaveStarted
from reconcile.apply.flight import Flight
from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.apply.settle import await_gone, await_stopped, settle
from reconcile.apply.steps import Step
from reconcile.apply.write import write
from reconcile.clock import Clock
from reconcile.connect.answers import HealthStatus
from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_health
from reconcile.errors import ClusterError, RefusedError
from reconcile.model.codes import Code
from reconcile.model.outcome import ApplyResult, Outcome
from reconcile.model.plan import Action, Change, Plan
from reconcile.model.problem import Problem, errors_in


def _unobserved(event: Event) -> None:
    """Drop an event."""
    del event


def apply_plan(
    plan: Plan,
    connection: Connection,
    *,
    clock: Clock,
    rng: random.Random,
    options: ApplyOptions | None = None,
    observe: Callable[[Event], None] = _unobserved,
    interrupt: Interrupt | None = None,
) -> ApplyResult:
    """Carry out a plan, and return what came of each change, in the plan's order.

    One change that fails stops no other, unless the options say so. `observe` is called for one
    event at a time, from several threads. Raises RefusedError for a plan with errors, and
    ClusterError where the cluster cannot take writes or be read; nothing was written then.
    """
    if errors := errors_in(plan.problems):
        raise RefusedError(*errors)
    options, interrupt = options or ApplyOptions(), interrupt or Interrupt()
    started = clock.now()
    outcomes: list[Outcome] = []
    if plan.changes:
        _require_health(connection)
        pool = ThreadPoolExecutor(options.parallelism, thread_name_prefix="apply")
        context = Context(
            connection=connection,
            release=plan.identity.release,
            clock=clock,
            rng=rng,
            options=options,
            notify=serialised(observe),
            interrupt=interrupt,
            pool=pool,
        )
        try:
            outcomes = _outcomes(_waves(plan, context))
        finally:
            # Nothing is left to do then, unless a KeyboardInterrupt asked to end at once.
            pool.shutdown(wait=False, cancel_futures=True)
    return ApplyResult(
        project=plan.project,
        cluster=plan.cluster,
        plan_digest=plan.digest,
        started_at=started,
        finished_at=clock.now(),
        outcomes=tuple(outcomes),
        interrupted=interrupt.requested,
    )


def _require_health(connection: Connection) -> None:
    """Refuse to write through a worker that says it cannot: reads work without a broker."""
    health = get_health(connection)
    if health.status in (HealthStatus.UNHEALTHY, HealthStatus.STARTING):
        raise ClusterError(
            Problem(
                code=Code.CLUSTER_UNHEALTHY,
                message=f"cluster {connection.cluster} takes no writes now: its worker is "
                f"{health.status}{': ' if health.message else ''}{health.message}",
                hint="see whether the workers reach their brokers; nothing was written",
            )
        )


def _waves(plan: Plan, context: Context) -> Iterable[Flight]:
    for wave, group in groupby(plan.changes, key=lambda change: change.wave):
        changes = tuple(group)
        context.notify(WaveStarted(wave=wave, changes=len(changes)))
        # The plan's order is kept: what is deleted before others are written frees what they need.
        for _, batch in groupby(changes, key=lambda change: change.action is Action.DELETE):
            yield from _batch(tuple(batch), plan, context)


def _batch(changes: Sequence[Change], plan: Plan, context: Context) -> list[Flight]:
    """Carry out changes side by side, and wait until each has taken effect or failed to."""
    flights = admit(changes, plan, context)
    while any(flight.next_step for flight in flights):
        flights = list(context.pool.map(lambda flight: _written(flight, context), flights))
        flights = _each(flights, await_stopped, context, where=_is_waiting)
    deletes = [flight.change.action is Action.DELETE for flight in flights]
    await_effect = await_gone if all(deletes) else settle
    return _each(flights, await_effect, context, where=_is_unsettled)


def _each(
    flights: Sequence[Flight],
    wait: Callable[[Sequence[Flight], Context], list[Flight]],
    context: Context,
    *,
    where: Callable[[Flight], bool],
) -> list[Flight]:
    """Replace the flights that the condition holds for by what waiting made of them."""
    chosen = [flight for flight in flights if where(flight)]
    changed = iter(wait(chosen, context) if chosen else ())
    return [next(changed) if where(flight) else flight for flight in flights]


def _written(flight: Flight, context: Context) -> Flight:
    return write(flight, context) if flight.next_step else flight


def _is_waiting(flight: Flight) -> bool:
    return flight.next_step is Step.AWAIT_STOPPED


def _is_unsettled(flight: Flight) -> bool:
    return flight.outcome is None


def _outcomes(flights: Iterable[Flight]) -> list[Outcome]:
    return [flight.outcome for flight in flights if flight.outcome is not None]
