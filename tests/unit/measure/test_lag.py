"""How far a sink is behind, on streams whose truth is known."""

import bisect
import random

import pytest

from reconcile.measure.lag import (
    MOST_COMMITS,
    MOST_MARKS,
    NEW,
    Look,
    connector_lag,
    follow,
    partition_lag,
    seconds_behind,
)
from reconcile.measure.standing import standing_of
from reconcile.model.metrics import ConnectorLag, PartitionLag, Standing


def followed(looks):
    track = NEW
    for look in looks:
        track = follow(track, look)
    return track


def behind(*looks):
    return seconds_behind(followed(looks), looks[-1])


def arrivals(kind, seconds):
    """The times at which records arrive, in order."""
    rng = random.Random(kind)  # noqa: S311
    times, now = [], 0.0
    while now < seconds:
        match kind:
            case "even":
                now += 0.02
            case "random":
                now += rng.expovariate(50.0)
            case "slow":
                now += 1.0
            case "waves":
                now += 0.01 if now % 120 < 60 else 0.1
            case "bursts":
                now += 0.002 if rng.random() < 0.98 else 2.0
        times.append(now)
    return times


@pytest.mark.parametrize("lag", [5, 20, 60, 150, 300])
@pytest.mark.parametrize("every", [1, 5, 10])
@pytest.mark.parametrize("kind", ["even", "random", "slow", "waves", "bursts"])
def test_seconds_are_within_a_tenth_or_two_seconds_of_the_truth(kind, every, lag):
    times = arrivals(kind, 900)
    track = NEW
    for at in range(0, 900, every):
        end = bisect.bisect_right(times, at)
        committed = bisect.bisect_right(times, at - lag)
        look = Look(at=at, end=end, committed=committed)
        track = follow(track, look)
        if at >= lag + 60 and committed < end:
            truth = at - times[committed]
            allowed = max(2.0, truth / 10, every if kind == "bursts" else 0.0)
            assert seconds_behind(track, look) == pytest.approx(truth, abs=allowed)
    assert len(track.marks) <= MOST_MARKS


def test_a_lag_that_grows_for_a_day_keeps_its_shape_in_sixty_marks():
    track = NEW
    for at in range(0, 86_400, 10):
        look = Look(at=at, end=at * 5 if at < 43_200 else 216_000 + (at - 43_200), committed=1000)
        track = follow(track, look)
    assert len(track.marks) == MOST_MARKS
    assert seconds_behind(track, look) == pytest.approx(look.at - 200, rel=0.1)


@pytest.mark.parametrize(
    ("looks", "seconds"),
    [
        pytest.param([Look(at=0, end=5, committed=5)], 0.0, id="nothing left over"),
        pytest.param([Look(at=0, end=9, committed=5)], None, id="one look tells nothing"),
        pytest.param(
            [Look(at=100, end=9, committed=5, written=40.0)], 60.0, id="but a timestamp does"
        ),
        pytest.param(
            [Look(at=100, end=9, committed=5, written=140.0)], None, id="not one of the future"
        ),
        pytest.param(
            [Look(at=0, end=9, committed=5), Look(at=60, end=9, committed=5)],
            None,
            id="nothing came while we looked",
        ),
        pytest.param(
            [Look(at=0, end=100, committed=50), Look(at=10, end=200, committed=50)],
            15.0,
            id="older than the first look, at the pace since",
        ),
        pytest.param(
            [Look(at=at, end=10, committed=10) for at in (0, 60, 120)]
            + [Look(at=130, end=11, committed=10)],
            5.0,
            id="after a quiet time, only the last step counts",
        ),
        pytest.param([Look(at=0, end=9, committed=None)], None, id="nothing committed"),
        pytest.param([Look(at=0, end=9, committed=3, start=9)], 0.0, id="the rest is gone"),
        pytest.param([Look(at=0, end=9, committed=99999)], 0.0, id="committed beyond the end"),
    ],
)
def test_seconds_behind(looks, seconds):
    found = behind(*looks)

    assert found is None if seconds is None else found == pytest.approx(seconds, abs=0.5)


def test_a_track_that_never_looked_knows_no_age():
    assert seconds_behind(NEW, Look(at=0, end=9, committed=5)) is None


def test_a_topic_that_is_made_anew_begins_anew():
    track = followed([Look(at=0, end=100, committed=50), Look(at=10, end=20, committed=0)])

    assert [mark.offset for mark in track.marks] == [20]
    assert [commit.offset for commit in track.commits] == [0]


def test_a_clock_that_goes_back_does_not_turn_time_around():
    track = followed([Look(at=at, end=at, committed=0) for at in (10, 20, 30, 15)][:3])
    track = follow(track, Look(at=15, end=40, committed=0))

    assert [mark.at for mark in track.marks] == sorted({mark.at for mark in track.marks})


def test_a_connector_is_as_far_behind_as_its_worst_partition():
    def lag(partition, seconds, standing=Standing.FINE):
        return PartitionLag(
            topic="t", partition=partition, end=9, records=3, seconds=seconds, standing=standing
        )

    one, two = lag(1, 5.0), lag(0, 60.0, Standing.STALLED)
    assert connector_lag([one, two]) == ConnectorLag(
        records=6, seconds=60.0, standing=Standing.STALLED, partitions=(two, one)
    )
    assert connector_lag([one, lag(2, None)]).seconds is None
    assert connector_lag([]) == ConnectorLag(records=0)


def test_a_partition_is_told_with_records_and_seconds():
    look = Look(at=100, end=9, committed=5, written=40.0)
    track = follow(NEW, look)

    assert partition_lag("t", 0, track, look, standing_of(track, look)) == PartitionLag(
        topic="t", partition=0, end=9, committed=5, records=4, seconds=60.0, idle=0.0
    )


def judged(looks):
    return standing_of(followed(looks), looks[-1])


def stream(offsets, *, ends=None, every=10):
    ends = ends or [1000] * len(offsets)
    return [
        Look(at=index * every, end=end, committed=offset)
        for index, (offset, end) in enumerate(zip(offsets, ends, strict=True))
    ]


@pytest.mark.parametrize(
    ("looks", "standing"),
    [
        (stream([1] * 5), Standing.FINE),
        (stream([1] * 30), Standing.FINE),
        (stream([1] * 31), Standing.STALLED),
        (stream([None] * 31), Standing.STALLED),
        (stream([None] * 30), Standing.FINE),
        (stream([1000] * 50), Standing.FINE),
        (stream([1, 1, 1], every=1000), Standing.FINE),
        pytest.param(
            stream([*range(12), *[11] * 9]), Standing.FINE, id="silent for as long as ten commits"
        ),
        pytest.param(stream([*range(12), *[11] * 10]), Standing.STOPPED, id="silent for longer"),
        pytest.param(
            stream([*range(12)] + [12] * 30, ends=[*range(12)] + [12] * 29 + [13]),
            Standing.FINE,
            id="a record after a quiet time",
        ),
        pytest.param(stream([50, 60, 20]), Standing.REWOUND, id="set back"),
        pytest.param(stream([50, 60, 20, 40, 61]), Standing.FINE, id="set back, and over it"),
        pytest.param(
            stream([*range(12)], ends=[10 + 3 * n for n in range(12)]),
            Standing.FALLING_BEHIND,
            id="slower than records come",
        ),
        pytest.param(
            stream([*range(12)], ends=[10 + n for n in range(12)]),
            Standing.FINE,
            id="as fast as records come",
        ),
        pytest.param(
            stream([*range(12)], ends=[n if n == 6 else 10 + 3 * n for n in range(12)]),
            Standing.FINE,
            id="caught up in between",
        ),
    ],
)
def test_a_sink_stands_as_its_commits_say(looks, standing):
    assert judged(looks) is standing


def test_a_track_stays_small():
    track = followed(stream([*range(500)], ends=[5 * n + n // 7 for n in range(500)]))

    assert len(track.commits) == MOST_COMMITS
    assert len(track.marks) <= MOST_MARKS
