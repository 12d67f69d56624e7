"""Set updates back that failed: to the definition that was applied last, never to what was live."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.problems import not_rolled_back, rolled_back
from reconcile.apply.settle import settle
from reconcile.apply.signs import telltale
from reconcile.apply.steps import steps_of
from reconcile.apply.write import write
from reconcile.model.codes import Code
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, StateChange
from reconcile.plugins.sensitive import is_masked


def take_back(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Set back, where the options ask for it, the updates that made their connector fail.

    Only a failure that was seen counts: what has not settled may still come well.
    """
    if not context.options.rollback_on_failure:
        return list(flights)
    failed = [flight for flight in flights if _has_failed(flight)]
    ready = [flight for flight in failed if not _obstacle(flight)]
    returned = dict(zip((one.name for one in ready), _set_back(ready, context), strict=True))
    return [
        _noted(flight, returned.get(flight.name)) if flight in failed else flight
        for flight in flights
    ]


def _has_failed(flight: Flight) -> bool:
    outcome = flight.outcome
    return (
        flight.change.action is Action.UPDATE
        and outcome is not None
        and outcome.status is OutcomeStatus.FAILED
        and outcome.written
        and any(problem.code is Code.TASK_FAILED for problem in outcome.problems)
    )


def _obstacle(flight: Flight) -> str:
    fallback = flight.change.fallback
    if fallback is None or fallback.unresolved():
        return flight.change.no_way_back or "what was applied before is not known here"
    if any(is_masked(value) for value in fallback.reveal().values()):
        return "what was applied before holds a mask in the place of a secret"
    return ""


def _set_back(flights: Sequence[Flight], context: Context) -> list[Flight]:
    quiet = replace(context, notify=lambda _event: None)
    back = [_returning(flight, context) for flight in flights]
    written = list(context.pool.map(lambda flight: write(flight, quiet), back))
    unsettled = [flight for flight in written if flight.outcome is None]
    settled = {flight.name: flight for flight in settle(unsettled, quiet)} if unsettled else {}
    return [settled.get(flight.name, flight) for flight in written]


def _returning(flight: Flight, context: Context) -> Flight:
    change = flight.change
    state = change.state
    back = replace(
        change,
        config=change.fallback,
        before=change.config,
        state=StateChange(before=state.after, after=state.before)
        if state is not None and state.before is not None
        else None,
    )
    now = flight.goal
    goal = back.state.after if back.state is not None else now
    signs = telltale(change.config, back.config) if change.config and back.config else None
    return Flight(
        change=back,
        goal=goal,
        steps=steps_of(back, now=now, release=context.release),
        # It was begun with the update: what keeps new changes from being begun does not keep it.
        began=context.clock.monotonic(),
        telltale=signs,
    )


def _noted(flight: Flight, returned: Flight | None) -> Flight:
    outcome = flight.outcome
    if outcome is None:
        return flight
    if returned is None or returned.outcome is None:
        note = not_rolled_back(flight.change, _obstacle(flight))
        return replace(flight, outcome=replace(outcome, problems=(*outcome.problems, note)))
    written = returned.outcome.status in {OutcomeStatus.APPLIED, OutcomeStatus.UNSETTLED} or (
        any(problem.code is Code.TASK_FAILED for problem in returned.outcome.problems)
    )
    if not written:
        note = not_rolled_back(flight.change, returned.outcome.problems[0].message)
        return replace(flight, outcome=replace(outcome, problems=(*outcome.problems, note)))
    settled = returned.outcome.status is OutcomeStatus.APPLIED
    note = rolled_back(flight.change, settled=settled)
    return replace(
        flight, outcome=replace(outcome, rolled_back=True, problems=(*outcome.problems, note))
    )
