import sys

import pytest

from reconcile.clock import SystemClock
from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.sandbox.launch import (
    LOGS,
    await_ready,
    clear,
    end_processes,
    launch,
    make_folders,
    refuse_running,
    start_on_free_ports,
)
from reconcile.sandbox.processes import is_alive
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import Sandbox, load, plan_clusters

CLOCK = SystemClock()
IN_USE = "java.net.BindException: Address already in use"


def bare(directory):
    clusters = plan_clusters(RealSpec(), "x", (1,))
    return Sandbox(directory=directory, spec=RealSpec(), clusters=clusters)


def python(text):
    return (sys.executable, "-S", "-c", text)


@pytest.fixture
def place(tmp_path):
    """The directory of a sandbox, whose processes are gone after the test."""
    directory = tmp_path / "x"
    yield directory
    left = load(directory)
    if left is not None:
        end_processes(left, CLOCK)
        assert not any(map(is_alive, left.processes))


def begin(directory, *texts):
    make_folders(directory)
    sandbox = bare(directory)
    for number, text in enumerate(texts, start=1):
        sandbox = launch(sandbox, f"worker-{number}", python(text))
    return sandbox


def run(directory, attempt):
    said = []
    start_on_free_ports(attempt, directory, CLOCK, report=said.append)
    return said


def wait_for(sandbox, *, timeout=30.0):
    await_ready(
        sandbox.processes,
        lambda process: "serving" in process.log.read_text(encoding="utf-8"),
        CLOCK,
        timeout=timeout,
    )
    return sandbox


SERVES = "print('serving', flush=True); import time; time.sleep(60)"


def test_a_started_process_is_on_record_at_once(place):
    sandbox = begin(place, SERVES)
    assert load(place) == sandbox
    assert all(map(is_alive, sandbox.processes))


def test_a_record_keeps_processes_that_the_caller_does_not_know(place):
    first = begin(place, SERVES)
    launch(first, "worker-2", python(SERVES))
    launch(first, "worker-3", python(SERVES))
    assert [process.role for process in load(place).processes] == [
        *("worker-1", "worker-2", "worker-3")
    ]


def test_all_processes_are_waited_for(place):
    sandbox = wait_for(begin(place, SERVES, SERVES))
    assert all("serving" in process.log.read_text() for process in sandbox.processes)


def test_a_process_that_ends_while_starting_is_named_with_its_errors(place):
    with pytest.raises(SandboxError) as raised:
        run(place, lambda _: wait_for(begin(place, SERVES, "print('[t] ERROR no disk')")))
    (problem,) = raised.value.problems
    assert problem.code is Code.SANDBOX_START_FAILED
    assert problem.message == (
        "worker-2 ended while it was starting; the log's last errors:\n[t] ERROR no disk"
    )
    assert problem.location.path == str(place / LOGS / "worker-2.log")


def test_a_process_that_is_never_ready_is_given_up(place):
    with pytest.raises(SandboxError, match="worker-1 was not ready after 0 s; its log is empty"):
        run(place, lambda _: wait_for(begin(place, "import time; time.sleep(60)"), timeout=0.05))


def test_a_failed_start_leaves_logs_and_nothing_else(place):
    started = []

    def attempt(_number):
        started.append(begin(place, SERVES, "print('[t] ERROR no disk')"))
        return wait_for(started[0])

    with pytest.raises(SandboxError):
        run(place, attempt)
    assert not any(map(is_alive, started[0].processes))
    assert sorted(path.name for path in place.iterdir()) == [".sandbox", LOGS]


def test_an_interrupted_start_leaves_nothing(place):
    started = []

    def attempt(_number):
        started.append(begin(place, SERVES))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(place, attempt)
    assert not any(map(is_alive, started[0].processes))
    assert not place.exists()


def test_a_taken_port_is_tried_again_elsewhere(place):
    texts = [f"print('{IN_USE}')", f"print('{IN_USE}')", SERVES]
    said = run(place, lambda number: wait_for(begin(place, texts[number])))
    assert said == ["A port was taken meanwhile; trying others"] * 2
    assert all(map(is_alive, load(place).processes))


def test_ports_are_not_tried_for_ever(place):
    with pytest.raises(SandboxError, match="Address already in use"):
        run(place, lambda _: wait_for(begin(place, f"print('{IN_USE}')")))


def test_a_running_sandbox_is_not_started_again(place):
    refuse_running(place)
    sandbox = begin(place, SERVES)
    with pytest.raises(SandboxError) as raised:
        refuse_running(place)
    assert raised.value.problems[0].code is Code.SANDBOX_EXISTS
    end_processes(sandbox, CLOCK)
    refuse_running(place)


def test_clearing_up_takes_what_the_sandbox_wrote_and_nothing_else(tmp_path):
    make_folders(tmp_path / "x")
    (tmp_path / "x" / "notes.txt").touch()
    clear(tmp_path / "x")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["notes.txt"]


def test_a_directory_of_the_users_is_neither_used_nor_cleared(tmp_path):
    (tmp_path / "data").mkdir()
    clear(tmp_path)
    with pytest.raises(SandboxError, match="not empty"):
        make_folders(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_folders_are_open_to_the_user_alone(tmp_path):
    make_folders(tmp_path / "x")
    for path in (tmp_path / "x", *(each for each in (tmp_path / "x").iterdir() if each.is_dir())):
        assert path.stat().st_mode & 0o077 == 0
