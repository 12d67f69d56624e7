"""Measure creates, updates, stops and deletes of 50 connectors on three real workers."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import raw_apply
from benchmarks.processes import cost_of
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec

COUNT = 50
PHASES = ("create", "update", "stop", "delete stopped", "create again", "delete running")
MEASURED = tuple(phase for phase in PHASES if phase != "create again")


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


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long a phase took, and how much of it was start-up, reading and planning."""

    whole: float
    planning: float = 0.0


def measure_raw(url: str, prefix: str, folder: Path) -> dict[str, Seconds]:
    """Return the seconds each phase takes as bare requests, as a process of its own."""
    seconds = {}
    for phase in PHASES:
        configs = configs_of(prefix, folder, 2 if phase == "update" else 1)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, raw_apply.__file__, phase.removesuffix(" again"), url],
            input=json.dumps(configs),
            text=True,
            check=True,
        )
        seconds[phase] = Seconds(time.perf_counter() - started)
    return seconds


def measure_ours(url: str, prefix: str, folder: Path) -> dict[str, Seconds]:
    """Return the seconds each phase takes as one `connectform apply`."""
    seconds = {}
    for phase in PHASES:
        version = 2 if phase in ("update", "stop") else 1
        configs = configs_of(prefix, folder, version)
        deleting = phase.startswith("delete")
        state = "stopped" if phase == "stop" else "running"
        _write(folder, url, prefix, {} if deleting else configs, state)
        command = [sys.executable, "-m", "reconcile", "apply", "--auto-approve", "--prune"]
        command += ["--allow-updates", str(COUNT)] if phase in ("update", "stop") else []
        command += ["--allow-deletes", str(COUNT)] if deleting else []
        plan = [sys.executable, "-m", "reconcile", "plan", "--prune"]
        planning = cost_of(plan, folder).wall
        seconds[phase] = Seconds(cost_of(command, folder).wall, planning)
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
    raw: list[dict[str, Seconds]] = []
    ours: list[dict[str, Seconds]] = []
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
        "| 50 connectors | apply | of it start and plan | bare requests | ratio | without start and plan |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for phase in MEASURED:
        whole = median(turn[phase].whole for turn in ours)
        planning = median(turn[phase].planning for turn in ours)
        bare = median(turn[phase].whole for turn in raw)
        rows.append(
            f"| {phase} | {whole:.1f} s | {planning:.1f} s | {bare:.1f} s "
            f"| {whole / bare:.2f} | {(whole - planning) / bare:.2f} |"
        )
    return rows
