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


def test_a_rollback_deletes_nothing_where_pruning_is_the_rule(workplace: Workplace):
    workplace.write_project(
        '    ownership: {owns: ["*"], prune: owned}\n    limits: {maxDeletes: 9}\n'
    )
    for name in ("a", "b"):
        workplace.write_sink(name)
    workplace.run("apply", "--auto-approve")
    workplace.write_sink("a", file="new.txt")
    workplace.run("apply", "--auto-approve")
    *_, run = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]

    back = workplace.run("rollback", "a", "--auto-approve")
    live = workplace.cluster.configs()
    assert workplace.run("hold", "a", "--release").code == 0
    forth = workplace.run("rollback", run["id"], "--auto-approve")

    assert back.code == 0, back.both
    assert {name: config["file"] for name, config in live.items()} == {
        "a": "out.txt",
        "b": "out.txt",
    }
    assert "To make it last, declare in git what is live now." in back.err
    assert "b" not in workplace.outcomes()
    assert forth.code == 0, forth.both
    assert workplace.cluster.configs().keys() == {"a", "b"}


def test_a_rollback_forgets_nothing_of_what_it_is_not_about(workplace: Workplace):
    for name in ("a", "b"):
        workplace.write_sink(name)
    workplace.run("apply", "--auto-approve")
    workplace.write_sink("a", file="new.txt")
    workplace.run("apply", "--auto-approve")
    workplace.cluster.remove("b")

    back = workplace.run("rollback", "a", "--auto-approve")
    after = workplace.run("plan")

    assert back.code == 0, back.both
    assert "b will be created again: it was deleted by hand" in after.out


def test_a_rollback_to_a_run_takes_back_what_failed_since(workplace: Workplace):
    names = ("a", "b")
    for name in names:
        workplace.write_sink(name)
    workplace.run("apply", "--auto-approve")
    good = workplace.cluster.configs()
    (run,) = _runs(workplace)
    unchanged = workplace.run("rollback", run["id"], "--auto-approve")
    for name in names:
        path = workplace.write_sink(name)
        path.write_text(
            path.read_text().replace("FileStreamSink", "MockSinkConnector")
            + "    mock_mode: task-failure\n"
        )
    failed = workplace.run("apply", "--auto-approve")
    bad = workplace.cluster.configs()

    back = workplace.run("rollback", run["id"], "--auto-approve")
    again = workplace.run("rollback", run["id"], "--auto-approve")

    assert unchanged.out.endswith(
        "No changes. Nothing was written to a connector on local since.\n"
    )
    assert set(workplace.cluster.configs()) == set(names)
    assert failed.code == 5, failed.both
    assert bad["a"]["mock_mode"] == "task-failure"
    assert back.code == 0, back.both
    assert workplace.cluster.configs() == good
    assert "All 2 connectors on local match what was applied then." in again.out, again.both


def test_what_a_later_run_failed_to_create_is_not_told_of(workplace: Workplace):
    workplace.write_sink("a")
    workplace.run("apply", "--auto-approve")
    (run,) = _runs(workplace)
    path = workplace.write_sink("b")
    path.write_text(path.read_text().replace("FileStreamSink", "NoSuchConnector"))
    refused = workplace.run("apply", "--auto-approve", "--validate", "off")

    back = workplace.run("rollback", run["id"], "--auto-approve")

    assert refused.code != 0
    assert "b did not exist then" not in back.both
    assert back.code == 0, back.both


def _runs(workplace: Workplace) -> list[dict[str, str]]:
    history = json.loads(workplace.run("history", "--output", "json").out)
    runs: list[dict[str, str]] = history["histories"][0]["runs"]
    return runs
