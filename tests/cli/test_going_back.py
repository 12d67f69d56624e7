"""Rollbacks that cannot be had, as whole processes."""

import json
from pathlib import Path

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace


def test_a_rollback_to_a_class_that_the_cluster_no_longer_has_is_refused(
    workplace: Workplace, tmp_path: Path
):
    path = workplace.write_sink("a")
    path.write_text(path.read_text().replace("FileStreamSink", "VerifiableSink"))
    workplace.run("apply", "--auto-approve")
    (run,) = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]
    workplace.write_sink("a")
    workplace.run("apply", "--auto-approve")
    smaller = SimulatedCluster(clock=SystemClock(), timing=Timing.quick(), only=["FileStreamSink"])
    smaller.put("a", workplace.cluster.configs()["a"])
    smaller.settle()

    with serve(smaller) as server:
        Workplace(workplace.folder, smaller, server.url).write_project()
        result = workplace.run("rollback", run["id"], "--auto-approve")
        held = workplace.run("plan")

    assert result.code == 1, result.both
    assert "VerifiableSink" in result.both
    assert "[CF403]" in result.both
    assert smaller.writes == 0
    assert "held" not in held.out
