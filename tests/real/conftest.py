"""Fixtures for tests on a real Kafka."""

from collections.abc import Iterator

import pytest

from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import Sandbox
from tests.real_clusters import real_versions
from tests.requirements import require_real

# The members of a group hear of a rebalance at their next heartbeat: 3 s would make tests slow.
_HEARTBEAT_MS = 300


@pytest.fixture(scope="session", params=real_versions())
def real_cluster(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A real cluster of one worker, of each version in turn; never two of them at once.

    Shared by all tests of a version: each takes names, groups and topics of its own.
    """
    require_real()
    with real_sandbox(RealSpec(version=request.param, heartbeat_ms=_HEARTBEAT_MS)) as sandbox:
        yield sandbox
