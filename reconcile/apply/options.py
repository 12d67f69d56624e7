"""How a plan is carried out, and how carrying it out is interrupted."""

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconcile.errors import usage

_WHOLE: Final = 100


class OnError(StrEnum):
    """What a change that ends failed or unsettled means for those not yet begun."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Canary:
    """How many changes go first: a number, or a share of all in percent."""

    number: int
    percent: bool = False

    def of(self, changes: int) -> int:
        """Return how many of so many changes that are; a share is rounded up."""
        return -(-changes * self.number // _WHOLE) if self.percent else self.number


def parse_canary(text: str) -> Canary:
    """Return what `3` or `10%` says; raise UsageError for anything else."""
    stripped = text.strip()
    digits, percent = stripped.removesuffix("%"), stripped.endswith("%")
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    if number > 0 and not (percent and number > _WHOLE):
        return Canary(number, percent)
    raise usage(f"--canary {text} is no number of changes", hint="write 3, or 10%")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """How to carry out a plan; times are in seconds.

    `parallelism` is the number of changes written at a time; where an error stops the rest, also of
    those that settle at a time. `recheck_after`: a plan older than
    this is compared with the cluster again before it is written. `retry_timeout` bounds the
    repetition of writes that were refused for the moment, `look_timeout` the search for the effect
    of a write whose outcome is unknown, `stop_timeout` the wait for a stop on the way to something
    else, `settle_timeout` the wait for each change to take effect. `canary` changes go first, and
    the others only if these go well. `rollback_on_failure` sets updates back that made their
    connector fail.
    """

    parallelism: int = 32
    on_error: OnError = OnError.CONTINUE
    recheck_after: float = 5.0
    retry_timeout: float = 90.0
    look_timeout: float = 10.0
    stop_timeout: float = 30.0
    settle_timeout: float = 120.0
    canary: Canary | None = None
    rollback_on_failure: bool = False


class Interrupt:
    """A wish to stop: what is being written is finished, and nothing new is begun."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """Ask to stop; safe in signal handlers and from any thread."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until somebody asks to stop; tell whether somebody did."""
        return self._event.wait(seconds)

    @property
    def requested(self) -> bool:
        """Tell whether somebody asked to stop."""
        return self._event.is_set()
