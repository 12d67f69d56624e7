"""Measure a plan of a cluster in sync against the floor, in turn, in the same run."""

import sys
import tempfile
from pathlib import Path

from benchmarks.definitions import config_of, name_of, write_project
from benchmarks.processes import Cost, cost_of, median_cost
from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_state import Target

WALL_FACTOR, WALL_EXTRA = 1.8, 0.3
MEMORY_FACTOR, MEMORY_EXTRA = 2.0, 30.0


def measure(count: int, runs: int) -> tuple[Cost, Cost]:
    """Return the median costs of connectform and of the floor, for `count` connectors."""
    cluster = SimulatedCluster(clock=SystemClock())
    for number in range(count):
        cluster.put(name_of(number), config_of(number), target=Target.STOPPED)
    with serve(cluster) as server, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_project(folder, count, server.url)
        ours = [sys.executable, "-m", "reconcile", "plan"]
        floor = [sys.executable, str(Path(__file__).with_name("floor.py")), server.url, "."]
        costs: tuple[list[Cost], list[Cost]] = ([], [])
        for turn in range(runs + 1):
            pair = cost_of(ours, folder), cost_of(floor, folder)
            if turn:  # the first pair warms the caches
                for kept, cost in zip(costs, pair, strict=True):
                    kept.append(cost)
    return median_cost(costs[0]), median_cost(costs[1])


def table(counts: list[int], runs: int) -> list[str]:
    """Return a Markdown table of a plan against its floor."""
    rows = [
        "| connectors | plan | floor | bound | memory | floor | bound | within |",
        "|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for count in counts:
        ours, floor = measure(count, runs if count < 10_000 else max(3, runs // 2))
        wall = floor.wall * WALL_FACTOR + WALL_EXTRA
        memory = floor.memory * MEMORY_FACTOR + MEMORY_EXTRA
        within = ours.wall <= wall and ours.memory <= memory
        rows.append(
            f"| {count:,} | {ours.wall:.2f} s | {floor.wall:.2f} s | {wall:.2f} s "
            f"| {ours.memory:.0f} MB | {floor.memory:.0f} MB | {memory:.0f} MB "
            f"| {'yes' if within else 'no'} |"
        )
    return rows
