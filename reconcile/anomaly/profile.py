"""What a detector is told: how far from the usual is unusual, and how long it learns."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Metric(StrEnum):
    """What a series of an operated connector measures, each in its unit."""

    THROUGHPUT = "throughput"  # records a second
    ERROR_RATE = "error rate"  # errors a second
    LAG = "lag"  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a series is judged. Half-lives and waits count samples, limits are where a score is 1.

    `spreads` limits the smoothed departure from the usual of the hour, in its usual spread;
    `shift` the departure of the recent level from the long one, in its usual size; `reach` how
    far beyond everything seen a value lies, as a share of what was seen. `inf` turns one off.
    The last two count in full only where the usual of the hour does not explain the value:
    `shift_doubt` and `reach_doubt` are the spreads from it that are needed for that. Departures
    under `least`, in the unit of the series, are none.

    Nothing is found before `learning` whole hours are learned. An incident is over after `calm`
    samples under half the limit; one that lasts for `adopt` samples becomes the usual. Two
    findings are at least `spacing` samples apart.
    """

    spreads: float = 6.0
    shift: float = 2.7
    reach: float = 0.033
    shift_doubt: float = 2.0
    reach_doubt: float = 3.0
    least: float = 0.0
    smooth: float = 12.0
    recent: float = 20.0
    memory: float = 3000.0
    learning: int = 24
    calm: int = 60
    adopt: int = 150
    spacing: int = 150


STANDARD: Final = Profile()
OPERATIONS: Final = Profile(
    smooth=5.0,
    shift=math.inf,
    reach=0.6,
    reach_doubt=15.0,
    learning=8 * 24,
    calm=30,
    adopt=24 * 60,
    spacing=0,
)
_LEAST: Final = {Metric.THROUGHPUT: 0.0, Metric.ERROR_RATE: 0.02, Metric.LAG: 10.0}


def stricter(profile: Profile, factor: float) -> Profile:
    """Return the profile with every limit `factor` times as far; below 1 it finds more."""
    return replace(
        profile,
        spreads=profile.spreads * factor,
        shift=profile.shift * factor,
        reach=profile.reach * factor,
    )


def profile_for(metric: Metric) -> Profile:
    """Return the profile of a metric of a connector that is sampled about once a minute."""
    return replace(OPERATIONS, least=_LEAST[metric])
