"""Plugin versions and ranges of them, as Connect reads them: in Maven's way (KIP-891)."""

import re
from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

_TOKEN: Final = re.compile(r"\d+|[a-z]+", re.IGNORECASE)
_RANGE: Final = re.compile(r"[\[(][^\[\]()]*[\])]")
_RANKS: Final = {
    "alpha": -5,
    "a": -5,
    "beta": -4,
    "b": -4,
    "milestone": -3,
    "m": -3,
    "rc": -2,
    "cr": -2,
    "snapshot": -1,
    "final": 0,
    "ga": 0,
    "release": 0,
    "sp": 1,
}
_OTHER: Final = 2
_NUMBER: Final = 3
_NOTHING: Final = (0, 0, "")

_Part = tuple[int, int, str]


def is_range(wanted: str) -> bool:
    """Tell whether a text can be read as a version or as ranges of versions."""
    text = wanted.strip()
    if text[:1] not in {"[", "("}:
        return bool(text) and not set(text) & set("[](),")
    rest = _RANGE.sub("", text).strip(" ,")
    return not rest and all(found.count(",") <= 1 for found in _RANGE.findall(text))


def satisfies(version: str, wanted: str) -> bool:
    """Tell whether a version is the one wanted, or lies in one of the ranges `[4.0,5.0)`.

    A bare version means exactly this one.
    """
    text = wanted.strip()
    if text[:1] not in {"[", "("}:
        return _compare(version, text) == 0
    return any(_within(version, found) for found in _RANGE.findall(text))


def newest_last(versions: Iterable[str]) -> list[str]:
    """Return versions from the oldest to the newest, each once."""
    found = sorted(set(versions))
    ordered: list[str] = []
    for version in found:
        place = len(ordered)
        while place and _compare(ordered[place - 1], version) > 0:
            place -= 1
        ordered.insert(place, version)
    return ordered


def _within(version: str, one: str) -> bool:
    low, comma, high = (part.strip() for part in one[1:-1].partition(","))
    if not comma:
        return _compare(version, low) == 0
    above = _compare(version, low) if low else 1
    below = _compare(version, high) if high else -1
    return (above > 0 or (above == 0 and one[0] == "[")) and (
        below < 0 or (below == 0 and one[-1] == "]")
    )


def _compare(left: str, right: str) -> int:
    """Return less than, equal to or more than 0: 4.0 is 4, and 2.0-rc1 comes before 2.0."""
    for one, other in zip_longest(_parts(left), _parts(right), fillvalue=_NOTHING):
        if one != other:
            return 1 if one > other else -1
    return 0


def _parts(version: str) -> list[_Part]:
    return [_part(token) for token in _TOKEN.findall(version.lower())]


def _part(token: str) -> _Part:
    if token.isdigit():
        number = int(token)
        return (_NUMBER, number, "") if number else _NOTHING
    rank = _RANKS.get(token, _OTHER)
    return (rank, 0, token if rank == _OTHER else "")
