"""What is done is written down: before it is sent, and once it is known what came of it."""

import pytest

from reconcile.apply.events import ChangeStarted, Finished, Retrying, Written
from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.problem import Problem
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_faults import Effect
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    World,
    create,
    delete,
    file_source,
    in_wave,
    update,
    world,
)

OLD, NEW = file_source(), file_source(file="new.txt")
ENDING = "the lock is about to end"
NOT_ATTEMPTED, UNSETTLED = OutcomeStatus.NOT_ATTEMPTED, OutcomeStatus.UNSETTLED


class Book(MemoryJournal):
    """A journal that also tells which calls came when, and fails where it is told to."""

    def __init__(self, w: World, failing: str = "", *, for_calls: int = 99) -> None:
        super().__init__()
        self.w, self.failing, self.for_calls = w, failing, for_calls
        self.calls: list[tuple[str, tuple[str, ...], int]] = []

    def intend(self, changes):
        self._note("intend", [change.name for change in changes])
        super().intend(changes)

    def conclude(self, outcomes):
        self._note("conclude", [change.name for change, _ in outcomes])
        super().conclude(outcomes)

    def keep_offsets(self, offsets):
        self._note("keep_offsets", sorted(offsets))
        super().keep_offsets(offsets)

    def _note(self, what, names):
        self.calls.append((what, tuple(names), len(self.w.writes())))
        if what == self.failing and self.for_calls > 0:
            self.for_calls -= 1
            message = "the ledger cannot be written"
            raise LedgerError(Problem(code=Code.LEDGER_UNWRITABLE, message=message))


def object_at(w: World, journal: MemoryJournal, kind: type) -> None:
    """Let the lock end as soon as an event of a kind is seen."""

    def look(event: object) -> None:
        if isinstance(event, kind):
            journal.objection = ENDING

    w.observers.append(look)


def test_a_batch_is_written_down_once_before_and_once_after_it_is_sent() -> None:
    with world() as w:
        w.given("b", OLD)
        w.given("gone", OLD)
        journal = Book(w)
        plan = w.plan(
            create("a", OLD),
            update("b", OLD, NEW),
            in_wave(1, create("c", OLD)),
            in_wave(1, delete("gone", OLD)),
        )
        w.carry_out(plan, journal=journal)

        assert journal.calls == [
            ("intend", ("a", "b"), 0),
            ("conclude", ("a", "b"), 2),
            ("intend", ("c",), 2),
            ("conclude", ("c",), 3),
            ("intend", ("gone",), 3),
            ("keep_offsets", ("gone",), 4),
            ("conclude", ("gone",), 5),
        ]


def test_what_is_not_going_to_be_written_is_concluded_and_was_never_intended() -> None:
    with world() as w:
        w.given("done", NEW)
        w.given("moved", OLD)
        w.given("ready", OLD)
        changes = [update(name, OLD, NEW) for name in ("moved", "ready")]
        plan = w.plan(create("done", NEW), *changes)
        w.given("moved", file_source(file="other.txt"))
        journal = Book(w)
        w.carry_out(plan, journal=journal)

        assert [names for what, names, _ in journal.calls if what == "intend"] == [("ready",)]
        assert {name: str(found.status) for name, found in journal.concluded.items()} == {
            "done": "already-applied",
            "moved": "failed",
            "ready": "applied",
        }


def test_nothing_is_sent_that_cannot_be_written_down_nor_anything_after_it() -> None:
    with world() as w:
        journal = Book(w, "intend", for_calls=1)
        plan = w.plan(create("a", OLD), in_wave(1, create("b", OLD)))
        result = w.carry_out(plan, journal=journal)

        assert [outcome.status for outcome in result.outcomes] == [NOT_ATTEMPTED] * 2
        assert result.outcomes[0].problems[0].code is Code.LEDGER_UNWRITABLE
        assert "nothing can be recorded" in result.outcomes[1].problems[0].message
        assert [problem.code for problem in result.problems] == [Code.LEDGER_UNWRITABLE]
        assert w.writes() == []


def test_what_was_done_is_told_though_it_cannot_be_written_down_and_nothing_more_is_begun() -> None:
    with world() as w:
        journal = Book(w, "conclude")
        plan = w.plan(create("a", OLD), in_wave(1, create("b", OLD)))
        result = w.carry_out(plan, journal=journal)

        assert [outcome.status for outcome in result.outcomes] == [
            OutcomeStatus.APPLIED,
            NOT_ATTEMPTED,
        ]
        assert [problem.code for problem in result.problems] == [Code.LEDGER_UNWRITABLE]
        assert w.cluster.configs().keys() == {"a"}


@pytest.mark.parametrize("method", ["intend", "conclude", "keep_offsets"])
def test_the_end_of_the_process_passes_through_the_journal(method: str) -> None:
    with world() as w:
        w.given("a", OLD)
        journal = Book(w)

        def end(*_: object) -> None:
            raise KeyboardInterrupt

        setattr(journal, method, end)
        with pytest.raises(KeyboardInterrupt):
            w.carry_out(w.plan(delete("a", OLD)), journal=journal)


def test_a_lock_that_ends_before_the_first_write_leaves_a_change_as_it_is() -> None:
    with world() as w:
        journal = MemoryJournal()
        object_at(w, journal, ChangeStarted)
        (outcome,) = w.carry_out(w.plan(create("a", OLD)), journal=journal).outcomes

        assert outcome.status is NOT_ATTEMPTED
        assert ENDING in outcome.problems[0].message
        assert w.writes() == []


def test_a_lock_that_ends_between_two_writes_of_a_change_sends_no_other() -> None:
    with world() as w:
        w.given("a", OLD, PAUSED)
        journal = MemoryJournal()
        w.clock.on_step.append(lambda: setattr(journal, "objection", ENDING))
        plan = w.plan(update("a", OLD, NEW, (PAUSED, RUNNING)))
        (outcome,) = w.carry_out(plan, journal=journal).outcomes

        assert outcome.status is UNSETTLED
        assert outcome.problems[0].code is Code.LOCK_LOST
        assert ENDING in outcome.problems[0].message
        assert [path for _, path in w.writes()] == ["/connectors/a/stop"]


def test_a_lock_that_ends_while_a_refused_write_waits_sends_it_no_second_time() -> None:
    with world() as w:
        w.cluster.inject(faults.conflict("POST /connectors", times=None))
        journal = MemoryJournal()
        object_at(w, journal, Retrying)
        (outcome,) = w.carry_out(w.plan(create("a", OLD)), journal=journal).outcomes

        assert outcome.status is NOT_ATTEMPTED
        assert len(w.writes()) == 1


def test_a_lock_that_ends_while_the_effect_of_a_write_is_looked_for_repeats_nothing() -> None:
    with world() as w:
        w.cluster.inject(faults.timed_out("POST /connectors", effect=Effect.NEVER))
        journal = MemoryJournal()
        w.clock.on_step.append(lambda: setattr(journal, "objection", ENDING))
        (outcome,) = w.carry_out(w.plan(create("a", OLD)), journal=journal).outcomes

        assert outcome.status is UNSETTLED
        assert len(w.writes()) == 1


def test_a_lock_that_ends_once_all_is_written_changes_nothing() -> None:
    with world() as w:
        journal = MemoryJournal()
        object_at(w, journal, Written)
        (outcome,) = w.carry_out(w.plan(create("a", OLD)), journal=journal).outcomes

        assert outcome.status is OutcomeStatus.APPLIED


def test_a_lock_that_ends_between_two_waves_begins_no_other() -> None:
    with world() as w:
        journal = MemoryJournal()
        object_at(w, journal, Finished)
        plan = w.plan(create("a", OLD), in_wave(1, create("b", OLD)))
        result = w.carry_out(plan, journal=journal)

        assert [str(outcome.status) for outcome in result.outcomes] == ["applied", "not-attempted"]
        assert w.cluster.configs().keys() == {"a"}


def test_a_delete_of_a_stopped_connector_is_left_alone_once_the_lock_ends() -> None:
    with world() as w:
        w.given("a", OLD, STOPPED)
        journal = MemoryJournal()
        object_at(w, journal, ChangeStarted)
        (outcome,) = w.carry_out(w.plan(delete("a", OLD)), journal=journal).outcomes

        assert outcome.status is NOT_ATTEMPTED
        assert w.writes() == []
