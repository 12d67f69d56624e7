"""Fetch the jars of Kafka and of plugins by Maven, once per user."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.clock import Clock
from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.sandbox.locks import file_lock
from reconcile.sandbox.real_pom import exporter_pom, folder_name, plugin_pom, runtime_pom
from reconcile.sandbox.real_tools import find_tools
from reconcile.sandbox.spec import Plugin, RealSpec

_WORK = ".fetching-"
_LOCK_SECONDS = 1800.0
_SHOWN_LINES = 5
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
_ERROR, _HELP = "[ERROR]", "-> [Help 1]"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jars:
    """Where the jars lie: folders for Kafka itself, each plugin, and the exporter where wanted."""

    runtime: Path
    plugins: tuple[Path, ...]
    exporter: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    title: str
    folder: Path
    pom: str


def cache_directory(environment: Mapping[str, str], home: Path) -> Path:
    """Return the user's cache: CONNECTFORM_CACHE, else under XDG_CACHE_HOME, else `~/.cache`."""
    if chosen := environment.get("CONNECTFORM_CACHE"):
        return Path(chosen)
    # The XDG specification has relative paths ignored.
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else home / ".cache") / "connectform"


def fetch_jars(spec: RealSpec, cache: Path, clock: Clock, *, report: Callable[[str], None]) -> Jars:
    """Make sure that all jars of a sandbox are in the cache, and return where.

    Two processes may fetch at once: one waits for the other, and a folder appears complete or not
    at all. Raises SandboxError: CF601 where Maven is needed and missing, CF602 where it fails.
    """
    kafka = _kafka(spec.version, cache)
    plugins = tuple(_plugin(plugin, cache) for plugin in spec.plugins)
    exporter = _exporter(cache) if spec.metrics else None
    everything = (kafka, *plugins, *([exporter] if exporter else []))
    missing = [wanted for wanted in everything if not wanted.folder.is_dir()]
    if missing:
        maven = find_tools(maven=True).maven
        with file_lock(
            cache / ".lock",
            clock,
            timeout=_LOCK_SECONDS,
            on_wait=lambda: report("Waiting for another sandbox that fetches jars"),
        ):
            for abandoned in cache.glob(f"{_WORK}*"):  # by a process that was killed
                shutil.rmtree(abandoned, ignore_errors=True)
            for wanted in missing:
                if not wanted.folder.is_dir():
                    report(f"Fetching {wanted.title} by Maven (once)")
                    _fetch(wanted, maven)
    return Jars(
        runtime=kafka.folder,
        plugins=tuple(plugin.folder for plugin in plugins),
        exporter=exporter.folder if exporter else None,
    )


def maven_errors(output: str) -> str:
    """Return the lines of Maven's output that tell why it failed, without passwords in URLs."""
    lines = [line for line in _COLOUR.sub("", output).splitlines() if line.strip()]
    errors = [
        line.removeprefix(_ERROR).removesuffix(_HELP).strip()
        for line in lines
        if line.startswith(_ERROR)
    ]
    told = tuple(itertools.takewhile(bool, errors))  # an empty one begins Maven's advice on itself
    return _USER_INFO.sub("***@", "\n".join((told or tuple(lines))[-_SHOWN_LINES:]))


def _kafka(version: str, cache: Path) -> _Wanted:
    pom = runtime_pom(version)
    return _Wanted(
        title=f"Kafka {version}", folder=cache / folder_name(f"kafka-{version}", pom), pom=pom
    )


def _exporter(cache: Path) -> _Wanted:
    pom = exporter_pom()
    return _Wanted(title="the JMX exporter", folder=cache / folder_name("exporter", pom), pom=pom)


def _plugin(plugin: Plugin, cache: Path) -> _Wanted:
    pom = plugin_pom(plugin)
    name = folder_name(f"plugin-{plugin.artifact}-{plugin.version}", pom)
    return _Wanted(title=str(plugin), folder=cache / name, pom=pom)


def _fetch(wanted: _Wanted, maven: str) -> None:
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=wanted.folder.parent))
    try:
        (work / "pom.xml").write_text(wanted.pom, encoding="utf-8")
        _run_maven(wanted, maven, work)
        (work / "jars").rename(wanted.folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run_maven(wanted: _Wanted, maven: str, work: Path) -> None:
    command = (
        *(maven, "-q", "-B", "-ntp", "-f", str(work / "pom.xml")),
        *("dependency:copy-dependencies", f"-DoutputDirectory={work / 'jars'}"),
        "-DincludeScope=runtime",
    )
    log = work / "maven.log"
    with log.open("wb") as output:
        # A session of its own lets one signal end all that the `mvn` script started.
        process = subprocess.Popen(  # noqa: S603 - the user's own Maven
            command,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            failed = process.wait() != 0
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if failed or not (work / "jars").is_dir():
        shown = maven_errors(log.read_text(encoding="utf-8", errors="replace"))
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_START_FAILED,
                message=f"Maven could not fetch {wanted.title}:\n{shown}",
                hint="check the coordinates, the network, and the mirrors and proxies in Maven's "
                "own settings (~/.m2/settings.xml)",
            )
        )
