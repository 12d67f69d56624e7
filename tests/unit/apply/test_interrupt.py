"""An interruption finishes the write under way, begins nothing new, and tells what is left."""

import pytest

from reconcile.apply.events import ChangeStarted, Event, Retrying, Waiting, Written
from reconcile.model.codes import Code
from reconcile.model.outcome import OutcomeStatus
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_state import Target
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    World,
    create,
    delete,
    file_source,
    in_wave,
    update,
    world,
)

APPLIED, UNSETTLED = OutcomeStatus.APPLIED, OutcomeStatus.UNSETTLED
NOT_ATTEMPTED = OutcomeStatus.NOT_ATTEMPTED
OLD, NEW = file_source(), file_source(file="new.txt")


def interrupt_at(w: World, kind: type[Event], *, count: int = 1) -> None:
    seen = 0

    def observer(event: Event) -> None:
        nonlocal seen
        seen += isinstance(event, kind)
        if seen == count:
            w.interrupt.request()

    w.observers.append(observer)


def test_an_interruption_before_the_first_write_writes_nothing() -> None:
    with world() as w:
        w.interrupt.request()
        result = w.apply(create("a", OLD), in_wave(1, create("b", OLD)))
        assert [outcome.status for outcome in result.outcomes] == [NOT_ATTEMPTED] * 2
        assert result.interrupted
        assert w.cluster.writes == 0


def test_the_write_under_way_is_finished_and_nothing_new_begun() -> None:
    with world() as w:
        interrupt_at(w, ChangeStarted, count=2)
        names = [f"c{number}" for number in range(5)]
        result = w.apply(*(create(name, OLD) for name in names), parallelism=1)
        assert [o.status for o in result.outcomes] == [UNSETTLED] * 2 + [NOT_ATTEMPTED] * 3
        assert [o.written for o in result.outcomes] == [True] * 2 + [False] * 3
        assert result.interrupted
        assert set(w.cluster.configs()) == {"c0", "c1"}


def test_an_interruption_ends_the_wait_and_the_waves_after_it() -> None:
    with world() as w:
        w.given("gone", OLD)
        interrupt_at(w, Waiting, count=3)
        result = w.apply(create("a", OLD), delete("gone", OLD), in_wave(1, create("b", OLD)))
        assert [o.status for o in result.outcomes] == [UNSETTLED, NOT_ATTEMPTED, NOT_ATTEMPTED]
        assert {p.code for p in result.outcomes[0].problems} == {Code.NOT_SETTLED}
        assert "interrupted" in result.outcomes[0].problems[0].message
        assert set(w.cluster.configs()) == {"gone", "a"}


def test_an_interruption_ends_the_repetition_of_a_refused_write() -> None:
    with world() as w:
        w.cluster.inject(faults.conflict("POST /connectors", times=None))
        interrupt_at(w, Retrying)
        result = w.apply(create("a", OLD))
        assert result.outcomes[0].status is NOT_ATTEMPTED
        assert w.cluster.writes == 1
        assert w.cluster.configs() == {}


@pytest.mark.parametrize("kind", [Waiting, ChangeStarted])
def test_a_change_interrupted_on_its_way_through_stopped_is_done_the_next_time(
    kind: type[Event],
) -> None:
    with world() as w:
        w.given("a", OLD, PAUSED)
        plan = w.plan(update("a", OLD, NEW, (PAUSED, RUNNING)))
        interrupt_at(w, kind)
        first = w.carry_out(plan)
        assert first.outcomes[0].status is UNSETTLED
        assert w.config("a") == OLD
        w.observers.clear()
        w.interrupt = type(w.interrupt)()
        assert w.carry_out(plan).outcomes[0].status is APPLIED
        assert w.config("a") == NEW
        assert w.states("a") == ("RUNNING", "RUNNING")


def test_an_interruption_after_a_delete_was_sent_leaves_it_unsettled() -> None:
    with world() as w:
        w.given("a", OLD)
        interrupt_at(w, Written)
        result = w.apply(delete("a", OLD))
        assert result.outcomes[0].status is UNSETTLED
        assert result.outcomes[0].written
        assert w.config("a") is None


def test_an_interruption_between_two_writes_of_a_change_sends_the_first_alone() -> None:
    with world() as w:
        w.given("a", OLD)
        plan = w.plan(update("a", OLD, NEW, (RUNNING, PAUSED)))
        interrupt_at(w, ChangeStarted)
        result = w.carry_out(plan)
        assert result.outcomes[0].status is UNSETTLED
        assert w.config("a") == OLD
        w.observers.clear()
        w.interrupt = type(w.interrupt)()
        assert w.carry_out(plan).outcomes[0].status is APPLIED
        assert w.states("a")[0] == "PAUSED"
        assert w.config("a") == NEW


def test_an_interruption_while_the_second_write_is_refused_leaves_the_change_unsettled() -> None:
    with world() as w:
        w.given("a", OLD)
        w.cluster.inject(faults.conflict("PUT /connectors/a/config", times=None))
        interrupt_at(w, Retrying)
        outcome = w.one(update("a", OLD, NEW, (RUNNING, PAUSED)))
        assert outcome.status is UNSETTLED
        assert outcome.written


def test_a_change_cut_off_before_its_last_write_needs_that_write_alone() -> None:
    with world() as w:
        w.given("a", OLD, PAUSED)
        plan = w.plan(update("a", OLD, NEW, (PAUSED, RUNNING)))
        w.cluster.set_target("a", Target.STOPPED)
        w.cluster.settle()
        w.cluster.put("a", NEW)
        w.cluster.clear_requests()
        assert w.carry_out(plan).outcomes[0].status is APPLIED
        assert w.writes() == [("PUT", "/connectors/a/resume")]
        assert w.states("a") == ("RUNNING", "RUNNING")
