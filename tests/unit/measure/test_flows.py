"""What metrics, offsets and Debezium say, put together."""

import pytest

from reconcile.measure.flows import flows_of, follow_looks
from reconcile.measure.groups import Consumer, consumer_of
from reconcile.measure.lag import Look
from reconcile.measure.progress import Progress
from reconcile.model.config import Config
from reconcile.model.live import ConnectorKind, LiveConnector
from reconcile.model.metrics import ConnectorLag, Flow, Throughput


def connector(name, kind=ConnectorKind.SINK, **config):
    settings = {key.replace("_", "."): value for key, value in config.items()}
    return LiveConnector(name=name, kind=kind, config=Config(settings))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            connector("s", topics="a, b,"),
            Consumer(connector="s", group="connect-s", topics=("a", "b")),
        ),
        (
            connector("s", topics_regex="x.*", consumer_override_group_id=" own "),
            Consumer(connector="s", group="own"),
        ),
        (connector("s", ConnectorKind.SOURCE), None),
    ],
)
def test_a_sink_reads_with_its_group(found, expected):
    assert consumer_of(found) == expected


def test_tracks_follow_looks_and_end_with_their_partitions():
    place, other = ("t", 0), ("t", 1)
    looks = {"s": {place: Look(at=0, end=10, committed=5), other: Look(at=0, end=1, committed=1)}}
    tracks, _ = follow_looks({}, looks)
    tracks, lags = follow_looks(tracks, {"s": {place: Look(at=10, end=20, committed=15)}, "x": {}})

    assert list(tracks) == [("s", place)]
    assert lags["s"].records == 5
    assert lags["s"].seconds == pytest.approx(4.5)
    assert lags.keys() == {"s"}


def test_each_connector_has_what_is_known_of_it():
    lag = ConnectorLag(records=3)
    flows = flows_of(
        [
            connector("measured"),
            connector("counted"),
            connector("change", ConnectorKind.SOURCE, topic_prefix="shop"),
            connector("none"),
        ],
        throughputs={"measured": Throughput(records=1.0, errors=0.5)},
        lags={"measured": lag},
        delays={"shop": 7.0},
        moves={"counted": Progress(moved=True, records=4.0)},
    )

    assert flows == {
        "measured": Flow(throughput=Throughput(records=1.0, errors=0.5), lag=lag),
        "counted": Flow(throughput=Throughput(records=4.0), moved=True),
        "change": Flow(lag=ConnectorLag(seconds=7.0)),
        "none": Flow(),
    }
