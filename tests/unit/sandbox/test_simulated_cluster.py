"""What connectors of the simulated cluster pass through; times are those of a fake clock."""

import pytest

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_state import Offset, Target
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.simulated import SINK, SOURCE, ask, states_over, summary

CDC = {
    "connector.class": "PostgresCdcSource",
    "database.hostname": "db",
    "database.user": "u",
    "database.dbname": "d",
    "topic.prefix": "shop",
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def cluster(clock):
    return SimulatedCluster(clock=clock)


def create(cluster, name, config, **more):
    assert ask(cluster, "POST /connectors", {"name": name, "config": config, **more}).status == 201


def created(cluster, name, config, **more):
    create(cluster, name, config, **more)
    cluster.settle()


def test_a_new_connector_has_no_status_then_no_tasks_then_all(cluster, clock):
    create(cluster, "sink", SINK)
    assert states_over(cluster, clock, "sink") == ["", "RUNNING:", "RUNNING: RUNNING RUNNING"]


def test_a_connector_without_a_status_drops_out_of_a_list_that_asks_for_it(cluster):
    create(cluster, "sink", SINK)
    assert ask(cluster, "GET /connectors").value == ["sink"]
    assert list(ask(cluster, "GET /connectors?expand=info").value) == ["sink"]
    assert ask(cluster, "GET /connectors?expand=info&expand=status").value == {}


def test_only_a_repeated_expand_parameter_is_understood(cluster):
    created(cluster, "sink", SINK)
    assert ask(cluster, "GET /connectors?expand=info,status").value == {"sink": {}}
    both = ask(cluster, "GET /connectors?expand=info&expand=status").value
    assert set(both["sink"]) == {"info", "status"}


def test_the_old_status_lingers_after_an_update_and_task_configs_are_the_sign(cluster, clock):
    created(cluster, "sink", SINK)
    ask(cluster, "PUT /connectors/sink/config", {**SINK, "file": "new.txt"})

    def generation():
        (first, _) = ask(cluster, "GET /connectors/sink/tasks").value
        return first["config"]["file"]

    assert generation() == "out.txt"
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"
    clock.advance(0.79)
    assert generation() == "out.txt"
    clock.advance(0.011)
    assert generation() == "new.txt"
    clock.advance(0.1)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_an_update_shows_its_gap_in_most_cases_and_hides_it_in_some(clock):
    cluster = SimulatedCluster(clock=clock)
    seen = set()
    for number in range(20):
        name = f"sink-{number}"
        created(cluster, name, SINK)
        ask(cluster, f"PUT /connectors/{name}/config", {**SINK, "file": "new.txt"})
        seen.add("RUNNING: UNASSIGNED UNASSIGNED" in states_over(cluster, clock, name, seconds=1))
    assert seen == {True, False}


def test_an_equal_put_restarts_the_connector_and_leaves_its_tasks_alone(cluster, clock):
    created(cluster, "sink", SINK)
    ask(cluster, "PUT /connectors/sink/config", SINK)
    assert states_over(cluster, clock, "sink") == [
        "RUNNING: RUNNING RUNNING",
        "UNASSIGNED: RUNNING RUNNING",
        "RUNNING: RUNNING RUNNING",
    ]


@pytest.mark.parametrize(("version", "runs"), [("3.8.1", "none"), ("3.9.1", "all")])
def test_settings_that_tasks_are_not_given_restart_them_only_from_39_on(clock, version, runs):
    cluster = SimulatedCluster(clock=clock, version=version)
    created(cluster, "cdc", {**CDC, "errors.tolerance": "none"})
    ask(cluster, "PUT /connectors/cdc/config", {**CDC, "errors.tolerance": "all"})
    cluster.settle()
    assert cluster.configs()["cdc"]["errors.tolerance"] == "all"
    assert cluster.running_config("cdc")["errors.tolerance"] == runs
    ask(cluster, "POST /connectors/cdc/restart?includeTasks=true")
    cluster.settle()
    assert cluster.running_config("cdc")["errors.tolerance"] == "all"


def test_fewer_tasks_leave_no_ghosts_behind(cluster):
    created(cluster, "sink", {**SINK, "tasks.max": "5"})
    ask(cluster, "PUT /connectors/sink/config", {**SINK, "tasks.max": "1"})
    cluster.settle()
    assert summary(cluster, "sink") == "RUNNING: RUNNING"


@pytest.mark.parametrize(
    ("config", "tasks"),
    [
        ({"connector.class": "VerifiableSource", "tasks.max": "3"}, 3),
        ({"connector.class": "MockSource", "tasks.max": "3"}, 1),
        ({"connector.class": "MirrorCheckpoint", "source.cluster.alias": "a"}, 0),
    ],
)
def test_the_plugin_decides_how_many_tasks_there_are(cluster, config, tasks):
    created(cluster, "c", config)
    assert len(ask(cluster, "GET /connectors/c").value["tasks"]) == tasks
    assert len(cluster.state_of("c")["tasks"]) == tasks


def test_pausing_takes_its_time_and_resuming_hardly_any(cluster, clock):
    created(cluster, "sink", SINK)
    assert ask(cluster, "PUT /connectors/sink/pause").status == 202
    clock.advance(0.8)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"
    clock.advance(0.2)
    assert summary(cluster, "sink") == "PAUSED: PAUSED PAUSED"
    ask(cluster, "PUT /connectors/sink/resume")
    clock.advance(0.05)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_an_update_while_paused_is_not_on_air_until_some_time_after_the_resume(cluster, clock):
    created(cluster, "sink", SINK, initial_state="PAUSED")
    ask(cluster, "PUT /connectors/sink/resume")
    cluster.settle()
    ask(cluster, "PUT /connectors/sink/pause")
    cluster.settle()
    ask(cluster, "PUT /connectors/sink/config", {**SINK, "file": "new.txt"})
    cluster.settle()
    ask(cluster, "PUT /connectors/sink/resume")
    clock.advance(0.1)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"
    assert cluster.running_config("sink")["file"] == "out.txt"
    clock.advance(1.0)
    assert cluster.running_config("sink")["file"] == "new.txt"


def test_an_update_while_stopped_is_on_air_at_once_after_the_resume(cluster, clock):
    created(cluster, "sink", SINK)
    ask(cluster, "PUT /connectors/sink/stop")
    cluster.settle()
    ask(cluster, "PUT /connectors/sink/config", {**SINK, "file": "new.txt"})
    cluster.settle()
    assert ask(cluster, "GET /connectors/sink/tasks").value == []
    ask(cluster, "PUT /connectors/sink/resume")
    running = []
    for _ in range(200):
        if summary(cluster, "sink") == "RUNNING: RUNNING RUNNING":
            running.append(cluster.running_config("sink")["file"])
        clock.advance(0.005)
    assert set(running) == {"new.txt"}


def test_a_stop_ends_the_connector_first_and_its_tasks_after_it(cluster, clock):
    created(cluster, "sink", SINK)
    assert ask(cluster, "PUT /connectors/sink/stop").status == 204
    assert states_over(cluster, clock, "sink") == [
        "RUNNING: RUNNING RUNNING",
        "STOPPED: RUNNING RUNNING",
        "STOPPED: UNASSIGNED UNASSIGNED",
        "STOPPED:",
    ]


def test_a_group_of_three_needs_a_heartbeat_to_stop_a_connector(clock):
    cluster = SimulatedCluster(clock=clock, workers=3)
    created(cluster, "sink", SINK)
    ask(cluster, "PUT /connectors/sink/stop")
    clock.advance(2.9)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"
    clock.advance(0.3)
    assert summary(cluster, "sink") == "STOPPED:"


@pytest.mark.parametrize("state", ["stopped", "PAUSED"])
def test_a_connector_created_in_a_state_never_runs(cluster, clock, state):
    create(cluster, "sink", SINK, initial_state=state)
    assert states_over(cluster, clock, "sink") == ["", f"{state.upper()}:"]
    assert cluster.target_of("sink") is Target[state.upper()]


def test_a_status_outlives_its_connector_as_one_of_unknown_type(cluster, clock):
    created(cluster, "sink", SINK)
    assert ask(cluster, "DELETE /connectors/sink").status == 204
    assert ask(cluster, "GET /connectors").value == []
    assert ask(cluster, "GET /connectors?expand=status").value == {}
    status = ask(cluster, "GET /connectors/sink/status").value
    assert (status["type"], status["connector"]["state"]) == ("unknown", "RUNNING")
    clock.advance(0.6)
    assert ask(cluster, "GET /connectors/sink/status").status == 404


def test_a_connector_created_again_runs_and_goes_on_from_its_offsets(cluster):
    created(cluster, "src", SOURCE)
    before = ask(cluster, "GET /connectors/src/offsets").value
    assert before["offsets"]
    ask(cluster, "DELETE /connectors/src")
    create(cluster, "src", SOURCE)
    assert summary(cluster, "src") == "RUNNING: RUNNING"
    cluster.settle()
    assert summary(cluster, "src") == "RUNNING: RUNNING"
    assert ask(cluster, "GET /connectors/src/offsets").value == before


def test_restarting_with_tasks_marks_them_and_ends_in_running(cluster, clock):
    created(cluster, "sink", SINK)
    found = ask(cluster, "POST /connectors/sink/restart?includeTasks=true")
    assert found.status == 202
    assert {task["state"] for task in found.value["tasks"]} == {"RESTARTING"}
    assert summary(cluster, "sink") == "RESTARTING: RESTARTING RESTARTING"
    clock.advance(0.05)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_restarting_only_what_failed_leaves_the_rest_alone(cluster):
    created(cluster, "sink", SINK)
    cluster.fail_task("sink", 1, "java.lang.RuntimeException: gone")
    found = ask(cluster, "POST /connectors/sink/restart?includeTasks=true&onlyFailed=true").value
    states = {task["id"]: task["state"] for task in found["tasks"]}
    assert (found["connector"]["state"], states) == ("RUNNING", {0: "RUNNING", 1: "RESTARTING"})
    assert [task["trace"] for task in found["tasks"] if "trace" in task]
    cluster.settle()
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_a_failure_for_good_comes_back_after_a_restart_until_it_is_healed(cluster):
    created(cluster, "sink", SINK)
    cluster.fail_task("sink", 0, "boom", for_good=True)
    for _ in range(2):
        ask(cluster, "POST /connectors/sink/tasks/0/restart")
        cluster.settle()
        assert summary(cluster, "sink") == "RUNNING: FAILED RUNNING"
    cluster.heal("sink")
    ask(cluster, "POST /connectors/sink/tasks/0/restart")
    cluster.settle()
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_a_failed_connector_keeps_its_running_tasks(cluster):
    created(cluster, "sink", SINK)
    cluster.fail_connector("sink", "boom")
    assert summary(cluster, "sink") == "FAILED: RUNNING RUNNING"
    ask(cluster, "POST /connectors/sink/restart")
    cluster.settle()
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"


def test_an_update_that_mends_a_task_shows_its_old_failure_until_the_sign(cluster, clock):
    created(cluster, "sink", {**SINK, "tasks.max": "1", "file": "/nonexistent/x"})
    assert summary(cluster, "sink") == "RUNNING: FAILED"
    assert "NoSuchFileException" in cluster.state_of("sink")["tasks"][0]["trace"]
    ask(cluster, "PUT /connectors/sink/config", {**SINK, "tasks.max": "1"})
    states = states_over(cluster, clock, "sink")
    assert (states[0], states[-1]) == ("RUNNING: FAILED", "RUNNING: RUNNING")
    assert "RUNNING: RUNNING" not in states[:-1]


def test_a_source_with_topic_groups_and_no_defaults_is_accepted_and_then_fails(cluster):
    created(cluster, "src", {**SOURCE, "topic.creation.groups": "g"})
    status = cluster.state_of("src")
    assert (status["connector"]["state"], status["tasks"]) == ("FAILED", [])
    assert status["connector"]["version"] is None
    assert "topic.creation.default.replication.factor" in status["connector"]["trace"]


@pytest.mark.parametrize(
    ("mode", "states"),
    [
        ("task-failure", ["RUNNING: RUNNING", "RUNNING: FAILED"]),
        ("connector-failure", ["RUNNING: RUNNING", "FAILED: RUNNING"]),
    ],
)
@pytest.mark.parametrize("name", ["MockSource", "MockSink"])
def test_mock_connectors_fail_when_their_config_says_so(cluster, clock, name, mode, states):
    topics = {"topics": "t"} if name == "MockSink" else {}
    config = {"connector.class": name, "mock_mode": mode, "delay_ms": "500", **topics}
    create(cluster, "mock", config)
    assert states_over(cluster, clock, "mock")[-2:] == states


def test_a_failing_mock_runs_for_a_while_after_every_restart(cluster, clock):
    config = {"connector.class": "MockSource", "mock_mode": "task-failure", "delay_ms": "300"}
    created(cluster, "mock", config)
    ask(cluster, "POST /connectors/mock/restart?includeTasks=true&onlyFailed=true")
    assert states_over(cluster, clock, "mock")[-2:] == ["RUNNING: RUNNING", "RUNNING: FAILED"]


def test_a_task_of_a_stopped_connector_cannot_be_restarted_ever(cluster):
    created(cluster, "sink", SINK)
    ask(cluster, "PUT /connectors/sink/stop")
    cluster.settle()
    found = ask(cluster, "POST /connectors/sink/tasks/0/restart")
    assert (found.status, "no known leader" in found.message) == (409, True)
    assert ask(cluster, "POST /connectors/sink/tasks/9/restart").status == 404


def test_offsets_change_only_while_the_connector_is_stopped(cluster):
    created(cluster, "src", SOURCE)
    wanted = {"offsets": [{"partition": {"filename": "in.txt"}, "offset": {"position": 2}}]}
    assert ask(cluster, "PATCH /connectors/src/offsets", wanted).status == 400
    ask(cluster, "PUT /connectors/src/stop")
    assert ask(cluster, "PATCH /connectors/src/offsets", wanted).status == 400
    cluster.settle()
    assert ask(cluster, "PATCH /connectors/src/offsets", wanted).status == 200
    assert ask(cluster, "GET /connectors/src/offsets").value == wanted
    assert ask(cluster, "DELETE /connectors/src/offsets").status == 200
    assert cluster.offsets("src") == ()


def test_a_move_by_offsets_carries_the_position_of_a_sink(cluster):
    created(cluster, "old", SINK)
    position = Offset(
        partition={"kafka_topic": "lines", "kafka_partition": 0}, offset={"kafka_offset": 102}
    )
    cluster.set_offsets("old", (position,))
    read = ask(cluster, "GET /connectors/old/offsets").value
    create(cluster, "new", SINK, initial_state="STOPPED")
    assert ask(cluster, "PATCH /connectors/new/offsets", read).status == 200
    assert ask(cluster, "GET /connectors/new/offsets").value == read


def test_a_change_by_hand_is_seen_by_readers_and_not_in_the_record(cluster):
    cluster.put("sink", SINK)
    cluster.settle()
    assert ask(cluster, "GET /connectors/sink/config").value == {**SINK, "name": "sink"}
    cluster.remove("sink")
    assert cluster.configs() == {}
    assert cluster.writes == 0


def test_requests_are_recorded_and_validation_is_no_write(cluster):
    create(cluster, "sink", SINK)
    ask(cluster, "GET /connectors?expand=info")
    ask(cluster, "PUT /connector-plugins/FileStreamSink/config/validate", SINK)
    assert cluster.requests == [
        ("POST", "/connectors", 201),
        ("GET", "/connectors?expand=info", 200),
        ("PUT", "/connector-plugins/FileStreamSink/config/validate", 200),
    ]
    assert cluster.writes == 1
    cluster.clear_requests()
    assert cluster.requests == []


def test_lists_are_the_same_bytes_until_something_changes(cluster):
    created(cluster, "sink", SINK)
    target = "GET /connectors?expand=info&expand=status"
    first = ask(cluster, target).answer.body
    assert ask(cluster, target).answer.body is first
    cluster.put("other", SINK)
    cluster.settle()
    assert set(ask(cluster, target).value) == {"sink", "other"}


def test_a_lost_worker_keeps_its_tasks_in_the_status_for_a_while(clock):
    cluster = SimulatedCluster(clock=clock, workers=3)
    created(cluster, "sink", {**SINK, "tasks.max": "8"})

    def places():
        return {task["worker_id"] for task in cluster.state_of("sink")["tasks"]}

    everywhere = places()
    assert len(everywhere) == 3
    cluster.kill_worker(2)
    clock.advance(12.9)
    assert places() == everywhere
    assert summary(cluster, "sink") == "RUNNING:" + " RUNNING" * 8
    clock.advance(0.2)
    assert places() == everywhere - {"127.0.0.1:8085"}
    assert ask(cluster, "GET /", worker=2).answer.drop


def test_a_worker_that_lags_answers_from_what_it_heard_before(clock):
    cluster = SimulatedCluster(clock=clock, workers=2, timing=Timing(stale_read=1.0))
    assert ask(cluster, "GET /connectors", worker=1).value == []
    created(cluster, "sink", SINK)
    assert ask(cluster, "GET /connectors", worker=0).value == ["sink"]
    assert ask(cluster, "GET /connectors", worker=1).value == []
    clock.advance(1.0)
    assert ask(cluster, "GET /connectors", worker=1).value == ["sink"]


def test_without_a_broker_reads_go_on_and_writes_happen_later(cluster, clock):
    created(cluster, "sink", SINK)
    cluster.stop_broker()
    assert ask(cluster, "GET /connectors?expand=status").status == 200
    health = ask(cluster, "GET /health")
    assert (health.status, health.value["status"]) == (500, "unhealthy")
    refused = ask(cluster, "PUT /connectors/late/config", SINK)
    assert (refused.status, "timed out" in refused.message) == (500, True)
    assert ask(cluster, "PUT /connectors/sink/pause").status == 500
    assert clock.monotonic() >= 10 + 90 + 60
    assert set(cluster.configs()) == {"sink"}
    cluster.start_broker()
    assert set(cluster.configs()) == {"sink"}
    clock.advance(1.1)
    assert set(cluster.configs()) == {"sink", "late"}
    cluster.settle()
    assert summary(cluster, "late") == "RUNNING: RUNNING RUNNING"


def test_reads_through_the_herder_fail_while_a_rebalance_is_expected(clock):
    cluster = SimulatedCluster(clock=clock, timing=Timing(rebalance_expected=0.2))
    create(cluster, "sink", SINK)
    found = ask(cluster, "GET /connectors/sink/config")
    assert (found.status, "a rebalance is expected" in found.message) == (500, True)
    assert ask(cluster, "GET /connectors").status == 200
    clock.advance(0.2)
    assert ask(cluster, "GET /connectors/sink/config").status == 200


def test_no_delay_at_all_means_that_the_next_request_sees_the_effect():
    cluster = SimulatedCluster(clock=FakeClock(), timing=Timing.instant())
    create(cluster, "sink", SINK)
    assert summary(cluster, "sink") == "RUNNING: RUNNING RUNNING"
    ask(cluster, "DELETE /connectors/sink")
    assert summary(cluster, "sink") == ""


def test_an_unknown_name_is_an_error_of_the_test_that_uses_it(cluster):
    with pytest.raises(KeyError):
        cluster.remove("nobody")
