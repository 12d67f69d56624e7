"""A real Prometheus scrapes a watch, and the rules that we generate fire in it."""

import json
from collections.abc import Sequence

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import workplace_on
from tests.generate.questions import questions
from tests.prometheus_server import LOOPBACK, Server, free_port, prometheus
from tests.sandbox_command import wait_for

AT_ONCE = "  alerts: {ConnectorFailed: {for: 0s, keepFiringFor: 0s}}\n"
CAUSE = "org.apache.kafka.connect.errors.ConnectException: nobody is there"
SHOWN = {
    "Budget left",
    "Clusters",
    "Connectors",
    "Given up",
    "Health",
    "Missing",
    "Held",
    "Time since the last round",
    "cluster",
    "connector",
}


def answered(server: Server, asked: Sequence[tuple[str, str]]) -> set[str]:
    """Return the panels and variables that have something to show."""
    return {title for title, expression in asked if server.query(expression)}


def test_a_failed_connector_fires_in_a_real_prometheus_that_scrapes_a_watch(tmp_path):
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick())
    with workplace_on(cluster, tmp_path) as place:
        place.write_project("watch: {every: 1s}\n")
        place.write_sink("broken-sink", more=AT_ONCE)
        place.write_sink("fine-sink", more=AT_ONCE)
        assert place.run("apply", "--auto-approve").code == 0
        assert place.run("generate", "prometheus-rules", "--out", "rules.json").code == 0
        drawn = place.run("generate", "grafana-dashboard")
        asked = list(questions(json.loads(drawn.out), cluster="local"))
        cluster.fail_connector("broken-sink", CAUSE, for_good=True)
        page = f"{LOOPBACK}:{free_port()}"
        watching = place.start("watch", "--listen", page)
        try:
            pages = {"connectform": [f"http://{page}/metrics"]}
            with prometheus(tmp_path, tmp_path / "rules.json", pages) as server:
                assert wait_for(lambda: bool(server.firing()))
                assert server.firing() == [
                    {
                        "alertname": "ConnectorFailed",
                        "cluster": "local",
                        "connector": "broken-sink",
                        "severity": "page",
                    }
                ]
                assert wait_for(lambda: answered(server, asked) >= SHOWN)
                cluster.heal("broken-sink")
                assert place.run("restart", "broken-sink", "--auto-approve").code == 0
                assert wait_for(lambda: not server.firing())
        finally:
            watching.terminate()
            out, err = watching.communicate(timeout=60)
    assert watching.returncode == 0, out + err
