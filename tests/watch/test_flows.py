"""Each round knows what flows, against the round before; no source that fails keeps it from looking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.model.metrics import Standing
from reconcile.sandbox import simulated_faults as faults
from reconcile.watch.flowing import MOST_OFFSETS
from tests.unit.apply.mover import sink_at
from tests.unit.http.canned_server import CannedServer, answer, canned_server
from tests.unit.kafka.brokers import World
from tests.watch.post import REFUSED, Post, post_in

READ = "kafka_connect_sink_task_metrics_sink_record_read_total"
ERRORS = "kafka_connect_task_error_metrics_total_record_errors"
KAFKA = ", kafka: {bootstrap.servers: 'kafka:9092'}"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with post_in(tmp_path) as found:
        yield found


class Page:
    """The exporter page of a worker, served; what it says is changed by the test."""

    def __init__(self, server: CannedServer) -> None:
        self.server = server
        self.text: str | None = ""
        self.status = 200

    @property
    def more(self) -> str:
        """Return the cluster's settings that lead here."""
        return f", metrics: {{scrape: ['{self.server.url}/metrics']}}"

    def say(self, **counts: float) -> None:
        self.text = "".join(
            f'{READ}{{connector="{name}",task="0"}} {count}\n' for name, count in counts.items()
        )


@pytest.fixture
def page() -> Iterator[Page]:
    def reply(_request: object) -> bytes | None:
        return None if found.text is None else answer(found.status, found.text)

    with canned_server(reply) as server:
        found = Page(server)
        yield found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World({"connect-a": {("lines", 0): 5}}, {("lines", 0): [60.0] * 10})
    monkeypatch.setattr("reconcile.kafka.offsets.load_client", lambda: found)
    return found


def asked_offsets(post: Post) -> list[str]:
    """Return of which connectors the last round has asked the REST API for offsets."""
    return [
        request.path.split("/")[2]
        for request in post.cluster.requests
        if request.path.endswith("/offsets")
    ]


def test_pages_are_compared_with_what_the_round_before_read(post, page):
    post.write_project(more=page.more)
    post.declare("a")
    page.say(a=100)
    first = post.round()
    page.say(a=700)
    second = post.round(30)

    assert first.flows.connectors["a"].throughput.records is None
    assert second.flows.connectors["a"].throughput.records == 20
    assert asked_offsets(post) == []


def test_without_any_source_offsets_tell_what_moves(post):
    post.declare("a")
    post.cluster.set_offsets("a", sink_at(10))
    first = post.round()
    post.cluster.set_offsets("a", sink_at(310))
    second = post.round(30)
    third = post.round(30)

    flows = [found.flows.connectors["a"] for found in (first, second, third)]
    assert [flow.moved for flow in flows] == [None, True, False]
    assert [flow.throughput.records for flow in flows] == [None, 10, 0]


def test_thousands_of_connectors_are_asked_for_offsets_a_few_a_round_in_turn(post):
    names = [f"c{number:02}" for number in range(2 * MOST_OFFSETS + 5)]
    for name in names:
        post.declare(name)
    asked = []
    for _ in range(3):
        post.round(30)
        asked.append(asked_offsets(post))

    assert [len(found) for found in asked] == [MOST_OFFSETS] * 3
    assert {name for found in asked for name in found} == set(names)


def test_a_connector_whose_offsets_cannot_be_had_keeps_no_other_from_its_turn(post):
    for name in "abc":
        post.declare(name)
    post.cluster.inject(faults.bad_gateway("GET /connectors/b/offsets", times=99))
    asked, rounds = [], []
    for _ in range(3):
        rounds.append(post.round(30))
        asked.append(asked_offsets(post))

    assert asked[:2] == [["a", "b"], ["c", "a", "b"]]
    assert all(found.problems == () for found in rounds)


def test_what_does_not_run_is_not_asked_for_offsets(post):
    post.declare("a")
    post.declare("b")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.cluster.put("foreign", {"connector.class": "FileStreamSink", "topics": "x"})
    post.round()

    assert asked_offsets(post) == ["a", "b"]


def test_lag_is_known_at_once_and_followed_from_round_to_round(post, world):
    post.write_project(more=KAFKA)
    post.declare("a")
    first = post.round()
    world.records["lines", 0] += [0.0] * 30
    world.committed["connect-a"]["lines", 0] = 10
    second = post.round(30)

    lag = [found.flows.connectors["a"].lag for found in (first, second)]
    assert [(one.records, one.standing) for one in lag] == [(5, Standing.FINE), (30, Standing.FINE)]
    assert lag[0].seconds == pytest.approx(60, abs=1)
    assert lag[1].seconds == pytest.approx(30, abs=1)
    assert asked_offsets(post) == []
    assert world.clients == 1


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        pytest.param("starting", 503, "CF315", id="down"),
        pytest.param(None, 200, "CF315", id="gone"),
        pytest.param("<html>\x1b[31m::error::</html>", 200, "CF315", id="no page at all"),
        pytest.param(f'{READ}{{connector="a",task="0"}} -7\n', 200, "CF316", id="lying"),
        pytest.param("up 1\n", 200, "CF316", id="of somebody else"),
    ],
)
def test_metrics_that_cannot_be_had_are_a_warning_and_all_else_goes_on(
    post, page, text, status, code
):
    post.write_project(more=page.more)
    post.declare("a")
    page.text, page.status = text, status
    post.round()
    post.cluster.fail_task("a", 0, REFUSED)
    found = [post.round(30), post.round(30)][-1]

    assert {problem.code.value for problem in found.flows.problems} == {code}
    assert found.problems == ()
    assert found.restarts == ("a",)
    assert found.flows.connectors["a"].throughput.records is None


def test_rates_go_on_once_a_source_is_back(post, page):
    post.write_project(more=page.more)
    post.declare("a")
    page.say(a=100)
    post.round()
    page.text = None
    lost = post.round(30)
    page.say(a=700)
    back = post.round(30)

    assert lost.flows.problems
    assert back.flows.problems == ()
    assert back.flows.connectors["a"].throughput.records == 10


def test_brokers_that_are_down_are_a_warning_and_lag_goes_on_once_they_are_back(post, world):
    post.write_project(more=KAFKA)
    post.declare("a")
    post.round()
    world.down = True
    lost = post.round(30)
    world.down = False
    back = post.round(30)

    assert [problem.code.value for problem in lost.flows.problems] == ["CF317"]
    assert lost.flows.connectors["a"].lag is None
    assert back.flows.connectors["a"].lag.records == 5
    assert back.flows.connectors["a"].lag.idle == 60


def test_a_source_that_takes_long_is_left_alone_for_nine_times_as_long(post, world):
    def slow() -> None:
        post.clock.advance(10)

    post.write_project(more=KAFKA)
    post.declare("a")
    world.down, world.delay = True, slow
    asked = []
    for _ in range(8):
        before = world.calls
        found = post.round(20)
        asked.append(world.calls - before)
        assert [problem.code.value for problem in found.flows.problems] == ["CF317"]

    assert asked == [1, 0, 0, 0, 0, 1, 0, 0]


def test_a_reference_that_cannot_be_had_is_a_warning_too(post):
    post.write_project(
        more=", metrics: {prometheus: 'http://p:9090', auth: {bearer: {token: '${{ env.NO }}'}}}"
    )
    post.declare("a")
    found = post.round()

    assert found.problems == ()
    assert [problem.severity.value for problem in found.flows.problems] == ["warning"]
