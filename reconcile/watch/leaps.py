"""Notice that the clock was set forward: what was just done looks then as if it were long ago."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

_NO_LEAP: Final = 10.0
_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """When a round was made, by the time of day and by monotonic seconds.

    `leapt` is when the clock was last seen to have been set forward, in monotonic seconds.
    """

    at: datetime
    seconds: float
    leapt: float | None = None

    @property
    def is_fresh(self) -> bool:
        """Tell whether the clock was set forward within a minute."""
        return self.leapt is not None and self.seconds - self.leapt < _MINUTE


def ticked(before: Tick | None, at: datetime, seconds: float) -> Tick:
    """Return the tick of a round; `before` is that of an earlier one of this process.

    The clock of a machine that slept counts as set forward.
    """
    if before is None:
        return Tick(at=at, seconds=seconds)
    ahead = (at - before.at).total_seconds() - (seconds - before.seconds)
    return Tick(at=at, seconds=seconds, leapt=seconds if ahead > _NO_LEAP else before.leapt)
