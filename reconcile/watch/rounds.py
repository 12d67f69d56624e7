"""Look at one cluster once: read, judge, decide, remember, act."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError, DefinitionError, LedgerError, RefusedError
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.model.alert import Alert
from reconcile.model.codes import Code
from reconcile.model.desired import Desired
from reconcile.model.logger import LevelChange
from reconcile.model.metrics import Flows
from reconcile.model.outcome import ApplyResult
from reconcile.model.problem import Problem
from reconcile.model.restart import RestartBudget
from reconcile.run.acting import plan_restart
from reconcile.run.applying import carry_out
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.run.planning import Planned
from reconcile.watch.budget import Book, Breaker, Candidate, Decided, Standing, decide
from reconcile.watch.heals import Healing
from reconcile.watch.judging import Judged, judge_round
from reconcile.watch.kept import Entry
from reconcile.watch.leaps import Tick, ticked
from reconcile.watch.reading import Reading, read_round
from reconcile.watch.saved import read_book, write_book
from reconcile.watch.trends import Trends
from reconcile.watch.unusual import Known

BOOK: Final = Entry(
    key="watch/restarts",
    missing=Book(),
    write=write_book,
    read=read_book,
    silence="which restarts were made",
    hint="all attempts count from 0 then",
)
"""How the restarts of a cluster are kept."""

COMMAND: Final = "watch"
"""What acts, in locks and in the history."""

_REBALANCING: Final = "the workers share out the work anew"
_UNKEPT: Final = "what is decided could not be remembered"
_FROM_MEMORY: Final = "the workers have lost their brokers, and answer from memory"
_LEAPT: Final = "the clock was set forward: for a minute nobody can tell what was done within one"
_WORKER_LOST: Final = "a worker is gone, and its work is not given to the others yet"
ANOTHER_WRITES: Final = "another run writes to this cluster"
"""Why an act waits while a pipeline is at work."""

_OPTIONS: Final = ApplyOptions(settle_timeout=15.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where one round is made from: a project, one of its clusters, and how it asks to write.

    `unkept` is why nothing can be remembered now: then nothing is done, and people are told all
    the same.
    """

    context: Context
    loaded: LoadedProject
    cluster: str
    lock: Lock
    unkept: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How many requests a receiver of alerts has taken in a round, and how many failed.

    `problems` say what failed, `anew` that nothing had before. `lasted` is for how long it had failed
    where it takes alerts again.
    """

    taken: int = 0
    failed: int = 0
    problems: tuple[Problem, ...] = ()
    anew: bool = False
    lasted: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round saw, decided and did; with `problems` the cluster could not be read.

    `unkept` is why nothing of it could be remembered, and so nothing was done. `restarts` are those
    that were decided, and `result` is what came of them; None in a rehearsal, and where none was
    made. `left` is how many restarts more the budget allows right now. `breaker` is open while most
    connectors fail at once. `firing` are the alerts that people know of, None where nobody looked;
    `posts` is what came of telling each receiver. `news` are the alerts that began or ended, `run`
    is under which the restarts stand in the history. `levels` are those that workers were told
    again, and `untold` says which could not be told. `seconds` is how long the round took, None
    where that was not measured. `flows` is what is known of what flows, `known` what has been
    learned of what is usual in it, `reading` what the next round may use again and `tick` when that
    was read, None where the cluster was not read. `healing` is what was changed by hand, and what
    became of that; None where nobody could look.
    """

    cluster: str
    judged: Judged = field(default_factory=Judged)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    restarts: tuple[str, ...] = ()
    result: ApplyResult | None = None
    left: int = 0
    problems: tuple[Problem, ...] = ()
    unkept: tuple[Problem, ...] = ()
    breaker: Breaker | None = None
    firing: tuple[Alert, ...] | None = None
    posts: Mapping[str, Post] = field(default_factory=dict)
    news: tuple[Alert, ...] = ()
    run: str = ""
    levels: tuple[LevelChange, ...] = ()
    untold: tuple[Problem, ...] = ()
    flows: Flows = field(default_factory=Flows)
    seconds: float | None = None
    reading: Reading | None = None
    tick: Tick | None = None
    healing: Healing | None = None
    known: Known = field(default_factory=dict)

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """Return what kept the round from being all that it should be."""
        return self.problems or self.unkept

    @property
    def written(self) -> frozenset[str]:
        """Return the connectors that this round has written to."""
        results = (self.result, self.healing.result if self.healing is not None else None)
        return frozenset(
            outcome.name for result in results if result is not None for outcome in result.outcomes
        )

    @property
    def unsent(self) -> tuple[Problem, ...]:
        """Return what kept alerts from being delivered."""
        return tuple(problem for post in self.posts.values() for problem in post.problems)

    @property
    def trends(self) -> Trends:
        """Return what is followed over rounds of what flows."""
        return self.reading.stream.trends if self.reading is not None else Trends()

    @property
    def unproven(self) -> frozenset[str]:
        """Return the connectors whose restarts are not forgotten yet."""
        return frozenset(name for name, one in self.standings.items() if one.attempts)


def make_round(seat: Seat, before: Round | None, store: Store, lease: HeldLease | None) -> Round:
    """Look at a cluster once, and restart what is due; `before` is the last round that was made.

    What is decided is kept in `store`, under `lease`, before it is done; without a lease this is a
    rehearsal, in which nothing is kept or done. A cluster, a ledger or definitions that cannot be
    read give a round with problems, and change nothing that is remembered. Raises LedgerError where
    the lease is lost, or what is decided cannot be kept.
    """
    try:
        reading = _read(seat, before)
    except (ClusterError, DefinitionError, LedgerError) as error:
        return Round(cluster=seat.cluster, problems=error.problems)
    clock = seat.context.clock
    tick = ticked(before.tick if before is not None else None, clock.now(), clock.monotonic())
    judged = judge_round(
        reading.desired.definitions,
        reading.sights,
        before.judged if before is not None else Judged(),
        reading.holds,
        tick.at,
        pulses=reading.stream.pulses,
    )
    book = BOOK.kept(store)
    decided = _decide(seat, book, judged, suspended_by(seat, judged, tick))
    found = (
        _round(seat, judged, decided, None)
        if lease is None
        else _act(seat, lease, book, judged, decided, reading.declared.desired)
    )
    return replace(found, flows=reading.stream.flows, reading=reading, tick=tick)


def _read(seat: Seat, before: Round | None) -> Reading:
    context, loaded = seat.context, seat.loaded
    if before is None:
        return read_round(context, loaded, seat.cluster, None)
    return read_round(
        context,
        loaded,
        seat.cluster,
        before.reading,
        written=before.written,
        urgent=before.unproven,
    )


def suspended_by(seat: Seat, judged: Judged, tick: Tick | None) -> str:
    """Return why nothing may be done to connectors now, or nothing."""
    if seat.unkept:
        return _UNKEPT
    if judged.from_memory:
        return _FROM_MEMORY
    if judged.lost:
        return _WORKER_LOST
    if tick is not None and tick.is_fresh:
        return _LEAPT
    return _REBALANCING if judged.rebalancing else ""


def decide_now(
    seat: Seat,
    book: Book,
    candidates: Mapping[str, Candidate],
    budget: RestartBudget,
    suspended: str,
) -> Decided:
    """Return what is due of what is remembered; `suspended` says why nothing may be done now."""
    now, random = seat.context.clock.now(), seat.context.rng.random
    return decide(book, candidates, budget, now, random, suspended=suspended)


def carry_out_unseen(seat: Seat, planned: Planned) -> ApplyResult:
    """Carry out a plan that nobody sits before; how it ends is seen in later rounds."""
    return carry_out(
        seat.context,
        planned,
        options=_OPTIONS,
        observe=lambda _event: None,
        interrupt=Interrupt(),
    )


def raise_unless_locked(error: LedgerError) -> None:
    """Raise an error again unless it only says that another run writes to the cluster."""
    if all(problem.code is not Code.LOCKED for problem in error.problems):
        raise error


def _decide(seat: Seat, book: Book, judged: Judged, suspended: str) -> Decided:
    budget = seat.loaded.project.watch.budget
    return decide_now(seat, book, judged.candidates, budget, suspended)


def _act(
    seat: Seat, lease: HeldLease, book: Book, judged: Judged, decided: Decided, desired: Desired
) -> Round:
    """Take the right to write, remember what is decided, then do it.

    Whoever writes to the cluster meanwhile is not disturbed, and costs no attempt.
    """
    if not decided.restart:
        BOOK.keep(lease, book, decided.book)
        return _round(seat, judged, decided, None)
    lock = lock_of_act(seat)
    try:
        with plan_restart(
            seat.context,
            seat.loaded,
            seat.cluster,
            decided.restart,
            only_failed=True,
            whole=_sound(judged, decided),
            lock=lock,
            desired=desired,
        ) as planned:
            BOOK.keep(lease, book, decided.book)
            result = carry_out_unseen(seat, planned)
    except LedgerError as error:
        raise_unless_locked(error)
        waiting = _decide(seat, book, judged, ANOTHER_WRITES)
        BOOK.keep(lease, book, waiting.book)
        return _round(seat, judged, waiting, None)
    except (ClusterError, RefusedError) as error:
        return Round(cluster=seat.cluster, judged=judged, problems=error.problems)
    return replace(_round(seat, judged, decided, result), run=lock.identity.run)


def _sound(judged: Judged, decided: Decided) -> tuple[str, ...]:
    """Return those of which nothing has failed but their last restart: they run, and do not move."""
    candidates = judged.candidates
    return tuple(name for name in decided.restart if not candidates[name].seen.failed)


def lock_of_act(seat: Seat) -> Lock:
    """Return how one act asks for the right to write: each is a run of its own in the history."""
    identity = identity_of(seat.context, COMMAND, root=seat.loaded.project.root)
    return replace(seat.lock, identity=identity)


def _round(seat: Seat, judged: Judged, decided: Decided, result: ApplyResult | None) -> Round:
    return Round(
        cluster=seat.cluster,
        judged=judged,
        standings=decided.standings,
        restarts=decided.restart,
        result=result,
        left=decided.left,
        breaker=decided.book.breaker,
    )
