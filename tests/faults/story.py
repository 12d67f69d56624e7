"""Provoke a fault beside a watch, mend it, and tell what was seen when."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconcile.clock import until
from tests.faults.beside import CLOCK, Beside, Seen, Told
from tests.faults.catalogue import Fault
from tests.faults.scene import Scene

# What does not come back by then is told as it is.
RECOVERY = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStory:
    """An alert: seconds after the fault until it was told of, and after the mending until its end.

    `count` is of how many connectors it was told, the first then and the last at the end; `ended`
    is None where one did not end.
    """

    name: str
    count: int
    told: float
    ended: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was seen of a fault, in seconds after it; None for what did not come.

    `admitted` is when Connect first told another status than before, `seen` when the first round
    ended that did not find all well. `healths`, `failures`, `notes` and `lines` are of the time
    until it was mended, each as it came first: `lines` are what a person reads at the terminal, and
    `notes` the part of them that says why nothing is done. `left` is for how long it was left
    alone. `well`, when all was again, counts from the mending.
    """

    admitted: float | None
    seen: float | None
    healths: tuple[str, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[str, ...]
    restarts: tuple[float, ...]
    alerts: tuple[AlertStory, ...]
    left: float
    well: float | None


def tell(fault: Fault, scene: Scene, beside: Beside) -> Story:
    """Provoke a fault, mend it once enough of it was seen, and wait until all is well again.

    Raises TimeoutError where all is not well at first: then nothing is to be learned.
    """
    fault.prepare(scene)
    scene.await_applied()
    if not _came(beside, beside.is_well, RECOVERY):
        last = [one.troubled for one in beside.seen[-1:]]
        raise TimeoutError(f"all was not well before: {last}, {sorted(beside.firing())}")
    first, told = len(beside.seen), len(beside.told)
    asked = Asked(scene)
    fault.provoke(scene)
    began = CLOCK.monotonic()

    def is_enough() -> bool:
        asked.look()
        over = CLOCK.monotonic() - began >= fault.least
        mended = fault.mend is not None or asked.changed is not None
        return over and mended and _is_awaited(fault, beside.told[told:])

    _came(beside, is_enough, fault.patience)
    last, left = len(beside.seen), CLOCK.monotonic()
    mended = left if asked.changed is None else asked.changed
    if fault.mend is not None:
        fault.mend(scene)
        mended = CLOCK.monotonic()
    _came(beside, beside.is_well, RECOVERY)
    scene.await_applied()
    seen = beside.seen[first:]
    return Story(
        **_trouble([one for one in beside.seen[first:last] if one.troubled], scene, began),
        admitted=_since(began, asked.changed),
        restarts=tuple(one.restarted - began for one in seen if one.restarted is not None),
        alerts=tuple(_alerts(beside.told[told:], began, mended)),
        left=left - began,
        well=_since(mended, _well_since(beside.seen[last:])),
    )


def _since(began: float, at: float | None) -> float | None:
    """Return for how long something took; a round may see what is still being done."""
    return None if at is None else max(0.0, at - began)


def _trouble(seen: Sequence[Seen], scene: Scene, began: float) -> dict[str, Any]:
    """Return what rounds say in which not all was well."""
    return {
        "seen": _since(began, seen[0].at) if seen else None,
        "healths": _once(health for one in seen for health in one.troubled.values()),
        "failures": _once(failure for one in seen for failure in one.failures.values()),
        "notes": _once(note for one in seen for note in one.notes.values()),
        "lines": _once(scene.shown(line) for line in _lines(seen)),
    }


@dataclass(slots=True)
class Asked:
    """What Connect itself tells meanwhile; `changed` is when it first told something else."""

    scene: Scene
    before: dict[str, Any] = field(default_factory=dict)
    changed: float | None = None

    def __post_init__(self) -> None:
        self.before = self.scene.statuses()

    def look(self) -> None:
        """Ask, unless it has told something else already."""
        if self.changed is None and self.scene.statuses() != self.before:
            self.changed = CLOCK.monotonic()


def _came(beside: Beside, condition: Callable[[], bool], timeout: float) -> bool:
    """Wait until something holds after a round that has begun since, and tell whether it does."""
    enough = len(beside.seen) + 1
    return until(
        CLOCK, lambda: condition() and len(beside.seen) > enough, timeout=timeout, interval=0.2
    )


def _is_awaited(fault: Fault, told: Sequence[Told]) -> bool:
    names = {one.name for one in told if one.fires}
    return bool(names) if fault.awaited is None else fault.awaited in names


def _well_since(seen: Sequence[Seen]) -> float | None:
    """Return the second of the first of the rounds at the end that found all well, None for none."""
    since = None
    for one in reversed(seen):
        if one.troubled:
            break
        since = one.at
    return since


def _alerts(told: Sequence[Told], began: float, mended: float) -> Iterator[AlertStory]:
    for name in _once(one.name for one in told if one.fires):
        fired = [one for one in told if one.name == name and one.fires]
        last = {one.subject: one for one in told if one.name == name}
        over = not any(one.fires for one in last.values())
        yield AlertStory(
            name=name,
            count=len(last),
            told=max(0.0, fired[0].at - began),
            ended=_since(mended, max(one.at for one in last.values())) if over else None,
        )


def _lines(seen: Sequence[Seen]) -> Iterator[str]:
    """Return the lines of what is not well, and what became of the cluster itself."""
    for one in seen:
        for problem in one.round.problems:
            yield problem.message
        for name in one.troubled:
            if name in one.lines:
                yield one.lines[name]


def _once(items: Iterable[Any]) -> tuple[Any, ...]:
    """Return what there is, each as it comes first."""
    return tuple(dict.fromkeys(items))
