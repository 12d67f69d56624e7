"""The right to write to a cluster: held for a time, renewed in the background, given back."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from reconcile.clock import Clock
from reconcile.errors import LedgerError
from reconcile.ledger import keys
from reconcile.ledger.process import Holder, is_gone
from reconcile.ledger.reading import check_format, read_lease
from reconcile.ledger.store import Store
from reconcile.ledger.writing import format_text, lease_text
from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.ledger import Lease
from reconcile.model.problem import Problem

LENGTH: Final = 300.0
_SKEW: Final = timedelta(seconds=60)
_PARTS: Final = 3
_SOON_PARTS: Final = 30
_SHORTEST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 3.0


@dataclass(slots=True, kw_only=True, eq=False)
class HeldLease:
    """A lease that this run holds; `swap` writes to the ledger as long as it does.

    `expired` is the one of another run that it was taken over from, since its time was up. Threads may share it: renewing and writing exclude each other.
    """

    store: Store
    clock: Clock
    length: float
    lease: Lease
    text: str
    expired: Lease | None = None
    _until: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lost: bool = False

    def remaining(self) -> float:
        """Return how many seconds the lease is good for; 0 once it is lost."""
        if self._lost:
            return 0.0
        # One clock stands still while a machine sleeps, the other may be set back.
        ticks = self._until - self.clock.monotonic()
        shown = (self.lease.expires - self.clock.now()).total_seconds()
        return max(0.0, min(ticks, shown))

    def swap(self, changes: Mapping[str, str | None]) -> None:
        """Write entries; raise LedgerError where the lease is somebody else's by now."""
        with self._lock:
            self._swap(changes)

    def renew(self) -> None:
        """Hold the lease for its whole length from now on; raise LedgerError where it is lost."""
        with self._lock:
            now, moment = self.clock.monotonic(), self.clock.now()
            lease = replace(self.lease, expires=moment + timedelta(seconds=self.length))
            text = lease_text(lease)
            self._swap({keys.LEASE: text})
            self.lease, self.text, self._until = lease, text, now + self.length

    def _swap(self, changes: Mapping[str, str | None]) -> None:
        if self._lost:
            raise _lost(self.store)
        if self.store.swap(changes, given={keys.LEASE: self.text}):
            return
        if not (self._adopt() and self.store.swap(changes, given={keys.LEASE: self.text})):
            self._lost = True
            raise _lost(self.store)

    def _adopt(self) -> bool:
        """Take the lease as the ledger has it, if it is this run's: the answer to a renewal may be lost."""
        text = self.store.read(keys.LEASE).get(keys.LEASE)
        lease = read_lease(self.store.place, text) if text is not None else None
        if text is None or lease is None or lease.id != self.lease.id:
            return False
        # How long ago that was nobody knows: until the next renewal the lease counts as the old one.
        self.lease, self.text = lease, text
        return True

    def release(self) -> None:
        """Give the lease back; where that is not possible it ends by itself."""
        with self._lock, suppress(LedgerError):
            if not self._lost:
                self._swap({keys.LEASE: None})
            self._lost = True


@contextmanager
def hold_lease(
    store: Store,
    wanted: Lease,
    *,
    clock: Clock,
    rng: random.Random,
    timeout: float = 0.0,
    length: float = LENGTH,
    gone: Callable[[Holder], bool] = is_gone,
    cluster: str = "",
) -> Iterator[HeldLease]:
    """Hold the right to write, renewed in the background, until the block ends.

    `wanted` says who asks; its times do not count. Waits up to `timeout` seconds for another
    holder. Raises LedgerError, naming the holder, where that one keeps it, and how its lock on
    `cluster` can be broken.
    """
    held = acquire(
        store,
        wanted,
        clock=clock,
        rng=rng,
        timeout=timeout,
        length=length,
        gone=gone,
        cluster=cluster,
    )
    over = threading.Event()
    renewer = threading.Thread(
        target=keep_renewed, args=(held, over.wait), name="lease", daemon=True
    )
    renewer.start()
    try:
        yield held
    finally:
        over.set()
        renewer.join()
        held.release()


def acquire(
    store: Store,
    wanted: Lease,
    *,
    clock: Clock,
    rng: random.Random,
    timeout: float = 0.0,
    length: float = LENGTH,
    gone: Callable[[Holder], bool] = is_gone,
    cluster: str = "",
) -> HeldLease:
    """Take the right to write without renewing it; see `hold_lease`.

    A lease that has expired is taken over, and so is one whose process on this machine has ended.
    One with the id of `wanted` is our own: its giving back, or its answer, was lost.
    """
    deadline = clock.monotonic() + timeout
    while True:
        entries = store.read(keys.FORMAT, keys.LEASE)
        check_format(store.place, entries)
        before = entries.get(keys.LEASE)
        holder = _holder(store, before, cluster) if before is not None else None
        ours = holder is not None and holder.id == wanted.id
        if holder is None or ours or _is_free(holder, clock, gone):
            held = _take(store, wanted, entries, clock, length)
            if held is not None:
                # That a process has ended is known; that a time is up only as far as clocks agree.
                expired = holder is not None and not ours and clock.now() >= holder.expires
                held.expired = holder if expired else None
                return held
            continue
        left = deadline - clock.monotonic()
        if left <= 0:
            raise _locked(store, holder, clock, cluster)
        clock.sleep(min(left, rng.uniform(_SHORTEST_WAIT, _LONGEST_WAIT)))


@dataclass(frozen=True, slots=True)
class Broken:
    """A lock that was broken; `lease` is None where nobody could read whose it was."""

    lease: Lease | None


def break_lease(store: Store) -> Broken | None:
    """Take the right to write from whoever holds it, and return who that was; None for nobody."""
    entries = store.read(keys.FORMAT, keys.LEASE)
    check_format(store.place, entries)
    text = entries.get(keys.LEASE)
    if text is None:
        return None
    try:
        lease = read_lease(store.place, text)
    except LedgerError:
        lease = None
    store.swap({keys.LEASE: None}, given={keys.LEASE: text})
    return Broken(lease)


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A lease that somebody else holds, and since when it stands so, by the monotonic clock."""

    text: str
    since: float


def leave_to_nobody(store: Store, before: Unmoved | None, clock: Clock) -> Unmoved | None:
    """Break a lease that was not renewed for twice its length; return what is seen of it.

    `before` is what was seen the last time. When a lease ends is what the clock of its holder said,
    which may have been days ahead. A holder that lives after all is told so by its next write.
    """
    text, now = store.read(keys.LEASE).get(keys.LEASE), clock.monotonic()
    if text is None:
        return None
    if before is None or before.text != text:
        return Unmoved(text, now)
    if now - before.since < 2 * LENGTH:
        return before
    store.swap({keys.LEASE: None}, given={keys.LEASE: text})
    return None


def _take(
    store: Store, wanted: Lease, before: Mapping[str, str], clock: Clock, length: float
) -> HeldLease | None:
    began, now = clock.monotonic(), clock.now()
    lease = replace(wanted, since=now, expires=now + timedelta(seconds=length))
    text = lease_text(lease)
    taken: dict[str, str | None] = {keys.LEASE: text}
    if keys.FORMAT not in before:
        taken[keys.FORMAT] = format_text()
    try:
        if not store.swap(taken, given={keys.LEASE: before.get(keys.LEASE)}):
            return None
    except LedgerError:
        # It may have been taken without an answer; nobody should have to wait for its end.
        with suppress(LedgerError):
            store.swap({keys.LEASE: None}, given={keys.LEASE: text})
        raise
    return HeldLease(
        store=store, clock=clock, length=length, lease=lease, text=text, _until=began + length
    )


def _holder(store: Store, text: str, cluster: str) -> Lease:
    """Return who holds a lease; raise LedgerError, with the way out, where nobody can read that."""
    try:
        return read_lease(store.place, text)
    except LedgerError as error:
        hint = (
            f"{command('unlock', cluster=cluster)} breaks it, once you know that nobody is writing"
        )
        raise LedgerError(*(replace(found, hint=hint) for found in error.problems)) from error


def _is_free(lease: Lease, clock: Clock, gone: Callable[[Holder], bool]) -> bool:
    return clock.now() >= lease.expires or gone(Holder(lease.host, lease.process))


def keep_renewed(held: HeldLease, wait: Callable[[float], bool]) -> None:
    """Renew a lease whenever a third of it is over, and soon again where that fails, until it is lost.

    `wait` waits a number of seconds, and tells whether the lease is wanted no more.
    """
    pause = held.length / _PARTS
    while not wait(pause):
        try:
            held.renew()
            pause = held.length / _PARTS
        except LedgerError:
            if held.remaining() <= 0:
                return
            pause = held.length / _SOON_PARTS


def _locked(store: Store, lease: Lease, clock: Clock, cluster: str) -> LedgerError:
    now = clock.now()
    day = "" if lease.expires.date() == now.date() else "%Y-%m-%d "
    who = f"{lease.actor or 'somebody'} ({lease.command} of {lease.project}, on {lease.host})"
    where = f", see {lease.run_url}" if lease.run_url else ""
    problems = [
        Problem(
            code=Code.LOCKED,
            message=f"{who} is writing to this cluster since {lease.since:%Y-%m-%d %H:%M:%S} UTC"
            f"{where}; the lock of {store.place} ends at {lease.expires:{day}%H:%M:%S} UTC"
            " unless it is renewed",
            hint=f"wait with --lock-timeout SECONDS; {command('unlock', cluster=cluster)} breaks the"
            " lock, once you know that its holder has ended",
        )
    ]
    if lease.since > now + _SKEW:
        problems.append(
            Problem(
                code=Code.CLOCKS_DIFFER,
                message=f"the lock was taken at {lease.since:%H:%M:%S} UTC, and it is"
                f" {now:%H:%M:%S} UTC here: one of the two clocks is wrong",
                hint="set the clocks: an expiry means nothing without them",
            )
        )
    return LedgerError(*problems)


def _lost(store: Store) -> LedgerError:
    return LedgerError(
        Problem(
            code=Code.LOCK_LOST,
            message=f"the lock of {store.place} was lost: it was broken, or this run stood still"
            " for longer than it holds",
            hint="run the same command again: it looks first, and does what is left",
        )
    )
