"""Talk to one Connect cluster: one worker at a time, failing over, trying again where that helps."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from reconcile.clock import Clock
from reconcile.connect import wire
from reconcile.connect.access import credentials_of, session_settings, shown_url, warnings_of
from reconcile.connect.answers import Event, Exchange, Waiting
from reconcile.connect.failures import (
    Fault,
    FaultKind,
    failure_kind,
    is_starting,
    is_withheld,
    write_failure,
)
from reconcile.connect.patience import Patience
from reconcile.connect.problems import Asked, Heard, problem_of
from reconcile.connect.requests import Request, reading
from reconcile.connect.transport import Target, exchange
from reconcile.errors import ClusterError
from reconcile.http.failures import HttpFailure
from reconcile.http.retry import next_wait
from reconcile.http.session import Answer, Session, open_session
from reconcile.model.codes import Code
from reconcile.model.live import ClusterIdentity
from reconcile.model.problem import Problem
from reconcile.model.project import Access
from reconcile.redact import Redactor, visible

T = TypeVar("T")

_PROBE: Final = reading("/", timeout=15.0)
_MOVING: Final = frozenset(
    {
        FaultKind.STARTING,
        FaultKind.UNAVAILABLE,
        FaultKind.GATEWAY,
        FaultKind.UNREACHABLE,
        FaultKind.NO_ANSWER,
        FaultKind.BROKEN,
        FaultKind.CERTIFICATE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The worker that answers, and what it says of itself; `url` is safe to be shown."""

    index: int
    url: str
    identity: ClusterIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    """How many requests were made."""

    reads: int
    writes: int


class Connection:
    """One Connect cluster, spoken to through one worker; safe to share between threads.

    Reads move to another worker where theirs is gone, and `worker` is another object then: what
    must come from one worker is to be read again. Writes are sent once; they move only where
    they surely were not sent. `problems` are warnings about the access itself.
    """

    def __init__(
        self,
        access: Access,
        session: Session,
        *,
        redactor: Redactor,
        clock: Clock,
        rng: random.Random,
        patience: Patience,
        observe: Callable[[Event], None],
    ) -> None:
        self.cluster = access.cluster
        self.timeouts = access.timeouts
        self.problems: tuple[Problem, ...] = warnings_of(access)
        self._targets = tuple(
            Target(cluster=access.cluster, url=url, shown=shown_url(url), flavor=access.flavor)
            for url in access.urls
        )
        self._session = session
        self._redactor = redactor
        self._clock = clock
        self._rng = rng
        self._patience = patience
        self._observe = observe
        self._counting = threading.Lock()
        self._moving = threading.Lock()
        self._count = RequestCount(reads=0, writes=0)
        self._worker = self._first_worker()

    @property
    def worker(self) -> Worker:
        """Return the worker that is spoken to now."""
        return self._worker

    @property
    def requests_made(self) -> RequestCount:
        """Return how many requests were made so far."""
        return self._count

    def redact(self, text: str) -> str:
        """Return a text without secrets."""
        return self._redactor.redact(text)

    def clean(self, text: str) -> str:
        """Return a text without secrets and control characters."""
        return visible(self._redactor.redact(text)) if text else text

    def read(self, request: Request, parse: Callable[[object], T]) -> T:
        """Return what a read answers; raise ClusterError where it cannot be had in the end."""
        result = self._patiently(request)
        if isinstance(result, Fault):
            raise ClusterError(result.problem)
        return self.parsed(request, result, parse)

    def find(self, request: Request, parse: Callable[[object], T]) -> T | None:
        """Return what a read answers, or None where Connect says that there is no such thing."""
        result = self._patiently(request)
        if isinstance(result, Fault):
            if result.kind is FaultKind.NOT_FOUND:
                return None
            raise ClusterError(result.problem)
        return self.parsed(request, result, parse)

    def offered(self, request: Request, parse: Callable[[object], T]) -> T | Fault:
        """Return what a read answers, or the fault where the cluster does not offer it to us.

        Only for what a command can do without: never for connectors.
        """
        result = self._patiently(request)
        if isinstance(result, Fault) and not is_withheld(result):
            raise ClusterError(result.problem)
        return result if isinstance(result, Fault) else self.parsed(request, result, parse)

    def attempt(self, request: Request) -> Answer | Fault:
        """Return what a read comes to without waiting: a fault is for the caller to judge."""
        moves = 0
        while True:
            worker = self._worker
            result = self._asked(worker.index, request)
            if not isinstance(result, Fault) or not self._can_move(result, moves, worker):
                return result
            moves += 1

    def write(self, request: Request) -> Answer:
        """Return the answer to a write; raise WriteFailure for anything but success."""
        moves = 0
        while True:
            worker = self._worker
            result = self._asked(worker.index, request)
            if not isinstance(result, Fault):
                return result
            unsent = result.kind is FaultKind.UNREACHABLE and not result.sent
            if not unsent or not self._can_move(result, moves, worker):
                raise write_failure(result)
            moves += 1

    def parsed(self, request: Request, answer: Answer, parse: Callable[[object], T]) -> T:
        """Return an answer as a value; raise ClusterError where it is something else."""
        try:
            return parse(wire.decoded(answer.body))
        except wire.ShapeError as error:
            raise ClusterError(self._unexpected(request, self._worker.url, str(error))) from None

    def _patiently(self, request: Request) -> Answer | Fault:
        started = self._clock.monotonic()
        tried = moves = 0
        while True:
            worker = self._worker
            result = self._asked(worker.index, request)
            if not isinstance(result, Fault):
                return result
            if self._can_move(result, moves, worker):
                moves += 1
                continue
            if not self._waited(result, tried, started, self._patience.limit(result.kind)):
                return result
            tried += 1

    def _waited(self, fault: Fault, tried: int, started: float, limit: float) -> bool:
        """Wait before another attempt, and tell whether there is time for one."""
        elapsed = self._clock.monotonic() - started
        wait = next_wait(tried, self._rng, elapsed=elapsed, limit=limit, at_least=fault.retry_after)
        if wait is None:
            return False
        self._observe(Waiting(reason=fault.problem.message, seconds=wait))
        self._clock.sleep(wait)
        return True

    def _asked(self, index: int, request: Request) -> Answer | Fault:
        """Return what a request comes to, and tell a worker that starts from one that is fenced off.

        A worker that is starting knows no path at all. Where it answers `GET /`, and still not
        this one, somebody in front of it keeps this path back; a 404 has done nothing.
        """
        result = self._exchange(index, request)
        if not is_starting(result) or not isinstance(self._probed(index), Worker):
            return result
        again = self._exchange(index, request)
        return self._fenced_off(index, request, again) if is_starting(again) else again

    def _fenced_off(self, index: int, request: Request, fault: Fault) -> Fault:
        asked = Asked(cluster=self.cluster, url=self._targets[index].shown, request=request)
        heard = Heard(text=fault.text, status=fault.status)
        kind = FaultKind.UNSUPPORTED
        return replace(fault, kind=kind, problem=problem_of(kind, asked, heard))

    def _exchange(self, index: int, request: Request) -> Answer | Fault:
        target = self._targets[index]
        timeout = request.timeout
        if timeout is None:
            timeout = self.timeouts.read if request.reads else self.timeouts.write
        started = self._clock.monotonic()
        result = exchange(self._session, target, request, timeout=timeout, redact=self.redact)
        with self._counting:
            count = self._count
            self._count = RequestCount(
                reads=count.reads + request.reads, writes=count.writes + (not request.reads)
            )
        fault = result if isinstance(result, Fault) else None
        self._observe(
            Exchange(
                method=request.method,
                url=target.shown,
                path=visible(request.path),
                status=result.status,
                milliseconds=(self._clock.monotonic() - started) * 1000,
                failure=fault.kind if fault else "",
            )
        )
        return result

    def _can_move(self, fault: Fault, moves: int, worker: Worker) -> bool:
        """Move to another worker where that may help; tell whether there is one."""
        if fault.kind not in _MOVING or moves >= len(self._targets) - 1:
            return False
        with self._moving:
            if self._worker is not worker:
                return True
            for step in range(1, len(self._targets)):
                found = self._probed((worker.index + step) % len(self._targets))
                if isinstance(found, Worker):
                    self._check_same_cluster(worker, found)
                    self._worker = found
                    return True
        return False

    def _first_worker(self) -> Worker:
        started = self._clock.monotonic()
        tried = 0
        while True:
            faults = []
            for index in range(len(self._targets)):
                found = self._probed(index)
                if isinstance(found, Worker):
                    return found
                faults.append(found)
            # Nobody listening is told at once: it is a wrong URL more often than a passing fault.
            hopeful = [fault for fault in faults if fault.kind is not FaultKind.UNREACHABLE]
            limits = [self._patience.limit(fault.kind) for fault in hopeful]
            if not hopeful or not self._waited(hopeful[0], tried, started, max(limits)):
                raise ClusterError(*(fault.problem for fault in faults))
            tried += 1

    def _probed(self, index: int) -> Worker | Fault:
        """Return the worker behind a URL where it answers `GET /`, which needs no password."""
        result = self._exchange(index, _PROBE)
        if isinstance(result, Fault):
            return result
        url = self._targets[index].shown
        try:
            identity = wire.identity(wire.decoded(result.body))
        except wire.ShapeError as error:
            problem = self._unexpected(_PROBE, url, str(error))
            return Fault(kind=FaultKind.UNEXPECTED, problem=problem, sent=True)
        identity = replace(identity, flavor=self._targets[index].flavor)
        return Worker(index=index, url=url, identity=identity)

    def _check_same_cluster(self, before: Worker, after: Worker) -> None:
        old, new = before.identity.kafka_cluster_id, after.identity.kafka_cluster_id
        if old and new and old != new:
            raise ClusterError(
                Problem(
                    code=Code.UNEXPECTED_ANSWER,
                    message=f"cluster {self.cluster}: {before.url} and {after.url} belong to"
                    " different Kafka clusters",
                    hint=f"clusters.{self.cluster}.urls must lead to workers of one cluster",
                )
            )

    def _unexpected(self, request: Request, url: str, detail: str) -> Problem:
        asked = Asked(cluster=self.cluster, url=url, request=request)
        return problem_of(FaultKind.UNEXPECTED, asked, Heard(text=detail, status=200))


def ignored(_: Event) -> None:
    """Observe nothing."""


@contextmanager
def open_connection(
    access: Access,
    *,
    redactor: Redactor,
    clock: Clock,
    rng: random.Random,
    patience: Patience | None = None,
    observe: Callable[[Event], None] = ignored,
) -> Iterator[Connection]:
    """Connect to the first worker that answers; raise ClusterError where none does.

    The redactor learns the credentials of the access. `observe` is told of every request and of
    every wait, from whichever thread makes it.
    """
    redactor.learn(credentials_of(access))
    try:
        with open_session(session_settings(access), clock=clock, redactor=redactor) as session:
            yield Connection(
                access,
                session,
                redactor=redactor,
                clock=clock,
                rng=rng,
                patience=patience or Patience(),
                observe=observe,
            )
    except HttpFailure as failure:
        raise ClusterError(_unusable(access, failure)) from None


def _unusable(access: Access, failure: HttpFailure) -> Problem:
    kind = failure_kind(failure)
    asked = Asked(cluster=access.cluster, url=shown_url(access.urls[0]), request=_PROBE)
    return problem_of(kind, asked, Heard(text=visible(failure.detail)))
