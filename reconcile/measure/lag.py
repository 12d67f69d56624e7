"""How far a sink is behind in a partition, in records and seconds, from what looks at it saw.

Seconds come from the times at which the end of the partition was seen (as kafka-lag-exporter has
it), and at the first look from the record's own timestamp, where one was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconcile.model.metrics import ConnectorLag, PartitionLag, Standing

MOST_MARKS: Final = 60
MOST_COMMITS: Final = 10

# The mark at the end of a transaction takes an offset that no sink ever commits.
_OF_A_TRANSACTION: Final = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """The end of a partition, and the second at which it was that."""

    at: float
    offset: int


@dataclass(frozen=True, slots=True)
class Commit:
    """An offset that was seen committed for the first time, and the lag in records then."""

    at: float
    offset: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is kept of one partition: at most 60 marks and 10 commits, however long it is watched.

    `behind_since` is when more than one record was first left over with no catching up since,
    `looks` how often we looked since the last commit, and `highest` the highest offset committed.
    """

    marks: tuple[Mark, ...] = ()
    commits: tuple[Commit, ...] = ()
    behind_since: float | None = None
    looks: int = 0
    highest: int = 0


NEW: Final = Track()
"""The track of a partition that was never looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The offsets of a partition at a second.

    `committed` is None where nothing was committed, `start` the oldest offset there is. `written`
    is the second at which the first record that is not committed was written, where that was read.
    """

    at: float
    end: int
    committed: int | None
    start: int = 0
    written: float | None = None

    @property
    def position(self) -> int:
        """Return the offset of the first record that is left over."""
        position = self.start if self.committed is None else self.committed
        return min(max(position, self.start), self.end)


def follow(track: Track, look: Look) -> Track:
    """Return the track after one more look; a partition that was made anew begins anew."""
    if track.marks and look.end < track.marks[-1].offset:
        track = NEW
    records = look.end - look.position
    marks = _marked(track.marks, look)
    if look.committed is None:
        behind = _behind(track, look.at, records)
        return replace(track, marks=marks, behind_since=behind, looks=track.looks + 1)
    moved = not track.commits or look.committed != track.commits[-1].offset
    commits = track.commits
    if moved:
        commits = (*commits, Commit(look.at, look.committed, records))[-MOST_COMMITS:]
    return Track(
        marks=marks,
        commits=commits,
        behind_since=_behind(track, look.at, records),
        looks=1 if moved else track.looks + 1,
        highest=max(track.highest, look.committed),
    )


def seconds_behind(track: Track, look: Look) -> float | None:
    """Return the age of the first record that is left over, or None where that is not known.

    Between two marks records are taken to have come evenly; before the first and after the last
    mark as evenly as between them all.
    """
    position = look.position
    if position >= look.end:
        return 0.0
    later = next((index for index, mark in enumerate(track.marks) if mark.offset > position), None)
    if later is None:
        return None
    first, last = track.marks[0], track.marks[-1]
    left, right = (track.marks[later - 1], track.marks[later]) if later else (first, last)
    if right.offset == left.offset:
        return None  # it has been as long as we look, and who knows how long before
    # A record lies in the middle of its own share of the time.
    share = (position + 0.5 - left.offset) / (right.offset - left.offset)
    return max(look.at - (left.at + share * (right.at - left.at)), 0.0)


def idle_seconds(track: Track, at: float) -> float | None:
    """Return for how long records have waited with no commit; None where none wait."""
    if track.behind_since is None:
        return None
    last = track.commits[-1].at if track.commits else track.behind_since
    return at - max(track.behind_since, last)


def partition_lag(
    topic: str, partition: int, track: Track, look: Look, standing: Standing
) -> PartitionLag:
    """Return how far a sink is behind in a partition."""
    return PartitionLag(
        topic=topic,
        partition=partition,
        end=look.end,
        committed=look.committed,
        records=look.end - look.position,
        seconds=seconds_behind(track, look),
        idle=idle_seconds(track, look.at),
        standing=standing,
    )


def connector_lag(partitions: Iterable[PartitionLag]) -> ConnectorLag:
    """Return how far a connector is behind: records of all partitions, seconds of the worst."""
    found = tuple(sorted(partitions, key=lambda one: (one.topic, one.partition)))
    seconds = [one.seconds for one in found if one.seconds is not None]
    idle = [one.idle for one in found if one.idle is not None]
    order = tuple(Standing)
    return ConnectorLag(
        records=sum(one.records for one in found),
        seconds=max(seconds) if len(seconds) == len(found) and seconds else None,
        idle=max(idle, default=None),
        standing=max((one.standing for one in found), key=order.index, default=Standing.FINE),
        partitions=found,
    )


def _behind(track: Track, at: float, records: int) -> float | None:
    if records <= _OF_A_TRANSACTION:
        return None
    return at if track.behind_since is None else track.behind_since


def _marked(marks: Sequence[Mark], look: Look) -> tuple[Mark, ...]:
    """Return the marks with one more, without those that are older than any record left over."""
    kept = list(marks)
    if look.written is not None and look.position < look.end and look.written < look.at:
        kept = [Mark(look.written, look.position), Mark(look.written, look.position + 1)]
    while kept and kept[-1].at >= look.at:
        kept.pop()
    kept.append(Mark(look.at, look.end))
    if [mark.offset for mark in kept[-3:]] == [look.end] * 3:
        del kept[-2]  # while nothing comes, when that began and now are enough
    while len(kept) > 1 and kept[1].offset <= look.position:
        del kept[0]
    if len(kept) > MOST_MARKS:
        del kept[_least(kept)]
    return tuple(kept)


def _least(marks: Sequence[Mark]) -> int:
    """Return the inner mark that is missed least: the older a mark, the wider its gaps may be."""
    now = marks[-1].at
    widths = [
        (right.at - left.at) / (now - left.at)
        for left, right in zip(marks, marks[2:], strict=False)
    ]
    return widths.index(min(widths)) + 1
