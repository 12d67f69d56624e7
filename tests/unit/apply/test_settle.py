"""Apply waits until a change has taken effect, and says what it saw when it has not."""

from dataclasses import replace

import pytest

from reconcile.apply.events import Finished, Waiting
from reconcile.apply.settling import PATIENCE
from reconcile.model.codes import Code
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_timing import Timing
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    World,
    create,
    delete,
    file_source,
    mock_source,
    restart,
    set_state,
    update,
    world,
)

APPLIED, FAILED = OutcomeStatus.APPLIED, OutcomeStatus.FAILED
UNSETTLED = OutcomeStatus.UNSETTLED
OLD, NEW = file_source(), file_source(file="new.txt")
SINK = {
    "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
    "tasks.max": "1",
    "topics": "lines",
}
BROKEN, MENDED = {**SINK, "file": "/nonexistent/x"}, {**SINK, "file": "out.txt"}
TASK_FAILS = {"mock_mode": "task-failure", "delay_ms": "500"}
CONNECTOR_FAILS = {"mock_mode": "connector-failure", "delay_ms": "500"}


def code_of(outcome: Outcome) -> Code:
    (problem,) = outcome.problems
    return problem.code


@pytest.mark.parametrize("mode", [TASK_FAILS, CONNECTOR_FAILS])
def test_a_new_connector_that_fails_after_a_while_is_reported_with_its_cause(
    mode: dict[str, str],
) -> None:
    with world() as w:
        outcome = w.one(create("a", {**mock_source(), **mode}))
        assert outcome.status is FAILED
        assert outcome.written
        assert code_of(outcome) is Code.TASK_FAILED
        assert "a was created and fails" in outcome.problems[0].message
        assert "RuntimeException" in outcome.problems[0].message


def test_a_task_that_fails_at_once_is_reported_with_its_root_cause() -> None:
    with world() as w:
        outcome = w.one(create("a", BROKEN))
        assert outcome.status is FAILED
        assert code_of(outcome) is Code.TASK_FAILED
        assert "1 of 1 task failed" in outcome.problems[0].message
        assert "/nonexistent/x" in outcome.problems[0].message


@pytest.mark.parametrize("timing", [Timing.real(), Timing.real(workers=3), Timing.instant()])
@pytest.mark.parametrize("version", ["3.6.2", "3.9.1", "4.3.1"])
def test_an_update_that_mends_a_failed_connector_ends_applied(timing: Timing, version: str) -> None:
    with world(version=version, timing=timing) as w:
        w.given("a", BROKEN)
        assert w.states("a") == ("RUNNING", "FAILED")
        assert w.one(update("a", BROKEN, MENDED)).status is APPLIED
        assert w.states("a") == ("RUNNING", "RUNNING")


def test_an_update_that_mends_a_connector_failed_as_a_whole_ends_applied() -> None:
    failing = {**mock_source(), **CONNECTOR_FAILS}
    with world() as w:
        w.given("a", failing)
        assert w.states("a")[0] == "FAILED"
        assert w.one(update("a", failing, mock_source())).status is APPLIED
        assert set(w.states("a")) == {"RUNNING"}


def test_a_failed_connector_deleted_by_hand_is_created_again_without_its_old_failure() -> None:
    with world(timing=Timing.real(workers=3)) as w:
        w.given("a", BROKEN)
        w.cluster.remove("a")
        assert "FAILED" in w.states("a")
        assert w.one(create("a", MENDED)).status is APPLIED


def test_an_update_that_breaks_a_running_connector_ends_failed() -> None:
    with world() as w:
        w.given("a", MENDED)
        outcome = w.one(update("a", MENDED, BROKEN))
        assert outcome.status is FAILED
        assert code_of(outcome) is Code.TASK_FAILED


def test_an_update_that_leaves_a_connector_failed_ends_failed() -> None:
    with world() as w:
        w.given("a", BROKEN)
        outcome = w.one(update("a", BROKEN, {**BROKEN, "topics": "more"}))
        assert outcome.status is FAILED
        assert code_of(outcome) is Code.TASK_FAILED


def test_an_update_to_more_and_fewer_tasks_waits_for_all_of_them() -> None:
    few, many = {**SINK, "file": "x"}, {**SINK, "file": "x", "tasks.max": "4"}
    with world() as w:
        w.given("a", few)
        assert w.one(update("a", few, many)).status is APPLIED
        assert w.states("a") == ("RUNNING",) * 5
        assert w.one(update("a", many, few)).status is APPLIED
        assert w.states("a") == ("RUNNING",) * 2


def test_a_setting_that_is_only_removed_shows_in_the_tasks_too() -> None:
    more = {**OLD, "batch.size": "10"}
    with world() as w:
        w.given("a", more)
        outcome = w.one(update("a", more, OLD))
        assert outcome.status is APPLIED
        assert outcome.seconds < 10
        assert w.config("a") == OLD


def test_a_removed_setting_settles_by_time_where_the_tasks_cannot_be_read() -> None:
    more = {**OLD, "batch.size": "10"}
    with world() as w:
        w.given("a", more)
        w.cluster.inject(faults.forbidden("GET /connectors/a/tasks"))
        assert w.one(update("a", more, OLD)).status is APPLIED


def test_a_restart_that_heals_a_task_ends_applied_and_one_that_does_not_ends_failed() -> None:
    with world() as w:
        w.given("a", OLD)
        w.cluster.fail_task("a", 0, "java.lang.IllegalStateException: stuck")
        assert w.one(restart("a", only_failed=True)).status is APPLIED
        w.cluster.fail_task("a", 0, "java.lang.IllegalStateException: stuck", for_good=True)
        outcome = w.one(restart("a", only_failed=True))
        assert outcome.status is FAILED
        assert "IllegalStateException: stuck" in outcome.problems[0].message


def test_a_failed_connector_that_cannot_be_paused_ends_failed() -> None:
    with world() as w:
        w.given("a", OLD)
        w.cluster.fail_connector("a", "java.lang.IllegalStateException: stuck", for_good=True)
        outcome = w.one(set_state("a", RUNNING, PAUSED))
        assert outcome.status is FAILED
        assert code_of(outcome) is Code.TASK_FAILED


def test_a_connector_without_a_status_is_left_unsettled() -> None:
    with world(timing=Timing(create_to_status=10_000.0)) as w:
        outcome = w.one(create("a", OLD))
        assert outcome.status is UNSETTLED
        assert code_of(outcome) is Code.NOT_SETTLED
        assert "after 120 s: no status yet" in outcome.problems[0].message


def test_a_delete_whose_status_stays_is_left_unsettled() -> None:
    with world(timing=Timing(delete_status_lingers=10_000.0)) as w:
        w.given("a", OLD)
        outcome = w.one(delete("a", OLD))
        assert outcome.status is UNSETTLED
        assert code_of(outcome) is Code.NOT_SETTLED


def meddling(w: World, *configs: dict[str, str]) -> None:
    """Put the next of these settings on the cluster each time something is waited for."""
    left = list(configs)

    def meddle(event: object) -> None:
        if isinstance(event, Waiting) and left:
            w.cluster.put("a", left.pop(0))

    w.observers.append(meddle)


@pytest.mark.parametrize("workers", [1, 3])
def test_settings_replaced_by_somebody_else_end_the_wait_early(workers: int) -> None:
    with world(workers=workers, timing=Timing.real(workers=workers)) as w:
        w.given("a", OLD)
        meddling(w, file_source(topic="by-hand"))
        outcome = w.one(update("a", OLD, NEW), settle_timeout=120.0)
        assert outcome.status is FAILED
        assert outcome.written
        assert code_of(outcome) is Code.CHANGED_MEANWHILE
        assert "somebody else changed it meanwhile" in outcome.problems[0].message
        assert PATIENCE <= outcome.seconds < 30


def test_a_new_connector_given_other_settings_by_somebody_else_ends_early() -> None:
    with world() as w:
        meddling(w, file_source(topic="by-hand"))
        outcome = w.one(create("a", NEW), settle_timeout=120.0)
        assert code_of(outcome) is Code.CHANGED_MEANWHILE
        assert outcome.seconds < 30


def test_settings_of_before_may_still_give_way_to_ours() -> None:
    with world() as w:
        w.given("a", OLD)
        meddling(w, OLD)
        outcome = w.one(update("a", OLD, NEW), settle_timeout=40.0)
        assert outcome.status is UNSETTLED
        assert "not those that were written" in outcome.problems[0].message


def test_settings_of_somebody_else_that_do_not_stay_are_waited_out() -> None:
    with world() as w:
        w.given("a", OLD)
        meddling(w, file_source(topic="by-hand"), NEW)
        assert w.one(update("a", OLD, NEW)).status is APPLIED


def test_a_cluster_that_cannot_be_read_for_a_while_is_waited_for() -> None:
    with world() as w:
        w.cluster.inject(faults.forbidden("GET /connectors?expand=status", times=5))
        assert w.one(create("a", OLD)).status is APPLIED


@pytest.mark.parametrize("match", ["GET /connectors/a/tasks", "GET /connectors?expand=info"])
def test_task_configs_and_settings_that_cannot_be_read_are_asked_for_again(match: str) -> None:
    with world() as w:
        w.given("a", OLD)
        w.cluster.inject(faults.rebalance_expected("GET /connectors/a/tasks", times=2))
        w.cluster.inject(faults.forbidden(match, times=3))
        assert w.one(update("a", OLD, NEW)).status is APPLIED


def test_a_deleted_connector_is_looked_for_again_when_the_cluster_cannot_be_read() -> None:
    with world() as w:
        w.given("a", OLD, STOPPED)
        w.cluster.inject(faults.forbidden("GET /connectors", times=2))
        w.cluster.inject(replace(faults.forbidden("GET /connectors/a/status", times=2), skip=1))
        assert w.one(delete("a", OLD)).status is APPLIED


def test_a_worker_that_dies_while_its_connectors_settle_is_survived() -> None:
    with world(workers=3) as w:
        killed = False

        def kill(event: object) -> None:
            nonlocal killed
            if isinstance(event, Waiting) and not killed:
                killed = True
                w.cluster.kill_worker(0)

        w.observers.append(kill)
        result = w.apply(*(create(f"c{number}", OLD) for number in range(6)))
        assert result.count(APPLIED) == 6


@pytest.mark.parametrize("workers", [1, 3])
def test_settling_asks_for_statuses_once_a_tick_however_many_wait(workers: int) -> None:
    with world(workers=workers, timing=Timing.real(workers=workers)) as w:
        names = [f"c{number}" for number in range(15)]
        for name in names:
            w.given(name, OLD)
        w.cluster.clear_requests()
        result = w.apply(*(update(name, OLD, NEW) for name in names))
        assert result.count(APPLIED) == 15
        waits = [event for event in w.events if isinstance(event, Waiting)]
        assert w.reads("/connectors?expand=status") == len(waits) + 1
        assert w.reads("/connectors?expand=info") == 1
        assert w.reads("/connectors/c3/config") == 0
        assert sum(len(event.reasons) for event in waits) > len(waits)


def test_what_has_settled_is_told_at_once_and_does_not_wait_for_others() -> None:
    with world() as w:
        quick, slow = w.apply(create("quick", OLD, STOPPED), create("slow", OLD)).outcomes
        assert (quick.status, slow.status) == (APPLIED, APPLIED)
        assert quick.seconds < slow.seconds
        told = [event for event in w.events if isinstance(event, Waiting | Finished)]
        first = next(index for index, event in enumerate(told) if isinstance(event, Finished))
        assert {name for event in told[first + 1 : -1] for name, _ in event.reasons} == {"slow"}
