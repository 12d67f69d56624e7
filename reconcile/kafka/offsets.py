"""Read how far consumer groups are, and how far their topics reach: never a write, nor a join."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from reconcile.clock import Clock
from reconcile.kafka.client import BrokerError, load_client, quiet, reason
from reconcile.measure.groups import Consumer
from reconcile.measure.lag import Look

SECONDS: Final = 10.0
_FIRST_RECORDS: Final = 5.0
_POLL: Final = 0.2
_NOTHING: Final = 0  # an offset below says that there is none

Place = tuple[str, int]
Timed = Callable[[str, Place], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetsRead:
    """The looks at the partitions of each connector, and what brokers refused, by connector."""

    looks: Mapping[str, Mapping[Place, Look]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ends:
    start: int
    end: int


class OffsetReader:
    """Look at the offsets of sinks, through one client that is kept."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        clock: Clock,
        client: Any = None,  # noqa: ANN401  # the client has no types
        seconds: float = SECONDS,
    ) -> None:
        """Ask through `client`, or confluent_kafka where none is given.

        `seconds` is how long brokers may take for one answer. Raises LedgerError where the client
        is not installed.
        """
        self._client = client or load_client()
        self._settings = settings
        self._clock = clock
        self._seconds = seconds
        self._admin: Any = None

    def read(self, consumers: Sequence[Consumer], *, timed: Timed) -> OffsetsRead:
        """Return a look at every partition that sinks have committed in or are given by name.

        Of partitions for which `timed` holds, by connector and place, the time of the first record
        left over is read as well, which takes the right to read the topic and is left out without.
        Raises BrokerError where brokers do not answer at all.
        """
        try:
            if self._admin is None:
                self._admin = self._client.admin.AdminClient(quiet(self._settings))
            committed, refused = self._committed(consumers)
            places = sorted({place for found in committed.values() for place in found})
            ends = self._ends(places)
        except self._client.KafkaException as error:
            raise BrokerError(reason(error)) from error
        at = self._clock.monotonic()
        looks = {
            connector: {
                place: Look(at=at, end=ends[place].end, start=ends[place].start, committed=offset)
                for place, offset in found.items()
                if place in ends
            }
            for connector, found in committed.items()
        }
        return OffsetsRead(looks=self._timed(looks, timed), refused=refused)

    def _committed(
        self, consumers: Sequence[Consumer]
    ) -> tuple[dict[str, dict[Place, int | None]], dict[str, str]]:
        """Return what each sink has committed, with None for partitions without a commit."""
        request = self._client.ConsumerGroupTopicPartitions
        asked = {
            consumer.connector: self._admin.list_consumer_group_offsets(
                [request(consumer.group)], request_timeout=self._seconds
            )[consumer.group]
            for consumer in consumers
        }
        partitions = self._partitions()
        committed: dict[str, dict[Place, int | None]] = {}
        refused: dict[str, str] = {}
        for consumer in consumers:
            found: dict[Place, int | None] = {
                (topic, partition): None
                for topic in consumer.topics
                for partition in range(partitions.get(topic, 0))
            }
            try:
                answer = asked[consumer.connector].result()
            except self._client.KafkaException as error:
                refused[consumer.connector] = reason(error)
                continue
            for one in answer.topic_partitions:
                if one.offset >= _NOTHING:
                    found[one.topic, one.partition] = one.offset
            committed[consumer.connector] = found
        return committed, refused

    def _partitions(self) -> dict[str, int]:
        topics = self._admin.list_topics(timeout=self._seconds).topics
        return {name: len(topic.partitions) for name, topic in topics.items()}

    def _ends(self, places: Sequence[Place]) -> dict[Place, _Ends]:
        """Return where partitions begin and end; those that are gone are left out."""
        spec = self._client.admin.OffsetSpec
        found: list[dict[Place, int]] = []
        for side in (spec.earliest(), spec.latest()):
            wanted = {self._client.TopicPartition(*place): side for place in places}
            answers = self._admin.list_offsets(wanted, request_timeout=self._seconds)
            offsets: dict[Place, int] = {}
            for one, future in answers.items():
                try:
                    offsets[one.topic, one.partition] = future.result().offset
                except self._client.KafkaException:
                    continue
            found.append(offsets)
        starts, ends = found
        return {
            place: _Ends(starts[place], ends[place])
            for place in places
            if place in starts and place in ends
        }

    def _timed(
        self, looks: dict[str, dict[Place, Look]], timed: Timed
    ) -> dict[str, dict[Place, Look]]:
        wanted = {
            (connector, place): look
            for connector, found in looks.items()
            for place, look in found.items()
            if look.position < look.end and timed(connector, place)
        }
        if not wanted:
            return looks
        first = {(*place, look.position) for (_, place), look in wanted.items()}
        written = self._written(first)
        now, at = self._clock.now().timestamp(), self._clock.monotonic()
        for (connector, place), look in wanted.items():
            stamp = written.get((*place, look.position))
            if stamp is not None:
                looks[connector][place] = replace(look, written=at - (now - stamp))
        return looks

    def _written(self, first: set[tuple[str, int, int]]) -> dict[tuple[str, int, int], float]:
        """Return when records were written, in seconds since 1970, as far as they can be read."""
        consumer = self._client.Consumer(
            quiet(
                self._settings,
                group_id="connectform",
                enable_auto_commit="false",
                auto_offset_reset="error",
                max_partition_fetch_bytes=16_384,
            )
        )
        found: dict[tuple[str, int, int], float] = {}
        begins: dict[Place, list[int]] = {}
        for topic, partition, offset in sorted(first):
            begins.setdefault((topic, partition), []).append(offset)
        deadline = self._clock.monotonic() + _FIRST_RECORDS
        try:
            while begins and self._clock.monotonic() < deadline:
                # Two sinks can be at two places of one partition: one place at a time.
                asked = {place: offsets.pop() for place, offsets in begins.items()}
                begins = {place: offsets for place, offsets in begins.items() if offsets}
                stamps = self._first_stamps(consumer, asked, deadline)
                found |= {(*place, asked[place]): stamp for place, stamp in stamps.items()}
        except self._client.KafkaException:
            pass  # without the right to read, seconds come with the next looks
        finally:
            consumer.close()
        return found

    def _first_stamps(
        self,
        consumer: Any,  # noqa: ANN401  # the client has no types
        asked: Mapping[Place, int],
        deadline: float,
    ) -> dict[Place, float]:
        partition = self._client.TopicPartition
        consumer.assign([partition(*place, offset) for place, offset in asked.items()])
        stamps: dict[Place, float] = {}
        left = set(asked)
        while left and self._clock.monotonic() < deadline:
            message = consumer.poll(_POLL)
            if message is None:
                continue
            place = (message.topic(), message.partition())
            left.discard(place)
            kind, milliseconds = message.timestamp()
            known = kind != self._client.TIMESTAMP_NOT_AVAILABLE and milliseconds > 0
            if message.error() is None and place in asked and place not in stamps and known:
                stamps[place] = milliseconds / 1000
        return stamps
