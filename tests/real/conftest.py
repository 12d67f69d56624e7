"""Fixtures for tests on a real Kafka, and for those that must hold on every cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.sandbox.state import Sandbox
from tests.real import stand as stands
from tests.real.stand import Stand, clusters
from tests.real_clusters import SharedSandbox, real_id, real_versions


@pytest.fixture(scope="session", params=real_versions(), ids=real_id)
def real_cluster(request: pytest.FixtureRequest, shared_sandbox: SharedSandbox) -> Sandbox:
    """The real cluster of one worker, of each version in turn, that all real tests share."""
    return shared_sandbox.of(request.param)


@pytest.fixture(params=clusters(real_versions()))
def stand(
    request: pytest.FixtureRequest, shared_sandbox: SharedSandbox, tmp_path: Path
) -> Iterator[Stand]:
    """A project on each cluster in turn, simulated and real."""
    version, is_real = request.param
    if is_real:
        with stands.real(version, shared_sandbox.of(version).url, tmp_path) as found:
            yield found
    else:
        with stands.simulated(version, tmp_path) as found:
            yield found
