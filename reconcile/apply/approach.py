"""Look at both sides of moves before they go on: what is there, and what was done before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconcile.apply.context import Context
from reconcile.apply.events import ChangeStarted
from reconcile.apply.flight import Flight
from reconcile.apply.leg import Leg
from reconcile.apply.problems import changed_meanwhile, not_attempted, unreadable
from reconcile.apply.standing import is_written, what_happened
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.connection import Connection
from reconcile.errors import ClusterError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.desired import TargetState
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.live import LiveConnector
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Change, Origin
from reconcile.model.problem import Problem
from reconcile.plan.digest import precondition_of

_ORDER = tuple(MoveStep)


def approached(changes: Sequence[Change], context: Context) -> list[Leg]:
    """Return the moves as far as they have come; those that no longer fit have their outcome."""
    pairs = [(change, change.origin) for change in changes]
    legs = [_leg(change, origin) for change, origin in pairs if origin is not None]
    if reason := context.held_back():
        return [_left(leg, context, not_attempted(leg.change, reason)) for leg in legs]
    try:
        new = _live(context.connection, [leg.change.name for leg in legs], context)
        old = {
            cluster: _live(
                context.origins.get(cluster, context.connection),
                [leg.origin.name for leg in legs if leg.origin.cluster == cluster],
                context,
            )
            for cluster in {leg.origin.cluster for leg in legs}
        }
    except ClusterError as error:
        return [
            _left(leg, context, *(unreadable(leg.change, found) for found in error.problems))
            for leg in legs
        ]
    return [
        _weighed(
            replace(
                leg,
                new=new.get(leg.change.name),
                old=old[leg.origin.cluster].get(leg.origin.name),
            ),
            context,
        )
        for leg in legs
    ]


def _leg(change: Change, origin: Origin) -> Leg:
    goal = change.state.after if change.state else origin.state
    return Leg(flight=Flight(change=change, goal=goal, steps=()), origin=origin)


def _live(
    connection: Connection, names: Sequence[str], context: Context
) -> Mapping[str, LiveConnector]:
    return take_snapshot(connection, names=tuple(names), clock=context.clock).connectors


def _weighed(leg: Leg, context: Context) -> Leg:
    change, begun = leg.change, context.journal.move_of(leg.change)
    if leg.old is None and leg.new is not None and is_written(change, leg.new):
        # All that is left is to record it.
        return _begun(replace(leg, step=MoveStep.STARTED), context)
    if leg.old is None:
        return _failed(leg, context, f"to be moved from {leg.origin.name}, which was deleted")
    hidden = leg.origin.precondition.hidden
    as_planned = precondition_of(leg.old, hidden, state=leg.origin.state)
    if as_planned != leg.origin.precondition:
        return _failed(leg, context, f"to be moved from {leg.origin.name}, which was changed")
    if leg.new is not None and begun is None:
        return _failed(leg, context, what_happened(change, leg.new))
    step, offsets = _progress(leg, begun)
    return _begun(replace(leg, step=step, offsets=offsets), context)


def _progress(leg: Leg, begun: Move | None) -> tuple[MoveStep, tuple[ConnectorOffset, ...]]:
    """Return how far a move has come, and the offsets that it carries.

    One that goes the other way now has come nowhere, but for this: a connector that never ran has
    no position to bring back, and that of the old one is still what it was.
    """
    stopped = leg.old is not None and leg.old.target_state is TargetState.STOPPED
    if begun is None or leg.new is None:
        return MoveStep.BEGUN, ()
    started = _ORDER.index(begun.step) >= _ORDER.index(MoveStep.STARTED)
    if (begun.to_cluster, begun.to_name) != (_cluster_of(leg, begun), leg.change.name):
        return (MoveStep.OFFSETS_WRITTEN if stopped and not started else MoveStep.BEGUN), ()
    if not stopped and not started:
        return MoveStep.BEGUN, ()
    offsets = tuple(
        ConnectorOffset(partition=partition, offset=offset) for partition, offset in begun.offsets
    )
    return begun.step, offsets


def _cluster_of(leg: Leg, begun: Move) -> str:
    """Return the cluster that a move leads to: the one of its two ends that it does not begin at."""
    ends = {begun.cluster, begun.to_cluster}
    return next(iter(ends - {leg.origin.cluster}), leg.origin.cluster)


def _begun(leg: Leg, context: Context) -> Leg:
    context.notify(ChangeStarted(name=leg.change.name, action=leg.change.action))
    return replace(leg, flight=replace(leg.flight, began=context.clock.monotonic()))


def _failed(leg: Leg, context: Context, what: str) -> Leg:
    problem = changed_meanwhile(leg.change, what)
    return replace(leg, flight=context.conclude(leg.flight, OutcomeStatus.FAILED, problem))


def _left(leg: Leg, context: Context, *problems: Problem) -> Leg:
    flight = context.conclude(leg.flight, OutcomeStatus.NOT_ATTEMPTED, *problems)
    return replace(leg, flight=flight)
