"""Every command that the documentation shows is run, and prints what the page says."""

from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.docs.commands import follow
from tests.docs.pages import PAGES, SHOWN_ID, SHOWN_URL


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path):
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick(), cluster_id=SHOWN_ID)
    with serve(cluster) as server:
        follow(page, tmp_path, {SHOWN_URL: server.url}, cluster.put)
