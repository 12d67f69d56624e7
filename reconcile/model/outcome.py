"""What came of applying a plan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.plan import Action
from reconcile.model.problem import Problem


class OutcomeStatus(StrEnum):
    """How one change ended.

    UNSETTLED: written, or perhaps written, but not seen to have taken effect; the next run looks
    again. NOT_ATTEMPTED: nothing was sent.
    """

    APPLIED = "applied"
    ALREADY_APPLIED = "already-applied"
    FAILED = "failed"
    UNSETTLED = "unsettled"
    NOT_ATTEMPTED = "not-attempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one change; `written` tells whether a write reached the cluster.

    `rolled_back` tells that it failed and was set back to what was applied before.
    """

    name: str
    action: Action
    status: OutcomeStatus
    seconds: float = 0.0
    written: bool = False
    problems: tuple[Problem, ...] = ()
    rolled_back: bool = False

    @property
    def is_done(self) -> bool:
        """Tell whether all is as the plan wanted it."""
        return self.status in {OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """What came of one plan; `problems` kept the whole of it from being carried out.

    `not_approved` are the connectors that were left since nobody approved what they need.
    """

    project: str
    cluster: str
    plan_digest: str
    started_at: datetime
    finished_at: datetime
    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    problems: tuple[Problem, ...] = ()
    not_approved: tuple[str, ...] = ()

    def count(self, *statuses: OutcomeStatus) -> int:
        """Return how many outcomes have one of the given statuses."""
        return sum(outcome.status in statuses for outcome in self.outcomes)
