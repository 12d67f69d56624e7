"""Metrics and lag of a real Kafka and real workers."""

import json
from datetime import timedelta
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from reconcile.clock import SystemClock
from reconcile.kafka.offsets import OffsetReader
from reconcile.measure.flows import follow_looks
from reconcile.measure.groups import Consumer
from reconcile.metrics.reading import read_metrics_once
from reconcile.model.metrics import Measure
from reconcile.model.project import Access, MetricsAccess, MetricsKind
from reconcile.redact import Redactor
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec
from tests.cli.harness import Workplace
from tests.fake_clock import FakeClock
from tests.generate.questions import questions
from tests.prometheus_server import prometheus
from tests.requirements import require_real
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real
LAGS = (5, 20, 60, 150, 300)
A_SECOND = 10


METRICS = '    metrics: {prometheus: "http://127.0.0.1:9090", match: {job: connect}}\n'
AT_ONCE = "  alerts: {ConnectorFailed: {for: 0s, keepFiringFor: 0s, severity: ticket}}\n"
WITHOUT_DEBEZIUM = {"Behind the source"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """A real sandbox with pages of metrics; a test removes the connectors that it makes."""
    require_real()
    folder = tmp_path_factory.mktemp("sandbox") / "x"
    with real_sandbox(RealSpec(metrics=True, heartbeat_ms=300), directory=folder) as found:
        yield found


def put(sandbox, name, config):
    ask(sandbox, "PUT", f"{name}/config", config)


def ask(sandbox, method, path, body=None):
    """Send a request about a connector, again while a rebalance refuses it."""
    request = Request(  # noqa: S310 - loopback
        f"{sandbox.url}/connectors/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )

    def is_taken():
        try:
            with urlopen(request, timeout=30):  # noqa: S310 - loopback
                return True
        except HTTPError as error:
            if error.code != HTTPStatus.CONFLICT:
                raise
            return False

    assert wait_for(is_taken)


def produce(servers, topic, stamps):
    """Write a record for each time, in seconds since 1970 or None for now."""
    producer = Producer({"bootstrap.servers": servers})
    refused = []
    for stamp in stamps:
        more = {} if stamp is None else {"timestamp": int(stamp * 1000)}
        producer.produce(
            topic,
            b"{}",
            partition=0,
            on_delivery=lambda error, _message: refused.append(error) if error else None,
            **more,
        )
        producer.poll(0)
    assert (producer.flush(30), refused) == (0, [])


def test_the_page_of_a_worker_has_the_records_and_tasks_of_a_running_sink(sandbox, tmp_path):
    produce(sandbox.bootstrap_servers, "lines", [None] * 250)
    put(
        sandbox,
        "a-sink",
        {
            "connector.class": "FileStreamSink",
            "file": str(tmp_path / "out.txt"),
            "topics": "lines",
            "tasks.max": "1",
        },
    )
    (page,) = sandbox.clusters[0].pages
    access = Access(cluster="x", urls=(page,))
    metrics = MetricsAccess(kind=MetricsKind.PAGES, access=access)

    def read():
        return read_metrics_once(metrics, clock=FakeClock(), redactor=Redactor())

    def records():
        return [
            (task.connector, task.task, task.values.get(Measure.RECORDS_READ))
            for task in read().samples.tasks
        ]

    assert wait_for(lambda: records() == [("a-sink", 0, 250.0)])
    found = read()
    assert found.problems == ()
    (worker,) = found.samples.workers
    assert (worker.values[Measure.TASKS], worker.values[Measure.CONNECTORS]) == (1.0, 1.0)
    assert 0 < worker.values[Measure.HEAP_BYTES] < worker.values[Measure.HEAP_LIMIT_BYTES]
    assert worker.values[Measure.REBALANCING] == 0.0
    (task,) = found.samples.tasks
    assert task.values[Measure.ERRORS] == 0.0
    ask(sandbox, "DELETE", "a-sink")


def unanswered(server, asked):
    """Return the panels that have nothing to show."""
    answered = {title for title, expression in asked if server.query(expression)}
    return {title for title, _ in asked} - answered


def test_a_failed_connector_fires_in_a_real_prometheus_until_it_is_mended(sandbox, tmp_path):
    place = Workplace(tmp_path, None, sandbox.url)
    place.write_project(METRICS)
    folder = tmp_path / "missing"
    place.write_sink("broken-sink", file=str(folder / "out.txt"), more=AT_ONCE)
    place.write_sink("fine-sink", file=str(tmp_path / "fine.txt"), more=AT_ONCE)
    assert place.run("apply", "--auto-approve").code != 0, "a sink without its folder fails"
    written = place.run(
        "generate", "prometheus-rules", "--dialect", "jmx-exporter", "--out", "rules.json"
    )
    assert written.code == 0, written.both
    pages = {"connect": sandbox.clusters[0].pages}

    with prometheus(tmp_path, tmp_path / "rules.json", pages) as server:
        assert wait_for(lambda: bool(server.firing()))
        assert server.firing() == [
            {
                "alertname": "ConnectorFailed",
                "cluster": "local",
                "connector": "broken-sink",
                "severity": "ticket",
            }
        ]
        assert server.query('kafka_connect_connector_status{status="running"}')
        drawn = place.run("generate", "grafana-dashboard", "--dialect", "jmx-exporter")
        asked = list(questions(json.loads(drawn.out)))
        assert wait_for(lambda: unanswered(server, asked) == WITHOUT_DEBEZIUM)

        folder.mkdir()
        restarted = place.run("restart", "broken-sink", "--only-failed", "--auto-approve")
        assert restarted.code == 0, restarted.both
        assert wait_for(lambda: not server.firing())
        assert wait_for(lambda: len(server.query("up == 1")) == 1)
    for name in ("broken-sink", "fine-sink"):
        ask(sandbox, "DELETE", name)


class Stream:
    """A topic with a record every tenth of a second of a clock of ours, and a group that reads it."""

    def __init__(self, servers, topic):
        self.servers, self.topic, self.group = servers, topic, f"connect-{topic}"
        # Brokers refuse records of more than an hour ahead.
        self.clock = FakeClock(SystemClock().now() - timedelta(hours=1))
        self.stamps = []
        self.admin = AdminClient({"bootstrap.servers": servers})
        for made in self.admin.create_topics([NewTopic(topic, 1)]).values():
            made.result()
        self.reader = OffsetReader({"bootstrap.servers": servers}, clock=self.clock)

    def run(self, seconds):
        """Let time pass, and records come."""
        began = self.clock.now().timestamp()
        stamps = [began + (one + 1) / A_SECOND for one in range(seconds * A_SECOND)]
        produce(self.servers, self.topic, stamps)
        self.stamps += stamps
        self.clock.advance(seconds)

    def commit(self, lag):
        """Commit all but the newest `lag` seconds; return the true age of the first of those."""
        offset = len(self.stamps) - lag * A_SECOND
        partitions = [TopicPartition(self.topic, 0, offset)]
        wanted = [ConsumerGroupTopicPartitions(self.group, partitions)]
        for done in self.admin.alter_consumer_group_offsets(wanted).values():
            done.result()
        return self.clock.now().timestamp() - self.stamps[offset]

    def read(self, *, timed):
        consumer = Consumer(connector="s", group=self.group)
        return self.reader.read([consumer], timed=lambda _connector, _place: timed).looks


@pytest.fixture
def shared(real_cluster):
    return real_cluster.bootstrap_servers


def test_a_first_look_tells_lag_in_seconds_by_the_time_of_a_record(shared):
    stream = Stream(shared, "lag-at-once")
    stream.run(400)

    for lag in LAGS:
        truth = stream.commit(lag)
        _, lags = follow_looks({}, stream.read(timed=True))
        assert lags["s"].records == lag * A_SECOND
        assert lags["s"].seconds == pytest.approx(truth, abs=max(2.0, truth / 10))


def test_later_looks_tell_lag_in_seconds_by_the_ends_they_saw(shared):
    stream = Stream(shared, "lag-over-time")
    tracks = {}
    stream.run(1)
    stream.commit(1)
    for _ in range(40):
        stream.run(10)
        tracks, _ = follow_looks(tracks, stream.read(timed=False))
    # The sink catches up bit by bit, so that nothing it still needs has been forgotten.
    for lag in reversed(LAGS):
        truth = stream.commit(lag)
        tracks, lags = follow_looks(tracks, stream.read(timed=False))
        assert lags["s"].records == lag * A_SECOND
        assert lags["s"].seconds == pytest.approx(truth, abs=max(2.0, truth / 10))
