"""Show the main job on a cluster of our own, with the commands a user would type."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.cli.exits import Exit
from reconcile.cli.shell import Shell
from reconcile.clock import until
from reconcile.report.spans import bold, dim, line
from reconcile.run.scaffold import shipped_folder
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.spec import RealSpec, check_spec

_CHANGED: Final = "example-orders-sink"
_PAUSED: Final = "example-orders-source"
_ORDERS: Final = "order 1\norder 2\norder 3\n"
_FLOW_SECONDS: Final = 20.0

_PROJECT: Final = """\
apiVersion: connectform/v1
kind: Project
metadata: {{name: demo}}
definitions: [connectors]
clusters:
  local:
    url: "{url}"
    vars: {{FOLDER: "{files}"}}
defaults:
  - spec:
      config:
        key.converter: org.apache.kafka.connect.storage.StringConverter
        value.converter: org.apache.kafka.connect.storage.StringConverter
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the show, what it is for, and the exit code it must have."""

    about: str
    arguments: tuple[str, ...]
    expected: Exit = Exit.FINE


_FIRST: Final = (
    Step("What would change? Nothing runs yet, so everything is to be added.", ("plan",)),
    Step("Do exactly that, and wait until every task runs.", ("apply", "--auto-approve")),
    Step("Git and the cluster agree now.", ("plan",)),
)
_THEN: Final = (
    Step("The nightly report finds both, by key.", ("drift",), Exit.CHANGES),
    Step("Back to what git says.", ("apply", "--auto-approve")),
    Step("All is well again.", ("status",)),
)


def demonstrate(shell: Shell, *, real: bool, version: str, keep: bool) -> Exit:
    """Run the show; any step that does not end as it should ends it with an error.

    Raises UsageError, before anything is started, for a version that is not on offer.
    """
    check_spec(RealSpec(version=version))
    with tempfile.TemporaryDirectory(prefix="connectform-demo-") as temporary:
        folder = Path(temporary)
        with _cluster(shell, real=real, version=version) as url:
            _write_project(folder, url)
            shell.terminal.say(f"The definitions of this show are in {folder / 'connectors'}.")
            if not _show(shell, folder, _FIRST):
                return Exit.ERROR
            if real and not _let_records_flow(shell, folder):
                return Exit.ERROR
            _change_by_hand(shell, url)
            if not _show(shell, folder, _THEN):
                return Exit.ERROR
            _say_what_next(shell, folder, url, real=real, keep=keep)
    return Exit.FINE


@contextmanager
def _cluster(shell: Shell, *, real: bool, version: str) -> Iterator[str]:
    if real:
        shell.terminal.say(f"Starting Kafka {version} with one Connect worker ...")
        with real_sandbox(RealSpec(version=version), clock=shell.context.clock) as sandbox:
            yield sandbox.url
    else:
        shell.terminal.say("Starting an embedded, simulated Connect cluster ...")
        cluster = SimulatedCluster(
            version=version, clock=shell.context.clock, timing=Timing.quick()
        )
        with serve(cluster) as server:
            yield server.url


def _write_project(folder: Path, url: str) -> None:
    shutil.copytree(shipped_folder("connectors"), folder / "connectors")
    (folder / "files").mkdir()
    (folder / "connectform.yaml").write_text(
        _PROJECT.format(url=url, files=folder / "files"), encoding="utf-8"
    )


def _let_records_flow(shell: Shell, folder: Path) -> bool:
    """Write lines for the source, and show them in the sink's file."""
    source = folder / "files" / "example-orders-in.txt"
    sink = folder / "files" / "example-orders-out.txt"
    source.write_text(_ORDERS, encoding="utf-8")
    arrived = until(
        shell.context.clock,
        lambda: sink.exists() and sink.read_text(encoding="utf-8").endswith(_ORDERS),
        timeout=_FLOW_SECONDS,
    )
    shell.terminal.say(
        f"\nThree lines written to {source.name} {'arrived in' if arrived else 'did not reach'}"
        f" {sink.name}, through Kafka."
    )
    return arrived


def _show(shell: Shell, folder: Path, steps: tuple[Step, ...]) -> bool:
    for step in steps:
        _announce(shell, step.about, " ".join(("connectform", *step.arguments)))
        command = [sys.executable, "-m", "reconcile", *step.arguments]
        code = subprocess.run(  # noqa: S603  # our own command
            command, cwd=folder, env=_environment(), check=False
        ).returncode
        if code != step.expected:
            shell.terminal.say(f"This exited with {code} where {int(step.expected)} was expected.")
            return False
    return True


def _environment() -> dict[str, str]:
    package = str(Path(__file__).parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    # The ledger of a show may be lost with it, in a pipeline too.
    return {**os.environ, "CI": "", "PYTHONPATH": os.pathsep.join(paths)}


def _change_by_hand(shell: Shell, url: str) -> None:
    """Change a setting and pause a connector, past git, as somebody does at three at night."""
    config = json.loads(_request("GET", f"{url}/connectors/{_CHANGED}/config"))
    config["errors.tolerance"] = "none"
    _announce(
        shell,
        "Now somebody changes things by hand.",
        f'curl -X PUT {url}/connectors/{_CHANGED}/config -d \'{{..., "errors.tolerance": "none"}}\'',
    )
    _request("PUT", f"{url}/connectors/{_CHANGED}/config", config)
    pause = f"{url}/connectors/{_PAUSED}/pause"
    shell.terminal.note([line(dim("$ "), bold(f"curl -X PUT {pause}"))])
    _request("PUT", pause)


def _request(method: str, url: str, body: object = None) -> bytes:
    request = urllib.request.Request(  # noqa: S310  # http on loopback
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # as above
        content: bytes = answer.read()
    return content


def _announce(shell: Shell, about: str, command: str) -> None:
    shell.terminal.note([(), line(about), line(dim("$ "), bold(command)), ()])


def _say_what_next(shell: Shell, folder: Path, url: str, *, real: bool, keep: bool) -> None:
    lines = [
        "",
        "What to try next:",
        "  connectform init my-connectors            a repository of your own",
        "  connectform sandbox up                    a cluster that stays up to play with",
    ]
    if not real:
        lines.append("  connectform demo --real                   this show on real Kafka")
    shell.terminal.say("\n".join(lines))
    if keep:
        shell.terminal.ask(f"\n{url} stays up, {folder} too, until you press Enter: ")
