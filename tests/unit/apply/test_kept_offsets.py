"""The offsets of a connector are kept before it is deleted."""

from dataclasses import replace

import pytest

from reconcile.apply.offsets import same_offsets, to_write
from reconcile.connect.answers import ConnectorOffset
from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.problem import Problem, Severity
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_faults import Effect
from reconcile.sandbox.simulated_state import Offset
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.world import STOPPED, World, delete, file_source, world

OLD = file_source()
HELD = (Offset(partition={"filename": "in.txt"}, offset={"position": 4711}),)
KEPT = (ConnectorOffset(partition={"filename": "in.txt"}, offset={"position": 4711}),)
NO_ENDPOINT = '{"error_code":404,"message":"HTTP 404 Not Found"}'
RESET = replace(delete("a", OLD), reset_offsets=True)
APPLIED, FAILED = OutcomeStatus.APPLIED, OutcomeStatus.FAILED


def given(w: World, offsets: tuple[Offset, ...] = HELD) -> MemoryJournal:
    w.given("a", OLD)
    w.cluster.set_offsets("a", offsets)
    return MemoryJournal()


def one(w: World, journal: MemoryJournal, *, reset: bool = False) -> Outcome:
    change = RESET if reset else delete("a", OLD)
    (outcome,) = w.carry_out(w.plan(change), journal=journal).outcomes
    return outcome


def no_record() -> None:
    raise LedgerError(Problem(code=Code.LEDGER_UNWRITABLE, message="the disk is full"))


def at(name: str, position: int | None) -> ConnectorOffset:
    offset = None if position is None else {"position": position}
    return ConnectorOffset(partition={"filename": name}, offset=offset)


def test_offsets_are_kept_once_the_connector_has_stopped_and_before_it_goes() -> None:
    with world() as w:
        journal = given(w)
        seen: list[tuple[str, ...]] = []
        journal.before = lambda: seen.append(w.states("a"))
        outcome = one(w, journal)

        assert outcome.status is APPLIED
        assert outcome.problems == ()
        assert journal.kept == {"a": KEPT}
        assert seen == [("RUNNING", "RUNNING"), ("STOPPED",), ()]


def test_one_that_is_stopped_already_is_kept_only_once_its_tasks_have_ended() -> None:
    with world() as w:
        journal = given(w)
        plan = w.plan(delete("a", OLD))
        seen: list[tuple[str, ...]] = []
        journal.before = lambda: seen.append(w.states("a"))
        w.cluster.set_target("a", w.cluster.target_of("a").STOPPED)
        w.carry_out(plan, journal=journal)

        assert "RUNNING" not in seen[1]
        assert journal.kept == {"a": KEPT}


def test_many_are_kept_in_one_record() -> None:
    with world() as w:
        names = [f"c{n}" for n in range(5)]
        for name in names:
            w.given(name, OLD)
            w.cluster.set_offsets(name, HELD)
        journal = MemoryJournal()
        records = [0]
        journal.after = lambda: records.__setitem__(0, records[0] + 1)
        w.carry_out(w.plan(*(delete(name, OLD) for name in names)), journal=journal)

        assert journal.kept == dict.fromkeys(names, KEPT)
        assert records == [3]


def test_where_connect_cannot_tell_offsets_the_delete_goes_on_with_a_warning() -> None:
    with world(version="3.4.1") as w:
        journal = given(w)
        w.cluster.inject(faults.answered("GET /connectors/*/offsets", 404, NO_ENDPOINT))
        outcome = one(w, journal)

        assert outcome.status is APPLIED
        assert [(p.code, p.severity) for p in outcome.problems] == [
            (Code.OFFSETS_NOT_KEPT, Severity.WARNING)
        ]
        assert w.cluster.configs() == {}


def test_where_offsets_cannot_be_read_the_delete_goes_on_with_a_warning() -> None:
    with world() as w:
        journal = given(w)
        w.cluster.inject(faults.forbidden("GET /connectors/*/offsets"))
        outcome = one(w, journal)

        assert outcome.status is APPLIED
        assert [problem.code for problem in outcome.problems] == [Code.OFFSETS_NOT_KEPT]
        assert journal.kept == {}
        assert w.cluster.configs() == {}


def test_what_cannot_be_recorded_is_not_deleted() -> None:
    with world() as w:
        journal = given(w)
        calls = [0]

        def second() -> None:
            calls[0] += 1
            if calls[0] > 1:
                no_record()

        journal.before = second
        result = w.carry_out(w.plan(delete("a", OLD)), journal=journal)

        assert result.outcomes[0].status is OutcomeStatus.UNSETTLED
        assert result.problems[0].code is Code.LEDGER_UNWRITABLE
        assert w.states("a") == ("STOPPED",)
        journal.before = lambda: None
        assert one(w, journal).status is APPLIED
        assert journal.kept == {"a": KEPT}


def test_offsets_are_kept_and_then_forgotten_where_that_was_declared() -> None:
    with world() as w:
        journal = given(w)
        outcome = one(w, journal, reset=True)

        assert outcome.status is APPLIED
        assert journal.kept == {"a": KEPT}
        assert w.cluster.offsets("a") == ()
        assert w.cluster.configs() == {}


@pytest.mark.parametrize(
    ("version", "status"), [("4.3.1", 403), ("4.3.1", 400), ("3.5.2", 405), ("3.4.1", 404)]
)
def test_where_offsets_cannot_be_reset_the_connector_is_not_deleted(
    version: str, status: int
) -> None:
    with world(version=version) as w:
        journal = given(w)
        body = NO_ENDPOINT.replace("404", str(status))
        w.cluster.inject(faults.answered("DELETE /connectors/*/offsets", status, body))
        outcome = one(w, journal, reset=True)

        assert outcome.status is FAILED
        assert "its offsets cannot be reset" in outcome.problems[0].message
        assert w.cluster.configs().keys() == {"a"}


@pytest.mark.parametrize("effect", list(Effect))
def test_a_reset_without_an_answer_is_looked_for(effect: Effect) -> None:
    with world() as w:
        journal = given(w)
        w.cluster.inject(faults.timed_out("DELETE /connectors/*/offsets", effect=effect))
        outcome = one(w, journal, reset=True)

        assert outcome.status is APPLIED
        assert w.cluster.offsets("a") == ()


def test_offsets_kept_before_a_reset_outlive_a_second_run() -> None:
    with world() as w:
        journal = given(w)
        w.cluster.inject(faults.forbidden("DELETE /connectors/a", times=1))
        assert one(w, journal, reset=True).status is FAILED

        assert one(w, journal, reset=True).status is APPLIED
        assert journal.kept == {"a": KEPT}


def test_a_connector_that_is_gone_meanwhile_is_as_wanted() -> None:
    with world() as w:
        journal = given(w)
        plan = w.plan(delete("a", OLD))
        journal.after = lambda: w.cluster.remove("a") if "a" in w.cluster.configs() else None
        (outcome,) = w.carry_out(plan, journal=journal).outcomes

        assert outcome.status in {APPLIED, OutcomeStatus.ALREADY_APPLIED}
        assert w.cluster.configs() == {}


def test_a_delete_killed_after_its_stop_is_finished_by_the_same_plan() -> None:
    with world() as w:
        journal = given(w)
        plan = w.plan(delete("a"))
        assert plan.changes[0].before is None
        w.given("a", OLD, STOPPED)
        (outcome,) = w.carry_out(plan, journal=journal).outcomes

        assert outcome.status is APPLIED
        assert journal.kept == {"a": KEPT}


@pytest.mark.parametrize(
    ("live", "wanted", "written"),
    [
        ((), (), ()),
        ((), (at("a", 1),), (at("a", 1),)),
        ((at("a", 1),), (at("a", 1),), ()),
        ((at("a", 2),), (at("a", 1),), (at("a", 1),)),
        ((at("b", 2),), (at("a", 1),), (at("a", 1), at("b", None))),
        ((at("b", 2),), (), (at("b", None),)),
        ((at("b", None),), (), ()),
        ((), (at("a", None),), ()),
        ((at("a", 1),), (at("a", None),), (at("a", None),)),
    ],
)
def test_what_is_written_makes_the_positions_the_wanted_ones(
    live: tuple[ConnectorOffset, ...],
    wanted: tuple[ConnectorOffset, ...],
    written: tuple[ConnectorOffset, ...],
) -> None:
    assert to_write(live, wanted) == written
    assert same_offsets(live, wanted) is (written == ())
