"""Recorded failures with the class that a reader gave them, and how well they are classified.

Rules are written looking at two thirds of the traces that are kept beside the repository. Every
third, in the order of file names (the third, the sixth and so on: 006.txt, 015.txt, 019.txt ...),
was not looked at before the rules were finished; docs/diagnosis.md has the figures of the first run.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.health.classify import diagnose
from reconcile.model.health import Chance, FailureClass

EVERY = 3


@dataclass(frozen=True, slots=True)
class Trace:
    """One recorded failure and its labels."""

    name: str
    text: str
    failure: FailureClass
    restart: Chance


@dataclass(frozen=True, slots=True)
class Score:
    """How a class was found: `right` of those that have it, among those `said` to have it."""

    right: int
    labelled: int
    said: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.labelled + self.said)


def load(folder: Path, *, locked: bool) -> list[Trace]:
    """Return the traces of a folder that are locked away, or those that are not."""
    names = sorted(path.name for path in folder.glob("*.txt"))
    chosen = [name for at, name in enumerate(names) if (at % EVERY == EVERY - 1) is locked]
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}
    return [
        Trace(
            name=name,
            text=(folder / name).read_text(encoding="utf-8"),
            failure=FailureClass(rows[name]["class"]),
            restart=Chance(rows[name]["restart_helps"]),
        )
        for name in chosen
    ]


def wrong(traces: Iterable[Trace]) -> dict[str, str]:
    """Return what is said of those that are labelled otherwise, by name."""
    return {
        trace.name: f"{trace.failure} taken for {said}"
        for trace in traces
        if (said := diagnose(trace.text).failure) is not trace.failure
    }


def scores(traces: Sequence[Trace]) -> dict[FailureClass, Score]:
    """Return the score of each class that is labelled or said."""
    pairs = [(trace.failure, diagnose(trace.text).failure) for trace in traces]
    return {
        failure: Score(
            right=pairs.count((failure, failure)),
            labelled=sum(label is failure for label, _ in pairs),
            said=sum(said is failure for _, said in pairs),
        )
        for failure in FailureClass
        if any(failure in pair for pair in pairs)
    }


def macro_f1(traces: Sequence[Trace]) -> float:
    """Return the mean F1 over the classes that are labelled or said."""
    found = scores(traces)
    return sum(score.f1 for score in found.values()) / len(found)


def restarts_right(traces: Sequence[Trace]) -> float:
    """Return the share of traces of which is rightly said whether a restart can help."""
    return sum(diagnose(trace.text).restart is trace.restart for trace in traces) / len(traces)
