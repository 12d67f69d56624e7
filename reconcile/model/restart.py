"""When a failed connector is restarted, as git declares it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.model.health import FailureClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays that grow by `factor` up to `maximum`.

    Up to the share `jitter` of a delay is added to it by chance, so that no delay is ever shorter
    than declared.
    """

    initial: timedelta = timedelta(seconds=30)
    factor: float = 2.0
    maximum: timedelta = timedelta(minutes=30)
    jitter: float = 0.2

    def delay(self, restarts: int, chance: float = 0.0) -> timedelta:
        """Return how long to wait after a number of restarts; `chance` lies in [0, 1]."""
        try:
            grown = self.initial.total_seconds() * self.factor**restarts
        except OverflowError:
            grown = self.maximum.total_seconds()
        shortest = min(grown, self.maximum.total_seconds())
        return timedelta(seconds=shortest * (1 + self.jitter * chance))


@dataclass(frozen=True, slots=True)
class StrimziBackoff:
    """The delays of Strimzi's operator: min(n² + n, 60) minutes after n restarts.

    Source: AbstractConnectOperator.java of strimzi-kafka-operator.
    """

    def delay(self, restarts: int, chance: float = 0.0) -> timedelta:  # noqa: ARG002  # no jitter
        """Return how long to wait after a number of restarts."""
        return timedelta(minutes=min(restarts * restarts + restarts, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRule:
    """Whether failures are worth a restart: those of some classes, with a cause that matches."""

    retry: bool
    failures: frozenset[FailureClass] = frozenset()
    match: re.Pattern[str] | None = None

    def covers(self, failure: FailureClass, cause: str) -> bool:
        """Tell whether the rule speaks of a failure; it has a class or a pattern, or both."""
        if self.failures and failure not in self.failures:
            return False
        return self.match is None or self.match.search(cause) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """How a connector is restarted; off until it is declared.

    `attempts` is None for any number. `reset_after` is how long a connector has to be well until
    its attempts are forgotten; None is longer than the delay that was next, as Strimzi does it.
    The first of `rules` that covers a failure decides; without one, what a restart can help is
    restarted. `progress_within` is by when records have to move after a restart, None for no need.
    """

    enabled: bool = False
    backoff: Backoff | StrimziBackoff = Backoff()
    attempts: int | None = 8
    reset_after: timedelta | None = timedelta(minutes=20)
    rules: tuple[RestartRule, ...] = ()
    progress_within: timedelta | None = None


NO_RESTART = RestartPolicy()
"""What holds until a definition declares otherwise."""

STRIMZI = RestartPolicy(backoff=StrimziBackoff(), attempts=None, reset_after=None)
"""What Strimzi's `autoRestart` does, once it is enabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartBudget:
    """How many restarts, or acts like them, a cluster may see.

    In a minute, and at once, with their effect still to come.
    """

    per_minute: int = 5
    concurrent: int = 3


DEFAULT_BUDGET = RestartBudget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """What watch did for a connector that is not well for good yet: how often, last, and next.

    `next` is None where none is to come.
    """

    count: int
    last: datetime | None = None
    next: datetime | None = None
