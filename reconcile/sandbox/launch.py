"""Start the processes of a sandbox on record, wait for them, and clear up after them."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reconcile.clock import Clock, until
from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem
from reconcile.sandbox.probe import error_lines, last_lines
from reconcile.sandbox.processes import (
    Process,
    interrupts_deferred,
    is_alive,
    kill,
    spawn,
    stop_processes,
    terminations_interrupt,
)
from reconcile.sandbox.state import BROKER, PASSWORD, STATE_FILE, Sandbox, load, save

# Whatever a sandbox writes lies in these folders, beside a mark that says whose they are: clearing
# up never touches anything else.
_MARK = ".sandbox"
LOGS, CONFIG, DATA, FILES, PLUGINS, SCRATCH = "logs", "config", "data", "files", "plugins", "tmp"
_FOLDERS = (CONFIG, DATA, FILES, PLUGINS, SCRATCH, "tls")
_PORT_TAKEN = ("Address already in use", "BindException")
_ATTEMPTS = 4
_READ_LINES = 2000
_SHOWN_LINES = 5
_WORKER_GRACE = 15.0
_BROKER_GRACE = 15.0


def refuse_running(directory: Path) -> None:
    """Raise SandboxError (CF604) where a sandbox lives in the directory already."""
    sandbox = load(directory)
    if sandbox is not None and any(map(is_alive, sandbox.processes)):
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_EXISTS,
                message=f"the sandbox `{sandbox.name}` is up already, at {sandbox.url}",
                location=Location(str(directory)),
                hint=f"`connectform sandbox down --name {sandbox.name}` stops it, `sandbox reset` "
                "empties it, another --name starts one beside it",
            )
        )


def make_folders(directory: Path) -> None:
    """Make the folders of a sandbox, open to the user alone.

    Raises SandboxError (CF602) where the directory holds anything else: it would get lost.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_START_FAILED,
                message="the directory for the sandbox is not empty",
                location=Location(str(directory)),
                hint="choose another, or move away what is in it",
            )
        )
    (directory / _MARK).touch()
    for name in (LOGS, CONFIG, DATA, FILES, PLUGINS, SCRATCH):
        (directory / name).mkdir(mode=0o700, exist_ok=True)


def start_on_free_ports(
    attempt: Callable[[int], Sandbox],
    directory: Path,
    clock: Clock,
    *,
    report: Callable[[str], None],
) -> Sandbox:
    """Start a sandbox, again on other ports where somebody was faster to take one.

    `attempt` is given the number of the attempt. Whatever it raises, nothing is left running.
    """
    with terminations_interrupt():
        for number in range(_ATTEMPTS):
            clear(directory)
            try:
                return attempt(number)
            except SandboxError:
                abandon(directory, clock)
                if number == _ATTEMPTS - 1 or not port_was_taken(directory):
                    raise
                report("A port was taken meanwhile; trying others")
            except BaseException as stopped:
                # Nobody reads the logs of a start that they interrupted.
                abandon(directory, clock, keep_logs=isinstance(stopped, Exception))
                raise
    raise AssertionError("the last attempt returns or raises")


def launch(
    sandbox: Sandbox,
    role: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
) -> Sandbox:
    """Start a process and record it; no signal can come between the two.

    `environment` is added to that of this process.
    """
    with interrupts_deferred():
        process = spawn(
            role,
            command,
            directory=sandbox.directory / FILES,
            log=sandbox.directory / LOGS / f"{role}.log",
            # Java names files by the locale; without one it would know ASCII alone.
            environment={"LANG": "C.UTF-8", **os.environ, **(environment or {})},
        )
        # What is on record holds processes that came after the caller's value of the sandbox.
        started = (load(sandbox.directory) or sandbox).with_process(process)
        save(started)
    return started


def await_ready(
    processes: Sequence[Process],
    is_ready: Callable[[Process], bool],
    clock: Clock,
    *,
    timeout: float,
) -> None:
    """Wait until all processes are ready; raise SandboxError (CF602) when one ends or time is up."""
    waiting = list(processes)

    def decided() -> bool:
        waiting[:] = [process for process in waiting if not is_ready(process)]
        return not waiting or not all(map(is_alive, processes))

    until(clock, decided, timeout=timeout, interval=0.1)
    for process in processes:
        if not is_alive(process):
            raise _failure(process, "ended while it was starting")
    if waiting:
        raise _failure(waiting[0], f"was not ready after {timeout:.0f} s")


def port_was_taken(directory: Path) -> bool:
    """Return whether a log says that somebody else listens on a port of ours."""
    return any(
        mark in line
        for log in (directory / LOGS).glob("*.log")
        for line in last_lines(log, _READ_LINES)
        for mark in _PORT_TAKEN
    )


def end_processes(sandbox: Sandbox, clock: Clock) -> None:
    """Stop workers, then the broker that they say goodbye to, and wait until all are gone."""
    workers = [process for process in sandbox.processes if process.role != BROKER]
    brokers = [process for process in sandbox.processes if process.role == BROKER]
    stop_processes(workers, clock, grace=_WORKER_GRACE)
    stop_processes(brokers, clock, grace=_BROKER_GRACE)


def abandon(directory: Path, clock: Clock, *, keep_logs: bool = True) -> None:
    """Kill what a failed start left running and remove what it wrote, uninterrupted."""
    with interrupts_deferred():
        sandbox = load(directory)
        if sandbox is not None:
            kill(sandbox.processes, clock)
        clear(directory, keep_logs=keep_logs)


def clear(directory: Path, *, keep_logs: bool = False) -> None:
    """Remove what a sandbox wrote, and its directory if nothing else is in it.

    Removes nothing from a directory that is no sandbox's.
    """
    if (directory / _MARK).exists():
        for name in (*_FOLDERS, *(() if keep_logs else (LOGS,))):
            shutil.rmtree(directory / name, ignore_errors=True)
        for name in (STATE_FILE, PASSWORD, *(() if keep_logs else (_MARK,))):
            (directory / name).unlink(missing_ok=True)
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def _failure(process: Process, what: str) -> SandboxError:
    shown = error_lines(last_lines(process.log, _READ_LINES), _SHOWN_LINES)
    said = "; the log's last errors:\n" + "\n".join(shown) if shown else "; its log is empty"
    return SandboxError(
        Problem(
            code=Code.SANDBOX_START_FAILED,
            message=f"{process.role} {what}{said}",
            location=Location(str(process.log)),
            hint="read the whole log; it is kept until the next `sandbox up` or `sandbox down`",
        )
    )
