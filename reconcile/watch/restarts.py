"""Decide when one failed connector is restarted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reconcile.model.health import FailureClass
from reconcile.model.restart import RestartPolicy
from reconcile.watch.pulse import UNKNOWN, Pulse


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

    `helps` tells whether a restart can help against the failure. `pulse` is what is known of
    whether records move.
    """

    failed: bool
    failure: FailureClass = FailureClass.UNKNOWN
    cause: str = ""
    helps: bool = True
    pulse: Pulse = UNKNOWN


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
    if has_failed(policy, attempts, seen, now):
        return replace(attempts, failing=attempts.failing or now, well=None)
    well = attempts.well or now if _is_proven(policy, attempts, seen, now) else None
    attempts = replace(attempts, failing=None, well=well)
    return Attempts() if _is_stable(policy, attempts, now) else attempts


def judged(
    policy: RestartPolicy, attempts: Attempts, seen: Seen, now: datetime
) -> tuple[Ruling, datetime | None]:
    """Return what the policy says now, and when a restart is due where one is to come."""
    if not has_failed(policy, attempts, seen, now):
        return Ruling.WELL, None
    if not policy.enabled:
        return Ruling.OFF, None
    if not _is_retried(policy, seen):
        return Ruling.HOPELESS, None
    if policy.attempts is not None and attempts.count >= policy.attempts:
        return Ruling.GIVEN_UP, None
    due = due_at(policy, attempts, now)
    return (Ruling.DUE if due <= now else Ruling.WAITING), due


def has_failed(policy: RestartPolicy, attempts: Attempts, seen: Seen, now: datetime) -> bool:
    """Tell whether a connector has failed, or its last restart: by when it was to move."""
    if seen.failed or attempts.last is None or policy.progress_within is None:
        return seen.failed
    is_over = now - attempts.last >= policy.progress_within
    return is_over and not _is_proven(policy, attempts, seen, now)


def _is_proven(policy: RestartPolicy, attempts: Attempts, seen: Seen, now: datetime) -> bool:
    """Tell whether a restart has helped: records have moved since, or none is left over.

    Where nobody can tell, it has once the connector has run for as long as it had time to move.
    """
    pulse, last = seen.pulse, attempts.last
    if policy.progress_within is None or last is None or pulse.left is False:
        return True
    if pulse.moved_after is not None and pulse.moved_after >= last:
        return True
    return pulse.left is None and now - last >= policy.progress_within


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
