"""A Kafka client whose one broker is in memory, and dies at a call of one's choice."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

Pair = tuple[str, str | None]


class KafkaError:
    TOPIC_ALREADY_EXISTS = 36

    def __init__(self, name: str, text: str = "") -> None:
        self._name = name
        self._text = text or name

    def name(self) -> str:
        return self._name

    def code(self) -> int:
        return self.TOPIC_ALREADY_EXISTS if self._name == "TOPIC_ALREADY_EXISTS" else -1

    def str(self) -> str:
        return self._text


class KafkaException(Exception):  # noqa: N818  # the client calls it so
    """An error of the client."""


@dataclass(slots=True)
class Broker:
    """One topic: its shape and its log, in which None stands for the end of a transaction.

    It dies at the call number `dies_at`, which has taken effect with `late`; all calls fail then
    until it is `down` no more. With `once` it is back at once.
    """

    exists: bool = False
    partitions: int = 1
    policy: str = "compact"
    log: list[Pair | None] = field(default_factory=list)
    epoch: int = 0
    calls: int = 0
    dies_at: int = 0
    late: bool = False
    once: bool = False
    down: bool = False
    says: str = "broker down"
    error: str = "_TRANSPORT"
    when_dying: Callable[[], object] = lambda: None

    def call(self, work=lambda: None, *, late: bool = True):
        self.calls += 1
        if self.down:
            raise KafkaException(KafkaError(self.error, self.says))
        dies = self.calls == self.dies_at
        self.down = dies and not self.once
        if dies:
            self.when_dying()
        if dies and not (late and self.late):
            raise KafkaException(KafkaError(self.error, self.says))
        result = work()
        if dies:
            raise KafkaException(KafkaError("_TIMED_OUT", self.says))
        return result


class Admin:
    def __init__(self, broker: Broker, _settings) -> None:
        self.broker = broker

    def list_topics(self, timeout):
        assert timeout > 0
        shape = SimpleNamespace(error=None, partitions=range(self.broker.partitions))
        found = self.broker.call(lambda: {"t": shape} if self.broker.exists else {})
        return SimpleNamespace(topics=found)

    def describe_configs(self, resources, request_timeout):
        assert request_timeout > 0
        policy = SimpleNamespace(value=self.broker.policy)
        return {resources[0]: done(self.broker, lambda: {"cleanup.policy": policy})}

    def create_topics(self, topics, operation_timeout):
        assert operation_timeout > 0
        return {topics[0]: done(self.broker, lambda: setattr(self.broker, "exists", True))}


class Consumer:
    def __init__(self, broker: Broker, _settings) -> None:
        self.broker = broker
        self.at = 0

    def assign(self, partitions) -> None:
        (self.at,) = partitions

    def get_watermark_offsets(self, _partition, timeout, cached):
        assert timeout > 0
        assert not cached
        return self.broker.call(lambda: (0, len(self.broker.log)))

    def poll(self, _timeout):
        # What was not handed over is read again.
        self.broker.call(late=False)
        return self.next()

    def next(self):
        while self.at < len(self.broker.log):
            pair, self.at = self.broker.log[self.at], self.at + 1
            if pair is not None:
                return message(self.at - 1, *pair)
        return message(self.at, error=KafkaError("_PARTITION_EOF"))

    def close(self) -> None:
        pass


class Producer:
    def __init__(self, broker: Broker, _settings) -> None:
        self.broker = broker
        self.epoch = 0
        self.pairs: list[Pair] = []

    def init_transactions(self, _timeout) -> None:
        self.broker.call(lambda: setattr(self.broker, "epoch", self.broker.epoch + 1))
        self.epoch = self.broker.epoch

    def begin_transaction(self) -> None:
        self.pairs = []

    def produce(self, _topic, key, value, partition) -> None:
        assert partition == 0
        self.pairs.append((key.decode(), None if value is None else value.decode()))

    def commit_transaction(self, _timeout) -> None:
        if self.epoch != self.broker.epoch:
            raise KafkaException(KafkaError("_FENCED"))
        self.broker.call(lambda: self.broker.log.extend([*self.pairs, None]))


def done(broker: Broker, work) -> Future:
    future: Future = Future()
    try:
        future.set_result(broker.call(work))
    except KafkaException as error:
        future.set_exception(error)
    return future


def client_of(broker: Broker) -> SimpleNamespace:
    """Return what stands for the module of the client."""
    return SimpleNamespace(
        admin=SimpleNamespace(
            AdminClient=partial(Admin, broker),
            ConfigResource=lambda *about: about,
            NewTopic=lambda name, **_settings: name,
        ),
        Consumer=partial(Consumer, broker),
        Producer=partial(Producer, broker),
        TopicPartition=lambda _topic, _partition, offset=0: offset,
        KafkaException=KafkaException,
        KafkaError=KafkaError,
    )


def message(offset, key=None, value=None, error=None):
    return SimpleNamespace(
        offset=lambda: offset,
        key=lambda: None if key is None else key.encode(),
        value=lambda: None if value is None else value.encode(),
        error=lambda: error,
    )
