"""Sources of what flows through a sink called `a`: the page of a worker, and brokers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from tests.unit.http.canned_server import CannedServer, answer, canned_server
from tests.unit.kafka.brokers import World

READ = "kafka_connect_sink_task_metrics_sink_record_read_total"
ERRORS = "kafka_connect_task_error_metrics_total_record_errors"
LOST = "kafka_connect_task_error_metrics_deadletterqueue_produce_failures"
REBALANCES = "kafka_connect_connect_worker_rebalance_metrics_completed_rebalances_total"
REBALANCING = "kafka_connect_connect_worker_rebalance_metrics_rebalancing"
KAFKA = ", kafka: {bootstrap.servers: 'kafka:9092'}"


class Page:
    """The exporter page of a worker; what it says is changed by the test, None for no answer."""

    def __init__(self, server: CannedServer) -> None:
        self.server = server
        self.text: str | None = ""
        self.status = 200

    @property
    def more(self) -> str:
        """Return the settings of a cluster that lead here."""
        return f", metrics: {{scrape: ['{self.server.url}/metrics']}}"

    def say(self, metric: str, **values: float) -> None:
        """Say one number of the first task of each connector."""
        self.text = "".join(
            f'{metric}{{connector="{name}",task="0"}} {value}\n' for name, value in values.items()
        )

    def count(self, **values: float) -> None:
        """Say some numbers of the first task of `a`, and of the worker, by their metrics."""
        self.text = "".join(
            f"{metric} {value}\n"
            if "_worker_" in metric
            else f'{metric}{{connector="a",task="0"}} {value}\n'
            for metric, value in values.items()
        )


@contextmanager
def page_served() -> Iterator[Page]:
    """Yield a page on loopback."""

    def reply(_request: object) -> bytes | None:
        return None if found.text is None else answer(found.status, found.text)

    with canned_server(reply) as server:
        found = Page(server)
        yield found


def brokers(monkeypatch: pytest.MonkeyPatch, lines: Mapping[int, tuple[int, int]]) -> World:
    """Return the brokers that answer: by partition of `lines`, what `a` has committed, and the end.

    All records were written a minute before the test began.
    """
    found = World(
        {"connect-a": {("lines", place): committed for place, (committed, _) in lines.items()}},
        {("lines", place): [60.0] * end for place, (_, end) in lines.items()},
    )
    monkeypatch.setattr("reconcile.kafka.offsets.load_client", lambda: found)
    return found


def produce(world: World, count: int = 3) -> None:
    """Write records into each partition."""
    for records in world.records.values():
        records.extend([0.0] * count)


def consume(world: World, *partitions: int) -> None:
    """Have the sink commit all records of some partitions."""
    for partition in partitions:
        place = ("lines", partition)
        world.committed["connect-a"][place] = len(world.records[place])
