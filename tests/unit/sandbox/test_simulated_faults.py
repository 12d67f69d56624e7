"""Trouble that the simulated cluster makes on request."""

import pytest

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import (
    Conflict,
    Effect,
    Fault,
    answered,
    bad_gateway,
    conflict,
    forbidden,
    late,
    rebalance_expected,
    starting,
    timed_out,
    unauthorised,
    unavailable,
    unhealthy,
)
from tests.fake_clock import FakeClock
from tests.simulated import SINK, ask

PUT = "PUT /connectors/sink/config"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def cluster(clock):
    return SimulatedCluster(clock=clock)


@pytest.mark.parametrize("message", Conflict)
def test_a_conflict_passes_after_as_many_times_as_asked_for(cluster, message):
    cluster.inject(conflict("PUT /connectors/*/config", message, times=2))
    found = [ask(cluster, PUT, SINK) for _ in range(3)]
    assert [answer.status for answer in found] == [409, 409, 201]
    assert found[0].message == message.value


@pytest.mark.parametrize(
    ("fault", "status", "content_type"),
    [
        (starting(), 404, "text/html;charset=iso-8859-1"),
        (bad_gateway(), 502, "text/html"),
        (unauthorised(), 401, "application/json"),
        (forbidden(), 403, "application/json"),
        (unavailable(), 503, None),
        (answered("GET /connectors", 429, headers={"Retry-After": "7"}), 429, "application/json"),
    ],
)
def test_other_answers_come_as_they_come_in_life(cluster, fault, status, content_type):
    cluster.inject(fault)
    answer = ask(cluster, "GET /connectors").answer
    assert (answer.status, answer.content_type) == (status, content_type)


@pytest.mark.parametrize(
    ("effect", "now", "later"),
    [(Effect.NEVER, False, False), (Effect.NOW, True, True), (Effect.LATER, False, True)],
)
def test_a_write_that_timed_out_may_happen_never_now_or_later(cluster, clock, effect, now, later):
    cluster.inject(timed_out(PUT, effect=effect, after=180))
    assert ask(cluster, PUT, SINK).status == 500
    assert ("sink" in cluster.configs()) is now
    clock.advance(179)
    assert ("sink" in cluster.configs()) is now
    clock.advance(2)
    assert ("sink" in cluster.configs()) is later


def test_a_late_write_that_comes_after_another_one_wins(cluster, clock):
    cluster.inject(timed_out(PUT, effect=Effect.LATER, after=10))
    ask(cluster, PUT, {**SINK, "file": "first.txt"})
    ask(cluster, PUT, {**SINK, "file": "second.txt"})
    assert cluster.configs()["sink"]["file"] == "second.txt"
    clock.advance(10)
    assert cluster.configs()["sink"]["file"] == "first.txt"


def test_an_answer_can_be_right_and_late(cluster, clock):
    cluster.inject(late("GET /connectors", 30))
    assert ask(cluster, "GET /connectors").value == []
    assert clock.monotonic() == 30


@pytest.mark.parametrize(
    ("match", "line", "hit"),
    [
        ("GET /connectors", "GET /connectors?expand=info", True),
        ("GET /connectors[?]expand=info", "GET /connectors?expand=info", True),
        ("GET /connectors[?]expand=info", "GET /connectors", False),
        ("* /connectors/*", "DELETE /connectors/sink", True),
        ("* /connectors/*", "GET /connectors", False),
        ("POST *", "GET /connectors", False),
    ],
)
def test_a_fault_matches_method_and_path_with_or_without_the_query(cluster, match, line, hit):
    cluster.inject(answered(match, 418))
    assert (ask(cluster, line).status == 418) is hit


def test_a_fault_can_let_the_first_requests_pass(cluster):
    cluster.inject(Fault(match="GET /", answer=answered("", 500).answer, skip=2, times=1))
    assert [ask(cluster, "GET /").status for _ in range(4)] == [200, 200, 500, 200]


def test_a_fault_can_be_meant_for_one_worker(clock):
    cluster = SimulatedCluster(clock=clock, workers=2)
    cluster.inject(Fault(answer=answered("", 500).answer, times=None, worker=1))
    assert ask(cluster, "GET /", worker=0).status == 200
    assert ask(cluster, "GET /", worker=1).status == 500


def test_faults_are_over_when_they_are_cleared(cluster):
    cluster.inject(unhealthy())
    cluster.inject(rebalance_expected(times=None))
    assert ask(cluster, "GET /health").status == 500
    assert ask(cluster, "GET /connectors/x").status == 500
    cluster.clear_faults()
    assert ask(cluster, "GET /health").status == 200
    assert ask(cluster, "GET /connectors/x").status == 404
