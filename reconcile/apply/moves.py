"""Move connectors to another name or cluster, so that they go on where they were.

Stop the old one, read its offsets, create the new one stopped, write the offsets, verify, start,
delete the old one. Each step is recorded before the next begins, and what an earlier run has done
is found by looking. Until the old one is deleted a move can be taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from reconcile.apply.approach import approached
from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.leg import Leg, carry, cut_short, midway, part
from reconcile.apply.offsets import held, same_offsets, to_write
from reconcile.apply.problems import not_settled, offsets_gone, on_the_way, unrecorded
from reconcile.apply.settle import await_gone, settle
from reconcile.apply.standing import is_written
from reconcile.apply.steps import Step, to_state
from reconcile.clock import until
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.reads import get_offsets
from reconcile.errors import ClusterError, LedgerError
from reconcile.model.desired import TargetState
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Change
from reconcile.model.problem import Problem

_VERIFY_INTERVAL: Final = 0.25

Stage = Callable[[Sequence[Leg], Context], list[Leg]]


def carry_moves(changes: Sequence[Change], context: Context) -> list[Flight]:
    """Carry out moves side by side, step by step, and return them with their outcomes."""
    legs = approached(changes, context)
    stages = (_begin, _stop_old, _read, _create, _look_at_new, _write_offsets, _start, _delete_old)
    for stage in stages:
        legs = stage([_cut_off(leg, context) for leg in legs], context)
    return [_finished(leg, context).flight for leg in legs]


def _begin(legs: Sequence[Leg], context: Context) -> list[Leg]:
    """Record the moves that are begun now; one that goes on is recorded as far as it has come."""
    active = [leg for leg in legs if leg.active]
    if not active:
        return list(legs)

    def record() -> None:
        context.journal.intend([leg.change for leg in active])
        for step in MoveStep:
            at = {leg.change: leg.offsets for leg in active if leg.step is step}
            if at:
                context.journal.advance(at, step)

    return _recorded(legs, record, context)


def _stop_old(legs: Sequence[Leg], context: Context) -> list[Leg]:
    def stop(leg: Leg) -> Flight | None:
        if leg.old is None or not leg.is_before(MoveStep.STARTED):
            return None
        # One that is stopped already is waited for too: its tasks may still commit offsets.
        steps = () if leg.old.target_state is TargetState.STOPPED else (Step.STOP,)
        return part(leg.origin.name, Action.SET_STATE, TargetState.STOPPED, *steps)

    return _at_origins(legs, context, lambda own, there: carry(own, there, stop, settle))


def _read(legs: Sequence[Leg], context: Context) -> list[Leg]:
    """Read the offsets of the old connectors, which are stopped by now.

    What an earlier run has read may be out of date: somebody may have started the old one again.
    """
    read = list(context.pool.map(lambda leg: _reread(leg, context), legs))
    found = [now if now is not before else None for before, now in zip(legs, read, strict=True)]
    changed = [leg for leg in found if leg is not None and leg.active]
    if not changed:
        return read

    def record() -> None:
        carried = {leg.change: leg.offsets for leg in changed}
        context.journal.advance(carried, MoveStep.OFFSETS_READ)

    return _recorded(read, record, context)


def _reread(leg: Leg, context: Context) -> Leg:
    """Return the move with the offsets to carry; unchanged where it has those already."""
    if not leg.active or leg.old is None or not leg.is_before(MoveStep.STARTED):
        return leg
    try:
        found = get_offsets(_there(leg, context).connection, leg.origin.name)
        if found is None:
            return _ended(leg, OutcomeStatus.FAILED, context, offsets_gone(leg.change))
        if not leg.is_before(MoveStep.OFFSETS_READ) and same_offsets(found, leg.offsets):
            return leg
        if not leg.is_before(MoveStep.OFFSETS_WRITTEN) and _has_moved_on(leg, context):
            return leg
    except ClusterError as error:
        problems = [on_the_way(leg.change, leg.step, problem) for problem in error.problems]
        return _ended(leg, midway(leg), context, *problems)
    return replace(leg, step=MoveStep.OFFSETS_READ, offsets=held(found))


def _has_moved_on(leg: Leg, context: Context) -> bool:
    """Tell whether the new connector has been started since it got its offsets."""
    if leg.new is not None and leg.new.target_state is not TargetState.STOPPED:
        return True
    return not same_offsets(get_offsets(context.connection, leg.change.name) or (), leg.offsets)


def _create(legs: Sequence[Leg], context: Context) -> list[Leg]:
    def create(leg: Leg) -> Flight | None:
        config, name = leg.change.config, leg.change.name
        if leg.new is None:
            return part(
                name, Action.CREATE, TargetState.STOPPED, Step.CREATE_STOPPED, config=config
            )
        if is_written(leg.change, leg.new):
            return None
        goal = leg.new.target_state
        before = leg.new.config
        return part(name, Action.UPDATE, goal, Step.PUT_CONFIG, config=config, before=before)

    return _advanced(carry(legs, context, create, settle), MoveStep.CREATED, context)


def _look_at_new(legs: Sequence[Leg], context: Context) -> list[Leg]:
    """Read what the new connectors have before they are given their offsets."""

    def look(leg: Leg) -> Leg:
        if not leg.active or not leg.is_before(MoveStep.OFFSETS_WRITTEN):
            return leg
        try:
            present = get_offsets(context.connection, leg.change.name) or ()
        except ClusterError as error:
            problems = [on_the_way(leg.change, leg.step, problem) for problem in error.problems]
            return _ended(leg, midway(leg), context, *problems)
        return replace(leg, present=present)

    return list(context.pool.map(look, legs))


def _write_offsets(legs: Sequence[Leg], context: Context) -> list[Leg]:
    def write(leg: Leg) -> Flight | None:
        offsets = to_write(leg.present, leg.offsets)
        if not offsets or not leg.is_before(MoveStep.OFFSETS_WRITTEN):
            return None
        name, goal = leg.change.name, TargetState.STOPPED
        return part(name, Action.SET_STATE, goal, Step.ALTER_OFFSETS, offsets=offsets)

    written = carry(legs, context, write, _verify)
    return _advanced(written, MoveStep.OFFSETS_WRITTEN, context)


def _verify(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Read the offsets back until they are those that were written."""

    def verified(flight: Flight) -> Flight:
        def shows() -> bool:
            return same_offsets(_offsets_now(flight.name, context), flight.offsets)

        timeout = context.options.look_timeout
        if until(context.clock, shows, timeout=timeout, interval=_VERIFY_INTERVAL):
            return context.conclude(flight, OutcomeStatus.APPLIED)
        last = "the offsets read back are not those that were written"
        problem = not_settled(flight.change, timeout, last)
        return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)

    return list(context.pool.map(verified, flights))


def _offsets_now(name: str, context: Context) -> tuple[ConnectorOffset, ...]:
    try:
        return get_offsets(context.connection, name) or ()
    except ClusterError:
        return ()


def _start(legs: Sequence[Leg], context: Context) -> list[Leg]:
    def start(leg: Leg) -> Flight | None:
        goal = leg.flight.goal
        now = leg.new.target_state if leg.new is not None else TargetState.STOPPED
        if leg.old is None and goal is now:
            return None
        # Before the old one is deleted, one that an earlier run has started is looked at again.
        steps = () if goal is now else (to_state(goal),)
        return part(leg.change.name, Action.SET_STATE, goal, *steps)

    return _advanced(carry(legs, context, start, settle), MoveStep.STARTED, context)


def _delete_old(legs: Sequence[Leg], context: Context) -> list[Leg]:
    def delete(leg: Leg) -> Flight | None:
        if leg.old is None:
            return None
        return part(leg.origin.name, Action.DELETE, TargetState.STOPPED, Step.DELETE)

    gone = _at_origins(legs, context, lambda own, there: carry(own, there, delete, await_gone))
    done = {leg.change: leg.offsets for leg in gone if leg.active}
    try:
        if done:
            context.journal.advance(done, MoveStep.DONE)
    except LedgerError as error:
        # What is done is done.
        context.unrecorded.extend(error.problems)
    return gone


def _at_origins(
    legs: Sequence[Leg], context: Context, stage: Callable[[Sequence[Leg], Context], list[Leg]]
) -> list[Leg]:
    """Do something on the clusters that the moves come from, on each for its own moves."""
    after: dict[int, Leg] = {}
    for cluster in dict.fromkeys(leg.origin.cluster for leg in legs):
        own = [leg for leg in legs if leg.origin.cluster == cluster]
        there = _there(own[0], context)
        after.update(zip(map(id, own), stage(own, there), strict=True))
    return [after[id(leg)] for leg in legs]


def _there(leg: Leg, context: Context) -> Context:
    connection = context.connection_to(leg.origin.cluster) or context.connection
    release = connection.worker.identity.release
    return replace(context, connection=connection, release=release)


def _advanced(legs: Sequence[Leg], step: MoveStep, context: Context) -> list[Leg]:
    """Record that moves have come to a step, those that had not been there before."""
    moved = [leg for leg in legs if leg.active and leg.is_before(step)]
    if not moved:
        return list(legs)

    def record() -> None:
        context.journal.advance({leg.change: leg.offsets for leg in moved}, step)

    recorded = _recorded(legs, record, context)
    return [
        replace(leg, step=step) if leg.active and leg.is_before(step) else leg for leg in recorded
    ]


def _recorded(legs: Sequence[Leg], record: Callable[[], None], context: Context) -> list[Leg]:
    """Record something; where that is not possible the moves end here."""
    try:
        record()
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
        return [_stranded(leg, error, context) if leg.active else leg for leg in legs]
    return list(legs)


def _stranded(leg: Leg, error: LedgerError, context: Context) -> Leg:
    if not leg.flight.written:
        problems = [unrecorded(leg.change, problem) for problem in error.problems]
    else:
        problems = [on_the_way(leg.change, leg.step, problem) for problem in error.problems]
    return _ended(leg, midway(leg), context, *problems)


def _cut_off(leg: Leg, context: Context) -> Leg:
    return cut_short(leg, context) if leg.active and context.cut_off() else leg


def _ended(leg: Leg, status: OutcomeStatus, context: Context, *problems: Problem) -> Leg:
    return replace(leg, flight=context.conclude(leg.flight, status, *problems))


def _finished(leg: Leg, context: Context) -> Leg:
    if not leg.active:
        return leg
    done = OutcomeStatus.APPLIED if leg.flight.written else OutcomeStatus.ALREADY_APPLIED
    return _ended(leg, done, context)
