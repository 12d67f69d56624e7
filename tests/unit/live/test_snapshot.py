import itertools
import json

import pytest

from reconcile.connect.connection import Connection
from reconcile.errors import ClusterError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.live import ConnectorKind, State
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import answered, starting
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.unit.connect.connecting import ROOT, answering, connected
from tests.unit.http.canned_server import (
    Received,
    Reply,
    by_path,
    canned_server,
    error_answer,
    in_turn,
    json_answer,
)

SOURCE = {"connector.class": "FileStreamSource", "file": "in", "topic": "t", "tasks.max": "1"}
ALL = "GET /connectors?expand=info&expand=status"
INFOS = "GET /connectors?expand=info"


def info(name: str, **config: str) -> dict[str, object]:
    return {"name": name, "config": {"name": name, **config}, "tasks": [], "type": "source"}


def status(state: str = "RUNNING") -> dict[str, object]:
    return {"connector": {"state": state, "worker_id": "w"}, "tasks": [], "type": "source"}


def as_json(data: object) -> bytes:
    return json_answer(200, json.dumps(data))


def names_read(connection: Connection) -> set[str]:
    return set(take_snapshot(connection, clock=FakeClock()).connectors)


def a_cluster(clock: FakeClock, *names: str) -> SimulatedCluster:
    cluster = SimulatedCluster(clock=clock, timing=Timing.instant())
    for name in names:
        cluster.put(name, SOURCE)
    cluster.settle()
    return cluster


def test_a_cluster_is_read_with_three_requests_however_large_it_is() -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, *(f"orders-{number}" for number in range(50)))
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock)

    assert len(live.connectors) == 50
    assert [(record.method, record.path) for record in cluster.requests] == [
        ("GET", "/"),
        ("GET", "/connectors"),
        ("GET", "/connectors?expand=info&expand=status"),
    ]
    one = live.connectors["orders-7"]
    assert dict(one.config.reveal()) == SOURCE
    assert one.kind is ConnectorKind.SOURCE
    assert one.status.state is State.RUNNING
    assert one.generated_tasks == 1
    assert live.cluster == "prod"
    assert live.url == served.url
    assert live.identity.version == "4.3.1"
    assert live.taken_at == clock.now()


def test_an_empty_cluster_is_empty() -> None:
    clock = FakeClock()
    with serve(a_cluster(clock)) as served, connected(served.url, clock=clock) as connection:
        assert names_read(connection) == set()


def test_a_connector_without_a_status_yet_is_there() -> None:
    clock = FakeClock()
    cluster = SimulatedCluster(clock=clock, timing=Timing.real())
    cluster.put("old", SOURCE)
    cluster.settle()
    cluster.put("new", SOURCE)
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock)

    assert set(live.connectors) == {"old", "new"}
    assert live.connectors["old"].status.state is State.RUNNING
    assert live.connectors["new"].status is None
    assert [record.path for record in cluster.requests][-1] == "/connectors?expand=info"


def test_a_connector_deleted_while_we_read_is_gone() -> None:
    routes = {
        "GET /connectors": in_turn(as_json(["stays", "goes"]), as_json(["stays"])),
        ALL: as_json(
            {
                "stays": {"info": info("stays"), "status": status()},
                "goes": {"info": None, "status": status()},
            }
        ),
        INFOS: as_json({"stays": {"info": info("stays")}, "goes": {"info": None}}),
    }
    with answering(routes) as connection:
        assert names_read(connection) == {"stays"}


def test_a_connector_created_while_we_read_is_there() -> None:
    routes = {
        "GET /connectors": as_json([]),
        ALL: as_json({"new": {"info": info("new"), "status": status()}}),
    }
    with answering(routes) as connection:
        assert names_read(connection) == {"new"}


def test_a_connector_that_came_without_its_config_keeps_its_status() -> None:
    routes = {
        "GET /connectors": as_json(["a"]),
        ALL: as_json({"a": {"info": None, "status": status("PAUSED")}}),
        INFOS: as_json({"a": {"info": info("a", file="f")}}),
    }
    with answering(routes) as connection:
        live = take_snapshot(connection, clock=FakeClock())

    assert live.connectors["a"].status.state is State.PAUSED
    assert live.connectors["a"].config.get("file") == "f"


def test_a_server_that_lists_names_and_no_configs_is_an_error() -> None:
    routes = {
        "GET /connectors": as_json(["a", "b"]),
        ALL: as_json({"a": {}, "b": {}}),
        INFOS: as_json({"a": {}, "b": {}}),
    }
    with answering(routes) as connection, pytest.raises(ClusterError) as caught:
        take_snapshot(connection, clock=FakeClock())

    (problem,) = caught.value.problems
    assert problem.code is Code.UNEXPECTED_ANSWER
    assert "a, b" in problem.message


@pytest.mark.parametrize("path", ["GET /connectors", ALL])
def test_a_read_that_fails_is_an_error_and_never_an_empty_cluster(path: str) -> None:
    routes = {
        "GET /connectors": as_json([]),
        ALL: as_json({}),
        path: error_answer(500, "Something else"),
    }
    with answering(routes) as connection, pytest.raises(ClusterError):
        take_snapshot(connection, clock=FakeClock())


def test_a_starting_worker_is_not_an_empty_cluster() -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, "orders")
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        cluster.inject(starting(times=3))
        live = take_snapshot(connection, clock=clock)

    assert set(live.connectors) == {"orders"}


def test_all_is_read_again_where_the_worker_is_lost_in_the_middle() -> None:
    first_routes = {"GET /": ROOT, "GET /connectors": as_json(["old"]), ALL: None}
    second_routes = {
        "GET /": ROOT,
        "GET /connectors": as_json(["new"]),
        ALL: as_json({"new": {"info": info("new"), "status": status()}}),
    }
    with (
        canned_server(by_path(second_routes)) as second,
        canned_server(by_path(first_routes)) as first,
        connected(first.url, second.url) as connection,
    ):
        live = take_snapshot(connection, clock=FakeClock())

    assert set(live.connectors) == {"new"}
    assert live.url == second.url
    assert second.paths == ["GET /", ALL, "GET /connectors", ALL]


def dying_at_the_second_read() -> Reply:
    """Return a worker that comes back whenever it is looked for."""
    reads = itertools.count()

    def reply(request: Received) -> bytes | None:
        nonlocal reads
        if request.path == "/":
            reads = itertools.count()
            return ROOT
        if next(reads):
            return None
        return as_json([] if request.path == "/connectors" else {})

    return reply


def test_workers_that_come_and_go_are_an_error() -> None:
    with (
        canned_server(dying_at_the_second_read()) as second,
        canned_server(dying_at_the_second_read()) as first,
        connected(first.url, second.url) as connection,
        pytest.raises(ClusterError) as caught,
    ):
        take_snapshot(connection, clock=FakeClock())

    assert caught.value.problems[0].code is Code.CLUSTER_UNREACHABLE
    assert "come and go" in caught.value.problems[0].message


def test_a_few_names_are_read_one_by_one() -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, "a b", "ü", "other")
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock, names=["a b", "ü", "missing", "ü"])

    assert set(live.connectors) == {"a b", "ü"}
    assert live.connectors["ü"].status.state is State.RUNNING
    paths = [record.path for record in cluster.requests]
    assert paths == [
        "/",
        "/connectors/a%20b",
        "/connectors/a%20b/status",
        "/connectors/%C3%BC",
        "/connectors/%C3%BC/status",
        "/connectors/missing",
    ]


def test_many_names_are_read_from_the_whole_list() -> None:
    clock = FakeClock()
    names = [f"orders-{number}" for number in range(30)]
    cluster = a_cluster(clock, *names)
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock, names=[*names[:21], "missing"])

    assert list(live.connectors) == names[:21]
    assert len(cluster.requests) == 3


@pytest.mark.parametrize("name", ["a/b", "a%b", "a\\b"])
def test_names_that_no_path_can_hold_are_read_from_the_whole_list(name: str) -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, name, "other")
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        assert set(take_snapshot(connection, clock=clock, names=[name]).connectors) == {name}
        assert names_read(connection) == {name, "other"}


def test_a_name_that_is_not_its_own_is_told() -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, "orders")
    cluster.put("orders", {**SOURCE, "name": "foo"})
    cluster.settle()
    with serve(cluster) as served, connected(served.url, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock)

    assert live.connectors["orders"].stray_name == "foo"
    assert "name" not in live.connectors["orders"].config


def test_a_worker_that_forbids_the_list_is_an_error() -> None:
    clock = FakeClock()
    cluster = a_cluster(clock, "orders")
    cluster.inject(answered("GET /connectors*", 403, times=None))
    with (
        serve(cluster) as served,
        connected(served.url, clock=clock) as connection,
        pytest.raises(ClusterError) as caught,
    ):
        take_snapshot(connection, clock=clock)

    assert caught.value.problems[0].code is Code.NOT_AUTHORISED


@pytest.mark.parametrize("names", [None, ["a", "b"]])
def test_a_connector_between_two_states_is_looked_at_again(names: list[str] | None) -> None:
    clock = FakeClock()
    routes = {
        "GET /connectors": as_json(["a", "b"]),
        ALL: as_json(
            {
                "a": {"info": info("a"), "status": status("UNASSIGNED")},
                "b": {"info": info("b"), "status": status("RUNNING")},
            }
        ),
        "GET /connectors?expand=status": as_json({"a": {"status": status("PAUSED")}}),
        "GET /connectors/a": as_json(info("a")),
        "GET /connectors/a/status": as_json(status("UNASSIGNED")),
        "GET /connectors/b": as_json(info("b")),
        "GET /connectors/b/status": as_json(status("RUNNING")),
    }
    with answering(routes, clock=clock) as connection:
        live = take_snapshot(connection, clock=clock, names=names)

    assert live.connectors["a"].status.state is State.PAUSED
    assert live.connectors["b"].status.state is State.RUNNING
    assert clock.monotonic() > 0


def test_a_connector_that_stays_unassigned_is_read_twice_and_no_more() -> None:
    routes = {
        "GET /connectors": as_json(["a", "gone"]),
        ALL: as_json(
            {
                "a": {"info": info("a"), "status": status("UNASSIGNED")},
                "gone": {"info": info("gone"), "status": status("RESTARTING")},
            }
        ),
        "GET /connectors?expand=status": as_json({"a": {"status": status("UNASSIGNED")}}),
    }
    with answering(routes) as connection:
        live = take_snapshot(connection, clock=FakeClock())
        assert connection.requests_made.reads == 4

    assert live.connectors["a"].status.state is State.UNASSIGNED
    assert live.connectors["gone"].status.state is State.RESTARTING
