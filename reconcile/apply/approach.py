"""Look at both sides of moves before they go on: what is there, and what was done before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconcile.apply.context import Context
from reconcile.apply.events import ChangeStarted
from reconcile.apply.flight import Flight
from reconcile.apply.leg import Leg
from reconcile.apply.offsets import same_offsets
from reconcile.apply.problems import (
    changed_meanwhile,
    no_connection,
    no_such_class,
    not_attempted,
    ran_too_early,
    unreadable,
    unrecorded,
)
from reconcile.apply.standing import leads_to, what_forbids_move
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_offsets, list_plugins
from reconcile.errors import ClusterError, LedgerError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.desired import TargetState
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.live import LiveConnector
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Change, Origin
from reconcile.model.plugin import NotOffered
from reconcile.model.problem import Problem
from reconcile.plugins.aliases import class_aliases

_ORDER = tuple(MoveStep)


def approached(changes: Sequence[Change], context: Context) -> list[Leg]:
    """Return the moves as far as they have come; those that no longer fit have their outcome."""
    legs = [_leg(change, change.origin, context) for change in changes if change.origin is not None]
    if reason := context.held_back():
        return [_left(leg, context, not_attempted(leg.change, reason)) for leg in legs]
    reachable = [leg for leg in legs if leg.active]
    try:
        looked = {leg.change: leg for leg in _looked_at(reachable, context)}
        missing = _classes_missing(reachable, context)
    except ClusterError as error:
        return [_unread(leg, error, context) for leg in legs]
    return [
        _weighed(looked[leg.change], context, missing=leg.change.class_name in missing)
        if leg.active
        else leg
        for leg in legs
    ]


def _leg(change: Change, origin: Origin, context: Context) -> Leg:
    goal = change.state.after if change.state else origin.state
    leg = Leg(flight=Flight(change=change, goal=goal, steps=()), origin=origin)
    if context.connection_to(origin.cluster) is None:
        return _left(leg, context, no_connection(change, origin.cluster))
    return leg


def _looked_at(legs: Sequence[Leg], context: Context) -> list[Leg]:
    """Return the moves with what is live on both of their sides; raises ClusterError."""
    if not legs:
        return []
    new = _live(context.connection, [leg.change.name for leg in legs], context)
    old: dict[str, Mapping[str, LiveConnector]] = {}
    for cluster in {leg.origin.cluster for leg in legs}:
        names = [leg.origin.name for leg in legs if leg.origin.cluster == cluster]
        connection = context.connection_to(cluster)
        old[cluster] = _live(connection, names, context) if connection else {}
    return [
        replace(
            leg,
            new=new.get(leg.change.name),
            old=old[leg.origin.cluster].get(leg.origin.name),
        )
        for leg in legs
    ]


def _classes_missing(legs: Sequence[Leg], context: Context) -> frozenset[str]:
    """Return the classes that no connector can be created of; raises ClusterError.

    The old one must not be stopped for that: nobody may have validated the new one.
    """
    listed = list_plugins(context.connection) if legs else ()
    if isinstance(listed, NotOffered) or not listed:
        return frozenset()
    known = class_aliases(listed)
    return frozenset(leg.change.class_name for leg in legs if leg.change.class_name not in known)


def _live(
    connection: Connection, names: Sequence[str], context: Context
) -> Mapping[str, LiveConnector]:
    return take_snapshot(connection, names=tuple(names), clock=context.clock).connectors


def _weighed(leg: Leg, context: Context, *, missing: bool) -> Leg:
    try:
        begun = context.journal.move_of(leg.change)
        what = what_forbids_move(
            leg.change,
            leg.old,
            leg.new,
            begun,
            to_cluster=context.connection.cluster,
            fingerprints=context.fingerprints,
        )
        if what:
            return _failed(leg, context, changed_meanwhile(leg.change, what))
        step, offsets = _progress(leg, begun, context)
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
        return _left(leg, context, *(unrecorded(leg.change, found) for found in error.problems))
    except ClusterError as error:
        return _unread(leg, error, context)
    if leg.new is None and missing:
        return _failed(leg, context, no_such_class(leg.change, context.connection.cluster))
    come = replace(leg, step=step, offsets=offsets)
    if _ran_too_early(come):
        return _failed(leg, context, ran_too_early(leg.change))
    return _begun(come, context)


def _progress(
    leg: Leg, begun: Move | None, context: Context
) -> tuple[MoveStep, tuple[ConnectorOffset, ...]]:
    """Return how far a move has come, and the offsets that it carries.

    Where it goes the other way now, a connector that never ran has no position to bring back, and
    that of the one that it goes back to is still what it was: all that is left is to start it.
    """
    if leg.old is None and (begun is None or _is_reverse(leg, begun, context)):
        return MoveStep.STARTED, ()
    if begun is None:
        return MoveStep.BEGUN, ()
    if not _is_reverse(leg, begun, context):
        # Where the new one is gone all is done again but for what was read: it is read anew then.
        return _as_far_as(leg, begun), _carried(begun)
    has_run = leg.new is None or _has_run(leg, begun, context)
    return (MoveStep.BEGUN if has_run else MoveStep.STARTED), ()


def _as_far_as(leg: Leg, begun: Move) -> MoveStep:
    if leg.new is not None:
        return begun.step
    return min(begun.step, MoveStep.OFFSETS_READ, key=_ORDER.index)


def _has_run(leg: Leg, begun: Move, context: Context) -> bool:
    """Tell whether the connector that a move led to, and starts from now, may ever have run."""
    if leg.old is None or leg.old.target_state is not TargetState.STOPPED:
        return True
    if _ORDER.index(begun.step) >= _ORDER.index(MoveStep.STARTED):
        return True
    connection = context.connection_to(leg.origin.cluster)
    if begun.step is not MoveStep.OFFSETS_WRITTEN or connection is None:
        return False
    # It may have been started by a run that was cut off before it could record so.
    return not same_offsets(get_offsets(connection, leg.origin.name) or (), _carried(begun))


def _carried(begun: Move) -> tuple[ConnectorOffset, ...]:
    return tuple(
        ConnectorOffset(partition=partition, offset=offset) for partition, offset in begun.offsets
    )


def _ran_too_early(leg: Leg) -> bool:
    """Tell whether somebody started the new connector before it had its offsets."""
    if leg.new is None or not leg.is_before(MoveStep.OFFSETS_WRITTEN):
        return False
    return leg.new.target_state is not TargetState.STOPPED


def _is_reverse(leg: Leg, begun: Move, context: Context) -> bool:
    return not leads_to(begun, context.connection.cluster, leg.change.name)


def _begun(leg: Leg, context: Context) -> Leg:
    context.notify(ChangeStarted(name=leg.change.name, action=leg.change.action))
    return replace(leg, flight=replace(leg.flight, began=context.clock.monotonic()))


def _failed(leg: Leg, context: Context, problem: Problem) -> Leg:
    return replace(leg, flight=context.conclude(leg.flight, OutcomeStatus.FAILED, problem))


def _left(leg: Leg, context: Context, *problems: Problem) -> Leg:
    flight = context.conclude(leg.flight, OutcomeStatus.NOT_ATTEMPTED, *problems)
    return replace(leg, flight=flight)


def _unread(leg: Leg, error: ClusterError, context: Context) -> Leg:
    if not leg.active:
        return leg
    return _left(leg, context, *(unreadable(leg.change, found) for found in error.problems))
