"""One change on its way: what was sent, what is left to send, and how it ended; pure."""

from dataclasses import dataclass, replace

from reconcile.apply.signs import Telltale
from reconcile.apply.steps import Step
from reconcile.connect.answers import ConnectorOffset
from reconcile.model.desired import TargetState
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Change
from reconcile.model.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flight:
    """A change being carried out.

    `goal` is the target state to end in. `began` is a clock reading. `written` tells whether a
    write reached the cluster, or may have. `offsets` are positions to write, `notes` what is to be
    told however it ends.
    """

    change: Change
    goal: TargetState
    steps: tuple[Step, ...]
    sent: tuple[Step, ...] = ()
    began: float | None = None
    written: bool = False
    telltale: Telltale | None = None
    offsets: tuple[ConnectorOffset, ...] = ()
    notes: tuple[Problem, ...] = ()
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        """Return the connector's name."""
        return self.change.name

    @property
    def next_step(self) -> Step | None:
        """Return the step to take now, or None where none is left or the change has ended."""
        return self.steps[0] if self.steps and self.outcome is None else None


def advanced(flight: Flight, *, written: bool = True) -> Flight:
    """Return the flight with its next step done."""
    step, *left = flight.steps
    return replace(
        flight,
        steps=tuple(left),
        sent=(*flight.sent, step),
        written=flight.written or written,
    )


def ended(flight: Flight, status: OutcomeStatus, now: float, *problems: Problem) -> Flight:
    """Return the flight with its outcome at clock reading `now`."""
    outcome = Outcome(
        name=flight.name,
        action=flight.change.action,
        status=status,
        seconds=0.0 if flight.began is None else now - flight.began,
        written=flight.written,
        problems=(*problems, *flight.notes),
    )
    return replace(flight, outcome=outcome)
