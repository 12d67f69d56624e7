"""Look at a cluster again and again, as the one instance that acts on it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Final

from reconcile.desired.project import LoadedProject
from reconcile.errors import ConnectformError, DefinitionError, LedgerError
from reconcile.ledger.lease import HeldLease, Unmoved, acquire, hold_lease, leave_to_nobody
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.run.context import Context
from reconcile.run.ledgers import chosen_store, lease_of
from reconcile.watch.alerting import alert_of_round
from reconcile.watch.drifting import heal_round
from reconcile.watch.levels import with_levels
from reconcile.watch.noticing import notice_round
from reconcile.watch.recalling import Recalled
from reconcile.watch.rounds import Round, Seat, make_round

_SHORTEST: Final = 0.1
_READINGS: Final = 4
_MOMENT: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a cluster is watched: what is told of, when it ends, and how the project is read again.

    `tell` gets every round. `wait` waits a number of seconds and tells whether to stop. `reload`
    takes the project as it was, and returns it as it is now, or raises DefinitionError.
    """

    tell: Callable[[Round], None]
    wait: Callable[[float], bool]
    reload: Callable[[LoadedProject], LoadedProject]


def watch_cluster(seat: Seat, course: Course) -> None:
    """Make rounds until it is time to stop.

    Another instance that watches the cluster is waited for, and takes over when this one ends.
    Whatever goes wrong is told as a round with problems, and the next round tries again.
    """
    began = seat.context.clock.monotonic()
    stopped = False
    others: Unmoved | None = None
    recalled: Recalled | None = None
    found = Round(cluster=seat.cluster)
    while not stopped:
        try:
            with watch_store(seat) as opened:
                others = leave_to_nobody(opened, others, seat.context.clock)
                entries = recalled.entries if recalled is not None else {}
                store = Recalled(place=opened.place, store=opened, entries=dict(entries))
                with watch_lease(seat, store) as lease:
                    if recalled is not None:
                        recalled.put_back(lease)
                    recalled, found = store, Round(cluster=seat.cluster)
                    stopped = _rounds(seat, course, store, lease, began)
        except ConnectformError as error:
            if _is_another_at_work(error):
                recalled = None
            if recalled is None or not isinstance(error, LedgerError):
                found = Round(cluster=seat.cluster, problems=_told(seat, error))
            else:
                recalled = recalled.alone()
                found = _unkept_round(replace(seat, unkept=error.problems), course, found, recalled)
            course.tell(found)
            stopped = course.wait(_pause(seat, began))


def watch_once(seat: Seat, *, rehearse: bool) -> Round:
    """Make one round; a rehearsal does nothing, and needs no lease.

    Raises LedgerError where another instance watches the cluster.
    """
    with watch_store(seat) as store:
        if rehearse:
            return with_levels(seat, look(seat, None, store, None), rehearse=True)
        try:
            with watch_lease(seat, store) as lease:
                found = look(seat, None, store, lease)
                found = alert_of_round(seat, found, store, lease)
                return with_levels(seat, found, rehearse=False)
        except LedgerError as error:
            raise LedgerError(*_told(seat, error)) from error


def look(seat: Seat, before: Round | None, store: Store, lease: HeldLease | None) -> Round:
    """Make one round with all that belongs to it but its alerts; without a lease, a rehearsal."""
    found = heal_round(seat, make_round(seat, before, store, lease), store, lease)
    return found if lease is None else notice_round(seat, found, before, store, lease)


def watch_store(seat: Seat) -> AbstractContextManager[Store]:
    """Open the place where it is kept what watching a cluster has to remember."""
    return store_of(seat.context, seat.loaded, seat.cluster)


@contextmanager
def store_of(context: Context, loaded: LoadedProject, cluster: str) -> Iterator[Store]:
    """Open the place where watching a cluster keeps what it remembers; to read, no lease is needed."""
    choice = loaded.project.watch.store
    with chosen_store(context, loaded, cluster, choice, name=f"watch/{cluster}") as store:
        yield store


@contextmanager
def watch_lease(seat: Seat, store: Store) -> Iterator[HeldLease]:
    """Hold the right to act on what is watched, which is not the right to write to the cluster.

    A seat knows its own again where it could not be given back.
    """
    context = seat.context
    wanted = lease_of(context, seat.loaded, seat.lock.identity)
    with hold_lease(store, wanted, clock=context.clock, rng=context.rng) as lease:
        yield lease


def _rounds(seat: Seat, course: Course, store: Store, lease: HeldLease, began: float) -> bool:
    """Make rounds under a lease; return once it is time to stop."""
    before: Round | None = None
    stopped = False
    while not stopped:
        started = seat.context.clock.monotonic()
        try:
            seat, found = _as_declared(seat, course, before, store, lease)
        except LedgerError:
            raise
        except ConnectformError as error:
            found = Round(cluster=seat.cluster, problems=error.problems)
        found = alert_of_round(seat, found, store, lease)
        found = with_levels(seat, found, rehearse=False)
        found = replace(found, seconds=seat.context.clock.monotonic() - started)
        if not found.problems:
            before = found
        course.tell(found)
        stopped = course.wait(_pause(seat, began))
    return stopped


def _unkept_round(seat: Seat, course: Course, before: Round, recalled: Recalled) -> Round:
    """Make a round of which nothing can be kept: nothing is done, and people are told."""
    context = seat.context
    wanted = lease_of(context, seat.loaded, seat.lock.identity)
    lease = acquire(recalled, wanted, clock=context.clock, rng=context.rng)
    last = before if before.unkept and not before.problems else None
    try:
        seat, found = _as_declared(seat, course, last, recalled, None)
    except ConnectformError as error:
        found = Round(cluster=seat.cluster, problems=error.problems)
    return alert_of_round(seat, replace(found, unkept=seat.unkept), recalled, lease)


def _is_another_at_work(error: ConnectformError) -> bool:
    """Tell whether another instance acts, or did: then it is the one that tells people."""
    return any(problem.code in {Code.LOCKED, Code.LOCK_LOST} for problem in error.problems)


def _as_declared(
    seat: Seat, course: Course, before: Round | None, store: Store, lease: HeldLease | None
) -> tuple[Seat, Round]:
    """Make a round by what the files say now; those that change under us are read again at once."""
    tries = 0
    while True:
        tries += 1
        try:
            seat = replace(seat, loaded=course.reload(seat.loaded))
            found = look(seat, before, store, lease)
            if tries == _READINGS or not _is_changing(found):
                return seat, found
        except DefinitionError:
            if tries == _READINGS:
                raise
        seat.context.clock.sleep(_MOMENT)


def _is_changing(found: Round) -> bool:
    return any(problem.code is Code.FILES_CHANGING for problem in found.problems)


def _pause(seat: Seat, began: float) -> float:
    """Return the seconds until the next round: they are a period apart, however long they take.

    What a round took longer is skipped, and no two of them follow each other at once.
    """
    every = seat.loaded.project.watch.every.total_seconds()
    left = every - (seat.context.clock.monotonic() - began) % every
    return left if left >= every * _SHORTEST else left + every


def _told(seat: Seat, error: ConnectformError) -> tuple[Problem, ...]:
    """Return what went wrong; that somebody else watches is not that somebody else writes."""
    return tuple(
        Problem(
            code=Code.WATCHED,
            message=f"another connectform watches cluster {seat.cluster}; this one stands by",
            hint="it takes over within minutes once the other has ended",
        )
        if problem.code is Code.LOCKED
        else problem
        for problem in error.problems
    )
