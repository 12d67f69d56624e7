"""The real sandbox, on a real Kafka and real workers."""

import json
import re
import signal
import ssl
from base64 import b64encode
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from reconcile.clock import SystemClock
from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.sandbox.processes import is_alive
from reconcile.sandbox.real_cluster import (
    kill_worker,
    real_sandbox,
    start,
    start_broker,
    start_worker,
    stop,
    stop_broker,
    worker_log,
)
from reconcile.sandbox.spec import RealSpec, parse_plugin
from reconcile.sandbox.state import load
from tests.requirements import require_real
from tests.sandbox_command import left_running, run, wait_for
from tests.sandbox_command import start as start_command

pytestmark = pytest.mark.real
CLOCK = SystemClock()
SINK = {"connector.class": "FileStreamSink", "file": "out.txt", "topics": "lines", "tasks.max": "1"}


@pytest.fixture(autouse=True)
def _real():
    require_real()


@pytest.fixture
def folder(tmp_path):
    """A folder of which no process is left after the test, whatever happened."""
    yield tmp_path
    run(tmp_path, "down", "--all")
    assert left_running(tmp_path) == []


def ask(sandbox, path, *, url="", body=None, tls=None, password=None):
    """Send one request as a client of the sandbox; return the JSON of the answer."""
    access = sandbox.access
    request = Request(f"{url or sandbox.url}{path}")  # noqa: S310 - loopback
    if access.username:
        pair = f"{access.username}:{access.password if password is None else password}"
        request.add_header("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
    if body is not None:
        request.method, request.data = "PUT", json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    context = tls or (client_context(access) if access.ca else None)
    with urlopen(request, timeout=30, context=context) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def client_context(access, *, with_certificate=True):
    context = ssl.create_default_context(cafile=access.ca)
    if with_certificate and access.certificate:
        context.load_cert_chain(access.certificate, access.key)
    return context


def classes(sandbox):
    return {plugin["class"].rpartition(".")[2] for plugin in ask(sandbox, "/connector-plugins")}


def is_running(sandbox, name):
    try:
        status = ask(sandbox, f"/connectors/{name}/status")
    except HTTPError:
        return False
    tasks = [task["state"] for task in status["tasks"]]
    return [status["connector"]["state"], *tasks] == ["RUNNING", "RUNNING"]


def is_healthy(sandbox):
    try:
        return ask(sandbox, "/health")["status"] == "healthy"
    except HTTPError:
        return False


def test_each_version_is_what_it_says_and_has_its_plugins(real_cluster):
    version = real_cluster.spec.version
    assert ask(real_cluster, "/")["version"] == version
    names = {"FileStreamSourceConnector", "FileStreamSinkConnector", "MirrorSourceConnector"}
    assert names <= classes(real_cluster)
    assert ("MockSourceConnector" in classes(real_cluster)) is version.startswith("4.")


def test_a_connector_runs_on_each_version(real_cluster):
    ask(real_cluster, "/connectors/a-sink/config", body=SINK)
    assert wait_for(lambda: is_running(real_cluster, "a-sink"))
    context = re.compile(r"\[a-sink\|task-0\]")
    assert wait_for(lambda: context.search(worker_log(real_cluster, 1).read_text("utf-8")))


def test_from_up_to_down_on_the_command_line(folder):
    code, out, err = run(folder, "up", "--real", "--heartbeat-ms", "300")
    assert code == 0, err
    url = out.splitlines()[0]
    with urlopen(f"{url}/connectors") as answer:  # noqa: S310 - loopback
        assert json.load(answer) == []
    sandbox = load(folder / ".connectform" / "sandboxes" / "default")
    assert len(left_running(folder)) == 2
    ask(sandbox, "/connectors/a-sink/config", body=SINK)

    code, out, _ = run(folder, "status")
    assert out.startswith("default: real, Kafka 4.3.1, 1 worker, up\n")
    assert "Kafka Connect started" in run(folder, "logs", "--lines", "1000")[1]
    assert "Kafka Server started" in run(folder, "logs", "--broker", "--lines", "1000")[1]
    assert len(run(folder, "logs", "--worker", "1", "--lines", "3")[1].splitlines()) == 3

    code, out, err = run(folder, "up", "--real")
    assert (code, out) == (1, "")
    assert "CF604" in err

    code, out, err = run(folder, "reset")
    assert code == 0, err
    assert out.splitlines()[0] == url
    with urlopen(f"{url}/connectors") as answer:  # noqa: S310 - loopback
        assert json.load(answer) == []

    assert run(folder, "down")[0] == 0
    assert left_running(folder) == []
    assert not (folder / ".connectform" / "sandboxes" / "default").exists()


def test_two_sandboxes_at_once_are_apart(folder):
    with (
        real_sandbox(RealSpec(), directory=folder / "one") as one,
        real_sandbox(RealSpec(version="3.9.1"), directory=folder / "two") as two,
    ):
        ask(one, "/connectors/only-here/config", body=SINK)
        assert ask(one, "/connectors") == ["only-here"]
        assert ask(two, "/connectors") == []
        assert [ask(each, "/")["version"] for each in (one, two)] == ["4.3.1", "3.9.1"]
        stop(one, CLOCK)
        assert ask(two, "/connectors") == []


def test_two_clusters_on_one_broker_are_apart(folder):
    with real_sandbox(RealSpec(clusters=2), directory=folder / "x") as sandbox:
        first, second = (cluster.urls[0] for cluster in sandbox.clusters)
        ask(sandbox, "/connectors/only-here/config", url=first, body=SINK)
        assert ask(sandbox, "/connectors", url=first) == ["only-here"]
        assert ask(sandbox, "/connectors", url=second) == []
        brokers = {ask(sandbox, "/", url=url)["kafka_cluster_id"] for url in (first, second)}
        assert brokers == {sandbox.kafka_cluster_id}


@pytest.mark.parametrize("version", ["4.3.1", "3.6.2"])
def test_tls_with_client_certificate_and_password_guards_every_worker(folder, version):
    spec = RealSpec(version=version, workers=3, tls=True, client_certificate=True, basic_auth=True)
    with real_sandbox(spec, directory=folder / "x") as sandbox:
        for number, url in enumerate(sandbox.urls):
            # Two of the three have to hand this on to the leader, over TLS as well.
            ask(sandbox, f"/connectors/sink-{number}/config", url=url, body=SINK)
        names = {f"sink-{number}" for number in range(3)}
        for url in sandbox.urls:
            assert wait_for(lambda url=url: set(ask(sandbox, "/connectors", url=url)) == names)
        with pytest.raises(HTTPError, match="401"):
            ask(sandbox, "/connectors", password="guess")
        bare = client_context(sandbox.access, with_certificate=False)
        with pytest.raises((URLError, ssl.SSLError, ConnectionError)):
            ask(sandbox, "/connectors", tls=bare)
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            ask(sandbox, "/connectors", tls=ssl.create_default_context())
        logs = [path.read_text("utf-8") for path in (sandbox.directory / "logs").iterdir()]
        assert not [log for log in logs if sandbox.access.password in log]


def test_a_plugin_from_maven_is_there(folder):
    plugin = parse_plugin("io.debezium:debezium-connector-postgres:3.3.1.Final")
    with real_sandbox(RealSpec(plugins=(plugin,)), directory=folder / "x") as sandbox:
        assert "PostgresConnector" in classes(sandbox)


def test_workers_and_broker_can_be_lost_and_come_back(folder):
    spec = RealSpec(workers=2, heartbeat_ms=300)
    with real_sandbox(spec, directory=folder / "x") as sandbox:
        kill_worker(sandbox, 2, CLOCK)
        with pytest.raises(URLError):
            ask(sandbox, "/connectors", url=sandbox.urls[1])
        assert ask(sandbox, "/connectors", url=sandbox.urls[0]) == []
        again = start_worker(sandbox, 2, CLOCK)
        assert ask(again, "/connectors", url=again.urls[1]) == []

        stop_broker(again, CLOCK)
        assert not is_alive(again.process("broker"))
        assert ask(again, "/connectors") == []
        back = start_broker(again, CLOCK)
        assert is_alive(back.process("broker"))
        assert wait_for(lambda: is_healthy(back))


def test_a_start_that_fails_leaves_its_logs_and_nothing_running(folder):
    home = folder / ".connectform" / "sandboxes"
    with pytest.raises(SandboxError) as raised:
        # Connect wants heartbeats more often than the session times out.
        start(RealSpec(heartbeat_ms=999_999), home / "default", CLOCK)
    (problem,) = raised.value.problems
    assert problem.code is Code.SANDBOX_START_FAILED
    assert "Heartbeat must be set lower than the session timeout" in problem.message
    assert problem.location.path == str(home / "default" / "logs" / "worker-1.log")
    assert left_running(folder) == []
    assert "Heartbeat must be" in run(folder, "logs", "--lines", "1000")[1]
    assert run(folder, "down")[0] == 0
    assert not (home / "default").exists()


def test_a_taken_port_that_was_asked_for_is_named(folder):
    with real_sandbox(RealSpec(), directory=folder / "one") as one:
        port = int(one.url.rpartition(":")[2])
        with pytest.raises(SandboxError, match=f"port {port} of 127.0.0.1 is taken"):
            start(RealSpec(port=port), folder / "two", CLOCK)
        assert ask(one, "/connectors") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", ["broker.log", "worker-1.log"])
def test_an_interrupted_up_leaves_nothing(folder, number, after):
    process = start_command(folder, "up", "--real")
    place = folder / ".connectform" / "sandboxes" / "default"
    assert wait_for((place / "logs" / after).exists)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert left_running(folder) == []
    assert not place.exists()


def test_what_a_killed_up_left_is_ended_by_down(folder):
    process = start_command(folder, "up", "--real")
    log = folder / ".connectform" / "sandboxes" / "default" / "logs" / "worker-1.log"
    assert wait_for(log.exists)
    process.kill()
    process.communicate(timeout=60)
    assert len(left_running(folder)) == 2
    assert "starting" in run(folder, "status")[1]
    assert run(folder, "down")[0] == 0
    assert left_running(folder) == []
