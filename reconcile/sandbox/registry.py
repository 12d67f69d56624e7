"""Sandboxes by name: each has a folder, and at most one of a name is up."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from reconcile.clock import Clock
from reconcile.errors import SandboxError, usage
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem
from reconcile.sandbox import real_cluster, simulated_process
from reconcile.sandbox.launch import LOGS, clear, end_processes, refuse_running
from reconcile.sandbox.locks import file_lock
from reconcile.sandbox.processes import is_alive
from reconcile.sandbox.spec import RealSpec, SimulatedSpec, Spec
from reconcile.sandbox.state import Sandbox, load

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LOCK_SECONDS = 120.0

Report = Callable[[str], None]


def sandbox_home(directory: Path) -> Path:
    """Return the folder that holds the sandboxes of a project directory."""
    return directory / ".connectform" / "sandboxes"


def up(name: str, spec: Spec, home: Path, clock: Clock, *, report: Report) -> Sandbox:
    """Start a sandbox under a name.

    Raises SandboxError: CF604 where it is up already or on its way, else what `start` raises.
    """
    with _locked(name, home, clock, timeout=0.0):
        refuse_running(home / name)
        return _start(spec, home / name, clock, report)


def down(name: str, home: Path, clock: Clock) -> None:
    """Stop a sandbox and remove all that it wrote, also what a failed start left.

    Raises SandboxError (CF603) where there is none of this name.
    """
    _require_folder(name, home)
    with _locked(name, home, clock, timeout=_LOCK_SECONDS):
        _require_folder(name, home)  # it can be gone by the time we have the lock
        _stop(home / name, clock)


def reset(name: str, home: Path, clock: Clock, *, report: Report) -> Sandbox:
    """Stop a sandbox and start it again, empty, with the same settings and URLs."""
    find(name, home)
    with _locked(name, home, clock, timeout=_LOCK_SECONDS):
        sandbox = find(name, home)
        first = urlsplit(sandbox.url).port or 0
        report(f"Stopping the sandbox {name}")
        _stop(home / name, clock)
        return _start(replace(sandbox.spec, port=first), home / name, clock, report)


def find(name: str, home: Path) -> Sandbox:
    """Return the sandbox of a name; raise SandboxError (CF603) where none was started."""
    sandbox = load(home / name) if _NAME.fullmatch(name) else None
    if sandbox is None:
        raise _unknown(name, home)
    return sandbox


def names(home: Path) -> tuple[str, ...]:
    """Return the names of all sandboxes, those that failed to start included."""
    if not home.is_dir():
        return ()
    return tuple(sorted(path.name for path in home.iterdir() if _NAME.fullmatch(path.name)))


def inspect(sandbox: Sandbox) -> tuple[Sandbox, dict[str, bool]]:
    """Return a sandbox, and of the role of each of its processes whether it runs."""
    return sandbox, {process.role: is_alive(process) for process in sandbox.processes}


def inspect_all(home: Path) -> tuple[tuple[Sandbox, dict[str, bool]], ...]:
    """Return the same for every sandbox that was started."""
    loaded = (load(home / name) for name in names(home))
    return tuple(inspect(sandbox) for sandbox in loaded if sandbox is not None)


def find_log(name: str, role: str, home: Path) -> Path:
    """Return the log of a process, also of one that failed to start.

    An empty `role` means the first worker. Raises SandboxError (CF603) where there is no such log.
    """
    _require_folder(name, home)
    folder = home / name / LOGS
    for wanted in (role,) if role else ("worker-1", simulated_process.ROLE, "broker"):
        if (folder / f"{wanted}.log").is_file():
            return folder / f"{wanted}.log"
    found = sorted(path.stem for path in folder.glob("*.log"))
    raise SandboxError(
        Problem(
            code=Code.SANDBOX_NOT_RUNNING,
            message=f"the sandbox `{name}` has no log of {role or 'a worker'}",
            location=Location(str(folder)),
            hint=f"it has logs of {', '.join(found)}" if found else "it never started a process",
        )
    )


def _start(spec: Spec, directory: Path, clock: Clock, report: Report) -> Sandbox:
    match spec:
        case RealSpec():
            return real_cluster.start(spec, directory, clock, report=report)
        case SimulatedSpec():
            return simulated_process.start_simulated(spec, directory, clock, report=report)


def _stop(directory: Path, clock: Clock) -> None:
    sandbox = load(directory)
    if sandbox is not None:
        end_processes(sandbox, clock)
    clear(directory)


@contextmanager
def _locked(name: str, home: Path, clock: Clock, *, timeout: float) -> Iterator[None]:
    if not _NAME.fullmatch(name):
        raise usage(
            f"`{name}` cannot be the name of a sandbox",
            hint="up to 40 letters, digits, _ and -, the first a letter or digit",
        )
    try:
        with file_lock(home / f".{name}.lock", clock, timeout=timeout):
            yield
    except TimeoutError as error:
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_EXISTS,
                message=f"another process is starting or stopping the sandbox `{name}`",
                hint="wait for it, or choose another --name",
            )
        ) from error


def _require_folder(name: str, home: Path) -> None:
    if not _NAME.fullmatch(name) or not (home / name).is_dir():
        raise _unknown(name, home)


def _unknown(name: str, home: Path) -> SandboxError:
    known = ", ".join(names(home))
    return SandboxError(
        Problem(
            code=Code.SANDBOX_NOT_RUNNING,
            message=f"there is no sandbox `{name}`",
            location=Location(str(home)),
            hint=f"there is {known}" if known else "`connectform sandbox up` starts one",
        )
    )
