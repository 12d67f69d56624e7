"""What every part of an apply is given: the cluster, the time, and the wish to stop."""

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from reconcile.apply.events import Event, Finished
from reconcile.apply.flight import Flight, ended
from reconcile.apply.journal import Journal, NoJournal
from reconcile.apply.options import ApplyOptions, Interrupt, OnError
from reconcile.clock import Clock
from reconcile.connect.connection import Connection
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.problem import Problem
from reconcile.model.release import Release
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints

_TROUBLE = frozenset({OutcomeStatus.FAILED, OutcomeStatus.UNSETTLED})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """The shell around the changes of one plan; shared by the threads that write them.

    `notify` may be called from any of them. `halted` is set once a change ended badly and the
    options say that nothing new is begun then, `unwell` once the worker calls itself unhealthy
    after a write: what is begun then would time out as well, 90 s each. `unsung` names canaries
    that ended badly, `unrecorded` holds why nothing more can be recorded. `origins` are the
    connections to the clusters that connectors move from, `fingerprints` know secrets again.
    """

    connection: Connection
    release: Release
    clock: Clock
    rng: random.Random
    options: ApplyOptions
    notify: Callable[[Event], None]
    interrupt: Interrupt
    pool: Executor
    journal: Journal = field(default_factory=NoJournal)
    origins: Mapping[str, Connection] = field(default_factory=dict)
    fingerprints: Fingerprints = NO_FINGERPRINTS
    halted: threading.Event = field(default_factory=threading.Event)
    unwell: threading.Event = field(default_factory=threading.Event)
    unsung: list[str] = field(default_factory=list)
    unrecorded: list[Problem] = field(default_factory=list)

    def held_back(self) -> str:
        """Return why nothing new may be begun, or an empty text."""
        if self.interrupt.requested:
            return "apply was interrupted"
        if self.halted.is_set():
            return "a change before it did not go well, and --on-error is stop"
        if self.unwell.is_set():
            return "the cluster takes no writes now, its worker calls itself unhealthy"
        if self.unsung:
            return f"{', '.join(self.unsung)} went first as a canary, and did not go well"
        if self.unrecorded:
            return f"nothing can be recorded: {self.unrecorded[0].message}"
        return self.journal.obstacle()

    def connection_to(self, cluster: str) -> Connection | None:
        """Return the connection to a cluster that connectors move from, None without one."""
        own = cluster == self.connection.cluster
        return self.connection if own else self.origins.get(cluster)

    def cut_off(self) -> bool:
        """Tell whether what is under way must end between two of its writes."""
        return self.interrupt.requested or bool(self.journal.obstacle())

    def paused(self, seconds: float) -> bool:
        """Wait, and tell whether an interruption came meanwhile."""
        self.clock.sleep(seconds)
        return self.interrupt.requested

    def conclude(self, flight: Flight, status: OutcomeStatus, *problems: Problem) -> Flight:
        """Return the flight with its outcome, and tell the observer."""
        over = ended(flight, status, self.clock.monotonic(), *problems)
        if over.outcome is not None:
            self.notify(Finished(outcome=over.outcome))
        if status in _TROUBLE and self.options.on_error is OnError.STOP:
            self.halted.set()
        return over


def serialised(observe: Callable[[Event], None]) -> Callable[[Event], None]:
    """Return an observer that several threads may call: one call at a time reaches `observe`."""
    lock = threading.Lock()

    def notify(event: Event) -> None:
        with lock:
            observe(event)

    return notify
