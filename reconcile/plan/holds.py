"""Find out what is to be left alone: holds, and the freezes of the project file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from reconcile.model.ledger import Hold
from reconcile.model.plan import ActiveHold
from reconcile.model.project import Freeze


def active_holds(
    holds: Iterable[Hold],
    freezes: Iterable[Freeze],
    *,
    now: datetime,
    declared: Mapping[str, str],
) -> tuple[ActiveHold, ...]:
    """Return the holds and freezes in force, those of single connectors first.

    `declared` gives the digest of what git declares by connector: a hold that a rollback left ends
    with it.
    """
    held = [
        ActiveHold(name=hold.name, reason=hold.reason, by=hold.by, until=hold.until)
        for hold in holds
        if is_in_force(hold, now=now, declared=declared)
    ]
    frozen = [
        ActiveHold(name=name, reason=freeze.reason, by=freeze.by, until=freeze.ends, freeze=True)
        for freeze in freezes
        if freeze.begins <= now < freeze.ends
        for name in freeze.connectors
    ]
    return (*sorted(held, key=lambda hold: (_is_glob(hold.name), hold.name)), *frozen)


def is_in_force(hold: Hold, *, now: datetime, declared: Mapping[str, str]) -> bool:
    """Tell whether a hold has not ended by itself."""
    if hold.until is not None and now >= hold.until:
        return False
    return not hold.while_declared or declared.get(hold.name, "") == hold.while_declared


def holding(name: str, holds: Iterable[ActiveHold]) -> ActiveHold | None:
    """Return the first hold on a connector, or None."""
    return next((hold for hold in holds if fnmatchcase(name, hold.name) or name == hold.name), None)


def holdings(names: Iterable[str], holds: Sequence[ActiveHold]) -> Mapping[str, ActiveHold]:
    """Return the first hold on each connector that has one: as `holding`, for many of both."""
    single: dict[str, int] = {}
    for place, hold in enumerate(holds):
        single.setdefault(hold.name, place)
    globs = [(place, hold.name) for place, hold in enumerate(holds) if _is_glob(hold.name)]
    nobody = len(holds)
    firsts = {
        name: min(
            single.get(name, nobody),
            next((place for place, glob in globs if fnmatchcase(name, glob)), nobody),
        )
        for name in names
    }
    return {name: holds[place] for name, place in firsts.items() if place < nobody}


def _is_glob(name: str) -> bool:
    return any(character in name for character in "*?[")
