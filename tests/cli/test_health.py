"""How well connectors are, and why one failed: status and diagnose, on a cluster."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace

REFUSED = (
    "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable"
    " exception.\n\tat a.B.c(B.java:1)\r\nCaused by: java.net.ConnectException: Connection refused"
)


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """Return a project whose one connector runs."""
    workplace.write_sink("orders-sink")
    done = workplace.run("apply", "--auto-approve")
    assert done.code == 0, done.both
    return workplace


def healths(place: Workplace) -> tuple[int, dict[str, str]]:
    """Return the exit code of status, and the health of each connector."""
    told = place.run("status", "--exit-code", "--output", "json")
    cluster = json.loads(told.out)["clusters"][0]
    return told.code, {one["name"]: one["health"] for one in cluster["connectors"]}


def test_status_exits_with_2_where_a_connector_is_not_well(applied: Workplace) -> None:
    assert applied.cluster is not None
    assert healths(applied) == (0, {"orders-sink": "healthy"})

    applied.cluster.fail_task("orders-sink", 0, REFUSED)

    assert healths(applied) == (2, {"orders-sink": "unhealthy"})
    assert applied.run("status").code == 0
    assert applied.run("drift", "--fail-on", "unhealthy").code == 2


def test_a_connector_that_is_halted_by_hand_is_suspended_and_one_that_git_halts_is_well(
    applied: Workplace,
) -> None:
    applied.run("pause", "orders-sink", "--auto-approve")
    assert healths(applied) == (0, {"orders-sink": "suspended"})

    applied.write_sink("orders-sink", more="  state: paused\n")
    assert healths(applied) == (0, {"orders-sink": "healthy"})


def test_workers_that_have_lost_their_brokers_are_not_believed(applied: Workplace) -> None:
    assert applied.cluster is not None
    applied.cluster.inject(faults.unhealthy())

    assert healths(applied) == (2, {"orders-sink": "unknown"})
    assert "workers answer from memory: RUNNING, 1 task" in applied.run("status").out
    assert "may be old" in applied.run("diagnose", "orders-sink").out


def test_what_a_worker_that_is_gone_was_running_is_not_well(tmp_path: Path) -> None:
    lost = replace(Timing.quick(), worker_lost=300.0)
    cluster = SimulatedCluster(clock=SystemClock(), workers=3, timing=lost)
    with serve(cluster) as server:
        place = Workplace(folder=tmp_path, cluster=cluster, url=server.url)
        place.write_project(urls=server.urls)
        for name in "abcdef":
            place.write_sink(name)
        assert place.run("apply", "--auto-approve").code == 0
        third = server.urls[2].removeprefix("http://")
        lost_ones = {
            name
            for name, state in ((name, cluster.state_of(name)) for name in "abcdef")
            if third in {one["worker_id"] for one in (state["connector"], *state["tasks"])}
        }
        cluster.kill_worker(2)

        code, found = healths(place)
        assert code == 2
        assert {name for name, health in found.items() if health == "progressing"} == lost_ones
        assert set(found.values()) == {"progressing", "healthy"}
        assert "on a worker that is gone" in place.run("status").out
        assert "on a worker that is gone" in place.run("diagnose", min(lost_ones)).out


def test_brokers_that_cannot_be_asked_hide_no_diagnosis(applied: Workplace) -> None:
    applied.write_project("    kafka: {bootstrap.servers: '127.0.0.1:1'}\n")
    told = applied.run("diagnose", "orders-sink")

    assert told.code == 0
    assert "is healthy" in told.out
    assert "no lag" in told.err


def test_a_diagnosis_says_why_what_to_do_and_who_changed_what(applied: Workplace) -> None:
    assert applied.cluster is not None
    applied.cluster.fail_task("orders-sink", 0, REFUSED)

    told = applied.run("diagnose", "orders-sink")
    document = json.loads(applied.run("diagnose", "orders-sink", "--output", "json").out)

    assert told.code == 0, told.both
    assert "orders-sink on local is unhealthy: RUNNING, 1 of 1 task failed" in told.out
    assert "cause    ConnectException: Connection refused\n" in told.out
    assert "class    network\n" in told.out
    assert "orders-sink  create  applied" in told.out
    (connector,) = document["connectors"]
    assert connector["failures"][0]["class"] == "network"
    assert connector["failures"][0]["restart_helps"] == "yes"
    assert connector["last_change"]["change"]["action"] == "create"
    assert connector["last_change"]["run"]["command"] == "apply"


def test_the_change_that_made_a_connector_fail_stands_beside_the_cause(applied: Workplace) -> None:
    applied.write_sink("orders-sink", file="/nonexistent/x")
    assert applied.run("apply", "--auto-approve").code == 5

    told = applied.run("diagnose", "orders-sink").out

    assert "class    configuration\n" in told
    assert "orders-sink  update  failed\n      file  changed in git\n" in told


def test_a_restart_is_no_change_that_could_be_to_blame(applied: Workplace) -> None:
    applied.run("restart", "orders-sink", "--auto-approve")

    assert "orders-sink  create  applied" in applied.run("diagnose", "orders-sink").out


def test_a_name_that_nobody_knows_gets_a_suggestion(applied: Workplace) -> None:
    told = applied.run("diagnose", "order-sink")

    assert told.code == 1
    assert "there is no connector 'order-sink' on local  [CF413]" in told.err
    assert "did you mean 'orders-sink'?" in told.err


def test_a_ledger_that_cannot_be_read_hides_no_diagnosis(applied: Workplace) -> None:
    (applied.folder / ".connectform" / "local.db").write_bytes(b"no database" * 400)
    told = applied.run("diagnose", "orders-sink")

    assert told.code == 0, told.both
    assert "Nothing of it has failed." in told.out
    assert "The last change is not known: " in told.out


def test_a_trace_shows_no_secret_and_does_nothing_to_a_terminal(applied: Workplace) -> None:
    assert applied.cluster is not None
    config = applied.cluster.configs()["orders-sink"]
    applied.cluster.put("orders-sink", {**config, "db.password": "hunter2-and-more"})
    trace = "a.b.SinkException: \x1b[31m hunter2-and-more\n::error::x"
    applied.cluster.fail_task("orders-sink", 0, trace)

    for output in ("text", "json"):
        told = applied.run("diagnose", "orders-sink", "--output", output)
        assert "hunter2" not in told.both
        assert "\x1b[31m" not in told.both
