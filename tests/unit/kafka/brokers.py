"""Brokers in memory that tell what groups have committed, and how far topics reach."""

from concurrent.futures import Future
from types import SimpleNamespace

from tests.fake_clock import FakeClock
from tests.ledger.fake_kafka import KafkaError, KafkaException

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
        self.clients = self.calls = 0
        self.delay = lambda: None
        self.admin = SimpleNamespace(
            AdminClient=self._client,
            OffsetSpec=SimpleNamespace(earliest=lambda: "start", latest=lambda: "end"),
        )
        self.waiting = []
        self.closed = False

    def _client(self, _settings):
        self.clients += 1
        return self

    def ConsumerGroupTopicPartitions(self, group):  # noqa: N802  # the client calls it so
        return group

    def list_topics(self, timeout):
        assert timeout > 0
        self.calls += 1
        self.delay()
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
