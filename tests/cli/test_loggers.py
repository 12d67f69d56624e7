"""Levels of loggers, on clusters of several workers that forget and fall away."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_answers import Request, error
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import Fault
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace

SET = ("loggers", "set", "io.debezium", "DEBUG", "--auto-approve")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workers_of("4.3.1", tmp_path) as found:
        yield found


@contextmanager
def workers_of(
    version: str, folder: Path, loggers: str = "{io.debezium: OFF}"
) -> Iterator[Workplace]:
    cluster = SimulatedCluster(
        clock=SystemClock(), version=version, workers=2, timing=Timing.quick()
    )
    with serve(cluster) as server:
        place = Workplace(folder=folder, cluster=cluster, url=server.url)
        place.write_project(f"    loggers: {loggers}\n", urls=server.urls)
        (folder / "connectors").mkdir()
        yield place


def level(place: Workplace, worker: int, logger: str = "io.debezium") -> str:
    """Return what a worker itself says; the root's level where it does not know the logger."""
    for name in (logger, "root"):
        answer = place.cluster.respond(
            Request(method="GET", target=f"/admin/loggers/{name}", worker=worker)
        )
        if answer.status == 200:
            return json.loads(answer.body)["level"]
    return ""


def levels(place: Workplace, logger: str = "io.debezium") -> list[str]:
    return [level(place, worker, logger) for worker in (0, 1)]


def waiting(run: "subprocess.Popen[str]") -> str:
    """Return what a command said until it waits."""
    said = ""
    while "come back" not in said:
        line = run.stderr.readline()
        assert line, said
        said += line
    return said


def test_a_level_reaches_all_workers_or_the_one_that_is_meant(place: Workplace):
    everywhere = place.run(*SET)
    assert (everywhere.code, levels(place)) == (0, ["DEBUG", "DEBUG"]), everywhere.err
    assert "io.debezium: INFO -> DEBUG" in everywhere.err
    assert "declares OFF" in everywhere.err

    alone = place.run(
        "loggers", "set", "io.debezium", "warn", "--scope", "worker", "--auto-approve"
    )
    assert (alone.code, levels(place)) == (0, ["WARN", "DEBUG"]), alone.err
    again = place.run("loggers", "set", "io.debezium", "warn", "--scope", "worker")
    assert (again.code, "No changes." in again.err) == (0, True), again.err

    asked = place.run("loggers", "set", "io.debezium", "TRACE")
    assert (asked.code, "CF507" in asked.err, levels(place)) == (64, True, ["WARN", "DEBUG"])


def test_all_workers_and_one_of_them_are_not_meant_at_once(place: Workplace):
    url = place.url

    both = place.run(*SET, "--scope", "cluster", "--worker", url)
    one = place.run(*SET, "--scope", "worker", "--worker", url)

    assert both.code == 64
    assert "--scope cluster is all workers, and --worker is one of them" in both.err
    assert "leave one of the two out" in both.err
    assert (one.code, levels(place)) == (0, ["DEBUG", "INFO"]), one.err


def test_the_usage_names_a_logger_and_a_level(place: Workplace):
    shown = place.run("loggers", "set", "--help")

    assert shown.out.splitlines()[0].endswith("loggers set [OPTIONS] LOGGER LEVEL")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_level_for_a_time_is_taken_back_when_somebody_ends_it(place: Workplace, number):
    place.run("loggers", "set", "io.debezium", "ERROR", "--scope", "worker", "--auto-approve")
    place.run("loggers", "set", "io.debezium.x", "WARN", "--scope", "worker", "--auto-approve")
    with place.start(*SET, "--for", "1h", "--output", "json") as run:
        waiting(run)
        assert levels(place, "io.debezium.x")[0] == "DEBUG"
        assert levels(place) == ["DEBUG", "DEBUG"]
        run.send_signal(number)
        out, err = run.communicate(timeout=60)

    assert (run.returncode, levels(place)) == (130, ["ERROR", "INFO"]), err
    assert levels(place, "io.debezium.x") == ["WARN", "INFO"]
    (cluster,) = json.loads(out)["clusters"]
    assert cluster["restored"] is True
    assert {change["before"] for change in cluster["changes"]} == {"ERROR", "INFO", "WARN"}


def test_a_level_for_a_time_ends_by_itself_on_workers_that_do_not_tell_each_other(tmp_path: Path):
    with workers_of("3.6.2", tmp_path) as place:
        done = place.run(*SET, "--for", "100ms")
        assert (done.code, levels(place)) == (0, ["INFO", "INFO"]), done.err
        assert "do not tell each other" in done.err


def test_a_worker_that_cannot_be_restored_is_told_of_with_the_command_that_does_it(
    place: Workplace,
):
    with place.start(*SET, "--for", "1h") as run:
        waiting(run)
        place.cluster.kill_worker(1)
        run.send_signal(signal.SIGTERM)
        err = run.communicate(timeout=60)[1]

    assert (run.returncode, level(place, 0)) == (5, "INFO"), err
    assert "are back" not in err
    assert "connectform loggers set --auto-approve --worker http://127.0.0.1:" in err
    assert "io.debezium INFO --cluster local" in err


def test_a_level_that_no_worker_takes_is_not_waited_for(place: Workplace):
    refusal = Fault(match="PUT /admin/loggers*", answer=error(403, "No"), times=None)
    place.cluster.inject(refusal)
    done = place.run(*SET, "--for", "1h")
    assert (done.code, "CF304" in done.err, levels(place)) == (1, True, ["INFO", "INFO"])
    assert "come back" not in done.err


def test_a_worker_that_is_gone_does_not_keep_the_others_from_being_told(place: Workplace):
    place.cluster.kill_worker(1)
    done = place.run(*SET)
    assert (done.code, level(place, 0)) == (1, "DEBUG"), done.err
    assert "CF301" in done.err


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (403, "Forbidden", "CF304"),
        (401, "No", "CF303"),
        (404, "HTTP 404 Not Found", "CF314"),
        (405, "HTTP 405 Method Not Allowed", "CF314"),
    ],
)
def test_loggers_that_are_kept_back_are_a_named_problem(place: Workplace, status, message, code):
    place.cluster.inject(
        Fault(match="* /admin/loggers*", answer=error(status, message), times=None)
    )
    done = place.run(*SET)
    assert (done.code, code in done.err, done.out) == (1, True, ""), done.both
    assert place.cluster.writes == 0


@pytest.mark.parametrize("name", ["", "a/b", "\x1b[31mred\n::error::b"])
def test_a_name_that_no_logger_has_is_refused_and_shown_escaped(place: Workplace, name: str):
    done = place.run("loggers", "set", name, "DEBUG", "--auto-approve")
    assert (done.code, place.cluster.writes) == (64, 0), done.both
    assert "\x1b" not in done.err
    assert "\n::error" not in done.err


def test_what_is_declared_is_applied_once(place: Workplace):
    first = place.run("loggers", "apply", "--auto-approve")
    assert (first.code, levels(place)) == (0, ["OFF", "OFF"]), first.err
    place.cluster.clear_requests()
    assert place.run("loggers", "apply").code == 0
    assert place.cluster.writes == 0


@pytest.mark.parametrize("loggers", ["{io.debezium: LOUD}", "[a]", "{'a b': WARN}", "{a: 1}"])
def test_levels_that_cannot_be_are_refused_with_their_place(tmp_path: Path, loggers: str):
    with workers_of("4.3.1", tmp_path, loggers) as place:
        done = place.run("loggers", "get")
        assert (done.code, "connectform.yaml:8:" in done.err) == (1, True), done.err
