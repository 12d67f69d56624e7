"""One move on its way, and the writes that it is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.apply.context import Context
from reconcile.apply.events import Event, Retrying, Waiting
from reconcile.apply.flight import Flight
from reconcile.apply.problems import interrupted_midway, not_attempted, on_the_way
from reconcile.apply.steps import Step
from reconcile.apply.write import write
from reconcile.connect.answers import ConnectorOffset
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.ledger import MoveStep
from reconcile.model.live import LiveConnector
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Change, Origin, Precondition, Reason

_ORDER = tuple(MoveStep)
_WELL = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})

Wait = Callable[[Sequence[Flight], Context], list[Flight]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """A move, what was found on both sides before it went on, and how far it has come.

    `step` is the last one that is recorded, `offsets` what the new connector is to go on from,
    `present` what it has before they are written.
    """

    flight: Flight
    origin: Origin
    old: LiveConnector | None = None
    new: LiveConnector | None = None
    step: MoveStep = MoveStep.BEGUN
    offsets: tuple[ConnectorOffset, ...] = ()
    present: tuple[ConnectorOffset, ...] = ()

    @property
    def change(self) -> Change:
        """Return the move as it was planned."""
        return self.flight.change

    @property
    def active(self) -> bool:
        """Tell whether the move has not ended."""
        return self.flight.outcome is None

    def is_before(self, step: MoveStep) -> bool:
        """Tell whether a step is still to come."""
        return _ORDER.index(self.step) < _ORDER.index(step)


def carry(
    legs: Sequence[Leg], context: Context, make: Callable[[Leg], Flight | None], wait: Wait
) -> list[Leg]:
    """Make one write for each move that needs it, all side by side, and wait for their effect.

    A write that does not go well ends its move.
    """
    made = [(leg, make(leg) if leg.active else None) for leg in legs]
    flights = [flight for _, flight in made if flight is not None]
    if not flights:
        return list(legs)
    moves = {flight.name: leg.change.name for leg, flight in made if flight is not None}
    quiet = replace(context, notify=_waits_only(context.notify, moves))
    # The move is begun: what keeps new changes from being begun does not keep its next write.
    began = [replace(flight, began=context.clock.monotonic()) for flight in flights]
    written = list(context.pool.map(lambda flight: write(flight, quiet), began))
    pending = [flight for flight in written if flight.outcome is None]
    ended = iter(wait(pending, quiet) if pending else ())
    done = iter([next(ended) if flight.outcome is None else flight for flight in written])
    return [leg if flight is None else _after(leg, next(done), context) for leg, flight in made]


def part(
    name: str,
    action: Action,
    goal: TargetState,
    *steps: Step,
    config: Config | None = None,
    before: Config | None = None,
    offsets: tuple[ConnectorOffset, ...] = (),
) -> Flight:
    """Return one write of a move as a change of its own."""
    change = Change(
        action=action,
        name=name,
        class_name="",
        reason=Reason.MOVED,
        precondition=Precondition(exists=action is not Action.CREATE),
        config=config,
        before=before,
    )
    return Flight(change=change, goal=goal, steps=steps, offsets=offsets)


def _after(leg: Leg, part: Flight, context: Context) -> Leg:
    outcome = part.outcome
    flight = replace(leg.flight, written=leg.flight.written or part.written)
    if outcome is None or outcome.status in _WELL:
        return replace(leg, flight=flight)
    moved = replace(leg, flight=flight)
    if outcome.status is OutcomeStatus.NOT_ATTEMPTED:
        return cut_short(moved, context)
    problems = [on_the_way(leg.change, leg.step, problem) for problem in outcome.problems]
    return replace(moved, flight=context.conclude(flight, outcome.status, *problems))


def cut_short(leg: Leg, context: Context) -> Leg:
    """End a move that may not go on, and say how far it has come."""
    change = leg.change
    if not leg.flight.written and leg.step is MoveStep.BEGUN:
        problem = not_attempted(change, context.held_back())
    else:
        cause = interrupted_midway(change, context.journal.obstacle())
        problem = on_the_way(change, leg.step, cause)
    return replace(leg, flight=context.conclude(leg.flight, midway(leg), problem))


def midway(leg: Leg) -> OutcomeStatus:
    """Return how a move ends that cannot go on."""
    return OutcomeStatus.UNSETTLED if leg.flight.written else OutcomeStatus.NOT_ATTEMPTED


def _waits_only(
    notify: Callable[[Event], None], moves: Mapping[str, str]
) -> Callable[[Event], None]:
    """Pass on what is waited for: a move begins and ends once, whatever it is made of.

    `moves` holds its name by that of the connector that is written.
    """

    def passing(event: Event) -> None:
        match event:
            case Waiting(reasons=reasons):
                told = tuple((moves.get(name, name), why) for name, why in reasons)
                notify(Waiting(reasons=told))
            case Retrying(name=name):
                notify(replace(event, name=moves.get(name, name)))
            case _:
                pass

    return passing
