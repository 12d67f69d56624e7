"""Metrics and probes over HTTP, of rounds on a simulated cluster."""

import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_classic

from reconcile.cli.operating import watch
from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.errors import ConnectformError, UsageError
from reconcile.expose.display import Display, watch_shown
from reconcile.expose.names import METRICS
from reconcile.expose.probes import PATIENCE
from reconcile.expose.serving import served
from reconcile.model.codes import Code
from reconcile.model.exposure import Address, StateEncoding
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from reconcile.watch.loop import Course
from reconcile.watch.rounds import Round
from tests.cli.harness import Workplace, workplace_on
from tests.sandbox_command import wait_for
from tests.unit.apply.mover import Killed
from tests.watch.inbox import inbox
from tests.watch.post import REFUSED, Post, post_in

ANY_PORT = Address(host="127.0.0.1", port=0)
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


@dataclass(slots=True)
class Stand:
    """A post that is watched, and where that is shown."""

    post: Post
    display: Display
    url: str

    def round(self, seconds: float = 0.0) -> Round:
        found = self.post.round(seconds)
        self.display.tell(found)
        return found

    def get(self, path: str = "/metrics", method: str = "GET", accept: str = "*/*"):
        """Return status, content type, encoding and body of an answer."""
        answer = httpx.request(
            method,
            self.url.replace("/metrics", path),
            headers={"Accept": accept},
            trust_env=False,
            timeout=30,
        )
        kind, encoding = (answer.headers.get(f"content-{one}") for one in ("type", "encoding"))
        return answer.status_code, kind, encoding, answer.text

    def value(self, name: str, **labels: str) -> float | None:
        """Return the value of the one series with these labels; None where there is none."""
        found = [
            sample.value
            for family in read_classic(self.get()[3])
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with post_in(tmp_path) as post:
        display = Display(post.seat.loaded, ["local"], StateEncoding.ALL, post.clock)
        with served(ANY_PORT, display) as url:
            yield Stand(post=post, display=display, url=url)


def test_a_client_gets_the_format_that_it_asks_for(stand: Stand):
    stand.post.declare("a")
    stand.round()

    status, kind, _, classic = stand.get()
    _, modern, _, openmetrics = stand.get(accept=OPENMETRICS)
    _, odd, _, _ = stand.get(accept="application/openmetrics-text;version=abc")

    assert status == 200
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert modern.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert odd == modern
    assert openmetrics.endswith("# EOF\n")
    known = {metric.name for metric in METRICS}
    assert {one.name for one in read_openmetrics(openmetrics)} <= known
    assert "connectform_connector_health" in {one.name for one in read_classic(classic)}


def test_a_page_is_compressed_and_narrowed_where_that_is_asked_for(stand: Stand):
    stand.post.declare("a")
    stand.round()

    _, _, encoding, whole = stand.get()
    query = "/metrics?name[]=connectform_cluster_up&name[]=connectform_reconcile_errors_total"
    *_, some = stand.get(query)
    *_, none = stand.get("/metrics?name[]=python_info")

    assert encoding == "gzip"
    assert "connectform_cluster_info" in whole
    assert {sample.name for family in read_classic(some) for sample in family.samples} == {
        "connectform_cluster_up",
        "connectform_reconcile_errors_total",
    }
    assert none == ""


def test_nothing_else_is_there_and_nothing_but_get_is_answered(stand: Stand):
    stand.round()

    assert stand.get("/")[0] == stand.get("/metrics/x")[0] == 404
    for path in ("/metrics", "/healthz", "/readyz", "/"):
        assert stand.get(path, method="POST")[0] == 405
        assert stand.get(path, method="DELETE")[0] == 405


def test_a_connector_that_disappears_leaves_no_series(stand: Stand):
    stand.post.declare("a")
    stand.post.declare("b")
    stand.post.cluster.fail_task("b", 0, REFUSED)
    stand.round()
    stand.round(30)
    assert stand.value("connectform_connector_restarts_total", connector="b") == 1

    stand.post.cluster.remove("b")
    (stand.post.folder / "connectors/b.yaml").unlink()
    stand.round(30)

    page = stand.get()[3]
    assert 'connector="a"' in page
    assert 'connector="b"' not in page


def test_restarts_grow_from_nought_and_the_budget_shrinks(stand: Stand):
    stand.post.declare("a")
    stand.round()
    restarts = "connectform_connector_restarts_total"
    left = "connectform_cluster_restart_budget_left"
    assert (stand.value(restarts), stand.value(left)) == (None, 3)

    stand.post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    stand.round(30)
    due = stand.post.clock.now().timestamp() + 30
    assert stand.value(restarts, connector="a", reason="network") == 0
    assert stand.value("connectform_connector_restart_next_timestamp_seconds") == due

    stand.round(30)
    assert stand.value(restarts, connector="a", reason="network") == 1
    assert stand.value(left) == 2


def test_a_cluster_that_is_gone_is_down_and_keeps_its_counters(stand: Stand):
    stand.post.declare("a")
    stand.round()
    assert stand.value("connectform_cluster_up") == 1
    last = stand.value("connectform_reconcile_last_success_timestamp_seconds")

    stand.post.cluster.kill_worker(0)
    stand.round(30)

    assert stand.value("connectform_cluster_up") == 0
    assert stand.value("connectform_connector_state", connectform_connector_state="RUNNING") is None
    assert stand.value("connectform_reconcile_errors_total", kind="cluster") == 1
    assert stand.value("connectform_reconcile_last_success_timestamp_seconds") == last


def test_what_fires_and_who_was_told_is_counted(stand: Stand):
    with inbox() as box:
        stand.post.write_project(
            restart="{enabled: false}",
            alerts=f"{{receivers: {{main: {{webhook: '{box.url}/hook'}}}}}}",
        )
        stand.post.declare("a")
        stand.post.cluster.fail_task("a", 0, REFUSED, for_good=True)
        stand.round()
        assert stand.value("connectform_notifications_total", outcome="delivered") == 0
        stand.round(120)

        assert box.statuses() == [("firing", "ConnectorFailed", "a")]
    assert stand.value("connectform_notifications_total", receiver="main", outcome="delivered") == 1
    assert stand.value("connectform_notifications_total", receiver="main", outcome="failed") == 0
    assert stand.value("connectform_alerts_firing", alert="ConnectorFailed", severity="page") == 1


def test_a_receiver_that_does_not_answer_counts_as_a_request_that_failed(stand: Stand):
    stand.post.write_project(
        restart="{enabled: false}",
        alerts="{receivers: {main: {webhook: 'http://127.0.0.1:9'}}}",
    )
    stand.post.declare("a")
    stand.post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    stand.round()
    stand.round(120)

    assert stand.value("connectform_notifications_total", outcome="failed") == 1
    assert stand.value("connectform_notifications_total", outcome="delivered") == 0


def test_it_is_ready_once_each_cluster_was_looked_at_whatever_was_seen(stand: Stand):
    status, _, _, text = stand.get("/readyz")
    assert (status, text) == (503, "cluster local has not been looked at yet\n")

    stand.post.cluster.kill_worker(0)
    stand.round()

    assert stand.get("/readyz")[::3] == (200, "ready\n")


def test_it_is_alive_as_long_as_rounds_follow_each_other(stand: Stand):
    stand.post.clock.advance(PATIENCE)
    assert stand.get("/healthz")[::3] == (200, "alive\n")

    stand.post.clock.advance(1)
    status, _, _, text = stand.get("/healthz")
    assert (status, text) == (503, "the round of cluster local has gone on for 901 s\n")


def test_a_loop_that_waits_is_alive_and_one_that_has_broken_down_is_not(stand: Stand):
    stand.post.write_project(watch="{every: 1h}")
    stand.post.declare("a")
    alive, told = [], []

    def wait(seconds: float) -> bool:
        stand.post.clock.advance(seconds + PATIENCE)
        alive.append(stand.get("/healthz")[0])
        return False

    def tell(found: Round) -> None:
        told.append(stand.value("connectform_reconcile_duration_seconds_count"))
        if len(told) > 1:
            raise Killed

    course = Course(
        tell=tell, wait=wait, reload=lambda before: load_project(None, stand.post.folder, before)
    )
    with pytest.raises(Killed):
        watch_shown(stand.post.seat, course, stand.display)

    assert (alive, told) == ([200], [1, 2])
    assert stand.get("/healthz")[::3] == (503, "the loop of cluster local has ended\n")


def test_a_client_that_says_nothing_keeps_nobody_waiting(stand: Stand):
    host, port = stand.url.removeprefix("http://").removesuffix("/metrics").split(":")
    with socket.create_connection((host, int(port))), socket.create_connection((host, int(port))):
        assert stand.get()[0] == 200


def test_a_port_that_is_taken_is_a_problem_with_its_code(stand: Stand):
    port = int(stand.url.removesuffix("/metrics").rpartition(":")[2])

    with (
        pytest.raises(ConnectformError) as caught,
        served(Address(host="127.0.0.1", port=port), stand.display),
    ):
        pass

    (problem,) = caught.value.problems
    assert problem.code is Code.CANNOT_LISTEN
    assert problem.message == f"cannot listen on 127.0.0.1:{port}: Address already in use"


def test_a_port_is_free_again_once_the_server_has_ended(stand: Stand):
    with served(ANY_PORT, stand.display) as url:
        port = int(url.removesuffix("/metrics").rpartition(":")[2])
    with served(Address(host="127.0.0.1", port=port), stand.display) as again:
        assert again == url


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick())
    with workplace_on(cluster, tmp_path) as place:
        yield place


def test_the_command_serves_until_it_is_told_to_stop(workplace: Workplace):
    workplace.write_project("watch: {every: 1s, expose: {labels: [team]}}\n")
    workplace.write_sink("a")
    assert workplace.run("apply", "--auto-approve").code == 0

    process = workplace.start("watch", "--listen", "127.0.0.1:0", "--state-encoding", "active-only")
    try:
        url = process.stderr.readline().removeprefix("Metrics are at ").strip()
        stand = Stand(post=None, display=None, url=url)
        ready = wait_for(lambda: stand.get("/readyz")[0] == 200)
        page, alive = stand.get()[3], stand.get("/healthz")[0]
        second = workplace.run("watch", "--listen", url.split("/")[2])
    finally:
        process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, ready, alive) == (0, True, 200), out + err
    assert 'connectform_connector_health="healthy",connector="a"} 1.0' in page
    assert 'connectform_connector_health="unhealthy"' not in page
    assert second.code == 1
    assert "[CF705]" in second.err
    with pytest.raises(httpx.ConnectError):
        stand.get()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"once": True, "listen": "127.0.0.1:0"}, "--once and --dry-run make one"),
        ({"dry_run": True, "listen": "127.0.0.1:0"}, "--once and --dry-run make one"),
        ({"once": True, "state_encoding": StateEncoding.ALL}, "--once and --dry-run make one"),
        ({"listen": ":9464"}, "--listen: :9464 is no HOST:PORT"),
        ({"listen": "127.0.0.1:65536"}, "is no HOST:PORT"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_looked_at(options, said):
    with pytest.raises(UsageError) as caught:
        watch(None, **options)

    assert said in caught.value.problems[0].message
