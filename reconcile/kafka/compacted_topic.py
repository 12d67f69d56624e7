"""Read and write a compacted topic of one partition, the writes fenced by a transactional id."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from reconcile.clock import Clock
from reconcile.kafka.client import SECONDS, BrokerError, load_client, quiet, reach, reason

_POLL: Final = 0.5
_ATTEMPTS: Final = 5
# The end of a topic is told with an empty answer, which brokers hold back for half a second.
_FETCH_MS: Final = 50
_TRANSACTION_MS: Final = 15_000
_END: Final = "_PARTITION_EOF"
_NOBODY: Final = "_UNKNOWN_PARTITION"
_WANTED: Final = {"cleanup.policy": "compact"}


class TopicError(Exception):
    """Tell that a topic cannot be used as it is; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class CompactedTopic:
    """The newest value of each key of a topic.

    Writes go in transactions (KIP-98): whoever takes the transactional id last fences all others,
    so that what was compared just before is still so when it is written. The state is kept between
    calls; calls of several threads must not overlap.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        topic: str,
        *,
        transactional_id: str,
        clock: Clock,
        client: Any = None,  # noqa: ANN401  # the client has no types
        seconds: float = SECONDS,
    ) -> None:
        """Speak about a topic through `client`, or confluent_kafka where none is given.

        `seconds` is how long brokers may take for one answer.
        """
        self._client = client or load_client()
        self._seconds = seconds
        self._settings = settings
        self._topic = topic
        self._transactional_id = transactional_id
        self._clock = clock
        self._values: dict[str, str] = {}
        self._next = 0
        self._consumer: Any = None
        self._watcher: Any = None
        self._producer: Any = None

    def read(self) -> Mapping[str, str]:
        """Return the newest values by key, as of now; a topic that does not exist holds nothing."""
        try:
            if self._consumer is None and not self._exists():
                return {}
            self._catch_up()
        except self._client.KafkaException as error:
            raise BrokerError(_reason(error)) from error
        return self._values

    def write(
        self, changes: Mapping[str, str | None], *, unless: Callable[[Mapping[str, str]], bool]
    ) -> bool:
        """Write values, None for no value, unless a condition on the newest ones holds.

        Returns whether they were written. The topic is made where it does not exist. The fence is
        taken only where the condition does not hold already.
        """
        try:
            if unless(self.read()):
                return False
            self._ensure()
            failure = ""
            for _ in range(_ATTEMPTS):
                self._take_over()
                self._catch_up()
                if failure and all(self._values.get(key) == changes[key] for key in changes):
                    return True  # it was committed, and the answer did not come
                if unless(self._values):
                    return False
                failure = self._committed(changes)
                if not failure:
                    self._catch_up()
                    return True
        except self._client.KafkaException as error:
            self._producer = None
            raise BrokerError(_reason(error)) from error
        raise BrokerError(f"{_ATTEMPTS} attempts to write failed: {failure}")

    def close(self) -> None:
        """Close the clients."""
        for consumer in (self._consumer, self._watcher):
            if consumer is not None:
                consumer.close()
        self._consumer = self._watcher = self._producer = None

    def _exists(self) -> bool:
        """Tell whether the topic exists; raise TopicError where it is unfit for a ledger."""
        admin, topics = reach(self._client, self._settings, seconds=self._seconds)
        found = topics.get(self._topic)
        if found is None or found.error is not None:
            return False
        if len(found.partitions) != 1:
            raise TopicError(
                f"topic {self._topic} has {len(found.partitions)} partitions, and a ledger needs one",
                hint="name another topic, or remove this one: it is made as it should be",
            )
        resource = self._client.admin.ConfigResource("topic", self._topic)
        (described,) = admin.describe_configs([resource], request_timeout=self._seconds).values()
        policy = described.result()["cleanup.policy"].value
        if policy != "compact":
            raise TopicError(
                f"topic {self._topic} has cleanup.policy={policy}, so it would forget what it holds",
                hint="set cleanup.policy=compact on it",
            )
        return True

    def _ensure(self) -> None:
        if self._consumer is not None or self._exists():
            return
        admin = self._client.admin.AdminClient(quiet(self._settings))
        wanted = self._client.admin.NewTopic(self._topic, num_partitions=1, config=_WANTED)
        (made,) = admin.create_topics([wanted], operation_timeout=self._seconds).values()
        try:
            made.result()
        except self._client.KafkaException as error:
            if error.args[0].code() != self._client.KafkaError.TOPIC_ALREADY_EXISTS:
                raise

    def _take_over(self) -> None:
        if self._producer is not None:
            return
        producer = self._client.Producer(
            quiet(
                self._settings,
                transactional_id=self._transactional_id,
                transaction_timeout_ms=_TRANSACTION_MS,
            )
        )
        producer.init_transactions(self._seconds)
        self._producer = producer

    def _committed(self, changes: Mapping[str, str | None]) -> str:
        """Write in one transaction; return what went wrong, or nothing.

        Somebody else who takes the right to write in the middle shows as one of many errors, and
        what failed may be committed all the same. Whoever takes the right next ends it either way.
        """
        producer = self._producer
        try:
            producer.begin_transaction()
            for key, value in changes.items():
                content = None if value is None else value.encode()
                producer.produce(self._topic, key=key.encode(), value=content, partition=0)
            producer.commit_transaction(self._seconds)
        except self._client.KafkaException as error:
            self._producer = None
            return _reason(error)
        return ""

    def _catch_up(self) -> None:
        """Read to the end as it is now, transactions of others that are still open included."""
        consumer = self._opened()
        partition = self._client.TopicPartition(self._topic, 0)
        _, end = self._watcher.get_watermark_offsets(partition, timeout=self._seconds, cached=False)
        deadline = self._clock.monotonic() + self._seconds
        while self._next < end:
            message = consumer.poll(_POLL)
            if message is None:
                if self._clock.monotonic() >= deadline:
                    raise BrokerError(f"topic {self._topic} could not be read to its end")
                continue
            self._take(message)

    def _take(self, message: Any) -> None:  # noqa: ANN401  # the client has no types
        error = message.error()
        if error is not None:
            if error.name() != _END:
                raise self._client.KafkaException(error)
            self._next = max(self._next, message.offset())
            return
        self._next = message.offset() + 1
        key = (message.key() or b"").decode("utf-8", "replace")
        if message.value() is None:
            self._values.pop(key, None)
        else:
            self._values[key] = message.value().decode("utf-8", "replace")

    def _opened(self) -> Any:  # noqa: ANN401  # the client has no types
        """Return the consumer; another one sees the true end, open transactions included."""
        if self._consumer is None:
            shared = {"group_id": "connectform", "enable_auto_commit": "false"}
            self._watcher = self._client.Consumer(
                quiet(self._settings, isolation_level="read_uncommitted", **shared)
            )
            consumer = self._client.Consumer(
                quiet(
                    self._settings,
                    isolation_level="read_committed",
                    enable_partition_eof="true",
                    fetch_wait_max_ms=_FETCH_MS,
                    **shared,
                )
            )
            consumer.assign([self._client.TopicPartition(self._topic, 0, self._next)])
            self._consumer = consumer
        return self._consumer


def _reason(error: Exception) -> str:
    found = error.args[0] if error.args else error
    # So the client speaks of a topic that it knew, once no broker is there to ask.
    gone = hasattr(found, "name") and found.name() == _NOBODY
    return "no broker can be reached" if gone else reason(error)
