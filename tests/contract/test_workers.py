"""Several workers: what happens when the one we speak to dies."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.connect import reads, writes
from reconcile.connect.connection import open_connection
from reconcile.live.snapshot import take_snapshot
from reconcile.model.project import Access
from reconcile.redact import Redactor
from reconcile.sandbox.real_cluster import kill_worker, real_sandbox
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.spec import RealSpec
from tests.contract.world import World
from tests.real_clusters import real_versions
from tests.requirements import require_real


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two workers of one cluster, and how to kill the first."""

    urls: tuple[str, ...]
    kill_first: Callable[[], None]


@contextmanager
def simulated() -> Iterator[Pair]:
    cluster = SimulatedCluster(clock=SystemClock(), workers=2, timing=Timing.quick())
    with serve(cluster) as served:
        yield Pair(urls=served.urls, kill_first=lambda: cluster.kill_worker(0))


@contextmanager
def real() -> Iterator[Pair]:
    require_real()
    clock = SystemClock()
    spec = RealSpec(version=real_versions()[0], workers=2, heartbeat_ms=300)
    with real_sandbox(spec) as sandbox:
        yield Pair(urls=sandbox.urls, kill_first=lambda: kill_worker(sandbox, 1, clock))


@pytest.mark.parametrize("pair", [simulated, pytest.param(real, marks=pytest.mark.real)])
def test_another_worker_takes_over(pair, tmp_path: Path) -> None:
    clock = SystemClock()
    with (
        pair() as workers,
        open_connection(
            Access(cluster="contract", urls=workers.urls),
            redactor=Redactor(),
            clock=clock,
            rng=random.Random(7),  # noqa: S311  # spreads waits, guards nothing
        ) as connection,
    ):
        world = World(connection=connection, clock=clock, folder=tmp_path)
        name = world.running(world.source())
        assert connection.worker.url == workers.urls[0]

        workers.kill_first()

        live = take_snapshot(connection, clock=clock)
        assert name in live.connectors
        assert live.url == connection.worker.url == workers.urls[1]
        world.insist(lambda: writes.pause(connection, name))
        assert world.eventually(lambda: world.states(name)[:1] == ("PAUSED",))
        assert reads.get_config(connection, name) == world.source()
