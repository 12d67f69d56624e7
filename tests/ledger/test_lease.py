"""One writer at a time, who is named to all others, and whose end is noticed."""

import random
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.ledger import keys
from reconcile.ledger.lease import Broken, HeldLease, acquire, break_lease, hold_lease, keep_renewed
from reconcile.ledger.process import Holder, is_gone, this_process
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.writing import lease_text
from reconcile.model.codes import Code
from reconcile.model.ledger import Lease
from tests.fake_clock import FakeClock
from tests.laws.law import law
from tests.ledger.places import BadLine, Place, memory_place

RNG = random.Random(7)  # noqa: S311  # jitter, repeatable
NOW = FakeClock().now()


def wanted(actor: str = "ada", **more) -> Lease:
    values = {
        "id": f"run-of-{actor}",
        "project": "shop",
        "actor": actor,
        "command": "apply",
        "host": f"host-of-{actor}",
        "process": "1@boot@2",
        "since": NOW,
        "expires": NOW,
        "run_url": "https://ci.example.com/1",
    }
    return Lease(**{**values, **more})


def take(store, clock, actor: str = "ada", **more) -> HeldLease:
    options = {"timeout": 0.0, "length": 300.0, "gone": lambda _holder: False, **more}
    return acquire(store, wanted(actor), clock=clock, rng=RNG, **options)


def codes(error: pytest.ExceptionInfo[LedgerError]) -> list[Code]:
    return [problem.code for problem in error.value.problems]


def test_the_second_is_told_who_holds_the_lock_and_what_to_do(place: Place) -> None:
    clock = FakeClock()
    take(place.open(), clock)
    with pytest.raises(LedgerError) as caught:
        take(place.open(), clock, "grace")

    (problem,) = caught.value.problems
    assert problem.code is Code.LOCKED
    for part in ("ada", "apply of shop", "host-of-ada", "https://ci.example.com/1", "09:05:00"):
        assert part in problem.message
    assert "connectform unlock" in problem.hint


def test_a_lock_given_back_is_free(place: Place) -> None:
    clock = FakeClock()
    take(place.open(), clock).release()

    assert take(place.open(), clock, "grace").remaining() == 300.0


def test_who_waits_gets_the_lock_once_it_has_ended(place: Place) -> None:
    clock = FakeClock()
    take(place.open(), clock, length=60.0)

    assert take(place.open(), clock, "grace", timeout=90.0).remaining() == 300.0
    assert clock.monotonic() >= 60.0


def test_a_lock_whose_process_has_ended_is_taken_over_at_once(place: Place) -> None:
    clock = FakeClock()
    take(place.open(), clock)

    held = take(place.open(), clock, "grace", gone=lambda holder: holder.host == "host-of-ada")
    assert held.lease.actor == "grace"
    assert held.expired is None


def test_who_takes_over_what_has_expired_knows_whose_it_was(place: Place) -> None:
    clock = FakeClock()
    assert take(place.open(), clock).expired is None
    ahead = FakeClock()
    ahead.advance(301.0)

    held = take(place.open(), ahead, "grace")

    assert held.expired is not None
    assert held.expired.actor == "ada"


def test_whoever_was_overtaken_writes_nothing_more(place: Place) -> None:
    clock = FakeClock()
    first, store = take(place.open(), clock), place.open()
    first.swap({"run/1": "a"})
    clock.advance(301.0)
    second = take(store, clock, "grace")

    for write in (lambda: first.swap({"run/1": "b"}), first.renew):
        with pytest.raises(LedgerError) as caught:
            write()
        assert codes(caught) == [Code.LOCK_LOST]
    assert first.remaining() == 0.0
    first.release()
    second.swap({"run/2": "c"})
    assert dict(store.read("run/")) == {"run/1": "a", "run/2": "c"}


def test_renewing_makes_it_last(place: Place) -> None:
    clock = FakeClock()
    held = take(place.open(), clock)
    clock.advance(200.0)
    held.renew()
    clock.advance(200.0)

    assert held.remaining() == 100.0
    with pytest.raises(LedgerError):
        take(place.open(), clock, "grace")


def test_a_machine_that_slept_does_not_trust_the_clock_that_slept_with_it() -> None:
    clock = FakeClock()
    held = take(memory_place().open(), clock)
    clock.suspend(250.0)
    assert held.remaining() == 50.0
    clock.suspend(100.0)
    assert held.remaining() == 0.0


def test_a_clock_set_back_makes_no_lock_longer() -> None:
    clock = FakeClock()
    held = take(memory_place().open(), clock)
    clock.suspend(-1000.0)
    clock.advance(100.0)
    assert held.remaining() == 200.0


def test_a_renewal_whose_answer_was_lost_is_found_again(place: Place) -> None:
    clock, store = FakeClock(), BadLine(place.open())
    held = take(store, clock)
    clock.advance(100.0)
    store.unanswered = 1
    with pytest.raises(LedgerError, match="the line is broken"):
        held.renew()

    held.swap({"run/1": "a"})
    assert held.remaining() == 200.0
    assert dict(store.read("run/")) == {"run/1": "a"}
    clock.advance(100.0)
    held.renew()
    assert held.remaining() == 300.0
    held.release()
    assert dict(store.read(keys.LEASE)) == {}


def test_a_lock_given_back_after_a_lost_answer_is_free() -> None:
    clock, store = FakeClock(), BadLine(memory_place().open())
    held = take(store, clock)
    clock.advance(100.0)
    store.unanswered = 1
    with pytest.raises(LedgerError):
        held.renew()
    held.release()
    assert dict(store.read(keys.LEASE)) == {}


def test_a_lock_that_could_not_be_given_back_is_taken_again_by_its_own_run() -> None:
    clock, store = FakeClock(), BadLine(memory_place().open())
    held = take(store, clock)
    clock.advance(100.0)
    store.unsent = 1
    held.release()
    with pytest.raises(LedgerError, match="is writing to this cluster"):
        take(store, clock, "grace")
    again = take(store, clock)
    assert again.remaining() == 300.0
    assert again.expired is None


def test_a_lock_taken_without_an_answer_keeps_nobody_waiting() -> None:
    clock, store = FakeClock(), BadLine(memory_place().open())
    store.unanswered = 1
    with pytest.raises(LedgerError, match="the line is broken"):
        take(store, clock)
    assert take(store, clock, "grace").remaining() == 300.0


def test_a_renewal_that_fails_is_tried_again_soon() -> None:
    clock, store = FakeClock(), BadLine(memory_place().open())
    held = take(store, clock)
    store.unsent = 10
    waits = iter([False] * 11 + [True])

    def wait(seconds: float) -> bool:
        clock.advance(seconds)
        return next(waits)

    keep_renewed(held, wait)
    # Ten tries failed, and the eleventh came before the lock was over.
    assert held.lease.expires == NOW + timedelta(seconds=500)
    assert store.unsent == 0


def test_a_lock_that_is_lost_is_renewed_no_more() -> None:
    clock, store = FakeClock(), memory_place().open()
    held = take(store, clock)
    break_lease(store)
    keep_renewed(held, lambda seconds: bool(clock.advance(seconds)))
    assert held.remaining() == 0.0


def test_the_format_of_a_ledger_stays_as_it_is_when_its_lock_is_taken(place: Place) -> None:
    store, newer = place.open(), '{"format_version":"1.9","more":1}'
    store.swap({keys.FORMAT: newer}, given={})
    take(store, FakeClock()).release()
    assert dict(store.read(keys.FORMAT)) == {keys.FORMAT: newer}


def test_a_lock_can_be_broken_and_tells_whose_it_was(place: Place) -> None:
    clock = FakeClock()
    held = take(place.open(), clock)

    assert break_lease(place.open()) == Broken(held.lease)
    assert break_lease(place.open()) is None
    with pytest.raises(LedgerError):
        held.swap({"run/1": "a"})


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"id": 1}', '{"expires": 5}'])
def test_a_lock_that_nobody_can_read_can_be_broken(text: str) -> None:
    place = memory_place()
    store = place.open()
    store.swap({keys.LEASE: text}, given={})
    with pytest.raises(LedgerError) as caught:
        take(store, FakeClock(), cluster="prod")

    assert codes(caught) == [Code.LEDGER_UNREADABLE]
    assert "connectform unlock --cluster prod" in caught.value.problems[0].hint
    assert break_lease(store) == Broken(None)
    take(store, FakeClock())


def test_a_lock_that_ends_on_another_day_says_on_which() -> None:
    clock, place = FakeClock(), memory_place()
    take(place.open(), clock, length=86_400.0)
    with pytest.raises(LedgerError) as caught:
        take(place.open(), clock, "grace")

    until = clock.now() + timedelta(days=1)
    assert f"ends at {until:%Y-%m-%d %H:%M:%S} UTC" in caught.value.problems[0].message


def test_of_two_that_ask_at_once_one_gets_the_lock_and_one_is_told(place: Place) -> None:
    rounds(place, 10)


@pytest.mark.soak
def test_of_two_that_ask_at_once_one_gets_the_lock_every_time(place: Place) -> None:
    rounds(place, 50)


def rounds(place: Place, number: int) -> None:
    stores = [place.open(), place.open()]
    for _ in range(number):
        start = threading.Barrier(2)
        held: list[HeldLease] = []
        told: list[Code] = []

        def ask(number, start=start, held=held, told=told) -> None:
            start.wait()
            try:
                held.append(take(stores[number], SystemClock(), f"run-{number}"))
            except LedgerError as error:
                told.append(error.problems[0].code)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(held), told) == (1, [Code.LOCKED])
        held[0].release()


def test_a_lock_from_the_future_is_respected_and_the_clocks_are_blamed(tmp_path) -> None:
    clock, store = FakeClock(), SqliteStore(tmp_path / "a.db", place="a.db")
    later = clock.now() + timedelta(minutes=20)
    text = lease_text(wanted(since=later, expires=later + timedelta(minutes=5)))
    store.swap({keys.LEASE: text}, given={})
    with pytest.raises(LedgerError) as caught:
        take(store, clock, "grace")

    assert codes(caught) == [Code.LOCKED, Code.CLOCKS_DIFFER]


def test_a_lock_held_in_a_block_is_given_back_whatever_happens(tmp_path) -> None:
    clock, store = FakeClock(), SqliteStore(tmp_path / "a.db", place="a.db")

    def fail() -> None:
        with hold_lease(store, wanted(), clock=clock, rng=RNG) as held:
            assert held.remaining() == 300.0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert keys.LEASE not in store.read(keys.LEASE)


def test_this_process_lives_and_one_with_its_number_and_another_start_does_not() -> None:
    here = this_process()
    number, boot, namespace, _ = here.process.split("@")
    assert not is_gone(here)
    assert is_gone(Holder(here.host, f"{number}@{boot}@{namespace}@1"))


def test_a_process_that_has_ended_is_gone() -> None:
    here = this_process()
    _, boot, namespace, start = here.process.split("@")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert is_gone(Holder(here.host, f"{ended.pid}@{boot}@{namespace}@{start}"))


@pytest.mark.parametrize("part", ["host", "boot", "namespace"])
def test_nothing_is_known_of_the_processes_of_another_machine_or_container(part) -> None:
    here = this_process()
    _, boot, namespace, start = here.process.split("@")
    known = {"host": here.host, "boot": boot, "namespace": namespace} | {part: "another"}
    ended = f"{2**22 + 1}@{known['boot']}@{known['namespace']}@{start}"

    assert not is_gone(Holder(known["host"], ended))


@pytest.mark.parametrize("process", ["", "7", "7@", "x@boot@ns@1"])
def test_nothing_is_known_of_a_process_that_says_too_little(process) -> None:
    assert not is_gone(Holder(this_process().host, process))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "renew", "write", "release", "wait", "die"]),
        st.integers(0, 2),
        st.floats(0.0, 400.0),
    ),
    max_size=25,
)


@law(STEPS, examples=100)
def test_there_are_never_two_who_may_write(steps) -> None:
    clock, store = FakeClock(), memory_place().open()
    held: dict[int, HeldLease] = {}
    dead: set[str] = set()
    for what, who, seconds in steps:
        if what == "wait":
            clock.advance(seconds)
        elif what == "take" and who not in held:
            try:
                held[who] = take(store, clock, str(who), gone=lambda one: one.host in dead)
                dead.discard(f"host-of-{who}")
            except LedgerError:
                pass
        elif who in held:
            _do(what, who, held, dead)
        able = [who for who, lease in held.items() if _can_write(lease, who)]
        assert len(able) <= 1, steps


def _do(what: str, who: int, held: dict[int, HeldLease], dead: set[str]) -> None:
    try:
        match what:
            case "renew":
                held[who].renew()
            case "write":
                held[who].swap({f"run/{who}": "x"})
            case "release":
                held.pop(who).release()
            case "die":
                del held[who]
                dead.add(f"host-of-{who}")
    except LedgerError:
        held.pop(who, None)


def _can_write(lease: HeldLease, who: int) -> bool:
    try:
        lease.swap({f"run/probe-{who}": "x"})
    except LedgerError:
        return False
    return True
