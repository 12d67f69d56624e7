"""Measure the detection of anomalies: what it finds, and what a sample and a series cost.

Run alone it also scores a folder of series in the format of the Numenta Anomaly Benchmark:
`python -m benchmarks.anomalies --nab ../shared/nab`.
"""

import argparse
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from statistics import median
from sys import getsizeof

from reconcile.anomaly.detect import Sample, State, step
from reconcile.anomaly.profile import OPERATIONS, STANDARD, Profile, stricter
from tests import nab
from tests.traffic import DAY, MONDAY
from tests.traffic_judged import CLEAN_SERIES, FAULTS, clean_findings, found_after

WINDOW = DAY
FACTORS = (0.8, 0.9, 1.0, 1.1, 1.25)
# One figure changed at a time: what a category is left out of choosing between.
VARIANTS = (
    STANDARD,
    replace(STANDARD, smooth=6.0),
    replace(STANDARD, smooth=24.0),
    replace(STANDARD, recent=10.0),
    replace(STANDARD, recent=40.0),
    replace(STANDARD, memory=1000.0),
    replace(STANDARD, reach=0.06),
    replace(STANDARD, adopt=100, spacing=100),
)


def judged(folder: Path, profile: Profile) -> list[nab.Result]:
    """Return the results of a profile on all series of a folder."""
    return [nab.judge(one, nab.detections(one, profile)) for one in nab.load(folder)]


def scores(folder: Path, *, thorough: bool) -> list[str]:
    """Return a Markdown table of the scores as shipped and with each category left out."""
    profiles = [stricter(STANDARD, 1.0)]
    if thorough:
        profiles += [
            stricter(variant, factor)
            for variant in VARIANTS
            for factor in FACTORS
            if (variant, factor) != (STANDARD, 1.0)
        ]
    with ProcessPoolExecutor() as pool:
        tables = list(pool.map(judged, [folder] * len(profiles), profiles))
    series = nab.load(folder)
    rows = [
        "| profile of the benchmark | as shipped | chosen on the other categories |",
        "|---|---:|---:|",
    ]
    for name, weights in (
        ("standard", nab.STANDARD),
        ("low false positives", nab.LOW_FALSE_POSITIVES),
        ("low false negatives", nab.LOW_FALSE_NEGATIVES),
    ):
        left_out = f"{nab.left_out(series, tables, weights):.1f}" if thorough else "-"
        rows.append(f"| {name} | {nab.score(tables[0], weights):.1f} | {left_out} |")
    total = sum(tables[0], nab.Result())
    return [
        *rows,
        "",
        f"{len(series)} series, {len(profiles)} choices of figures.",
        f"{total.found} of {total.windows} anomalies found, {total.false_alarms} false alarms.",
    ]


def traffic_table() -> list[str]:
    """Return what is found in generated traffic, clean and with faults."""
    with ProcessPoolExecutor() as pool:
        clean = list(pool.map(clean_findings, range(CLEAN_SERIES)))
        after = list(pool.map(found_after, range(len(FAULTS)), FAULTS))
    rows = ["| fault | found within 15 minutes | minutes until found |", "|---|---:|---|"]
    for fault in dict.fromkeys(FAULTS):
        mine = [minutes for kind, minutes in zip(FAULTS, after, strict=True) if kind is fault]
        good = sum(minutes is not None and minutes <= 15 for minutes in mine)
        texts = ("not" if minutes is None else str(minutes) for minutes in mine)
        rows.append(f"| {fault.value} | {good} of {len(mine)} | {', '.join(texts)} |")
    return [
        f"{sum(map(len, clean))} findings in 14 clean days of {CLEAN_SERIES} series.",
        "",
        *rows,
    ]


class Baseline:
    """The naive detector: how many deviations a value is from the mean of the last day."""

    def __init__(self) -> None:
        self.window: deque[float] = deque(maxlen=WINDOW)
        self.total = self.squares = 0.0

    def step(self, value: float) -> bool:
        """Return whether a value is more than four deviations away."""
        count = max(len(self.window), 1)
        mean = self.total / count
        spread = math.sqrt(max(self.squares / count - mean * mean, 0.0))
        if len(self.window) == WINDOW:
            old = self.window[0]
            self.total -= old
            self.squares -= old * old
        self.window.append(value)
        self.total += value
        self.squares += value * value
        return abs(value - mean) > 4 * spread + 1e-9


def cost_table(days: int = 10) -> list[str]:
    """Return the cost of ours and of the baseline, in turn, in the same run."""
    chance = random.Random(1)  # noqa: S311  # seeded
    values = [200 + 50 * math.sin(n / 229) + chance.gauss(0, 5) for n in range(days * DAY)]
    samples = [Sample(MONDAY + n * 60, value) for n, value in enumerate(values)]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(5):
        times[0].append(_seconds(lambda: _ours(samples)) / len(samples))
        times[1].append(_seconds(lambda: _naive(values)) / len(values))
    ours, naive = median(times[0]) * 1e6, median(times[1]) * 1e6
    own = _size(_ours(samples), set()) / 1024
    windows = _size(_naive(values), set()) / 1024
    return [
        "| | ours | naive | ratio |",
        "|---|---:|---:|---:|",
        f"| a sample | {ours:.1f} µs | {naive:.1f} µs | {ours / naive:.1f} |",
        f"| a series | {own:.1f} kB | {windows:.1f} kB | {own / windows:.2f} |",
    ]


def _ours(samples: list[Sample]) -> State | None:
    state = None
    for sample in samples:
        state, _ = step(state, sample, OPERATIONS)
    return state


def _naive(values: list[float]) -> Baseline:
    baseline = Baseline()
    for value in values:
        baseline.step(value + 0.0)
    return baseline


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _size(value: object, seen: set[int]) -> int:
    """Return the bytes of a value and all that it alone refers to."""
    if value is None or id(value) in seen:
        return 0
    seen.add(id(value))
    inside: Iterable[object] = ()
    if isinstance(value, tuple | deque):
        inside = value
    elif isinstance(value, Baseline):
        inside = vars(value).values()
    elif is_dataclass(value):
        inside = (getattr(value, field.name) for field in fields(value))
    return getsizeof(value) + sum(_size(item, seen) for item in inside)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--nab", type=Path, help="a folder with data/ and windows.json")
    parser.add_argument("--quick", action="store_true", help="leave the choosing out")
    options = parser.parse_args()
    if options.nab:
        print(*scores(options.nab, thorough=not options.quick), "", sep="\n")
    print(*traffic_table(), "", *cost_table(), sep="\n")


if __name__ == "__main__":
    main()
