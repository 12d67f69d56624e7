"""Start simulated Connect clusters in a process of their own, which outlives the command."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reconcile.clock import Clock
from reconcile.sandbox.access import make_access
from reconcile.sandbox.launch import (
    await_ready,
    launch,
    make_folders,
    refuse_running,
    start_on_free_ports,
)
from reconcile.sandbox.ports import choose_ports
from reconcile.sandbox.probe import answers
from reconcile.sandbox.real_tools import Tools, find_tools
from reconcile.sandbox.spec import SimulatedSpec, check_spec
from reconcile.sandbox.state import Sandbox, plan_clusters, save

ROLE = "simulated"
_MODULE = "reconcile.sandbox.simulated_main"
# The process has to find this very package, installed or not.
_SOURCE = Path(__file__).parents[2]

Report = Callable[[str], None]


def start_simulated(
    spec: SimulatedSpec,
    directory: Path,
    clock: Clock,
    *,
    report: Report = lambda _line: None,
    timeout: float = 60.0,
) -> Sandbox:
    """Start simulated clusters in the background and return once every worker answers.

    Raises UsageError for a spec that makes no sense, and SandboxError where OpenSSL is missing
    (CF601), or the process does not start or a port is taken (CF602).
    """
    check_spec(spec)
    directory = directory.absolute()
    refuse_running(directory)
    tools = find_tools(java=False, certificates=spec.tls)

    def attempt(number: int) -> Sandbox:
        report(f"Starting a simulated Connect {spec.version}")
        return _start(_prepare(spec, directory, tools, number), clock, timeout)

    return start_on_free_ports(attempt, directory, clock, report=report)


def _prepare(spec: SimulatedSpec, directory: Path, tools: Tools, attempt: int) -> Sandbox:
    make_folders(directory)
    access, _ = make_access(spec, directory, tools)
    ports, _ = choose_ports(
        spec.workers * spec.clusters, directory, wanted=spec.port, attempt=attempt
    )
    return Sandbox(
        directory=directory,
        spec=spec,
        clusters=plan_clusters(spec, directory.name, ports),
        access=access,
    )


def _start(sandbox: Sandbox, clock: Clock, timeout: float) -> Sandbox:
    path = os.pathsep.join(filter(None, (str(_SOURCE), os.environ.get("PYTHONPATH", ""))))
    # -P: what lies in the process's folder is data and never imported.
    command = (sys.executable, "-P", "-m", _MODULE, str(sandbox.directory))
    sandbox = launch(sandbox, ROLE, command, environment={"PYTHONPATH": path})
    urls = [url for cluster in sandbox.clusters for url in cluster.urls]
    await_ready(
        sandbox.processes,
        lambda _process: all(answers(url, sandbox.access) for url in urls),
        clock,
        timeout=timeout,
    )
    ready = replace(sandbox, ready=True)
    save(ready)
    return ready
