"""What is usual for an hour of the day and of the week, in UTC."""

from dataclasses import dataclass
from typing import Final

DAY: Final = 24
WEEK: Final = 7 * DAY
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EPOCH: Final = 3 * DAY  # 1 January 1970 was a Thursday
_DAILY, _WEEKLY = 0.3, 0.5  # how much of a new mean is taken over
_WIDER, _NARROWER = 0.6, 0.3  # the same for a spread: caution is learned faster than lost


@dataclass(frozen=True, slots=True)
class Hours:
    """The means by hour of the day and of the week, and the squared spread by hour of the day.

    None for an hour that was never seen.
    """

    day: tuple[float | None, ...] = (None,) * DAY
    week: tuple[float | None, ...] = (None,) * WEEK
    spread: tuple[float | None, ...] = (None,) * DAY


def hour_of_week(at: float) -> float:
    """Return the hours since Monday 00:00 of a Unix time."""
    return (at / 3600 + _EPOCH) % WEEK


def hour_name(at: float) -> str:
    """Return the hour of a Unix time as people say it: `Monday 09:00`."""
    hour = int(hour_of_week(at))
    return f"{_DAYS[hour // DAY]} {hour % DAY:02}:00"


def usual_at(hours: Hours, at: float) -> tuple[float, float, float] | None:
    """Return the mean of an hour, that of the nearer hour beside it, and the value between.

    The value between is interpolated; None while one of the hours was never seen. The mean of
    the hour of the week counts, and before it is known that of the hour of the day.
    """
    place = hour_of_week(at) - 0.5
    first = int(place // 1)
    weight = place - first
    first %= WEEK
    second = (first + 1) % WEEK
    left, right = hours.week[first], hours.week[second]
    if left is None:
        left = hours.day[first % DAY]
    if right is None:
        right = hours.day[second % DAY]
    if left is None or right is None:
        return None
    return left, right, left + (right - left) * weight


def with_hour(hours: Hours, hour: int, mean: float, spread: float | None) -> Hours:
    """Return the hours with one more hour of the week learned: its mean and squared spread."""
    return Hours(
        _moved(hours.day, hour % DAY, mean, _DAILY, _DAILY),
        _moved(hours.week, hour, mean, _WEEKLY, _WEEKLY),
        hours.spread
        if spread is None
        else _moved(hours.spread, hour % DAY, spread, _WIDER, _NARROWER),
    )


def _moved(
    values: tuple[float | None, ...], place: int, to: float, up: float, down: float
) -> tuple[float | None, ...]:
    old = values[place]
    new = to if old is None else old + (up if to > old else down) * (to - old)
    return (*values[:place], new, *values[place + 1 :])
