"""Tell by its commits whether a sink keeps up with a partition: Burrow's rules, without thresholds.

Burrow reads the time of every commit from Kafka's own topic. Brokers do not tell it to others, so
a commit here is an offset that was seen to change, and one that repeats an offset cannot be seen.
"""

from itertools import pairwise
from typing import Final

from reconcile.measure.lag import MOST_COMMITS, Look, Track, idle_seconds
from reconcile.model.metrics import Standing

_STALLED_LOOKS: Final = MOST_COMMITS
_STALLED_SECONDS: Final = 300.0  # five times Connect's own offset.flush.interval.ms


def standing_of(track: Track, look: Look) -> Standing:
    """Return how a sink stands after a look that the track has followed.

    STOPPED: silent for longer than its last ten commits took. REWOUND: it committed less than
    before, and is not yet back. STALLED: no commit in ten looks over five minutes, nor for twice as
    long as it paused before, with records left over all the time. FALLING_BEHIND: its lag has only
    grown over ten commits. All else, a lag that was gone in between too, is fine, and so is
    whatever has not been watched for long.
    """
    behind, commits = track.behind_since, track.commits
    waiting = idle_seconds(track, look.at)
    if behind is None or waiting is None:
        return Standing.FINE
    full = len(commits) == MOST_COMMITS
    if full and waiting > commits[-1].at - commits[0].at:
        return Standing.STOPPED
    pairs = tuple(pairwise(commits))
    if any(b.offset < a.offset for a, b in pairs) and commits[-1].offset < track.highest:
        return Standing.REWOUND
    pause = max((b.at - a.at for a, b in pairs), default=0.0)
    if waiting >= max(_STALLED_SECONDS, 2 * pause) and track.looks >= _STALLED_LOOKS:
        return Standing.STALLED
    grew = full and all(a.records <= b.records for a, b in pairs)
    if grew and behind <= commits[0].at and commits[-1].records > commits[0].records:
        return Standing.FALLING_BEHIND
    return Standing.FINE
