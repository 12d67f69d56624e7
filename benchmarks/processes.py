"""Run whole processes and read what they cost."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time in seconds, processor time in seconds, largest memory in MB."""

    wall: float
    cpu: float
    memory: float


def cost_of(command: list[str], folder: Path, expected: frozenset[int] = frozenset({0})) -> Cost:
    """Run a command once and return its cost; any other exit code is an error."""
    started = time.perf_counter()
    with (folder / "bench-output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode not in expected:
        text = (folder / "bench-output.txt").read_text(errors="replace")[-2000:]
        sys.exit(f"{command} exited with {process.returncode}:\n{text}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median_cost(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.memory for cost in costs),
    )


def machine() -> str:
    """Describe the machine in one line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = sys.version.split()[0]
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Python {version}, Linux; shared"
