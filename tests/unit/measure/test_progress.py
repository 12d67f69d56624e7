"""What offsets tell without metrics."""

import pytest

from reconcile.measure.progress import Progress, progress


def sink(*offsets):
    return [
        ({"kafka_topic": "t", "kafka_partition": number}, {"kafka_offset": offset})
        for number, offset in enumerate(offsets)
    ]


def source(position):
    return [({"filename": "in.txt"}, {"position": position})]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (sink(10, 20), sink(15, 40), Progress(moved=True, records=5.0)),
        (sink(10), sink(10), Progress(moved=False, records=0.0)),
        pytest.param(sink(10), sink(20, 900), Progress(moved=True, records=2.0), id="first commit"),
        pytest.param(sink(10), sink(3), Progress(moved=True), id="set back"),
        (source(6), source(12), Progress(moved=True)),
        (source(6), source(6), Progress(moved=False)),
        (sink(10), source(6), Progress(moved=True)),
        (source(6), sink(10), Progress(moved=True)),
        ([], [], Progress()),
        ([({"a": {"deep": 1}}, None)], [], Progress(moved=True)),
    ],
)
def test_offsets_tell_what_moved(before, after, expected):
    assert progress(before, after, seconds=5.0) == expected


def test_without_time_between_there_is_no_rate():
    assert progress(sink(1), sink(2), seconds=0.0) == Progress(moved=True)
