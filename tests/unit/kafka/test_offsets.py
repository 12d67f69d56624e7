"""Offsets of groups, read from brokers that answer, refuse, and die."""

import pytest

from reconcile.kafka.client import BrokerError
from reconcile.kafka.offsets import OffsetReader
from reconcile.measure.groups import Consumer
from reconcile.measure.lag import Look
from tests.fake_clock import FakeClock
from tests.unit.kafka.brokers import World

SINK = Consumer(connector="s", group="connect-s", topics=("t",))


def read(world, *consumers, timed=True):
    reader = OffsetReader({}, clock=FakeClock(), client=world)
    return reader.read(consumers or (SINK,), timed=lambda _connector, _place: timed)


def test_what_is_committed_and_what_is_not():
    world = World(
        {"connect-s": {("t", 0): 2, ("gone", 0): 5}}, {("t", 0): [9, 8, 7, 6], ("t", 1): [3]}
    )

    assert read(world, timed=False).looks == {
        "s": {
            ("t", 0): Look(at=0.0, end=4, committed=2),
            ("t", 1): Look(at=0.0, end=1, committed=None),
        }
    }


def test_the_first_record_left_over_tells_its_time():
    world = World({"connect-s": {("t", 0): 2}}, {("t", 0): [90, 80, 70, 60], ("t", 1): []})
    looks = read(world).looks["s"]

    assert looks["t", 0].written == pytest.approx(-70.0)
    assert looks["t", 1].written is None
    assert world.closed


def test_two_sinks_at_two_places_of_one_partition_each_have_their_time():
    world = World({"connect-s": {("t", 0): 0}, "own": {("t", 0): 3}}, {("t", 0): [90, 80, 70, 60]})
    looks = read(world, SINK, Consumer(connector="o", group="own")).looks

    assert looks["s"]["t", 0].written == pytest.approx(-90.0)
    assert looks["o"]["t", 0].written == pytest.approx(-60.0)


@pytest.mark.parametrize(
    "world",
    [
        World({"connect-s": {("t", 0): 0}}, {("t", 0): [None]}),
        World({"connect-s": {("t", 0): 0}}, {("t", 0): [50]}, unreadable=True),
    ],
)
def test_without_a_time_the_look_is_there_all_the_same(world):
    assert read(world).looks == {"s": {("t", 0): Look(at=0.0, end=1, committed=0)}}
    assert world.closed


def test_a_group_that_may_not_be_read_hides_no_other():
    world = World({"own": {("t", 0): 1}}, {("t", 0): [5]}, refuse=("connect-s",))
    found = read(world, SINK, Consumer(connector="o", group="own"))

    assert found.looks == {"o": {("t", 0): Look(at=0.0, end=1, committed=1)}}
    assert found.refused == {"s": "not allowed"}


def test_brokers_that_are_down_are_told():
    with pytest.raises(BrokerError, match="broker down"):
        read(World({"connect-s": {}}, {}, down=True))
