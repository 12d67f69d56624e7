"""Carry out a plan: wave after wave, wide within each, and every change on its own."""

import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from reconcile.apply.batch import carry_out
from reconcile.apply.context import Context, serialised
from reconcile.apply.events import Event, WaveStarted
from reconcile.apply.flight import Flight
from reconcile.apply.journal import Journal, NoJournal
from reconcile.apply.options import ApplyOptions, Interrupt, OnError
from reconcile.clock import Clock
from reconcile.connect.answers import HealthStatus
from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_health
from reconcile.errors import ClusterError, RefusedError
from reconcile.model.codes import Code
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, Plan
from reconcile.model.problem import Problem, errors_in
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plan.order import rank

_WELL = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})
_WRITTEN = frozenset({Action.CREATE, Action.UPDATE})


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
    journal: Journal | None = None,
    origins: Mapping[str, Connection] | None = None,
    fingerprints: Fingerprints = NO_FINGERPRINTS,
) -> ApplyResult:
    """Carry out a plan, and return what came of each change, in the plan's order.

    One change that fails stops no other, unless the options say so. `observe` is called for one
    event at a time, from several threads; `journal` keeps the record; `origins` are connections to
    the other clusters that connectors move from; `fingerprints` know the secrets of a plan that was
    kept in a file again. Raises RefusedError for a plan with errors, and
    ClusterError where the cluster cannot take writes or be read; nothing was written then.
    """
    if errors := errors_in(plan.problems):
        raise RefusedError(*errors)
    options, interrupt = options or ApplyOptions(), interrupt or Interrupt()
    started = clock.now()
    outcomes: list[Outcome] = []
    problems: tuple[Problem, ...] = ()
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
            journal=journal or NoJournal(),
            origins=origins or {},
            fingerprints=fingerprints,
        )
        try:
            outcomes = _outcomes(_waves(plan, context), plan)
            problems = tuple(dict.fromkeys(context.unrecorded))
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
        problems=problems,
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
    chosen = _canaries(plan, context)
    for wave, group in groupby(plan.changes, key=lambda change: change.wave):
        changes = tuple(group)
        context.notify(WaveStarted(wave=wave, changes=len(changes)))
        canaries = tuple(change for change in changes if change in chosen)
        if canaries:
            turns = _turns(canaries, context.options)
            flights = [flight for turn in turns for flight in carry_out(turn, plan, context)]
            yield from flights
            context.unsung.extend(flight.name for flight in flights if _went_badly(flight))
        rest = [change for change in changes if change not in chosen]
        # The plan's order is kept: what is deleted before others are written frees what they need.
        for _, batch in groupby(rest, key=rank):
            for turn in _turns(tuple(batch), context.options):
                yield from carry_out(turn, plan, context)


def _turns(changes: tuple[Change, ...], options: ApplyOptions) -> Iterable[tuple[Change, ...]]:
    """Return what is begun together: all, or where an error stops the rest, few at a time.

    Whether a change went well is known once it has settled, so the next ones wait for that.
    """
    most = options.parallelism if options.on_error is OnError.STOP else len(changes)
    return (changes[start : start + most] for start in range(0, len(changes), most))


def _canaries(plan: Plan, context: Context) -> frozenset[Change]:
    """Return the creates and updates that go before all others, where that was asked for.

    They are of one wave, the lowest that has any.
    """
    canary = context.options.canary
    written = [change for change in plan.changes if change.action in _WRITTEN]
    if canary is None or not written:
        return frozenset()
    lowest = [change for change in written if change.wave == written[0].wave]
    return frozenset(lowest[: canary.of(len(plan.changes))])


def _went_badly(flight: Flight) -> bool:
    return flight.outcome is not None and flight.outcome.status not in _WELL


def _outcomes(flights: Iterable[Flight], plan: Plan) -> list[Outcome]:
    """Return the outcomes in the order of the plan."""
    found = {id(flight.change): flight.outcome for flight in flights}
    outcomes = (found.get(id(change)) for change in plan.changes)
    return [outcome for outcome in outcomes if outcome is not None]
