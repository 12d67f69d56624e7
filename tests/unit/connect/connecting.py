"""Connections for tests: a clock that nobody waits for, and a record of what was observed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconcile.connect.answers import Event, Exchange, Waiting
from reconcile.connect.connection import Connection, open_connection
from reconcile.model.project import Access
from reconcile.redact import Redactor
from tests.fake_clock import FakeClock
from tests.unit.http.canned_server import Reply, by_path, canned_server, json_answer

ROOT = json_answer(200, '{"version":"4.3.1","commit":"abc","kafka_cluster_id":"kc"}')


@dataclass(kw_only=True)
class Observed:
    """What a connection said it does."""

    events: list[Event] = field(default_factory=list)

    @property
    def waits(self) -> list[Waiting]:
        return [event for event in self.events if isinstance(event, Waiting)]

    @property
    def exchanges(self) -> list[Exchange]:
        return [event for event in self.events if isinstance(event, Exchange)]


@contextmanager
def connected(
    *urls: str,
    clock: FakeClock | None = None,
    redactor: Redactor | None = None,
    observed: Observed | None = None,
    **access: object,
) -> Iterator[Connection]:
    """Connect to workers."""
    seen = observed or Observed()
    with open_connection(
        Access(cluster="prod", urls=urls, **access),
        redactor=redactor or Redactor(),
        clock=clock or FakeClock(),
        rng=random.Random(7),  # noqa: S311  # spreads waits, guards nothing
        observe=seen.events.append,
    ) as connection:
        yield connection


@contextmanager
def answering(routes: dict[str, bytes | Reply | None], **options: object) -> Iterator[Connection]:
    """Connect to a worker that answers `GET /` and these routes."""
    with (
        canned_server(by_path({"GET /": ROOT, **routes})) as server,
        connected(server.url, **options) as connection,
    ):
        yield connection
