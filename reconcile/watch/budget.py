"""Decide which of the restarts that are due may be made now, on a whole cluster."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.model.restart import RestartBudget, RestartPolicy
from reconcile.watch.restarts import (
    Attempts,
    Ruling,
    Seen,
    is_in_flight,
    judged,
    observed,
    restarted,
)

SETTLE: Final = timedelta(minutes=1)
"""How long the effect of a restart may take to be seen in a status."""

_NONE: Final = Attempts()
_MINUTE: Final = timedelta(minutes=1)
_FEWEST: Final = 4
_PROBE: Final = timedelta(minutes=1)
_LONGEST_PROBE: Final = timedelta(minutes=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Open while most connectors of a cluster fail at once: one is tried, and the rest wait.

    `canary` is the one that is tried; `probes` counts those that failed. `released` once one of
    them came back: then the rest follows within the budget.
    """

    opened: datetime
    canary: str = ""
    probed: datetime | None = None
    probes: int = 0
    released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is remembered of the restarts on one cluster; `recent` are those of a minute."""

    attempts: Mapping[str, Attempts] = field(default_factory=dict)
    recent: tuple[datetime, ...] = ()
    breaker: Breaker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A connector that is declared to run; `kept` says why nothing may be done to it now.

    `freed` tells that something kept it until the round before: what it has now counts as new.
    """

    policy: RestartPolicy
    seen: Seen
    kept: str = ""
    freed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a connector stands: what its policy says, when it is due, and what it waits for."""

    ruling: Ruling
    due: datetime | None = None
    attempts: int = 0
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is remembered from now on, the restarts to make, and where each connector stands.

    `left` is how many restarts more the budget allows right now.
    """

    book: Book
    restart: tuple[str, ...] = ()
    left: int = 0
    standings: Mapping[str, Standing] = field(default_factory=dict)


def decide(
    book: Book,
    candidates: Mapping[str, Candidate],
    budget: RestartBudget,
    now: datetime,
    draw: Callable[[], float],
    *,
    suspended: str = "",
) -> Decided:
    """Return the restarts of a round; the book has to be kept before they are made.

    `draw` gives numbers in [0, 1]. With `suspended`, the reason, nothing is restarted; what is
    seen is remembered all the same.
    """
    attempts = {
        name: observed(one.policy, book.attempts.get(name, _NONE), one.seen, now)
        for name, one in candidates.items()
    }
    recent = tuple(min(moment, now) for moment in book.recent if now - moment < _MINUTE)
    breaker = _breaker(book.breaker, candidates, attempts, now)
    rulings = {
        name: judged(one.policy, attempts[name], one.seen, now) for name, one in candidates.items()
    }
    due = [
        name
        for name, (ruling, _) in rulings.items()
        if ruling is Ruling.DUE and not candidates[name].kept
    ]
    due.sort(key=lambda name: (rulings[name][1] or now, attempts[name].count, name))
    flying = sum(is_in_flight(one, now, SETTLE) for one in attempts.values())
    free = max(0, min(budget.per_minute - len(recent), budget.concurrent - flying))
    chosen = [] if suspended else due[: _allowed(breaker, free, now)]
    if breaker is not None and not breaker.released and chosen:
        breaker = replace(breaker, canary=chosen[0], probed=now)
    standings = {
        name: Standing(
            ruling=ruling,
            due=moment,
            attempts=attempts[name].count,
            waits_for=_obstacle(candidates[name], ruling, suspended, breaker)
            if name not in chosen
            else "",
        )
        for name, (ruling, moment) in rulings.items()
    }
    for name in chosen:
        attempts[name] = restarted(attempts[name], now, draw())
    kept = {name: one for name, one in attempts.items() if one != _NONE}
    after = Book(attempts=kept, recent=(*recent, *[now] * len(chosen)), breaker=breaker)
    return Decided(book=after, restart=tuple(chosen), left=free - len(chosen), standings=standings)


def _breaker(
    before: Breaker | None,
    candidates: Mapping[str, Candidate],
    attempts: Mapping[str, Attempts],
    now: datetime,
) -> Breaker | None:
    """Open the breaker when most fail within a minute; close it once most are well again.

    What somebody holds counts for nothing: that it fails is likely meant, and no storm.
    """
    loose = {name: attempts[name] for name, one in candidates.items() if not one.kept}
    failing = {name: one for name, one in loose.items() if one.failing or _unproven(one)}
    if before is None:
        fresh = [
            name
            for name, one in failing.items()
            if one.failing and (candidates[name].freed or now - one.failing < _MINUTE)
        ]
        opens = len(loose) >= _FEWEST and len(fresh) * 2 > len(loose)
        return Breaker(opened=now) if opens else None
    if len(failing) * 2 <= len(loose):
        return None
    if before.probed is None:
        return before
    # After a clock that went back the wait begins again: it does not last until that time is back.
    probed = min(before.probed, now)
    before = replace(before, probed=probed)
    if not before.canary or before.released or now - probed < SETTLE:
        return before
    canary = loose.get(before.canary)
    if canary is not None and canary.failing is None:
        return replace(before, released=True)
    return replace(before, canary="", probes=before.probes + 1)


def _unproven(attempts: Attempts) -> bool:
    return attempts.last is not None and attempts.well is None


def _allowed(breaker: Breaker | None, free: int, now: datetime) -> int:
    if breaker is None or breaker.released:
        return free
    if breaker.canary:
        return 0
    wait = min(_PROBE * 2 ** min(breaker.probes, 4), _LONGEST_PROBE)
    is_time = breaker.probed is None or now - breaker.probed >= wait
    return min(free, 1) if is_time else 0


def _obstacle(candidate: Candidate, ruling: Ruling, suspended: str, breaker: Breaker | None) -> str:
    """Return what a restart that is due waits for."""
    if ruling is not Ruling.DUE:
        return ""
    if candidate.kept or suspended:
        return candidate.kept or suspended
    if breaker is not None and not breaker.released:
        return "most connectors of the cluster fail at once: one is tried first"
    return "the budget of the cluster is spent for now"
