"""See what was changed by hand, and set back what git wants set back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconcile.errors import ClusterError, DefinitionError, LedgerError, RefusedError
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.model.desired import Desired
from reconcile.model.live import LiveState
from reconcile.model.plan import ValidationMode
from reconcile.plan.drift import drift_of
from reconcile.plan.options import PlanOptions
from reconcile.run.asking import read_aliases
from reconcile.run.connections import connect_to
from reconcile.run.planning import fingerprints_of
from reconcile.run.setting_back import Compared, plan_set_back, why_left
from reconcile.watch.budget import Book, Candidate, Decided
from reconcile.watch.heals import Healing, crowd, heal_candidates
from reconcile.watch.kept import Entry
from reconcile.watch.reading import Reading
from reconcile.watch.rounds import (
    ANOTHER_WRITES,
    Round,
    Seat,
    carry_out_unseen,
    decide_now,
    lock_of_act,
    raise_unless_locked,
    suspended_by,
)
from reconcile.watch.saved import read_book, write_book

HEALS: Final = Entry(
    key="watch/heals",
    missing=Book(),
    write=write_book,
    read=read_book,
    silence="what was set back",
    hint="all attempts count from 0 then",
)
"""How it is kept what was set back on a cluster."""


def heal_round(seat: Seat, found: Round, store: Store, lease: HeldLease | None) -> Round:
    """Return a round with what was changed by hand, and set back what is due.

    What is decided is kept before it is done, as with restarts; without a lease this is a
    rehearsal. Raises LedgerError where the lease is lost, or what is decided cannot be kept.
    """
    reading = found.reading
    if found.problems or reading is None or reading.from_memory:
        return found
    try:
        compared = _compared(seat, reading)
    except DefinitionError as error:
        return replace(found, problems=error.problems)
    except ClusterError:
        return found  # it answered a moment ago: the next round tells
    drift = drift_of(compared.plan())
    definitions = reading.desired.definitions
    asked = [name for name in drift.names if definitions[name].self_heal]
    left = why_left(seat.context, seat.loaded, compared, asked) if asked else {}
    candidates = heal_candidates(definitions, drift, left, found.judged.kept)
    healing = Healing(drift=drift, left=left)
    if candidates:
        suspended = suspended_by(seat, found.judged, found.tick) or crowd(candidates)
        healing = _healed(seat, store, lease, candidates, healing, suspended)
    return replace(found, healing=healing)


def _compared(seat: Seat, reading: Reading) -> Compared:
    """Return what is compared: of what was never applied nobody can say that it was changed."""
    context, loaded, cluster = seat.context, seat.loaded, seat.cluster
    chosen = loaded.project.clusters[cluster]
    options = PlanOptions(
        now=context.clock.now(),
        ignore=chosen.ignore,
        validation=ValidationMode.OFF,
        memory=reading.memory,
        freezes=chosen.freezes,
        fingerprints=fingerprints_of(context, loaded),
    )
    declared, records = reading.desired.definitions, reading.memory.records
    applied = {name: one for name, one in declared.items() if name in records}
    desired = replace(reading.desired, definitions=applied)
    return Compared(
        desired=desired,
        live=reading.live,
        options=options,
        aliases=_aliases(seat, desired, reading.live),
    )


def _aliases(seat: Seat, desired: Desired, live: LiveState) -> Mapping[str, str]:
    """Return every way to write a class, where any is written in another way than git does."""
    classes = {name: one.class_name for name, one in desired.definitions.items()}
    if all(
        name not in live.connectors or live.connectors[name].class_name == written
        for name, written in classes.items()
    ):
        return {}
    with connect_to(seat.context, seat.loaded, seat.cluster) as connection:
        return read_aliases(connection).values


def _healed(
    seat: Seat,
    store: Store,
    lease: HeldLease | None,
    candidates: Mapping[str, Candidate],
    healing: Healing,
    suspended: str,
) -> Healing:
    book = HEALS.kept(store)
    decided = _decide(seat, book, candidates, suspended)
    healing = replace(healing, standings=decided.standings, heals=decided.restart)
    if lease is None:
        return healing
    if not decided.restart:
        HEALS.keep(lease, book, decided.book)
        return healing
    try:
        return _act(seat, lease, book, decided, healing)
    except LedgerError as error:
        raise_unless_locked(error)
        reason = ANOTHER_WRITES
    except (ClusterError, DefinitionError, RefusedError) as error:
        reason = error.problems[0].message
    waiting = _decide(seat, book, candidates, reason)
    HEALS.keep(lease, book, waiting.book)
    return replace(healing, standings=waiting.standings, heals=())


def _act(seat: Seat, lease: HeldLease, book: Book, decided: Decided, healing: Healing) -> Healing:
    names: Sequence[str] = decided.restart
    lock = lock_of_act(seat)
    run = lock.identity.run
    with plan_set_back(seat.context, seat.loaded, seat.cluster, names, lock) as back:
        HEALS.keep(lease, book, decided.book)
        result = carry_out_unseen(seat, back.planned)
    return replace(healing, left={**healing.left, **back.left}, result=result, run=run)


def _decide(seat: Seat, book: Book, candidates: Mapping[str, Candidate], suspended: str) -> Decided:
    return decide_now(seat, book, candidates, seat.loaded.project.watch.heals, suspended)
