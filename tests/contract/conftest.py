"""The clusters under contract: one suite for all of them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.connect.connection import Connection, open_connection
from reconcile.model.flavor import Flavor
from reconcile.model.project import Access
from reconcile.redact import Redactor
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.spec import VERSIONS
from tests.contract.world import World
from tests.real_clusters import SharedSandbox, real_id, real_versions

# Where nobody has documented a difference, others keep the contract of Apache's.
FLAVORS = [
    (Flavor.CONFLUENT_PLATFORM, "3.9.1"),
    (Flavor.CONFLUENT_PLATFORM, "4.3.1"),
    (Flavor.AIVEN, "3.9.1"),
]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A kind of cluster that must keep the contract; only simulated ones have a flavour."""

    version: str
    real: bool
    flavor: Flavor = Flavor.APACHE

    def __str__(self) -> str:
        return f"{'real' if self.real else 'simulated'}-{self.version}"


def _contracts() -> list[object]:
    simulated = [
        pytest.param(Contract(version=v, real=False), id=f"simulated-{v}") for v in VERSIONS
    ]
    flavors = [
        pytest.param(Contract(version=v, real=False, flavor=flavor), id=f"simulated-{flavor}-{v}")
        for flavor, v in FLAVORS
    ]
    real = [
        pytest.param(Contract(version=v, real=True), id=real_id(v), marks=pytest.mark.real)
        for v in real_versions()
    ]
    return [*simulated, *flavors, *real]


@contextmanager
def _urls(contract: Contract, shared: SharedSandbox) -> Iterator[tuple[str, ...]]:
    if contract.real:
        yield shared.of(contract.version).urls
    else:
        cluster = SimulatedCluster(
            clock=SystemClock(),
            version=contract.version,
            flavor=contract.flavor,
            timing=Timing.quick(),
        )
        with serve(cluster) as served:
            yield served.urls


@pytest.fixture(scope="session", params=_contracts())
def cluster_connection(
    request: pytest.FixtureRequest, shared_sandbox: SharedSandbox
) -> Iterator[Connection]:
    """A connection to each cluster in turn; never two of them at once."""
    with (
        _urls(request.param, shared_sandbox) as urls,
        open_connection(
            Access(cluster="contract", urls=urls),
            redactor=Redactor(),
            clock=SystemClock(),
            rng=random.Random(7),  # noqa: S311  # spreads waits, guards nothing
        ) as connection,
    ):
        yield connection


@pytest.fixture
def world(cluster_connection: Connection, tmp_path: Path) -> Iterator[World]:
    """A cluster to work on; what the test makes is deleted in the end."""
    found = World(connection=cluster_connection, clock=SystemClock(), folder=tmp_path)
    yield found
    found.clear()
