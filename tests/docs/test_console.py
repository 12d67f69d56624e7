"""Every command that the documentation shows is run, and prints what the page says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import clean_environment
from tests.docs.pages import (
    PAGES,
    MakeLive,
    RunCommand,
    RunPipeline,
    SetVariable,
    WriteFile,
    parts_of,
)

SHOWN_URL = "http://127.0.0.1:8083"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path):
    cluster = SimulatedCluster(
        clock=SystemClock(), timing=Timing.quick(), cluster_id="Qm3rTz1yS0-pages"
    )
    variables: dict[str, str] = {}
    with serve(cluster) as server:
        for part in parts_of(page):
            match part:
                case WriteFile(name, text):
                    target = tmp_path / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text.replace(SHOWN_URL, server.url))
                case MakeLive(configs):
                    for name, config in configs.items():
                        cluster.put(name, config)
                case SetVariable(name, value):
                    variables[name] = value
                case RunCommand(real=True) | RunPipeline():
                    continue  # tests/real and tests/forges run these
                case RunCommand():
                    check(part, run(part.line, tmp_path, variables), server.url)


def run(line: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=clean_environment() | variables | {"PATH": tools},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def check(part: RunCommand, done: subprocess.CompletedProcess[str], url: str) -> None:
    out = done.stdout.replace(url, SHOWN_URL)
    assert done.returncode == part.code, f"$ {part.line}\n{out}{done.stderr}"
    if part.output:
        assert "\n".join(map(str.rstrip, out.strip().splitlines())) == part.output, out
