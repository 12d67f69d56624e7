"""Measure creates, updates, stops and deletes of 50 connectors on three real workers."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import raw_apply
from benchmarks.processes import cost_of
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec

COUNT = 50
FACTOR = 1.3
PHASES = ("create", "update", "stop", "delete")


def configs_of(prefix: str, folder: Path, version: int) -> dict[str, dict[str, str]]:
    """Return the configs of the connectors of one round, in a first or a second version."""
    return {
        f"{prefix}-{number:02d}": {
            "connector.class": "FileStreamSink",
            "tasks.max": "1",
            "topics": f"{prefix}-{number:02d}",
            "file": str(folder / f"{prefix}-{version}.txt"),
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        }
        for number in range(COUNT)
    }


def measure_raw(url: str, prefix: str, folder: Path) -> dict[str, float]:
    """Return the seconds each phase takes as bare requests, as a process of its own."""
    seconds = {}
    for phase in PHASES:
        configs = configs_of(prefix, folder, 1 if phase == "create" else 2)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, raw_apply.__file__, phase, url],
            input=json.dumps(configs),
            text=True,
            check=True,
        )
        seconds[phase] = time.perf_counter() - started
    return seconds


def measure_ours(url: str, prefix: str, folder: Path) -> dict[str, float]:
    """Return the seconds each phase takes as one `connectform apply`."""
    seconds = {}
    for phase in PHASES:
        configs = configs_of(prefix, folder, 1 if phase == "create" else 2)
        state = {"stop": "stopped"}.get(phase, "running")
        _write(folder, url, prefix, {} if phase == "delete" else configs, state)
        command = [sys.executable, "-m", "reconcile", "apply", "--auto-approve", "--prune"]
        command += ["--allow-updates", str(COUNT)] if phase in ("update", "stop") else []
        command += ["--allow-deletes", str(COUNT)] if phase == "delete" else []
        seconds[phase] = cost_of(command, folder).wall
    return seconds


def _write(
    folder: Path, url: str, prefix: str, configs: dict[str, dict[str, str]], state: str
) -> None:
    (folder / "connectors").mkdir(exist_ok=True)
    (folder / "connectform.yaml").write_text(
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: bench}\n"
        "definitions: [connectors]\nclusters:\n"
        f'  bench: {{url: "{url}", ownership: {{owns: ["{prefix}-*"]}}}}\n'
    )
    keep = {"keep-out": {"connector.class": "FileStreamSink", "topics": "keep"}}
    for path in (folder / "connectors").iterdir():
        path.unlink()
    for name, config in (configs | keep).items():
        document = {
            "apiVersion": "connectform/v1",
            "kind": "Connector",
            "metadata": {"name": name},
            "spec": {
                "class": config["connector.class"],
                "tasksMax": 1,
                "state": state if name in configs else "running",
                "config": {
                    key: value
                    for key, value in config.items()
                    if key not in ("connector.class", "tasks.max")
                },
            },
        }
        (folder / "connectors" / f"{name}.yaml").write_text(json.dumps(document))


def table(rounds: int) -> list[str]:
    """Return a Markdown table of apply against the bare requests."""
    raw: list[dict[str, float]] = []
    ours: list[dict[str, float]] = []
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with real_sandbox(RealSpec(workers=3)) as sandbox, tempfile.TemporaryDirectory() as temporary:
        for turn in range(rounds + 1):
            folder = Path(temporary, f"round-{turn}")
            folder.mkdir()
            pair = (
                measure_raw(sandbox.url, f"raw{turn}", folder),
                measure_ours(sandbox.url, f"ours{turn}", folder),
            )
            if turn:  # the first round warms the workers
                raw.append(pair[0])
                ours.append(pair[1])
    rows = [
        "| 50 connectors | apply | bare requests | ratio | within 1.3 |",
        "|---|---:|---:|---:|---|",
    ]
    for phase in PHASES:
        mine, bare = (median(round_[phase] for round_ in rounds_) for rounds_ in (ours, raw))
        within = "yes" if mine <= FACTOR * bare else "no"
        rows.append(f"| {phase} | {mine:.1f} s | {bare:.1f} s | {mine / bare:.2f} | {within} |")
    return rows
