"""Start processes that outlive us, know them again, and end them."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from reconcile.clock import Clock, until

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_KILL_SECONDS = 10.0
_PROC = Path("/proc/self")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that a sandbox started.

    `started` marks the time at which the process with this id was born: where it differs, the id
    was given to somebody else's process meanwhile, which is none of ours.
    """

    role: str
    pid: int
    started: str
    log: Path
    command: tuple[str, ...]


def spawn(
    role: str, command: Sequence[str], *, directory: Path, log: Path, environment: Mapping[str, str]
) -> Process:
    """Start a command in a session of its own, its output appended to a log.

    It runs in `directory` and is out of reach of the terminal's Ctrl-C. Not `subprocess`: nobody
    keeps a handle of a process that shall live on.
    """
    output = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        "/bin/sh",
        ("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(directory), *command),
        environment,
        file_actions=(
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), output, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ),
        setsid=True,
        setsigdef=_SIGNALS,
    )
    return Process(
        role=role, pid=pid, started=birth_mark(pid), log=log, command=tuple(map(str, command))
    )


def is_alive(process: Process) -> bool:
    """Return whether this very process still runs; a zombie does not."""
    mark = birth_mark(process.pid)
    if not mark:
        _reap(process.pid)
    return bool(mark) and mark == process.started


def stop_processes(processes: Sequence[Process], clock: Clock, *, grace: float) -> None:
    """End processes: SIGTERM to all, SIGKILL after `grace` seconds, and wait until they are gone."""
    _signal(processes, signal.SIGTERM)
    if not until(clock, lambda: not any(map(is_alive, processes)), timeout=grace, interval=0.05):
        kill(processes, clock)


def kill(processes: Sequence[Process], clock: Clock) -> None:
    """End processes by SIGKILL and wait until they are gone."""
    _signal(processes, signal.SIGKILL)
    until(clock, lambda: not any(map(is_alive, processes)), timeout=_KILL_SECONDS, interval=0.02)


def birth_mark(pid: int) -> str:
    """Return what tells this process from a later one with the same id, "" if there is none."""
    if _PROC.is_dir():
        return _birth_mark_linux(pid)
    return _birth_mark_ps(pid)


def parse_stat(text: str) -> tuple[str, str]:
    """Return state and start time (clock ticks since boot) of a `/proc/PID/stat` line."""
    fields = text.rpartition(")")[2].split()  # the command's name may hold blanks and brackets
    return fields[0], fields[19]


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let nothing interrupt the block; signals that came meanwhile are delivered at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    previous = {number: signal.signal(number, remember) for number in _SIGNALS}
    try:
        yield
    finally:
        _restore(previous)
        for number in arrived:
            signal.raise_signal(number)


@contextmanager
def terminations_interrupt() -> Iterator[None]:
    """Let SIGTERM and a closed terminal raise KeyboardInterrupt, so that cleaning up happens."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        _restore(previous)


def _restore(previous: Mapping[signal.Signals, object]) -> None:
    for number, handler in previous.items():
        # None stands for a handler that was not set from Python and cannot be set again.
        if handler is not None:
            signal.signal(number, handler)  # type: ignore[arg-type]


def _signal(processes: Sequence[Process], number: signal.Signals) -> None:
    for process in processes:
        if is_alive(process):
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _birth_mark_linux(pid: int) -> str:
    home = Path(f"/proc/{pid}")
    try:
        state, ticks = parse_stat((home / "stat").read_text(encoding="utf-8"))
        # The first thread can end before others, which still hold ports and files.
        ended = state in {"Z", "X"} and len(list((home / "task").iterdir())) <= 1
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if ended else f"{boot}/{ticks}"


def _birth_mark_ps(pid: int) -> str:
    shown = subprocess.run(  # noqa: S603 - a fixed command and a number
        ("/bin/ps", "-o", "state=,lstart=", "-p", str(pid)),
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    ).stdout.split(maxsplit=1)
    return "" if not shown or shown[0].startswith("Z") else shown[-1].strip()
