"""What is usual for a series: how a sample departs from it, and how it learns from one."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from typing import Final

from reconcile.anomaly.hours import DAY, WEEK, Hours, hour_of_week, usual_at, with_hour
from reconcile.anomaly.profile import Profile

_TINY: Final = 1e-9
_CLIP: Final = 4.0  # spreads beyond which a departure is learned as if it were no larger
_FORGET: Final = 1 - 1e-5  # of the largest departure, at each sample
_CLIPS_AFTER: Final = 2 * DAY
_DOUBTS_AFTER: Final = 3 * DAY


class Kind(StrEnum):
    """Which of the three questions found an anomaly."""

    HOUR = "hour"  # not the usual of this hour
    SHIFT = "shift"  # the recent level is not the usual one
    REACH = "reach"  # beyond everything seen


@dataclass(frozen=True, slots=True)
class Usual:
    """What was learned of a series: a fixed number of figures, however many samples came."""

    recent: float  # the level over the last samples
    level: float  # the level over the memory
    low: float
    high: float
    size: float  # the mean absolute value
    swing: float = 0.0  # mean square of recent - level
    pull: float = 0.0  # smoothed departure from the usual of the hour, in sizes
    pull_spread: float = 0.0  # mean square of it
    jump_spread: float = 0.0  # mean square of the departure itself, in sizes
    worst: float = 0.0  # the most spreads a pull was away without being an incident
    offset: float = 0.0  # of all hours, from what they were when learned
    samples: int = 0
    learned: int = 0  # whole hours
    hour: int = -1  # the hour of the week that is being learned, and what it has seen so far
    total: float = 0.0
    count: int = 0
    squares: float = 0.0
    squared: int = 0
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one sample departs from the usual; a score of 1 is the limit of the profile."""

    score: float
    kind: Kind
    expected: float | None
    recent: float
    bounds: tuple[float, float] | None  # of the usual of the hour
    pull: float
    pull_spread: float
    jump: float
    jump_spread: float
    size: float


def first_usual(value: float) -> Usual:
    """Return what is usual after nothing but a first value."""
    return Usual(value, value, value, value, abs(value))


def read(usual: Usual, at: float, value: float, profile: Profile) -> Reading:
    """Return how a value departs from the usual, before anything is learned from it."""
    recent = usual.recent + _rate(profile.recent, usual.samples) * (value - usual.recent)
    shift = abs(recent - usual.level) / (sqrt(usual.swing) + 0.01 * abs(usual.level) + _TINY)
    reach = max(value - usual.high, usual.low - value, 0.0)
    reach /= usual.high - usual.low + 0.01 * abs(usual.high) + _TINY
    hour, far, doubts = 0.0, 0.0, 0.0
    expected = bounds = None
    pull, pull_spread, jump, jump_spread = usual.pull, 1.0, 0.0, 1.0
    size = usual.size + _TINY
    if around := usual_at(usual.hours, at):
        left, right, between = around
        expected = between + usual.offset
        low, high = min(left, right) + usual.offset, max(left, right) + usual.offset
        bounds = (low, high)
        jump = (value - high if value > high else min(value - low, 0.0)) / size
        pull += (1 - 0.5 ** (1 / profile.smooth)) * (jump - pull)
        pull_spread = _spread_at(usual, at)
        jump_spread = sqrt(usual.jump_spread) + 0.01
        if abs(pull) * size >= profile.least:
            hour = abs(pull) / pull_spread
            hour *= min(1.0, hour / (usual.worst + _TINY))
        if abs(jump) * size >= profile.least:
            far = abs(jump) / jump_spread
        doubts = 1.0 if usual.learned >= _DOUBTS_AFTER else 0.0
    by_hour = hour / profile.spreads
    by_shift, by_reach = shift / profile.shift, reach / profile.reach
    if doubts:
        by_shift *= min(1.0, hour / profile.shift_doubt)
        by_reach *= min(1.0, far / profile.reach_doubt)
    score = max(by_hour, by_shift, by_reach)
    kind = Kind.HOUR if score == by_hour else Kind.SHIFT if score == by_shift else Kind.REACH
    return Reading(
        score, kind, expected, recent, bounds, pull, pull_spread, jump, jump_spread, size
    )


def learn(usual: Usual, at: float, value: float, reading: Reading, profile: Profile) -> Usual:
    """Return the usual after a value and its reading; large departures count as smaller ones."""
    hour = int(hour_of_week(at))
    hours, learned = usual.hours, usual.learned
    total, count, squares, squared = usual.total, usual.count, usual.squares, usual.squared
    if hour != usual.hour and count:
        hours, learned = _with_ended_hour(usual), learned + 1
        total = squares = 0.0
        count = squared = 0
    samples = usual.samples + 1
    rate = _rate(profile.memory, samples - 1)
    pull_spread, jump_spread = usual.pull_spread, usual.jump_spread
    offset, worst, taken = usual.offset, usual.worst, value
    if reading.bounds is not None:
        pull, jump = reading.pull, reading.jump
        if usual.learned >= _CLIPS_AFTER:
            pull = _clipped(pull, _CLIP * reading.pull_spread)
            jump = _clipped(jump, _CLIP * reading.jump_spread)
        pull_spread = (1 - rate) * pull_spread + rate * pull * pull
        jump_spread = (1 - rate) * jump_spread + rate * jump * jump
        if usual.hours.week[hour] is not None:
            if jump != reading.jump:
                taken = reading.bounds[jump > 0] + jump * reading.size
            offset += (1 - 0.5 ** (1 / profile.memory)) * jump * reading.size
            if learned >= WEEK:
                squares, squared = squares + pull * pull, squared + 1
                worst = max(worst * _FORGET, abs(reading.pull) / reading.pull_spread)
    departure = reading.recent - usual.level
    return Usual(
        reading.recent,
        usual.level + rate * (value - usual.level),
        min(usual.low, value),
        max(usual.high, value),
        usual.size + rate * (abs(value) - usual.size),
        (1 - rate) * usual.swing + rate * departure * departure,
        reading.pull,
        pull_spread,
        jump_spread,
        worst,
        offset,
        samples,
        learned,
        hour,
        total + taken - offset,
        count + 1,
        squares,
        squared,
        hours,
    )


def _with_ended_hour(usual: Usual) -> Hours:
    spread = None
    if usual.squared:
        spread = usual.squares / usual.squared
        if usual.hours.spread[usual.hour % DAY] is None:
            spread = max(spread, 0.25 * usual.pull_spread)
    return with_hour(usual.hours, usual.hour, usual.total / usual.count, spread)


def _spread_at(usual: Usual, at: float) -> float:
    """Return the usual spread of the pull, that of the hour once it is known."""
    whole = sqrt(usual.pull_spread)
    of_hour = usual.hours.spread[int(hour_of_week(at)) % DAY]
    return (whole if of_hour is None else max(sqrt(of_hour), 0.15 * whole)) + 0.003


def _rate(half_life: float, samples: int) -> float:
    """Return the share a new sample has in a mean: a plain mean until it is an exponential one."""
    share: float = 1 - 0.5 ** (1 / half_life)
    return max(share, 1 / (samples + 1))


def _clipped(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))
