"""A real Alertmanager takes what watch sends: what fires, and its end."""

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.clock import SystemClock, until
from reconcile.watch.alerting import alert_of_round
from reconcile.watch.loop import watch_lease, watch_store
from reconcile.watch.rounds import Round, make_round
from tests.requirements import require
from tests.watch.post import REFUSED, Post, post_in

CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    program = require("prometheus-alertmanager", "alerts to a real Alertmanager")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    (tmp_path / "alertmanager.yml").write_text(CONFIG)
    with subprocess.Popen(
        [
            program,
            f"--config.file={tmp_path}/alertmanager.yml",
            f"--storage.path={tmp_path}/alertmanager",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            assert until(SystemClock(), lambda: is_ready(url), timeout=60)
            yield url
        finally:
            process.kill()


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=5) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def alerts_of(url: str) -> list[dict[str, object]]:
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=5) as answer:  # noqa: S310
        return json.load(answer)


def test_a_real_alertmanager_shows_what_fires_until_it_ends(tmp_path, alertmanager):
    folder = tmp_path / "project"
    folder.mkdir()
    with post_in(folder) as post:
        post.clock = SystemClock()
        receivers = f"{{receivers: {{main: {{alertmanager: '{alertmanager}'}}}}"
        rules = "rules: {ConnectorFailed: {for: 0s}}}"
        post.write_project(restart="{enabled: false}", alerts=f"{receivers}, {rules}")
        post.declare("orders-größe", ", alerts: {ConnectorFailed: {severity: ticket}}")
        post.cluster.fail_task("orders-größe", 0, REFUSED, for_good=True)
        found = make_real_round(post)
        assert found.unsent == ()
        clock = SystemClock()
        assert until(clock, lambda: bool(alerts_of(alertmanager)), timeout=30)
        (alert,) = alerts_of(alertmanager)
        assert alert["labels"] == {
            "alertname": "ConnectorFailed",
            "cluster": "local",
            "connector": "orders-größe",
            "severity": "ticket",
        }
        assert "Connection refused" in alert["annotations"]["summary"]
        (folder / "connectors/orders-größe.yaml").unlink()
        post.declare("b")
        assert make_real_round(post).unsent == ()
        assert until(clock, lambda: not alerts_of(alertmanager), timeout=30)


def make_real_round(post: Post) -> Round:
    """Make a round at the time that it is: an Alertmanager has a clock of its own."""
    seat = post.seat
    with watch_store(seat) as store, watch_lease(seat, store) as lease:
        return alert_of_round(seat, make_round(seat, None, store, lease), store, lease)
