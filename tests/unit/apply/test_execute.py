"""A plan is carried out wave by wave, and every change has its outcome."""

from dataclasses import replace

import pytest

from reconcile.apply.events import ChangeStarted, Finished, Waiting, WaveStarted, Written
from reconcile.apply.options import OnError
from reconcile.errors import ClusterError, RefusedError
from reconcile.model.codes import Code
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import EffectKind
from reconcile.model.problem import Problem
from reconcile.plan.digest import precondition_of
from reconcile.sandbox import simulated_faults as faults
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    create,
    delete,
    file_source,
    in_wave,
    restart,
    set_state,
    update,
    world,
)

APPLIED, ALREADY = OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED
FAILED, NOT_ATTEMPTED = OutcomeStatus.FAILED, OutcomeStatus.NOT_ATTEMPTED
OLD, NEW = file_source(), file_source(file="new.txt")


def test_every_action_is_carried_out_and_ends_as_wanted() -> None:
    with world() as w:
        for name in ("changed", "gone", "paused", "restarted"):
            w.given(name, OLD)
        w.cluster.fail_task("restarted", 0, "java.lang.RuntimeException: x")
        result = w.apply(
            create("new", OLD),
            update("changed", OLD, NEW),
            set_state("paused", RUNNING, PAUSED),
            restart("restarted", only_failed=True),
            delete("gone", OLD),
        )
        assert [outcome.status for outcome in result.outcomes] == [APPLIED] * 5
        assert [o.name for o in result.outcomes] == [
            "new",
            "changed",
            "paused",
            "restarted",
            "gone",
        ]
        assert all(outcome.written and outcome.seconds > 0 for outcome in result.outcomes)
        assert w.config("new") == OLD
        assert w.config("changed") == NEW
        assert w.config("gone") is None
        assert w.states("new") == w.states("changed") == w.states("restarted")
        assert w.states("restarted") == ("RUNNING", "RUNNING")
        assert w.states("paused") == ("PAUSED", "PAUSED")
        assert w.states("gone") == ()
        assert result.project == "shop"
        assert result.plan_digest == "sha256:0"
        assert result.finished_at > result.started_at
        assert not result.interrupted


def test_a_plan_without_changes_makes_no_request() -> None:
    with world() as w:
        w.cluster.clear_requests()
        result = w.apply()
        assert result.outcomes == ()
        assert w.cluster.requests == []


def test_a_plan_with_errors_is_refused_and_nothing_written() -> None:
    with world() as w:
        problem = Problem(code=Code.VALIDATION, message="file: required")
        with pytest.raises(RefusedError):
            w.carry_out(replace(w.plan(create("a", OLD)), problems=(problem,)))
        assert w.cluster.writes == 0


def test_a_plan_that_was_carried_out_is_carried_out_again_without_a_write() -> None:
    with world() as w:
        w.given("changed", OLD)
        w.given("both", OLD, PAUSED)
        w.given("gone", OLD)
        plan = w.plan(
            create("new", OLD, STOPPED),
            update("changed", OLD, NEW),
            update("both", OLD, NEW, (PAUSED, RUNNING)),
            delete("gone", OLD),
        )
        first = w.carry_out(plan)
        assert first.count(APPLIED) == 4
        w.cluster.clear_requests()
        again = w.carry_out(plan)
        assert again.count(ALREADY) == 4
        assert not any(outcome.written for outcome in again.outcomes)
        assert w.cluster.writes == 0


def test_a_later_wave_begins_after_the_one_before_has_settled() -> None:
    with world() as w:
        result = w.apply(
            in_wave(0, create("first", OLD)),
            in_wave(1, create("second", OLD)),
            in_wave(1, create("third", OLD)),
        )
        assert result.count(APPLIED) == 3
        told = [e for e in w.events if isinstance(e, WaveStarted | ChangeStarted | Finished)]
        assert told[:4] == [
            WaveStarted(wave=0, changes=1),
            ChangeStarted(name="first", action=result.outcomes[0].action),
            Finished(outcome=result.outcomes[0]),
            WaveStarted(wave=1, changes=2),
        ]
        assert next(e.name for e in w.events if isinstance(e, Written)) == "first"
        assert any(isinstance(event, Waiting) for event in w.events)


def test_deletes_come_in_the_order_of_the_plan_before_what_needs_their_place() -> None:
    with world() as w:
        w.given("old", OLD)
        w.cluster.clear_requests()
        result = w.apply(delete("old", OLD), create("new", OLD))
        assert result.count(APPLIED) == 2
        assert w.writes() == [
            ("PUT", "/connectors/old/stop"),
            ("DELETE", "/connectors/old"),
            ("POST", "/connectors"),
        ]


def test_one_change_that_fails_stops_no_other() -> None:
    with world() as w:
        w.given("gone", OLD)
        bad = {**OLD, "connector.class": "no.such.Class"}
        result = w.apply(
            create("bad", bad),
            create("good", OLD),
            delete("gone", OLD),
            in_wave(1, create("late", OLD)),
        )
        assert [o.status for o in result.outcomes] == [FAILED, APPLIED, APPLIED, APPLIED]
        (problem,) = result.outcomes[0].problems
        assert "cannot create bad" in problem.message
        assert problem.connector == "bad"


@pytest.mark.parametrize(("parallelism", "begun"), [(1, 1), (2, 2), (8, 4)])
def test_on_error_stop_begins_no_more_in_a_wave_once_one_has_failed_after_its_write(
    parallelism: int, begun: int
) -> None:
    bad = {
        **OLD,
        "connector.class": "org.apache.kafka.connect.tools.MockSourceConnector",
        "mock_mode": "task-failure",
    }
    with world() as w:
        result = w.apply(
            create("a", bad),
            *(create(name, OLD) for name in "bcd"),
            on_error=OnError.STOP,
            parallelism=parallelism,
        )
        assert result.outcomes[0].status is FAILED, result.outcomes[0]
        assert len(w.cluster.configs()) == begun
        assert result.count(NOT_ATTEMPTED) == 4 - begun


def test_on_error_stop_leaves_what_was_not_begun() -> None:
    with world() as w:
        w.given("gone", OLD)
        bad = {**OLD, "connector.class": "no.such.Class"}
        result = w.apply(
            create("bad", bad),
            create("next", OLD),
            delete("gone", OLD),
            in_wave(1, create("late", OLD)),
            on_error=OnError.STOP,
            parallelism=1,
        )
        assert [o.status for o in result.outcomes] == [FAILED] + [NOT_ATTEMPTED] * 3
        assert not any(outcome.written for outcome in result.outcomes[1:])
        assert {p.code for o in result.outcomes[1:] for p in o.problems} == {Code.NOT_ATTEMPTED}
        assert set(w.cluster.configs()) == {"gone"}


def test_an_unhealthy_worker_gets_no_write() -> None:
    with world() as w:
        w.cluster.inject(faults.unhealthy())
        with pytest.raises(ClusterError) as raised:
            w.apply(create("a", OLD))
        assert [problem.code for problem in raised.value.problems] == [Code.CLUSTER_UNHEALTHY]
        assert w.cluster.writes == 0


def test_a_broker_that_is_gone_before_apply_gets_no_write() -> None:
    with world() as w:
        w.cluster.stop_broker()
        with pytest.raises(ClusterError) as raised:
            w.apply(create("a", OLD))
        assert [problem.code for problem in raised.value.problems] == [Code.CLUSTER_UNHEALTHY]
        assert w.cluster.writes == 0


def test_connect_before_3_9_is_written_without_asking_for_its_health() -> None:
    with world(version="3.6.2") as w:
        assert w.one(create("a", OLD)).status is APPLIED


@pytest.mark.parametrize("version", ["3.7.0", "3.9.1", "4.3.1"])
@pytest.mark.parametrize("state", [PAUSED, STOPPED])
def test_a_connector_created_paused_or_stopped_never_runs_in_between(
    version: str, state: str
) -> None:
    with world(version=version) as w:
        seen = w.record_states("a")
        assert w.one(create("a", OLD, state)).status is APPLIED
        w.clock.advance(3.0)
        assert set(seen) == {state.value.upper()}


def test_a_connector_is_created_paused_by_two_writes_where_connect_is_too_old_for_one() -> None:
    with world(version="3.6.2") as w:
        assert w.one(create("a", OLD, PAUSED)).status is APPLIED
        assert w.writes() == [("POST", "/connectors"), ("PUT", "/connectors/a/pause")]
        assert w.states("a")[0] == "PAUSED"


@pytest.mark.parametrize("before", [PAUSED, STOPPED])
@pytest.mark.parametrize("version", ["3.6.2", "4.3.1"])
def test_old_settings_never_run_when_settings_and_state_change_together(
    version: str, before: str
) -> None:
    with world(version=version) as w:
        w.given("a", OLD, before)
        seen = w.record_running_configs("a", "file")
        assert w.one(update("a", OLD, NEW, (before, RUNNING))).status is APPLIED
        assert set(seen) == {"new.txt"}
        assert w.states("a") == ("RUNNING", "RUNNING")
        assert w.config("a") == NEW


@pytest.mark.parametrize("after", [PAUSED, STOPPED])
def test_new_settings_never_run_when_the_state_becomes_paused_or_stopped(after: str) -> None:
    with world() as w:
        w.given("a", OLD)
        seen = w.record_running_configs("a", "file")
        assert w.one(update("a", OLD, NEW, (RUNNING, after))).status is APPLIED
        w.clock.advance(3.0)
        assert set(seen) <= {"in.txt"}
        assert w.states("a")[0] == after.value.upper()
        assert w.config("a") == NEW


def test_an_update_of_a_paused_connector_leaves_it_paused() -> None:
    with world() as w:
        w.given("a", OLD, PAUSED)
        assert w.one(update("a", OLD, NEW)).status is APPLIED
        assert w.states("a")[0] == "PAUSED"
        assert w.config("a") == NEW


def test_tasks_are_restarted_where_they_would_not_notice() -> None:
    tolerant = {**OLD, "errors.tolerance": "all"}
    with world(version="3.6.2") as w:
        w.given("a", OLD)
        planned = update("a", OLD, tolerant, None, EffectKind.RESTART_NEEDED)
        assert w.one(planned).status is APPLIED
        assert [path for _, path in w.writes()] == [
            "/connectors/a/config",
            "/connectors/a/restart?includeTasks=true",
        ]
        running = w.cluster.running_config("a")
        assert running is not None
        assert running["errors.tolerance"] == "all"


def test_many_changes_share_one_reading_of_the_statuses() -> None:
    with world() as w:
        names = [f"c{number}" for number in range(12)]
        result = w.apply(*(create(name, OLD) for name in names))
        assert result.count(APPLIED) == 12
        polls = w.reads("/connectors?expand=status")
        waits = sum(isinstance(event, Waiting) for event in w.events)
        assert polls == waits + 1
        assert w.reads("/connectors/c3/status") == 0
        assert w.reads("/connectors?expand=info") == 1


def test_a_large_fresh_plan_is_not_compared_with_every_setting_again() -> None:
    with world() as w:
        names = [f"c{number}" for number in range(25)]
        result = w.apply(*(create(name, OLD, STOPPED) for name in names))
        assert result.count(APPLIED) == 25
        assert w.reads("/connectors?expand=info&expand=status") == 0
        gone = names.pop()
        w.cluster.remove(gone)
        w.cluster.clear_requests()
        result = w.apply(*(update(n, OLD, NEW) for n in [*names, gone]))
        assert result.count(APPLIED) == 24
        assert [problem.code for problem in result.outcomes[-1].problems] == [
            Code.CHANGED_MEANWHILE
        ]
        assert w.reads("/connectors?expand=info&expand=status") == 0


def test_a_large_plan_of_some_age_is_compared_in_one_reading() -> None:
    with world() as w:
        names = [f"c{number}" for number in range(25)]
        for name in names:
            w.given(name, OLD, STOPPED)
        plan = w.plan(*(update(name, OLD, NEW) for name in names))
        w.clock.advance(60.0)
        w.cluster.put("c7", file_source(topic="by-hand"))
        result = w.carry_out(plan)
        assert result.count(APPLIED) == 24
        assert result.outcomes[7].status is FAILED
        assert w.reads("/connectors?expand=info&expand=status") == 1
        assert w.config("c7") == file_source(topic="by-hand")


def test_a_name_gone_astray_inside_the_settings_is_written_back() -> None:
    with world() as w:
        w.given("a", {**OLD, "name": "somebody-else"})
        found = w.snapshot()["a"]
        assert found.stray_name == "somebody-else"
        planned = replace(update("a", OLD, OLD), precondition=precondition_of(found))
        plan = replace(w.plan(), changes=(planned,))
        assert w.carry_out(plan).outcomes[0].status is APPLIED
        assert w.cluster.configs()["a"]["name"] == "a"
        assert w.carry_out(plan).outcomes[0].status is ALREADY
