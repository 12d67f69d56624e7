"""Start and stop a real Kafka broker with its Connect clusters."""

import base64
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconcile.clock import Clock, SystemClock
from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem
from reconcile.sandbox.launch import (
    LOGS,
    await_ready,
    clear,
    end_processes,
    launch,
    refuse_running,
    start_on_free_ports,
)
from reconcile.sandbox.ports import choose_ports
from reconcile.sandbox.probe import answers, error_lines, last_lines
from reconcile.sandbox.processes import (
    Process,
    interrupts_deferred,
    kill,
    stop_processes,
    terminations_interrupt,
)
from reconcile.sandbox.real_files import Prepared, prepare
from reconcile.sandbox.real_jars import Jars, cache_directory, fetch_jars
from reconcile.sandbox.real_properties import Ports
from reconcile.sandbox.real_tools import Tools, find_tools
from reconcile.sandbox.spec import RealSpec, check_spec
from reconcile.sandbox.state import BROKER, Sandbox, load, save, worker_role

_BROKER_READY: Final = b"Kafka Server started"
_GRACE = 15.0
_SHOWN_LINES = 5

Report = Callable[[str], None]


def start(
    spec: RealSpec,
    directory: Path,
    clock: Clock,
    *,
    report: Report = lambda _line: None,
    timeout: float = 180.0,
) -> Sandbox:
    """Start a sandbox in a directory and return it once every worker answers.

    `report` is told each step; `timeout` bounds each wait, in seconds. Raises UsageError for a
    spec that makes no sense, and SandboxError where tools are missing (CF601), something fails to
    start (CF602; nothing is left running and the logs are kept) or a port is taken.
    """
    check_spec(spec)
    directory = directory.absolute()
    refuse_running(directory)
    tools = find_tools(certificates=spec.tls)
    with terminations_interrupt():
        jars = fetch_jars(spec, cache_directory(os.environ, Path.home()), clock, report=report)

    def attempt(number: int) -> Sandbox:
        prepared = _prepare(spec, directory, attempt=number, jars=jars, tools=tools)
        return _start(prepared, clock, report=report, timeout=timeout)

    return start_on_free_ports(attempt, directory, clock, report=report)


def stop(sandbox: Sandbox, clock: Clock) -> None:
    """Stop the workers, then the broker, and remove everything the sandbox wrote.

    Processes that were started again since `sandbox` was returned are stopped too.
    """
    end_processes(load(sandbox.directory) or sandbox, clock)
    clear(sandbox.directory)


@contextmanager
def real_sandbox(
    spec: RealSpec, *, directory: Path | None = None, clock: Clock | None = None
) -> Iterator[Sandbox]:
    """Start a sandbox for the block and stop it afterwards, whatever happens in between.

    Without a directory it lives in a temporary one, where only the logs of a failed start stay.
    """
    time = clock or SystemClock()
    place = (directory or Path(tempfile.mkdtemp(prefix="connectform-"), "sandbox")).absolute()
    refuse_running(place)
    try:
        yield start(spec, place, time)
    finally:
        with interrupts_deferred():
            left = load(place)
            if left is not None:
                stop(left, time)
            if directory is None and not place.exists():
                place.parent.rmdir()


def kill_worker(sandbox: Sandbox, worker: int, clock: Clock) -> None:
    """Kill a worker as a crash would; workers count from 1 through all clusters."""
    kill([_process(sandbox, worker_role(worker))], clock)


def start_worker(sandbox: Sandbox, worker: int, clock: Clock, *, timeout: float = 180.0) -> Sandbox:
    """Start a worker that was killed, and return the sandbox with its new process."""
    role = worker_role(worker)
    started = launch(sandbox, role, _process(sandbox, role).command)
    _await_workers(started, (role,), clock, timeout=timeout)
    return started


def stop_broker(sandbox: Sandbox, clock: Clock) -> None:
    """Stop the broker and leave the workers alone."""
    stop_processes([_process(sandbox, BROKER)], clock, grace=_GRACE)


def start_broker(sandbox: Sandbox, clock: Clock, *, timeout: float = 180.0) -> Sandbox:
    """Start a broker that was stopped, and return the sandbox with its new process."""
    log = _process(sandbox, BROKER).log
    known = log.stat().st_size if log.exists() else 0
    started = launch(sandbox, BROKER, _process(sandbox, BROKER).command)
    _await_broker(started, clock, since=known, timeout=timeout)
    return started


def worker_log(sandbox: Sandbox, worker: int) -> Path:
    """Return the path of a worker's log."""
    return _process(sandbox, worker_role(worker)).log


def _prepare(
    spec: RealSpec, directory: Path, *, attempt: int, jars: Jars, tools: Tools
) -> Prepared:
    count = spec.workers * spec.clusters
    workers, (broker, controller, *pages) = choose_ports(
        count,
        directory,
        wanted=spec.port,
        attempt=attempt,
        others=2 + (count if spec.metrics else 0),
    )
    ports = Ports(workers=workers, broker=broker, controller=controller, pages=tuple(pages))
    return prepare(
        spec, directory, ports=ports, jars=jars, tools=tools, cluster_id=_new_cluster_id()
    )


def _start(prepared: Prepared, clock: Clock, *, report: Report, timeout: float) -> Sandbox:
    sandbox = prepared.sandbox
    _format(prepared)
    report(f"Starting a Kafka {sandbox.spec.version} broker")
    sandbox = launch(sandbox, BROKER, prepared.commands[BROKER])
    _await_broker(sandbox, clock, since=0, timeout=timeout)
    roles = tuple(role for role in prepared.commands if role != BROKER)
    report(f"Starting {len(roles)} Connect worker{'s' if len(roles) > 1 else ''}")
    for role in roles:
        sandbox = launch(sandbox, role, prepared.commands[role])
    _await_workers(sandbox, roles, clock, timeout=timeout)
    ready = replace(sandbox, ready=True)
    save(ready)
    return ready


def _format(prepared: Prepared) -> None:
    done = subprocess.run(  # noqa: S603 - the user's own Java and files of ours
        prepared.format_command, capture_output=True, text=True, check=False
    )
    if done.returncode:
        log = prepared.sandbox.directory / LOGS / "format.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        shown = "\n".join(error_lines(last_lines(log, _SHOWN_LINES), _SHOWN_LINES))
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_START_FAILED,
                message=f"Kafka could not format its log directory:\n{shown}",
                location=Location(str(log)),
                hint="read the whole log; a full disk is the usual reason",
            )
        )


def _await_broker(sandbox: Sandbox, clock: Clock, *, since: int, timeout: float) -> None:
    def is_up(process: Process) -> bool:
        return _BROKER_READY in process.log.read_bytes()[since:]

    await_ready([_process(sandbox, BROKER)], is_up, clock, timeout=timeout)


def _await_workers(
    sandbox: Sandbox, roles: tuple[str, ...], clock: Clock, *, timeout: float
) -> None:
    urls = [url for cluster in sandbox.clusters for url in cluster.urls]
    by_role = {worker_role(number): url for number, url in enumerate(urls, start=1)}

    def is_up(process: Process) -> bool:
        return answers(
            by_role[process.role], sandbox.access, kafka_cluster_id=sandbox.kafka_cluster_id
        )

    await_ready([_process(sandbox, role) for role in roles], is_up, clock, timeout=timeout)


def _process(sandbox: Sandbox, role: str) -> Process:
    process = (load(sandbox.directory) or sandbox).process(role)
    if process is None:
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_NOT_RUNNING,
                message=f"the sandbox `{sandbox.name}` has no {role}",
                hint="it has " + ", ".join(process.role for process in sandbox.processes),
            )
        )
    return process


def _new_cluster_id() -> str:
    while True:
        text = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
        if not text.startswith("-"):  # Kafka's tools would take it for an option
            return text
