"""Interrupted half-way: what was done is told, and the same command again finishes the work."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import Fault, conflict, late, silent
from reconcile.sandbox.simulated_state import Target
from tests.cli.harness import Result, Workplace, clean_environment
from tests.sandbox_command import wait_for

NAMES = [f"sink-{number:02}" for number in range(12)]
FOREVER = 300.0
RUNNING_SINK = {"connector.class": "FileStreamSink", "topics": "lines", "file": "old.txt"}


@pytest.fixture
def many(workplace: Workplace) -> Workplace:
    """A dozen connectors to create, each of which takes half a second to be accepted."""
    for name in NAMES:
        workplace.write_sink(name)
    workplace.cluster.inject(late("POST /connectors", 0.5, times=None))
    return workplace


def applying(place: Workplace) -> subprocess.Popen[str]:
    """Start to apply, a few connectors at a time."""
    return place.start("apply", "--auto-approve", "--parallelism", "3")


def finished(process: subprocess.Popen[str]) -> Result:
    out, err = process.communicate(timeout=120)
    return Result(process.returncode, out, err)


def asked(cluster: SimulatedCluster, method: str, part: str) -> int:
    """Return how many requests of this kind were seen."""
    return sum(seen.method == method and part in seen.path for seen in cluster.requests)


def assert_the_same_command_finishes(place: Workplace) -> None:
    place.cluster.clear_faults()
    again = place.run("apply", "--auto-approve")
    assert again.code == 0, again.both
    assert place.result()["interrupted"] is False
    planned = place.run("plan")
    assert "No changes." in planned.out, planned.both


@contextmanager
def hanging(place: Workplace, match: str) -> Iterator[SimulatedCluster]:
    """Let requests of a kind hang, without any effect, until the block ends."""
    place.cluster.inject(silent(match, FOREVER, times=None))
    yield place.cluster


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_writes_under_way_and_begins_no_other(many: Workplace, number):
    process = applying(many)
    assert wait_for(lambda: many.cluster.writes >= 4)

    process.send_signal(number)
    result = finished(process)

    assert result.code == 130, result.both
    assert f"{number.name}: finishing what is being written, then stopping." in result.err
    assert "Apply interrupted: 0 applied, " in result.err
    assert "run the same command again: it looks first, and does what is left" in result.err
    outcomes = many.outcomes()
    written = {name for name, status in outcomes.items() if status == "unsettled"}
    assert written == set(many.cluster.configs())
    assert written
    assert {outcomes[name] for name in set(NAMES) - written} == {"not-attempted"}
    assert many.result()["interrupted"] is True
    assert_the_same_command_finishes(many)
    assert set(many.cluster.configs()) == set(NAMES)


def test_what_a_killed_run_left_is_told_and_finished(many: Workplace):
    many.write("apply-result.json", '{"results": "of an earlier run"}')
    process = applying(many)
    assert wait_for(lambda: many.cluster.writes >= 4)

    process.send_signal(signal.SIGKILL)
    result = finished(process)

    assert result.code == -signal.SIGKILL
    assert many.result()["interrupted"] is True
    assert many.outcomes() == dict.fromkeys(NAMES, "unsettled")
    assert set(many.cluster.configs()) < set(NAMES)
    assert_the_same_command_finishes(many)
    assert set(many.cluster.configs()) == set(NAMES)


def test_interrupted_while_settling_nothing_is_left_to_write(workplace: Workplace):
    workplace.write_sink("orders-sink")
    process = applying(workplace)
    assert wait_for(lambda: asked(workplace.cluster, "GET", "expand=status") >= 3)

    process.send_signal(signal.SIGINT)
    result = finished(process)

    assert result.code == 130
    assert workplace.outcomes() == {"orders-sink": "unsettled"}
    assert "1 change may still take effect: run again in a while to see." in result.err
    workplace.cluster.clear_requests()
    assert_the_same_command_finishes(workplace)
    assert workplace.cluster.writes == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_wait_for_an_answer(workplace: Workplace, number):
    for name in ("a", "b"):
        workplace.write_sink(name)
    with hanging(workplace, "POST /connectors") as cluster:
        process = applying(workplace)
        assert wait_for(lambda: cluster.writes >= 2)
        process.send_signal(number)
        err = process.stderr
        assert err is not None
        first = err.readline()
        process.send_signal(number)
        result = finished(process)

    assert first == f"{number.name}: finishing what is being written, then stopping.\n"
    assert result.code == 130
    assert workplace.outcomes() == {"a": "unsettled", "b": "unsettled"}
    assert "a: apply was interrupted before the change was seen to take effect" in result.err
    assert_the_same_command_finishes(workplace)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_plan_at_once(many: Workplace, number):
    with hanging(many, "PUT /connector-plugins/*") as cluster:
        process = many.start("plan")
        assert wait_for(lambda: asked(cluster, "PUT", "/validate") >= 2)
        process.send_signal(number)
        result = finished(process)

    assert (result.code, result.out, result.err) == (130, "", "Interrupted.\n")
    assert many.cluster.writes == 0


def test_a_signal_ends_the_repetition_of_refused_writes(workplace: Workplace):
    workplace.write_sink("orders-sink")
    workplace.cluster.inject(conflict("POST /connectors", times=None))
    process = applying(workplace)
    assert wait_for(lambda: workplace.cluster.writes >= 2)

    process.send_signal(signal.SIGINT)
    result = finished(process)

    assert result.code == 130
    assert workplace.outcomes() == {"orders-sink": "not-attempted"}
    assert workplace.cluster.configs() == {}
    assert_the_same_command_finishes(workplace)


@pytest.mark.parametrize(
    ("held", "left"),
    [
        (silent("PUT /connectors/a/config", FOREVER), "STOPPED"),
        (silent("PUT /connectors/a/resume", FOREVER), "STOPPED"),
    ],
    ids=["before the config is written", "before it is resumed"],
)
def test_killed_between_two_writes_of_one_change_the_next_run_takes_it_from_there(
    workplace: Workplace, held: Fault, left: str
):
    workplace.cluster.put("a", RUNNING_SINK, target=Target.PAUSED)
    workplace.write_sink("a", file="new.txt", more="  state: running\n")
    workplace.cluster.inject(held)
    method, _, path = held.match.partition(" ")
    process = applying(workplace)
    assert wait_for(lambda: asked(workplace.cluster, method, path))
    process.kill()
    finished(process)
    state = workplace.cluster.state_of("a")
    assert state is not None
    assert state["connector"]["state"] == left

    assert_the_same_command_finishes(workplace)

    running = workplace.cluster.running_config("a")
    assert running is not None
    assert running["file"] == "new.txt"
    assert workplace.cluster.target_of("a") is Target.RUNNING


def test_killed_between_stop_and_delete_the_next_run_deletes(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["*"], prune: owned}\n')
    workplace.write_sink("kept")
    workplace.cluster.put("kept", RUNNING_SINK | {"file": "out.txt", "tasks.max": "1"})
    workplace.cluster.put("gone", RUNNING_SINK)
    workplace.adopt("gone")
    workplace.cluster.inject(silent("DELETE /connectors/gone", FOREVER))
    process = applying(workplace)
    assert wait_for(lambda: asked(workplace.cluster, "DELETE", "/gone"))
    process.kill()
    finished(process)
    assert workplace.cluster.target_of("gone") is Target.STOPPED

    assert_the_same_command_finishes(workplace)

    assert set(workplace.cluster.configs()) == {"kept"}


@pytest.mark.parametrize(
    ("answer", "code", "told", "created"),
    [
        ("no", 1, "Apply cancelled; nothing was written.", set()),
        ("", 130, "Interrupted.", set()),
        ("yes", 0, "Apply complete: 1 added, 0 changed, 0 destroyed.", {"orders-sink"}),
    ],
    ids=["no", "Ctrl-C", "yes"],
)
def test_at_the_question_everything_but_yes_writes_nothing(
    workplace: Workplace, answer, code, told, created
):
    workplace.write_sink("orders-sink")
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconcile", "apply"],
        cwd=workplace.folder,
        env=clean_environment() | {"TERM": "dumb"},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = read_until(ours, "Enter a value: ")
    if answer:
        os.write(ours, f"{answer}\n".encode())
    else:
        process.send_signal(signal.SIGINT)
    said += read_until(ours, told)
    process.wait(timeout=120)
    os.close(ours)

    assert process.returncode == code
    assert "Only 'yes' will be accepted to approve." in said
    assert set(workplace.cluster.configs()) == created
    status = "applied" if created else "not-attempted"
    assert workplace.outcomes() == {"orders-sink": status}


def read_until(terminal: int, text: str) -> str:
    """Read what a process says on its terminal until it has said something."""
    said = ""
    while text not in said:
        said += os.read(terminal, 4096).decode()
    return said
