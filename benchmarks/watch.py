"""Measure what the rounds of a watch cost: the first, which reads all, and those that follow."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.definitions import config_of, name_of, write_project
from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing

ROUNDS = 10
COUNTS = (200, 1_000, 5_000)


def table() -> list[str]:
    """Return a Markdown table of what rounds cost, by the number of connectors."""
    return [
        "| connectors | first round | processor | later round | processor | requests | memory |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *map(_row, COUNTS),
    ]


def _row(count: int) -> str:
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.instant())
    for number in range(count):
        cluster.put(name_of(number), config_of(number))
    cluster.settle()
    with serve(cluster) as server, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder, count, server.url)
        for path in folder.rglob("*-sink.yaml"):
            path.write_text(path.read_text().replace("state: stopped", "state: running"))
        command = [sys.executable, "-m", "benchmarks.watch_rounds", str(folder), str(ROUNDS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        paths = [request.path for request in cluster.requests]
    found = json.loads(done.stdout)
    first, later = found["first"], found["later"]
    infos = sum("expand=info" in path for path in paths)
    if infos != 1:
        sys.exit(f"all configs were read {infos} times in {ROUNDS + 1} rounds")
    return (
        f"| {count:,} | {first['wall']:.2f} s | {first['cpu']:.2f} s "
        f"| {later['wall']:.2f} s | {later['cpu']:.2f} s "
        f"| {len(paths) / (ROUNDS + 1):.0f} | {found['memory']:.0f} MB |"
    )
