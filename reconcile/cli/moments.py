"""Read the times that people give on a command line."""

from datetime import datetime, timedelta

from reconcile.cli.shell import Shell
from reconcile.desired.durations import FOR_EVER, length, milliseconds
from reconcile.desired.freezes import parse_moment
from reconcile.errors import usage


def moment_of(shell: Shell, text: str) -> datetime:
    """Return the end of a day, a time with its zone, or so long from now (`90m`, `4h`, `2d`).

    Raises UsageError for anything else, and for what is over already.
    """
    now = shell.context.clock.now()
    moment = _from_now(now, text) or _parsed(text)
    if moment is None:
        raise usage(
            f"{text} is no time",
            hint="write a day (2027-01-31), a time with its zone (2027-01-31T18:00:00Z), or how"
            " long from now (90m, 4h, 2d)",
        )
    if moment <= now:
        raise usage(f"{text} is over already", hint="name a time that is still to come")
    return moment


def seconds_of(text: str | None) -> float | None:
    """Return the seconds of a duration, None for none; raise UsageError for anything else."""
    if text is None:
        return None
    try:
        seconds = length(text).total_seconds()
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise usage(f"{text} is no duration", hint="write 10s, or 5m")
    return seconds


def _from_now(now: datetime, text: str) -> datetime | None:
    try:
        ahead = milliseconds(text)
        return None if ahead == FOR_EVER else now + timedelta(milliseconds=ahead)
    except (ValueError, OverflowError):
        return None


def _parsed(text: str) -> datetime | None:
    try:
        return parse_moment(text, ends=True)
    except ValueError:
        return None
