"""Every place that a ledger can be kept in."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.ledger.store import Store
from reconcile.sandbox.spec import VERSIONS
from tests.ledger.places import (
    Place,
    git_place,
    kafka_place,
    memory_place,
    remote_place,
    sqlite_place,
)
from tests.real_clusters import SharedSandbox, real_id

_LOCAL = {
    "memory": memory_place,
    "sqlite": sqlite_place,
    "git": git_place,
    "git-remote": remote_place,
}
_KAFKA = pytest.param("kafka", id=f"kafka-{real_id(VERSIONS[0])}", marks=pytest.mark.real)


@pytest.fixture(params=[*_LOCAL, _KAFKA])
def place(
    request: pytest.FixtureRequest, shared_sandbox: SharedSandbox, tmp_path: Path
) -> Iterator[Place]:
    """A ledger that nobody has written to, in each place in turn."""
    if request.param in _LOCAL:
        found = _LOCAL[request.param](tmp_path)
    else:
        servers = shared_sandbox.of(VERSIONS[0]).bootstrap_servers
        found = kafka_place(servers, f"ledger-{uuid.uuid4().hex[:8]}")
    opened: list[Store] = []

    def opening() -> Store:
        opened.append(found.open())
        return opened[-1]

    yield Place(found.kind, opening)
    for store in opened:
        store.close()
