"""Put changes in the order they are carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconcile.model.plan import Action, Change
from reconcile.plan.draft import DraftChange
from reconcile.plan.rename import rivals


def waves_of(changes: Iterable[DraftChange], renamed: Mapping[str, str]) -> Mapping[str, int]:
    """Return the wave of each change by name.

    A definition names its own. What is deleted goes with the last wave, unless a write needs what
    it holds, or takes its place under a new name: then it goes in the wave before that write.
    """
    every = tuple(changes)
    waves = {
        change.name: change.definition.wave for change in every if change.definition is not None
    }
    last = max(waves.values(), default=0)
    successors = {old: new for new, old in renamed.items()}
    for change in every:
        if change.action is Action.DELETE:
            blocked = [waves[rival.name] for rival in rivals(change, every)]
            if change.name in successors:
                blocked.append(waves[successors[change.name]])
            waves[change.name] = min(blocked) - 1 if blocked else last
    return waves


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes by wave; in each wave writes, moves, deletes, each by name."""
    return tuple(
        sorted(
            changes,
            key=lambda change: (change.wave, rank(change), change.name),
        )
    )


def rank(change: Change) -> int:
    """Return the turn of a change in its wave: writes, then moves, then deletes."""
    match change.action:
        case Action.DELETE:
            return 2
        case Action.MOVE:
            return 1
        case _:
            return 0


def in_wave(change: Change, waves: Mapping[str, int]) -> Change:
    """Return the change with its wave."""
    return replace(change, wave=waves[change.name])
