"""One move on its way, and the writes that it is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconcile.apply.context import Context
from reconcile.apply.events import Event, Retrying, Waiting
from reconcile.apply.flight import Flight
from reconcile.apply.problems import on_the_way
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

    `step` is the last one that is recorded, `offsets` what the new connector is to go on from.
    """

    flight: Flight
    origin: Origin
    old: LiveConnector | None = None
    new: LiveConnector | None = None
    step: MoveStep = MoveStep.BEGUN
    offsets: tuple[ConnectorOffset, ...] = ()

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
    quiet = replace(context, notify=_waits_only(context.notify))
    written = list(context.pool.map(lambda flight: write(flight, quiet), flights))
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
    problems = [on_the_way(leg.change, leg.step, problem) for problem in outcome.problems]
    status = outcome.status
    if status is OutcomeStatus.NOT_ATTEMPTED and flight.written:
        status = OutcomeStatus.UNSETTLED
    return replace(leg, flight=context.conclude(flight, status, *problems))


def _waits_only(notify: Callable[[Event], None]) -> Callable[[Event], None]:
    """Pass on what is waited for: a move begins and ends once, whatever it is made of."""

    def passing(event: Event) -> None:
        if isinstance(event, Waiting | Retrying):
            notify(event)

    return passing
