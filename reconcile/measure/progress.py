"""What offsets tell without metrics: records a second of sinks, and whether a source moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOPIC: Final = "kafka_topic"
_PARTITION: Final = "kafka_partition"
_OFFSET: Final = "kafka_offset"

Position = Mapping[str, object]
Positions = Sequence[tuple[Position, Position | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What changed between two readings of a connector's offsets.

    `records` is records a second, of sinks alone: what a source's positions count is its own
    affair. `moved` tells whether anything changed at all.
    """

    moved: bool = False
    records: float | None = None


def progress(before: Positions, after: Positions, *, seconds: float) -> Progress:
    """Return what changed in `seconds`; a sink that was set back has no rate."""
    moved = list(before) != list(after)
    earlier, later = _of_sink(before), _of_sink(after)
    if seconds <= 0 or not later or earlier is None:
        return Progress(moved=moved)
    # A first commit tells where a partition is, and not from where it came.
    grown = [end - earlier[place] for place, end in later.items() if place in earlier]
    if any(records < 0 for records in grown):
        return Progress(moved=moved)
    return Progress(moved=moved, records=sum(grown) / seconds)


def _of_sink(positions: Positions) -> dict[tuple[str, str], int] | None:
    """Return the offsets of a sink by topic and partition, or None for those of a source."""
    offsets: dict[tuple[str, str], int] = {}
    for partition, offset in positions:
        value = (offset or {}).get(_OFFSET)
        if partition.keys() != {_TOPIC, _PARTITION} or not isinstance(value, int):
            return None
        offsets[str(partition[_TOPIC]), str(partition[_PARTITION])] = value
    return offsets
