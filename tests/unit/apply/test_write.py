"""Writes are repeated where nothing was done, and never blindly."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconcile.apply.events import ChangeStarted, Event, Retrying
from reconcile.model.codes import Code
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_faults import Conflict, Effect, Fault
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    World,
    change,
    create,
    delete,
    file_source,
    restart,
    set_state,
    update,
    world,
)

APPLIED, ALREADY = OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED
FAILED, UNSETTLED = OutcomeStatus.FAILED, OutcomeStatus.UNSETTLED
LEFT = OutcomeStatus.NOT_ATTEMPTED
OLD, NEW = file_source(), file_source(file="new.txt")
TRACE = "java.lang.RuntimeException: x"

PUT = "PUT /connectors/a/config"
CHANGES: dict[str, tuple[str, Callable[[], Change], Callable[[World], bool]]] = {
    "create": ("POST /connectors", lambda: create("a", NEW), lambda w: w.config("a") == NEW),
    "update": (PUT, lambda: update("a", OLD, NEW), lambda w: w.config("a") == NEW),
    "pause": (
        "PUT /connectors/a/pause",
        lambda: set_state("a", RUNNING, PAUSED),
        lambda w: w.states("a")[0] == "PAUSED",
    ),
    "stop": (
        "PUT /connectors/a/stop",
        lambda: set_state("a", RUNNING, STOPPED),
        lambda w: w.states("a")[0] == "STOPPED",
    ),
    "resume": (
        "PUT /connectors/a/resume",
        lambda: set_state("a", PAUSED, RUNNING),
        lambda w: w.states("a")[0] == "RUNNING",
    ),
    "delete": ("DELETE /connectors/a", lambda: delete("a", OLD), lambda w: w.config("a") is None),
}


def given(w: World, kind: str) -> None:
    if kind != "create":
        w.given("a", OLD, PAUSED if kind == "resume" else RUNNING)
    w.cluster.clear_requests()


def sent(w: World, match: str) -> int:
    return sum(f"{record.method} {record.path}" == match for record in w.cluster.requests)


def when_started(w: World, act: Callable[[], None]) -> None:
    """Act between the last look at the cluster and the first write."""

    def observer(event: Event) -> None:
        if isinstance(event, ChangeStarted):
            act()

    w.observers.append(observer)


def codes(outcome: Outcome) -> list[Code]:
    return [problem.code for problem in outcome.problems]


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("message", Conflict, ids=lambda message: message.name)
def test_a_storm_of_conflicts_passes(kind: str, message: Conflict) -> None:
    match, planned, done = CHANGES[kind]
    with world() as w:
        given(w, kind)
        w.cluster.inject(faults.conflict(match, message, times=6))
        outcome = w.one(planned())
        assert outcome.status is APPLIED
        assert done(w)
        assert sent(w, match) == 7
        assert sum(isinstance(event, Retrying) for event in w.events) == 6


@pytest.mark.parametrize(
    "fault",
    [
        faults.rebalance_expected(PUT, times=3),
        faults.unavailable(PUT, times=3),
    ],
)
def test_other_answers_that_mean_not_now_pass_too(fault: Fault) -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(fault)
        assert w.one(update("a", OLD, NEW)).status is APPLIED
        assert sent(w, PUT) == 4


def test_a_write_waits_for_a_worker_that_starts() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(replace(faults.starting(times=2), match=PUT))
        w.cluster.inject(replace(faults.starting(), match="GET /"))
        assert w.one(update("a", OLD, NEW)).status is APPLIED


def test_a_write_that_a_proxy_keeps_back_fails_at_once() -> None:
    page = faults.answered(PUT, 404, "<html>No</html>", content_type="text/html", times=None)
    with world() as w:
        given(w, "update")
        w.cluster.inject(page)
        assert w.one(update("a", OLD, NEW)).status is FAILED
        assert w.clock.monotonic() == 0


def test_a_conflict_that_never_clears_fails_its_change() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.conflict(PUT, times=None))
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is FAILED
        assert codes(outcome) == [Code.CONFLICT]
        assert "cannot update a" in outcome.problems[0].message
        assert not outcome.written
        assert w.config("a") == OLD


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.unauthorised(PUT), Code.NOT_AUTHENTICATED),
        (faults.forbidden(PUT), Code.NOT_AUTHORISED),
        (faults.answered(PUT, 400, '{"error_code":400,"message":"no"}'), Code.REJECTED),
    ],
)
def test_a_refused_write_fails_at_once(fault: Fault, code: Code) -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(fault)
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is FAILED
        assert codes(outcome) == [code]
        assert sent(w, PUT) == 1


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("trouble", [faults.timed_out, faults.dropped])
def test_a_write_without_an_answer_that_happened_is_not_repeated(
    kind: str, trouble: Callable[..., Fault]
) -> None:
    match, planned, done = CHANGES[kind]
    with world() as w:
        given(w, kind)
        w.cluster.inject(trouble(match, effect=Effect.NOW))
        outcome = w.one(planned())
        assert outcome.status is APPLIED
        assert outcome.written
        assert done(w)
        assert sent(w, match) == 1


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("trouble", [faults.timed_out, faults.dropped])
def test_a_write_without_an_answer_that_did_not_happen_is_repeated_once(
    kind: str, trouble: Callable[..., Fault]
) -> None:
    match, planned, done = CHANGES[kind]
    with world() as w:
        given(w, kind)
        w.cluster.inject(trouble(match, effect=Effect.NEVER))
        assert w.one(planned()).status is APPLIED
        assert done(w)
        assert sent(w, match) == 2


@pytest.mark.parametrize("kind", CHANGES)
def test_a_write_that_never_shows_is_left_unsettled(kind: str) -> None:
    match, planned, _ = CHANGES[kind]
    with world() as w:
        given(w, kind)
        w.cluster.inject(faults.timed_out(match, effect=Effect.NEVER, times=None))
        outcome = w.one(planned())
        assert outcome.status is UNSETTLED
        assert outcome.written
        assert codes(outcome) == [Code.OUTCOME_UNKNOWN]
        assert "minutes later" in outcome.problems[0].hint
        assert sent(w, match) == 2


def test_an_old_connect_that_cannot_tell_its_health_gets_no_second_write() -> None:
    with world(version="3.6.2") as w:
        given(w, "update")
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.NEVER))
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is UNSETTLED
        assert sent(w, PUT) == 1


def test_an_unhealthy_worker_gets_no_second_write_and_the_late_effect_is_found_next_time() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.LATER, after=300.0))
        when_started(w, lambda: w.cluster.inject(faults.unhealthy()))
        plan = w.plan(update("a", OLD, NEW))
        outcome = w.carry_out(plan).outcomes[0]
        assert outcome.status is UNSETTLED
        assert codes(outcome) == [Code.OUTCOME_UNKNOWN]
        assert sent(w, PUT) == 1
        w.clock.advance(300.0)
        w.cluster.clear_faults()
        assert w.config("a") == NEW
        assert w.carry_out(plan).outcomes[0].status is ALREADY


def test_a_second_write_that_happens_without_an_answer_is_found() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.NEVER))
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.NOW))
        assert w.one(update("a", OLD, NEW)).status is APPLIED
        assert sent(w, PUT) == 2


def test_a_restart_of_unknown_outcome_is_not_repeated() -> None:
    with world() as w:
        w.given("a", OLD)
        match = "POST /connectors/a/restart?includeTasks=true"
        w.cluster.inject(faults.timed_out(match, effect=Effect.NEVER))
        outcome = w.one(restart("a"))
        assert outcome.status is UNSETTLED
        assert codes(outcome) == [Code.OUTCOME_UNKNOWN]
        assert sent(w, match) == 1


def test_conflicts_after_an_unknown_outcome_leave_it_unknown() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.NEVER))
        w.cluster.inject(faults.conflict(PUT, times=None))
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is UNSETTLED
        assert codes(outcome) == [Code.OUTCOME_UNKNOWN]


def test_a_broker_that_goes_during_apply_leaves_a_change_unsettled_and_the_rest_alone() -> None:
    with world() as w:
        given(w, "update")
        plan = w.plan(update("a", OLD, NEW), create("b", OLD), create("c", OLD))
        when_started(w, w.cluster.stop_broker)
        result = w.carry_out(plan, parallelism=1)
        assert [outcome.status for outcome in result.outcomes] == [UNSETTLED, LEFT, LEFT]
        assert codes(result.outcomes[1]) == [Code.NOT_ATTEMPTED]
        assert "takes no writes now" in result.outcomes[1].problems[0].message
        w.observers.clear()
        w.cluster.start_broker()
        w.clock.advance(5.0)
        assert w.config("a") == NEW
        assert w.config("b") is None
        again = w.carry_out(w.plan(update("a", OLD, NEW), create("b", OLD)))
        assert [outcome.status for outcome in again.outcomes] == [ALREADY, APPLIED]


@pytest.mark.parametrize(
    ("planned", "act", "code"),
    [
        (update("a", OLD, NEW), lambda w: w.cluster.remove("a"), Code.CHANGED_MEANWHILE),
        (
            update("a", OLD, NEW),
            lambda w: w.cluster.put("a", {**OLD, "x": "1"}),
            Code.CHANGED_MEANWHILE,
        ),
        (create("new", OLD), lambda w: w.cluster.put("new", NEW), Code.CHANGED_MEANWHILE),
        (delete("a", OLD), lambda w: w.cluster.put("a", NEW), Code.CHANGED_MEANWHILE),
        (set_state("a", RUNNING, PAUSED), lambda w: w.cluster.remove("a"), Code.CHANGED_MEANWHILE),
        (
            set_state("a", RUNNING, PAUSED),
            lambda w: w.cluster.set_target("a", Target.STOPPED),
            Code.CHANGED_MEANWHILE,
        ),
    ],
)
def test_what_moved_between_plan_and_apply_is_not_written(
    planned: Change, act: Callable[[World], None], code: Code
) -> None:
    with world() as w:
        w.given("a", OLD)
        plan = w.plan(planned, create("other", OLD))
        act(w)
        w.cluster.settle()
        before = w.cluster.configs()
        result = w.carry_out(plan)
        assert result.outcomes[0].status is FAILED
        assert codes(result.outcomes[0]) == [code]
        assert not result.outcomes[0].written
        assert result.outcomes[1].status is APPLIED
        after = w.cluster.configs()
        assert after.pop("other")
        assert after == before


def test_a_connector_created_at_the_last_moment_with_the_same_settings_is_taken_as_it_is() -> None:
    with world() as w:
        when_started(w, lambda: w.cluster.put("a", NEW))
        outcome = w.one(create("a", NEW))
        assert outcome.status is ALREADY
        assert not outcome.written


def test_a_connector_created_at_the_last_moment_with_other_settings_is_left_alone() -> None:
    with world() as w:
        when_started(w, lambda: w.cluster.put("a", OLD))
        outcome = w.one(create("a", NEW))
        assert outcome.status is FAILED
        assert codes(outcome) == [Code.CHANGED_MEANWHILE]
        assert w.config("a") == OLD


def test_a_connector_deleted_at_the_last_moment_is_deleted() -> None:
    with world() as w:
        w.given("a", OLD, STOPPED)
        when_started(w, lambda: w.cluster.remove("a"))
        outcome = w.one(delete("a", OLD))
        assert outcome.status is ALREADY
        assert not outcome.written


def test_a_connector_deleted_at_the_last_moment_cannot_be_paused() -> None:
    with world() as w:
        w.given("a", OLD)
        when_started(w, lambda: w.cluster.remove("a"))
        outcome = w.one(set_state("a", RUNNING, PAUSED))
        assert outcome.status is FAILED
        assert codes(outcome) == [Code.CHANGED_MEANWHILE]


def test_settings_refused_after_a_stop_on_the_way_say_that_it_is_stopped() -> None:
    with world() as w:
        w.given("a", OLD, PAUSED)
        w.cluster.inject(faults.answered(PUT, 400, '{"error_code":400,"message":"no"}'))
        outcome = w.one(update("a", OLD, NEW, (PAUSED, RUNNING)))
        assert outcome.status is FAILED
        assert outcome.written
        assert "is left stopped" in outcome.problems[0].message
        assert w.states("a")[0] == "STOPPED"


def test_settings_are_not_written_to_a_connector_that_does_not_stop() -> None:
    with world(timing=Timing(stop=10_000.0)) as w:
        w.given("a", OLD, PAUSED)
        outcome = w.one(update("a", OLD, NEW, (PAUSED, RUNNING)))
        assert outcome.status is UNSETTLED
        assert codes(outcome) == [Code.NOT_SETTLED]
        assert "has not stopped" in outcome.problems[0].message
        assert w.config("a") == OLD


def test_a_connector_that_does_not_stop_is_deleted_all_the_same() -> None:
    with world(timing=Timing(stop=10_000.0)) as w:
        w.given("a", OLD)
        assert w.one(delete("a", OLD)).status is APPLIED
        assert w.config("a") is None


def test_an_error_of_our_own_fails_one_change_and_names_no_value() -> None:
    with world() as w:
        result = w.apply(change(Action.CREATE, "broken"), create("good", OLD))
        assert [outcome.status for outcome in result.outcomes] == [FAILED, APPLIED]
        (problem,) = result.outcomes[0].problems
        assert problem.code is Code.WRITE_FAILED
        assert "ValueError" in problem.message


def test_a_cluster_that_cannot_be_read_before_writing_is_not_written() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.forbidden("GET /connectors/a"))
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is OutcomeStatus.NOT_ATTEMPTED
        assert codes(outcome) == [Code.NOT_AUTHORISED]
        assert w.cluster.writes == 0


def test_a_namesake_that_cannot_be_read_fails_the_create() -> None:
    with world() as w:
        when_started(w, lambda: w.cluster.put("a", NEW))
        w.cluster.inject(faults.forbidden("GET /connectors/a/config"))
        outcome = w.one(create("a", NEW))
        assert outcome.status is FAILED
        assert codes(outcome) == [Code.NOT_AUTHORISED]


def test_an_effect_that_cannot_be_looked_for_leaves_the_change_unsettled() -> None:
    with world() as w:
        given(w, "update")
        w.cluster.inject(faults.timed_out(PUT, effect=Effect.NOW))
        w.cluster.inject(faults.forbidden("GET /connectors"))
        w.cluster.inject(replace(faults.forbidden("GET /health"), skip=1))
        outcome = w.one(update("a", OLD, NEW))
        assert outcome.status is UNSETTLED
        assert sent(w, PUT) == 1
