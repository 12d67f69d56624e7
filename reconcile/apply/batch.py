"""Carry out the changes of one batch side by side: admit, record, write, wait, record."""

from collections.abc import Callable, Sequence
from concurrent.futures import wait
from typing import Final

from reconcile.apply.admit import admit
from reconcile.apply.context import Context
from reconcile.apply.fallback import take_back
from reconcile.apply.flight import Flight
from reconcile.apply.moves import carry_moves
from reconcile.apply.offsets import keep_offsets
from reconcile.apply.problems import unrecorded
from reconcile.apply.settle import await_gone, await_stopped, settle
from reconcile.apply.steps import Step
from reconcile.apply.write import write
from reconcile.errors import LedgerError
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Change, Plan

_SPELL: Final = 0.5  # seconds


def carry_out(changes: Sequence[Change], plan: Plan, context: Context) -> list[Flight]:
    """Carry out changes of one turn, and wait until each has taken effect or failed to."""
    if changes[0].action is Action.MOVE:
        return _concluded(carry_moves(changes, context), context)
    flights = _intended(admit(changes, plan, context), context)
    while any(flight.next_step for flight in flights):
        flights = _all_written(flights, context)
        flights = _each(flights, await_stopped, context, where=_waits_for(Step.AWAIT_STOPPED))
        flights = _each(flights, keep_offsets, context, where=_waits_for(Step.KEEP_OFFSETS))
    deletes = [flight.change.action is Action.DELETE for flight in flights]
    await_effect = await_gone if all(deletes) else settle
    flights = _each(flights, await_effect, context, where=_is_unsettled)
    return _concluded(take_back(flights, context), context)


def _all_written(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Write side by side.

    A signal that comes right before an endless wait is noticed after it, so the wait has spells.
    """
    futures = [context.pool.submit(_written, flight, context) for flight in flights]
    while wait(futures, timeout=_SPELL).not_done:
        pass
    return [future.result() for future in futures]


def _intended(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Record what is about to be written; where that cannot be recorded, nothing is written."""
    ready = [flight for flight in flights if flight.outcome is None]
    if not ready:
        return list(flights)
    try:
        context.journal.intend([flight.change for flight in ready])
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
        return _each(flights, _unrecorded, context, where=_is_unsettled)
    return list(flights)


def _unrecorded(flights: Sequence[Flight], context: Context) -> list[Flight]:
    return [
        context.conclude(
            flight,
            OutcomeStatus.NOT_ATTEMPTED,
            *(unrecorded(flight.change, problem) for problem in context.unrecorded),
        )
        for flight in flights
    ]


def _concluded(flights: list[Flight], context: Context) -> list[Flight]:
    """Record what came of changes; what is done is done, so a failure to record is only noted."""
    ended = [(flight.change, flight.outcome) for flight in flights if flight.outcome is not None]
    if context.unrecorded and not any(flight.written for flight in flights):
        return flights
    try:
        context.journal.conclude(ended)
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
    return flights


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


def _waits_for(step: Step) -> Callable[[Flight], bool]:
    return lambda flight: flight.next_step is step


def _is_unsettled(flight: Flight) -> bool:
    return flight.outcome is None
