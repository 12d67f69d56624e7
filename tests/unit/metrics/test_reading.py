"""Metrics read over HTTP from servers that tell the truth, lie, stammer and hang."""

import json
from urllib.parse import parse_qs

import pytest

from reconcile.metrics.reading import read_metrics_once
from reconcile.model.config import Secret
from reconcile.model.metrics import Measure
from reconcile.model.project import Access, BasicAuth, MetricsAccess, MetricsKind, Timeouts, Tls
from reconcile.redact import Redactor
from tests.fake_clock import FakeClock
from tests.unit.http.canned_server import answer, by_path, canned_server, json_answer

READ = "kafka_connect_sink_task_metrics_sink_record_read_total"
PAGE = f'{READ}{{connector="orders",task="0"}} 5\n'


def read(kind, *urls, ago=0.0, auth=None, match=None):
    access = Access(cluster="prod", urls=urls, auth=auth, timeouts=Timeouts(connect=2.0))
    metrics = MetricsAccess(kind=kind, access=access, match=match or {})
    return read_metrics_once(metrics, clock=FakeClock(), redactor=Redactor(), ago=ago)


def pages(*urls, **more):
    return read(MetricsKind.PAGES, *urls, **more)


def prometheus(body, *, status=200, **more):
    with serving(json_answer(status, body)) as server:
        return read(MetricsKind.PROMETHEUS, server.url, **more), server.requests


def vector(*entries):
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": entries}})


def entry(value="5", **labels):
    metric = {"__name__": READ, "connector": "orders", "task": "0", "instance": "w1:9404", **labels}
    return {"metric": metric, "value": [1.0, value]}


def serving(reply):
    return canned_server(lambda _request: reply)


def codes(reading):
    return [problem.code.value for problem in reading.problems]


def test_each_page_is_of_its_worker_and_one_that_is_down_hides_no_other():
    routes = {"GET /a": answer(200, PAGE), "GET /b": answer(503, "starting")}
    with canned_server(by_path(routes)) as server:
        found = pages(f"{server.url}/a", f"{server.url}/b", "http://127.0.0.1:1/c")

    (task,) = found.samples.tasks
    assert (task.connector, task.worker) == ("orders", f"{server.url}/a")
    assert dict(task.values) == {Measure.RECORDS_READ: 5.0}
    assert codes(found) == ["CF315", "CF315"]
    assert found.problems[0].message.endswith(f"no metrics from {server.url}/b: it answers 503")


def test_half_a_page_counts_and_is_told():
    with serving(answer(200, PAGE + 'half{line="')) as server:
        found = pages(f"{server.url}/metrics")

    assert len(found.samples.tasks) == 1
    assert codes(found) == ["CF315"]


def test_a_page_without_connect_is_told():
    with serving(answer(200, "up 1\n")) as server:
        assert codes(pages(server.url)) == ["CF316"]


def test_lies_are_told():
    with serving(answer(200, PAGE + PAGE.replace(" 5", " -5").replace("orders", "b"))) as server:
        found = pages(server.url)

    assert [task.connector for task in found.samples.tasks] == ["orders"]
    assert codes(found) == ["CF316"]


def test_credentials_go_along_and_never_come_back():
    auth = BasicAuth("ci", Secret("hunter2hunter2"))
    with serving(None) as server:
        found = pages(server.url, auth=auth)

    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "hunter2" not in str(found)


def test_a_prometheus_server_is_asked_for_known_names_that_match():
    found, (request,) = prometheus(vector(entry()), match={"job": 'a"b'}, ago=60.0)
    form = parse_qs(request.body.decode())

    assert (request.method, request.path) == ("POST", "/api/v1/query")
    assert 'job="a\\"b"' in form["query"][0]
    assert "kafka.connect.sink.record.read.count" in form["query"][0]
    assert float(form["time"][0]) == FakeClock().now().timestamp() - 60
    (task,) = found.samples.tasks
    assert (task.worker, found.samples.at, found.problems) == ("w1:9404", -60.0, ())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>", 200),
        ("[" * 100_000, 200),
        ("[]", 200),
        ('{"status": "error", "error": "bad_data: parse error"}', 400),
        ('{"status": "success"}', 200),
        ('{"status": "success", "data": {"result": {}}}', 200),
        ("{}", 401),
        (vector(entry(), 5, {}, {"metric": {}, "value": [1]}, entry("x"), entry(None)), 200),
    ],
)
def test_an_answer_that_is_none_is_a_problem_and_no_error(body, status):
    found, _ = prometheus(body, status=status)

    assert codes(found) == ["CF315"]


def test_a_server_that_is_not_there_is_a_problem():
    assert codes(read(MetricsKind.PROMETHEUS, "http://127.0.0.1:1")) == ["CF315"]


def test_certificates_that_cannot_be_used_are_a_problem(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    access = Access(
        cluster="prod", urls=("https://127.0.0.1:1",), tls=Tls(ca=str(tmp_path / "ca.pem"))
    )
    metrics = MetricsAccess(kind=MetricsKind.PAGES, access=access)

    assert codes(read_metrics_once(metrics, clock=FakeClock(), redactor=Redactor())) == ["CF315"]


def test_nan_from_a_server_is_no_lie():
    found, _ = prometheus(vector(entry("NaN"), entry("3", task="1")))

    assert [task.task for task in found.samples.tasks] == [1]
    assert found.problems == ()
