"""An update that makes its connector fail can be taken back."""

from dataclasses import replace

import pytest

from reconcile.apply.events import ChangeStarted, Finished
from reconcile.apply.options import OnError
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Change
from reconcile.model.problem import Severity
from reconcile.sandbox import simulated_faults as faults
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    World,
    create,
    in_wave,
    mock_source,
    update,
    world,
)

LAST, GOOD = mock_source(note="applied last"), mock_source(note="changed by hand")
BAD = mock_source(mock_mode="task-failure", delay_ms="500")
FAILED = OutcomeStatus.FAILED


def failing(
    name: str = "a",
    fallback: Config | None = None,
    state: tuple[TargetState, TargetState] | None = None,
) -> Change:
    planned = update(name, GOOD, BAD, state)
    return replace(planned, fallback=fallback or Config(LAST))


def codes(outcome: Outcome) -> list[Code]:
    return [problem.code for problem in outcome.problems]


def one(w: World, change: Change, **options: object) -> Outcome:
    return w.one(change, rollback_on_failure=True, **options)


def test_an_update_that_fails_is_set_back_to_what_was_applied_last() -> None:
    with world() as w:
        w.given("a", GOOD)
        outcome = one(w, failing())

        assert outcome.status is FAILED
        assert outcome.rolled_back
        assert codes(outcome) == [Code.TASK_FAILED, Code.ROLLED_BACK]
        assert "runs as before" in outcome.problems[1].message
        assert w.config("a") == LAST
        assert w.states("a") == ("RUNNING", "RUNNING")


def test_it_is_left_as_it_is_where_nobody_asked() -> None:
    with world() as w:
        w.given("a", GOOD)
        outcome = w.one(failing())

        assert codes(outcome) == [Code.TASK_FAILED]
        assert not outcome.rolled_back
        assert w.config("a") == BAD


def test_what_fails_once_it_was_set_back_is_said_to() -> None:
    with world() as w:
        w.given("a", GOOD)
        outcome = one(w, failing(fallback=Config({**BAD, "note": "failed before"})))

        assert codes(outcome) == [Code.TASK_FAILED, Code.ROLLED_BACK]
        assert outcome.rolled_back
        assert "not seen to run" in outcome.problems[1].message
        assert w.config("a") == {**BAD, "note": "failed before"}


@pytest.mark.parametrize("state", [STOPPED, PAUSED])
def test_the_state_goes_back_with_the_settings(state: TargetState) -> None:
    with world() as w:
        w.given("a", GOOD, state)
        outcome = one(w, failing(state=(state, RUNNING)))

        assert outcome.rolled_back
        assert w.config("a") == LAST
        assert w.states("a")[0] == state.value.upper()


@pytest.mark.parametrize(
    ("fallback", "why"),
    [
        (None, "is not known here"),
        (Config({**LAST, "password": "********"}), "holds a mask"),
        (Config({**LAST, "password": "[hidden]"}), "holds a mask"),
    ],
)
def test_what_cannot_be_written_in_full_is_not_written(fallback: Config | None, why: str) -> None:
    with world() as w:
        w.given("a", GOOD)
        outcome = one(w, replace(failing(), fallback=fallback))

        assert codes(outcome) == [Code.TASK_FAILED, Code.CANNOT_ROLL_BACK]
        assert outcome.problems[1].severity is Severity.WARNING
        assert why in outcome.problems[1].message
        assert outcome.problems[1].hint
        assert not outcome.rolled_back
        assert w.config("a") == BAD


def test_what_has_not_settled_may_still_come_well_and_is_left() -> None:
    with world() as w:
        w.given("a", GOOD)
        w.cluster.inject(faults.dropped("PUT /connectors/a/config", times=None))
        outcome = one(w, failing())

        assert outcome.status is OutcomeStatus.UNSETTLED
        assert not outcome.rolled_back


def test_what_was_never_written_needs_no_way_back() -> None:
    with world() as w:
        w.given("a", GOOD)
        w.cluster.inject(faults.forbidden("PUT /connectors/a/config"))
        outcome = one(w, failing())

        assert outcome.status is FAILED
        assert not outcome.rolled_back
        assert w.config("a") == GOOD


def test_a_create_that_fails_has_nothing_to_go_back_to() -> None:
    with world() as w:
        outcome = one(w, create("a", BAD))

        assert codes(outcome) == [Code.TASK_FAILED]
        assert w.config("a") == BAD


def test_a_way_back_that_is_refused_leaves_the_update() -> None:
    with world() as w:
        w.given("a", GOOD)

        def refuse(event: object) -> None:
            if isinstance(event, Finished):
                w.cluster.inject(faults.forbidden("PUT /connectors/a/config"))

        w.observers.append(refuse)
        outcome = one(w, failing())

        assert codes(outcome) == [Code.TASK_FAILED, Code.CANNOT_ROLL_BACK]
        assert not outcome.rolled_back
        assert w.config("a") == BAD


def test_the_way_back_is_gone_though_nothing_new_is_begun_after_an_error() -> None:
    with world() as w:
        w.given("a", GOOD)
        changes = [failing(), in_wave(1, create("b", GOOD))]
        result = w.apply(*changes, rollback_on_failure=True, on_error=OnError.STOP)

        assert result.outcomes[0].rolled_back
        assert w.config("a") == LAST
        assert result.outcomes[1].status is OutcomeStatus.NOT_ATTEMPTED


def test_a_lock_that_ends_or_an_interruption_leaves_the_update() -> None:
    with world() as w:
        w.given("a", GOOD)
        journal = MemoryJournal()

        def end(event: object) -> None:
            if isinstance(event, Finished):
                journal.objection = "the lock is about to end"

        w.observers.append(end)
        plan = w.plan(failing())
        (outcome,) = w.carry_out(plan, journal=journal, rollback_on_failure=True).outcomes

        assert codes(outcome) == [Code.TASK_FAILED, Code.CANNOT_ROLL_BACK]
        assert "the lock is about to end" in outcome.problems[1].message
        assert w.config("a") == BAD


def test_only_what_fails_goes_back() -> None:
    with world() as w:
        for name in ("a", "b", "c"):
            w.given(name, GOOD)
        new = mock_source(note="new")
        good = replace(update("b", GOOD, new), fallback=Config(LAST))
        journal = MemoryJournal()
        plan = w.plan(failing("a"), good, failing("c"))
        result = w.carry_out(plan, journal=journal, rollback_on_failure=True)

        assert [outcome.rolled_back for outcome in result.outcomes] == [True, False, True]
        assert [w.config(name) for name in ("a", "b", "c")] == [LAST, new, LAST]
        assert [journal.concluded[name].rolled_back for name in "abc"] == [True, False, True]
        assert sum(isinstance(event, ChangeStarted) for event in w.events) == 3
        assert sum(isinstance(event, Finished) for event in w.events) == 3
