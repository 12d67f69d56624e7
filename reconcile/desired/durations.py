"""Read durations as people write them."""

import re
from datetime import timedelta
from typing import Final

FOR_EVER: Final = -1

_LONGEST: Final = timedelta(days=36_500)

_DURATION: Final = re.compile(r"([0-9]{1,12})(ms|s|m|h|d)")
_MILLISECONDS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: str) -> int:
    """Return the milliseconds of `500ms`, `60s`, `10m`, `2h` or `7d`; `-1` stands for ever.

    Raises ValueError for anything else; a number without a unit is one of these.
    """
    if duration == str(FOR_EVER):
        return FOR_EVER
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(f"no duration: {duration}")
    return int(found[1]) * _MILLISECONDS[found[2]]


def length(duration: str) -> timedelta:
    """Return how long something is to last; more than a century is a century, which clocks can add.

    Raises ValueError for what is no duration.
    """
    return timedelta(
        milliseconds=min(milliseconds(duration), _LONGEST // timedelta(milliseconds=1))
    )


def duration(milliseconds: int) -> str:
    """Return milliseconds as people write them, in the largest unit that loses nothing."""
    if milliseconds < 0:
        return str(milliseconds)
    units = sorted(_MILLISECONDS.items(), key=lambda unit: -unit[1])
    unit, size = next(
        (unit for unit in units if milliseconds and milliseconds % unit[1] == 0), ("ms", 1)
    )
    return f"{milliseconds // size}{unit}"
