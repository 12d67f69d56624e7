"""The series and the scorer of the Numenta Anomaly Benchmark.

Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly
Benchmark", ICMLA 2015; the rules stand in the README of the folder with the series.
"""

import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconcile.anomaly.detect import Sample, step
from reconcile.anomaly.profile import Profile


@dataclass(frozen=True, slots=True)
class Series:
    """A labelled series; windows are its anomalies, as first and last row."""

    name: str
    samples: tuple[Sample, ...]
    windows: tuple[tuple[int, int], ...]

    @property
    def category(self) -> str:
        return self.name.partition("/")[0]

    @property
    def probation(self) -> int:
        """The number of rows at the start where nothing counts."""
        return int(min(0.15 * len(self.samples), 0.15 * 5000))


@dataclass(frozen=True, slots=True)
class Weights:
    """What a found window earns, what a missed one and a false alarm cost."""

    found: float
    missed: float
    false: float


STANDARD = Weights(1, 1, 0.11)
LOW_FALSE_POSITIVES = Weights(1, 1, 0.22)
LOW_FALSE_NEGATIVES = Weights(1, 2, 0.11)


@dataclass(frozen=True, slots=True)
class Result:
    """What the detections of series come to, before the weights of a profile."""

    windows: int = 0
    found: int = 0
    earned: float = 0.0
    false_alarms: int = 0
    lost: float = 0.0

    def __add__(self, other: "Result") -> "Result":
        return Result(
            self.windows + other.windows,
            self.found + other.found,
            self.earned + other.earned,
            self.false_alarms + other.false_alarms,
            self.lost + other.lost,
        )


def load(folder: Path) -> list[Series]:
    """Read all series that `windows.json` names."""
    windows = json.loads((folder / "windows.json").read_text())
    return [_series(folder, name, windows[name]) for name in sorted(windows)]


def _series(folder: Path, name: str, windows: list[list[str]]) -> Series:
    with (folder / "data" / name).open() as file:
        rows = list(csv.reader(file))[1:]
    samples = tuple(Sample(_seconds(at), float(value)) for at, value in rows)
    return Series(name, samples, tuple(_rows(samples, *window) for window in windows))


def _rows(samples: Sequence[Sample], start: str, end: str) -> tuple[int, int]:
    first, last = _seconds(start), _seconds(end)
    inside = [row for row, sample in enumerate(samples) if first <= sample.at <= last]
    return inside[0], inside[-1]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def sigmoid(place: float) -> float:
    """Return what a detection is worth at a place relative to the end of a window."""
    return -1.0 if place > 3 else 2 / (1 + math.exp(5 * place)) - 1


def judge(series: Series, detections: Iterable[int]) -> Result:
    """Judge the rows of a series at which a detector fired."""
    earned: dict[tuple[int, int], float] = {}
    false_alarms, lost = 0, 0.0
    for row in sorted(detections):
        if row < series.probation:
            continue
        inside = next((w for w in series.windows if w[0] <= row <= w[1]), None)
        if inside is None:
            false_alarms += 1
            lost -= _false_alarm(series, row)
        elif inside not in earned:
            first, last = inside
            place = -(last - row + 1) / (last - first + 1)
            earned[inside] = sigmoid(place) / sigmoid(-1.0)
    return Result(len(series.windows), len(earned), sum(earned.values()), false_alarms, lost)


def _false_alarm(series: Series, row: int) -> float:
    before = [window for window in series.windows if window[1] < row]
    if not before:
        return -1.0
    first, last = max(before)
    return sigmoid((row - last) / (last - first))


def score(results: Iterable[Result], weights: Weights) -> float:
    """Return the score of all series together: 0 for silence, 100 for perfection."""
    total = sum(results, Result())
    raw = (
        weights.found * total.earned
        - weights.missed * (total.windows - total.found)
        - weights.false * total.lost
    )
    silent = -weights.missed * total.windows
    perfect = weights.found * total.windows
    return 100 * (raw - silent) / (perfect - silent)


def left_out(
    series: Sequence[Series], tables: Sequence[Sequence[Result]], weights: Weights
) -> float:
    """Return the score where each category is judged by what is best on all others.

    A table holds the results of one choice of parameters, in the order of the series.
    """
    held = []
    for category in sorted({one.category for one in series}):
        inside = [number for number, one in enumerate(series) if one.category == category]
        others = [number for number, one in enumerate(series) if one.category != category]
        best = max(tables, key=lambda table: score([table[number] for number in others], weights))
        held += [best[number] for number in inside]
    return score(held, weights)


def detections(series: Series, profile: Profile) -> list[int]:
    """Return the rows at which ours fires."""
    state, rows = None, []
    for row, sample in enumerate(series.samples):
        state, finding = step(state, sample, profile)
        if finding is not None:
            rows.append(row)
    return rows
