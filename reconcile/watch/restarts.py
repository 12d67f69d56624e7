"""Decide when one failed connector is restarted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reconcile.model.health import FailureClass
from reconcile.model.restart import RestartPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What is remembered of the restarts of one connector.

    `chance` is drawn once for each wait, so that a crash does not draw again. `failing` and
    `well` are since when it is so; neither holds while a restart waits for its effect.
    """

    count: int = 0
    last: datetime | None = None
    failing: datetime | None = None
    well: datetime | None = None
    chance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one round saw of a connector.

    `helps` tells whether a restart can help against the failure. `moves` is None where nobody can
    tell whether records have moved since the last restart.
    """

    failed: bool
    failure: FailureClass = FailureClass.UNKNOWN
    cause: str = ""
    helps: bool = True
    moves: bool | None = None


class Ruling(StrEnum):
    """What a policy says of a connector now."""

    WELL = "well"
    OFF = "off"
    HOPELESS = "hopeless"
    GIVEN_UP = "given up"
    WAITING = "waiting"
    DUE = "due"


def observed(policy: RestartPolicy, before: Attempts, seen: Seen, now: datetime) -> Attempts:
    """Return what is remembered after a round.

    Attempts are forgotten once the connector has been well for as long as declared. A clock that
    went back makes waits longer and never shorter.
    """
    if not seen.failed and not before.count:
        return Attempts()
    attempts = _not_after(before, now)
    if seen.failed:
        return replace(attempts, failing=attempts.failing or now, well=None)
    well = None if seen.moves is False else attempts.well or now
    attempts = replace(attempts, failing=None, well=well)
    return Attempts() if _is_stable(policy, attempts, now) else attempts


def judged(
    policy: RestartPolicy, attempts: Attempts, seen: Seen, now: datetime
) -> tuple[Ruling, datetime | None]:
    """Return what the policy says now, and when a restart is due where one is to come."""
    if not seen.failed:
        return Ruling.WELL, None
    if not policy.enabled:
        return Ruling.OFF, None
    if not _is_retried(policy, seen):
        return Ruling.HOPELESS, None
    if policy.attempts is not None and attempts.count >= policy.attempts:
        return Ruling.GIVEN_UP, None
    due = due_at(policy, attempts, now)
    return (Ruling.DUE if due <= now else Ruling.WAITING), due


def due_at(policy: RestartPolicy, attempts: Attempts, now: datetime) -> datetime:
    """Return when the next restart may be: counted from the last, or from the failure."""
    since = attempts.last or attempts.failing or now
    return since + policy.backoff.delay(attempts.count, attempts.chance)


def restarted(attempts: Attempts, now: datetime, chance: float) -> Attempts:
    """Return what is remembered once a restart is decided, before it is asked for.

    A crash in between then costs an attempt, and never makes two of one.
    """
    return Attempts(count=attempts.count + 1, last=now, chance=chance)


def is_in_flight(attempts: Attempts, now: datetime, settle: timedelta) -> bool:
    """Tell whether the effect of the last restart is still to come."""
    return attempts.last is not None and attempts.well is None and now - attempts.last < settle


def _not_after(attempts: Attempts, now: datetime) -> Attempts:
    def no_later(moment: datetime | None) -> datetime | None:
        return None if moment is None else min(moment, now)

    return replace(
        attempts,
        last=no_later(attempts.last),
        failing=no_later(attempts.failing),
        well=no_later(attempts.well),
    )


def _is_stable(policy: RestartPolicy, attempts: Attempts, now: datetime) -> bool:
    if attempts.well is None or attempts.last is None:
        return False
    if policy.reset_after is None:
        return now - attempts.last > policy.backoff.delay(attempts.count)
    return now - attempts.well >= policy.reset_after


def _is_retried(policy: RestartPolicy, seen: Seen) -> bool:
    rule = next((one for one in policy.rules if one.covers(seen.failure, seen.cause)), None)
    return rule.retry if rule is not None else seen.helps
