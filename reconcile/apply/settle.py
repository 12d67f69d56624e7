"""Wait until the changes of a batch have taken effect, and say how each of them ended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconcile.apply.context import Context
from reconcile.apply.events import Waiting
from reconcile.apply.flight import Flight
from reconcile.apply.poll import Awaited, End, Ending, poll_until
from reconcile.apply.problems import (
    interrupted_midway,
    not_settled,
    not_stopped,
    overtaken,
    task_failed,
)
from reconcile.apply.readback import Amiss, amiss
from reconcile.apply.settling import Sign, Watch
from reconcile.apply.signs import sign_of
from reconcile.apply.steps import Step
from reconcile.connect.reads import get_status, list_names
from reconcile.errors import ClusterError
from reconcile.health.judge import judge, summary
from reconcile.model.desired import TargetState
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Problem

_GONE_INTERVAL: Final = 0.25


def settle(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Wait for written changes to take effect; return them with their outcomes."""
    awaited = {
        flight.name: Awaited(
            flight=flight,
            watch=Watch(
                goal=flight.goal,
                began=context.clock.monotonic(),
                sign=sign_of(flight.change, flight.goal, flight.sent),
            ),
        )
        for flight in flights
    }
    budget = context.options.settle_timeout

    def confirm(settled: Sequence[Flight], connectors: int) -> Mapping[str, Amiss]:
        return amiss(settled, connectors, context)

    ended = {
        name: _settled(awaited[name].flight, ending, context)
        for name, ending in poll_until(awaited, context, budget=budget, confirm=confirm)
    }
    return [ended[flight.name] for flight in flights]


def await_stopped(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Wait for connectors to stop on their way; one that must stop and does not has ended.

    A delete needs no stop: it is only faster that way.
    """
    awaited = {
        flight.name: Awaited(
            flight=flight,
            watch=Watch(goal=TargetState.STOPPED, began=context.clock.monotonic(), sign=Sign.TIME),
        )
        for flight in flights
    }
    budget = context.options.stop_timeout
    endings = dict(poll_until(awaited, context, budget=budget, confirm=lambda _flights, _count: {}))
    return [_stopped(flight, endings[flight.name], context) for flight in flights]


def await_gone(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Wait for deleted connectors to leave both the list and the statuses.

    The name leaves the list first; the status of the old run stays for seconds.
    """
    pending = {flight.name: flight for flight in flights}
    gone: dict[str, Flight] = {}
    began = context.clock.monotonic()
    while pending and not context.interrupt.requested:
        for name in _gone_now(tuple(pending), context):
            gone[name] = _done(pending.pop(name), context)
        if pending:
            if context.clock.monotonic() - began >= context.options.settle_timeout:
                break
            context.notify(Waiting(reasons=tuple((name, "still there") for name in pending)))
            context.clock.sleep(_GONE_INTERVAL)
    for name, flight in pending.items():
        last = "it is still there"
        gone[name] = context.conclude(
            flight, OutcomeStatus.UNSETTLED, _unseen(flight, last, context)
        )
    return [gone[flight.name] for flight in flights]


def _gone_now(names: Sequence[str], context: Context) -> list[str]:
    def has_no_status(name: str) -> bool:
        try:
            return get_status(context.connection, name) is None
        except ClusterError:
            return False

    try:
        listed = frozenset(list_names(context.connection))
    except ClusterError:
        return []
    unlisted = [name for name in names if name not in listed]
    answers = context.pool.map(has_no_status, unlisted)
    return [name for name, absent in zip(unlisted, answers, strict=True) if absent]


def _settled(flight: Flight, ending: Ending, context: Context) -> Flight:
    match ending.end:
        case End.SETTLED:
            return _done(flight, context)
        case End.FAILED:
            return context.conclude(flight, OutcomeStatus.FAILED, _failure(flight, ending))
        case End.OVERTAKEN:
            return context.conclude(flight, OutcomeStatus.FAILED, overtaken(flight.change))
        case End.TIMED_OUT | End.INTERRUPTED:
            problem = _unseen(flight, ending.last, context)
            return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)


def _stopped(flight: Flight, ending: Ending, context: Context) -> Flight:
    passed = replace(flight, steps=flight.steps[1:], sent=(*flight.sent, Step.AWAIT_STOPPED))
    match ending.end:
        case End.INTERRUPTED:
            problem = interrupted_midway(flight.change)
            return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)
        case End.SETTLED:
            return passed
        case _ if flight.change.action is Action.DELETE:
            return passed
        case End.FAILED | End.TIMED_OUT | End.OVERTAKEN:
            problem = not_stopped(flight.change, context.options.stop_timeout, ending.last)
            return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)


def _done(flight: Flight, context: Context) -> Flight:
    """Conclude a change as wanted: by our writes, or by somebody else's before them."""
    if flight.written:
        return context.conclude(flight, OutcomeStatus.APPLIED)
    return context.conclude(flight, OutcomeStatus.ALREADY_APPLIED)


def _failure(flight: Flight, ending: Ending) -> Problem:
    judgement = judge(ending.status)
    return task_failed(flight.change, summary(judgement), judgement.cause)


def _unseen(flight: Flight, last: str, context: Context) -> Problem:
    if context.interrupt.requested:
        return interrupted_midway(flight.change)
    return not_settled(flight.change, context.options.settle_timeout, last)
