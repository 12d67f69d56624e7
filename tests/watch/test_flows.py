"""Each round knows what flows, against the round before; no source that fails keeps it from looking."""

import pytest

from reconcile.model.metrics import Standing
from reconcile.model.plan import Selection
from reconcile.run.reading import read_status
from reconcile.sandbox import simulated_faults as faults
from reconcile.watch.flowing import MOST_OFFSETS
from reconcile.watch.telling import doubt_key
from tests.unit.apply.mover import sink_at
from tests.unit.kafka.brokers import World
from tests.watch.post import REFUSED, Post
from tests.watch.sources import KAFKA, READ, brokers


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return brokers(monkeypatch, {0: (5, 10)})


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
    page.say(READ, a=100)
    first = post.round()
    page.say(READ, a=700)
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
    page.say(READ, a=100)
    post.round()
    page.text = None
    lost = post.round(30)
    page.say(READ, a=700)
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


def test_a_sink_whose_topic_is_not_there_is_not_well_until_it_is(post, world):
    post.write_project(more=KAFKA)
    post.declare("a")
    world.committed, records, world.records = {"connect-a": {}}, world.records, {}
    first = post.round().judged.verdicts["a"]
    after = post.round(300).judged.verdicts["a"]
    seat = post.seat
    shown = read_status(seat.context, seat.loaded, "local", Selection()).verdicts["a"]
    world.records = records

    assert (first.health, after.health) == ("progressing", "degraded")
    assert after.reason == shown.reason == "RUNNING, 1 task, and the topic lines is not there"
    assert post.round(30).judged.verdicts["a"].health == "healthy"


def test_each_trouble_of_a_source_is_one_to_be_told_whatever_its_numbers(post, page):
    post.write_project(more=page.more)
    post.declare("a")
    doubts = []
    for count in (1, 2):
        page.text = f'{READ}{{connector="a",task="0"}} 5\n' * (count + 1)
        doubts.append(set(map(doubt_key, post.round(30).flows.problems)))
    page.text = None
    doubts.append(set(map(doubt_key, post.round(30).flows.problems)))

    assert doubts[0] == doubts[1] == {("CF316", "")}
    assert len(doubts[2]) == 1
    assert doubts[2] != doubts[0]
