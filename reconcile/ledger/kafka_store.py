"""Keep a ledger in a compacted Kafka topic: for projects that share a cluster."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from reconcile.errors import LedgerError
from reconcile.kafka.client import BrokerError
from reconcile.kafka.compacted_topic import CompactedTopic, TopicError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

T = TypeVar("T")


class KafkaStore:
    """A ledger in a topic, where several projects and clusters may keep theirs.

    Keys begin with the name of the cluster, so projects that share a topic must call a cluster by
    the same name.
    """

    def __init__(
        self, topic: CompactedTopic, *, name: str, cluster: str, redact: Callable[[str], str]
    ) -> None:
        """Keep a ledger in a topic; what brokers say passes `redact`."""
        self._topic = topic
        self._redact = redact
        self._name = name
        self._prefix = f"{cluster}/"
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """Return the topic."""
        return f"kafka:{self._name}"

    def read(self, *prefixes: str) -> Mapping[str, str]:
        """Return all entries whose key begins with one of the prefixes, as of now."""
        with self._lock:
            values = self._guarded(self._topic.read, Code.LEDGER_UNREADABLE)
            wanted = tuple(self._prefix + prefix for prefix in prefixes)
            return {
                key.removeprefix(self._prefix): value
                for key, value in values.items()
                if key.startswith(wanted)
            }

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        """Make the changes if each entry of `given` is as it says, and tell whether they were made."""

        def differs(values: Mapping[str, str]) -> bool:
            return any(values.get(self._prefix + key) != value for key, value in given.items())

        prefixed = {self._prefix + key: value for key, value in changes.items()}
        with self._lock:
            return self._guarded(
                lambda: self._topic.write(prefixed, unless=differs), Code.LEDGER_UNWRITABLE
            )

    def close(self) -> None:
        """Close the connections to the brokers."""
        with self._lock:
            self._topic.close()

    def _guarded(self, work: Callable[[], T], code: Code) -> T:
        try:
            return work()
        except TopicError as error:
            raise LedgerError(
                Problem(
                    code=Code.LEDGER_TOPIC,
                    message=f"the ledger {self.place} cannot be used: {self._redact(str(error))}",
                    hint=error.hint,
                )
            ) from error
        except BrokerError as error:
            raise LedgerError(
                Problem(
                    code=code,
                    message=f"the ledger {self.place} does not answer: {self._redact(str(error))}",
                    hint="check kafka.bootstrap.servers and the other settings of the cluster's"
                    " `kafka` in the project file",
                )
            ) from error
