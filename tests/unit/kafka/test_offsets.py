"""Offsets of groups, read from brokers that answer, refuse, and die."""

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from reconcile.kafka.client import BrokerError
from reconcile.kafka.offsets import OffsetReader
from reconcile.measure.groups import Consumer
from reconcile.measure.lag import Look
from tests.fake_clock import FakeClock
from tests.ledger.fake_kafka import KafkaError, KafkaException

SINK = Consumer(connector="s", group="connect-s", topics=("t",))
BEGAN = FakeClock().now().timestamp()


def done(value):
    future = Future()
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
    return future


class Partition:
    def __init__(self, topic, partition, offset=-1001):
        self.topic, self.partition, self.offset = topic, partition, offset

    def __hash__(self):
        return hash((self.topic, self.partition))

    def __eq__(self, other):
        return (self.topic, self.partition) == (other.topic, other.partition)


class World:
    """Brokers in memory: committed offsets by group, and the ages of records by partition."""

    TIMESTAMP_NOT_AVAILABLE = 0
    KafkaException = KafkaException
    TopicPartition = Partition

    def __init__(self, committed, records, *, refuse=(), down=False, unreadable=False):
        self.committed, self.records = committed, records
        self.refuse, self.down, self.unreadable = refuse, down, unreadable
        self.admin = SimpleNamespace(
            AdminClient=lambda _settings: self,
            OffsetSpec=SimpleNamespace(earliest=lambda: "start", latest=lambda: "end"),
        )
        self.waiting = []
        self.closed = False

    def ConsumerGroupTopicPartitions(self, group):  # noqa: N802  # the client calls it so
        return group

    def list_topics(self, timeout):
        assert timeout > 0
        if self.down:
            raise KafkaException(KafkaError("_TRANSPORT", "broker down"))
        names = {topic for topic, _ in self.records}
        shape = {name: [p for topic, p in self.records if topic == name] for name in names}
        return SimpleNamespace(
            topics={name: SimpleNamespace(partitions=found) for name, found in shape.items()}
        )

    def list_consumer_group_offsets(self, groups, request_timeout):
        assert request_timeout > 0
        (group,) = groups
        if group in self.refuse:
            return {group: done(KafkaException(KafkaError("X", "not allowed")))}
        found = [Partition(*place, offset) for place, offset in self.committed[group].items()]
        return {group: done(SimpleNamespace(topic_partitions=found))}

    def list_offsets(self, wanted, request_timeout):
        assert request_timeout > 0

        def answer(one, side):
            ages = self.records.get((one.topic, one.partition))
            if ages is None:
                return done(KafkaException(KafkaError("UNKNOWN_TOPIC_OR_PART")))
            return done(SimpleNamespace(offset=0 if side == "start" else len(ages)))

        return {one: answer(one, side) for one, side in wanted.items()}

    def Consumer(self, settings):  # noqa: N802  # the client calls it so
        assert settings["enable.auto.commit"] == "false"
        return self

    def assign(self, partitions):
        if self.unreadable:
            raise KafkaException(KafkaError("TOPIC_AUTHORIZATION_FAILED"))
        self.waiting = list(partitions)

    def poll(self, _seconds):
        if not self.waiting:
            return None
        one = self.waiting.pop(0)
        age = self.records[one.topic, one.partition][one.offset]
        stamp = (0, -1) if age is None else (1, int((BEGAN - age) * 1000))
        return SimpleNamespace(
            topic=lambda: one.topic,
            partition=lambda: one.partition,
            error=lambda: None,
            timestamp=lambda: stamp,
        )

    def close(self):
        self.closed = True


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
