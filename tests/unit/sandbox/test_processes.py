import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock, until
from reconcile.sandbox.processes import (
    birth_mark,
    interrupts_deferred,
    is_alive,
    kill,
    parse_stat,
    spawn,
    stop_processes,
    terminations_interrupt,
)

CLOCK = SystemClock()
DEAF = (
    "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
)


@pytest.fixture
def started(tmp_path):
    """Start commands, and leave none of them behind."""
    processes = []

    def start(*command):
        process = spawn(
            f"p{len(processes)}",
            command,
            directory=tmp_path,
            log=tmp_path / f"p{len(processes)}.log",
            environment=dict(os.environ),
        )
        processes.append(process)
        return process

    yield start
    kill(processes, CLOCK)
    assert not any(map(is_alive, processes))


def finished(process):
    return until(CLOCK, lambda: not is_alive(process), timeout=30, interval=0.01)


def test_a_line_of_proc_is_read_whatever_the_command_is_called():
    line = "42 (a) R 1 (b c)) S 1 42 42 0 -1 4194560 1 0 0 0 1 2 3 4 20 0 1 0 98765 1000 2"
    assert parse_stat(line) == ("S", "98765")


def test_a_process_runs_in_its_directory_with_its_output_in_the_log(started, tmp_path):
    assert finished(started("sh", "-c", "pwd; echo trouble >&2; cat"))
    assert (tmp_path / "p0.log").read_text() == f"{tmp_path}\ntrouble\n"


def test_the_log_is_readable_by_the_user_alone(started, tmp_path):
    assert finished(started("true"))
    assert (tmp_path / "p0.log").stat().st_mode & 0o077 == 0


def test_a_process_has_a_session_of_its_own(started):
    process = started("sleep", "60")
    assert os.getsid(process.pid) == process.pid != os.getsid(0)


def test_an_ended_process_is_not_alive_and_leaves_no_zombie(started):
    process = started("true")
    assert finished(process)
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


def test_a_process_is_alive_until_its_last_thread_has_ended(started):
    text = (
        "import ctypes, threading, time;"
        "threading.Thread(target=time.sleep, args=(60,)).start();"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    process = started(sys.executable, "-c", text)
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.exists():
        pytest.skip("only Linux shows the threads of a process")
    assert until(CLOCK, lambda: parse_stat(stat.read_text())[0] == "Z", timeout=30, interval=0.01)
    assert is_alive(process)
    kill([process], CLOCK)
    assert not is_alive(process)


def test_a_process_that_was_given_the_same_id_is_not_ours(started):
    process = started("sleep", "60")
    stranger = replace(process, started="another boot/1")
    assert is_alive(process)
    assert not is_alive(stranger)
    stop_processes([stranger], CLOCK, grace=0)
    kill([stranger], CLOCK)
    assert is_alive(process)


def test_a_process_that_never_was_has_no_mark():
    assert birth_mark(2**22 + 1) == ""
    assert birth_mark(os.getpid()) != ""


def test_stopping_asks_first(started, tmp_path):
    process = started(
        "sh", "-c", "trap 'echo bye; exit' TERM; echo on; while :; do sleep 0.01; done"
    )
    assert until(CLOCK, lambda: "on" in process.log.read_text(), timeout=30, interval=0.01)
    stop_processes([process], CLOCK, grace=30)
    assert process.log.read_text() == "on\nbye\n"


def test_stopping_kills_what_does_not_listen(started):
    process = started(sys.executable, "-c", f"{DEAF}; time.sleep(60)")
    assert until(CLOCK, lambda: "deaf" in process.log.read_text(), timeout=30, interval=0.01)
    stop_processes([process, started("sleep", "60")], CLOCK, grace=0.05)
    assert not is_alive(process)


def test_an_ignored_signal_is_not_handed_down(started, tmp_path):
    previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        process = started("sleep", "60")
    finally:
        signal.signal(signal.SIGTERM, previous)
    stop_processes([process], CLOCK, grace=30)
    assert not is_alive(process)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt; a process that a shell started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_waits_for_the_end_of_the_block():
    done = []

    def interrupted():
        with interrupts_deferred():
            signal.raise_signal(signal.SIGINT)
            done.append("the block")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == ["the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_termination_interrupts_inside_the_block_only(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), terminations_interrupt():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_other_threads_leave_signals_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def look():
        with interrupts_deferred(), terminations_interrupt():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
