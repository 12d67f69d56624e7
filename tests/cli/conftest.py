"""Fixtures for end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace, workplace_on


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """A project with no definitions yet, and a quick simulated cluster that serves it."""
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick())
    with workplace_on(cluster, tmp_path) as place:
        yield place
