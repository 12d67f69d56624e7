"""Run connectform as a real process."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from tests.prepared import run_prepared

ROOT = Path(__file__).parents[2]
LEDGERS = ".connectform"
_FOR_PYTHON = ("PYTHON", "LC_", "LANG")  # what the interpreter reads when it starts


@dataclass(frozen=True, slots=True)
class Result:
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def both(self) -> str:
        return self.out + self.err


@dataclass(frozen=True, slots=True)
class Workplace:
    """A project folder, and the cluster it speaks of; only a simulated one can be looked into."""

    folder: Path
    cluster: SimulatedCluster | None
    url: str

    def run(self, *arguments: str, **environment: str) -> Result:
        """Run one command in the folder and return its exit code and output."""
        if any(name.startswith(_FOR_PYTHON) for name in environment):
            with self.start(*arguments, **environment) as process:
                out, err = process.communicate(timeout=120)
            return Result(process.returncode, out, err)
        done = run_prepared(arguments, self.folder, clean_environment() | environment)
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start one command in the folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconcile", *arguments],
            cwd=self.folder,
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def files(self) -> dict[str, bytes]:
        """Return all files of the folder but the ledger, with what they hold."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and LEDGERS not in path.parts
        }

    def adopt(self, *names: str) -> None:
        """Let the ledger know live connectors as the project's."""
        adopted = self.run("adopt", *names, "--auto-approve")
        assert adopted.code == 0, adopted.err

    def result(self) -> dict[str, Any]:
        """Return what `apply-result.json` says of the only cluster."""
        document = json.loads((self.folder / "apply-result.json").read_text(encoding="utf-8"))
        (result,) = document["results"]
        return result

    def outcomes(self) -> dict[str, str]:
        """Return how each change ended, as `apply-result.json` says."""
        return {outcome["name"]: outcome["status"] for outcome in self.result()["outcomes"]}

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def write_project(self, extra: str = "", urls: Sequence[str] = ()) -> None:
        """Write a project file with one cluster, of several workers or one, and more lines below."""
        where = f"urls: {json.dumps(urls)}" if urls else f'url: "{self.url}"'
        self.write(
            "connectform.yaml",
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: tests}\n"
            f"definitions: [connectors]\nclusters:\n  local:\n    {where}\n{extra}",
        )

    def write_sink(self, name: str, *, file: str = "out.txt", more: str = "") -> Path:
        """Write a definition of a file sink, and more lines below its spec."""
        return self.write(
            f"connectors/{name}.yaml",
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {name}}}\nspec:\n  class: FileStreamSink\n  tasksMax: 1\n"
            f"  config:\n    file: {file}\n    topics: lines\n{more}",
        )


@contextmanager
def workplace_on(
    cluster: SimulatedCluster, folder: Path, *, tls: ssl.SSLContext | None = None
) -> Iterator[Workplace]:
    """Serve a cluster, and yield a project on it that has no definitions yet."""
    with serve(cluster, tls=tls) as server:
        place = Workplace(folder=folder, cluster=cluster, url=server.url)
        place.write_project()
        (folder / "connectors").mkdir()
        yield place


def clean_environment() -> dict[str, str]:
    """Return an environment without anything that changes how connectform prints."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
    }
