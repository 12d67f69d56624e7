"""Write the state of a series as a plain JSON value, and read it back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite
from typing import Final

from reconcile.anomaly.detect import Incident, State
from reconcile.anomaly.hours import DAY, WEEK, Hours
from reconcile.anomaly.usual import Usual

VERSION: Final = 1
_FIGURES: Final = tuple(field.name for field in fields(Usual) if field.name != "hours")
_WHOLE: Final = frozenset({"samples", "learned", "hour", "count", "squared"})


def to_saved(state: State) -> dict[str, object]:
    """Return a state as a value that JSON can hold."""
    saved: dict[str, object] = {
        "version": VERSION,
        "at": state.at,
        "quiet": state.quiet,
        "usual": _usual_saved(state.usual),
    }
    if state.incident is not None:
        saved["incident"] = {
            "since": state.incident.since,
            "samples": state.incident.samples,
            "calm": state.incident.calm,
            "trial": _usual_saved(state.incident.trial),
        }
    return saved


def from_saved(saved: object) -> State | None:
    """Return the state that was saved; None where it is damaged or of another version.

    None is the state before any sample: the series is then learned anew.
    """
    try:
        return _state(_mapping(saved))
    except (KeyError, ValueError):
        return None


def _state(saved: Mapping[str, object]) -> State:
    if saved["version"] != VERSION:
        raise ValueError
    incident = None
    if "incident" in saved:
        kept = _mapping(saved["incident"])
        incident = Incident(
            _number(kept["since"]),
            int(_number(kept["samples"])),
            int(_number(kept["calm"])),
            _usual(_mapping(kept["trial"])),
        )
    usual = _usual(_mapping(saved["usual"]))
    return State(usual, _number(saved["at"]), int(_number(saved["quiet"])), incident)


def _usual_saved(usual: Usual) -> dict[str, object]:
    figures: dict[str, object] = {name: getattr(usual, name) for name in _FIGURES}
    hours = usual.hours
    return figures | {
        "day": list(hours.day),
        "week": list(hours.week),
        "spread": list(hours.spread),
    }


def _usual(saved: Mapping[str, object]) -> Usual:
    hours = Hours(
        _optional_numbers(saved["day"], DAY),
        _optional_numbers(saved["week"], WEEK),
        _optional_numbers(saved["spread"], DAY),
    )
    figures = {name: _number(saved[name]) for name in _FIGURES}
    whole = {name: int(figures[name]) for name in _WHOLE}
    if not -1 <= whole["hour"] < WEEK or min(whole["samples"], whole["count"]) < 0:
        raise ValueError
    return Usual(**figures | whole, hours=hours)  # type: ignore[arg-type]


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError  # noqa: TRY004  # damaged data is no wrong type of ours
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    return value


def _optional_numbers(value: object, count: int) -> tuple[float | None, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        raise ValueError
    return tuple(None if item is None else _number(item) for item in value)
