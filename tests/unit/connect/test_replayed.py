"""The client against what real workers answered, byte for byte."""

import pytest

from reconcile.connect import reads, writes
from reconcile.connect.failures import Fault, FaultKind, WriteFailure, WriteFailureKind
from reconcile.connect.requests import Request
from reconcile.model.config import Config
from reconcile.model.live import ConnectorKind, State
from tests.replay import Exchange, load
from tests.unit.connect.connecting import ROOT, connected
from tests.unit.http.canned_server import Reply, by_path, canned_server

TRANSCRIPTS = [
    "39-create-errors",
    "39-names-patch-offsets",
    "43-create-errors",
    "43-defs-failures",
    "43-lifecycle",
    "43-names-validate",
    "43-two-workers",
    "43-worker-kill",
]
UNDERSTOOD = {
    400: {FaultKind.REJECTED},
    404: {FaultKind.NOT_FOUND, FaultKind.UNSUPPORTED},
    405: {FaultKind.UNSUPPORTED},
    409: {FaultKind.BUSY, FaultKind.EXISTS},
    415: {FaultKind.REJECTED},
    500: {FaultKind.BUSY, FaultKind.REJECTED},
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_every_recorded_answer_is_understood(name: str) -> None:
    exchanges = [exchange for exchange in load(name) if exchange.complete]
    recorded: list[Exchange] = []
    with (
        canned_server(lambda request: ROOT if request.path == "/" else recorded[-1].raw) as server,
        connected(server.url) as connection,
    ):
        for exchange in exchanges:
            recorded.append(exchange)
            request = Request(
                method=exchange.method, path=exchange.target, body=b"{}", connector="x"
            )
            result = connection.attempt(request)
            if exchange.target == "/":
                continue
            if exchange.status < 300:
                assert not isinstance(result, Fault), str(exchange)
            else:
                assert isinstance(result, Fault), str(exchange)
                assert result.kind in UNDERSTOOD[exchange.status], str(exchange)
                assert result.status == exchange.status


def test_values_in_recorded_errors_are_not_repeated() -> None:
    for name in TRANSCRIPTS:
        for exchange in load(name):
            if exchange.status < 400 or not exchange.complete:
                continue
            with (
                canned_server(by_path({"GET /": ROOT}, exchange.raw)) as server,
                connected(server.url) as connection,
            ):
                result = connection.attempt(Request(method="PUT", path="/x"))
            assert isinstance(result, Fault)
            assert "pw=" not in result.problem.message
            assert "Invalid value" not in result.problem.message


def replayed(name: str) -> Reply:
    """Return a worker that gives the first answer recorded for each request."""
    routes = {}
    for exchange in load(name):
        if exchange.complete:
            routes.setdefault(f"{exchange.method} {exchange.target}", exchange.raw)
    return by_path({**routes, "GET /": ROOT})


def test_recorded_readings_become_values() -> None:
    with (
        canned_server(replayed("43-lifecycle")) as server,
        connected(server.url) as connection,
    ):
        statuses = reads.list_statuses(connection)
        found = reads.get_connector(connection, "snk1")
        tasks = reads.get_task_configs(connection, "snk1")

        assert {name: status.state for name, status in statuses.items()} == {
            "snk1": State.RUNNING,
            "src1": State.RUNNING,
        }
        assert found.kind is ConnectorKind.SINK
        assert found.generated_tasks == 2
        assert [task.get("file") for task in tasks] == ["/data/out.txt"] * 2
        assert reads.get_offsets(connection, "src1")[0].offset == {"position": 6}
        assert reads.get_offsets(connection, "snk1") == ()
        assert reads.get_topics(connection, "src1") == ("t1",)
        assert reads.get_status(connection, "new2").state is State.RUNNING


def test_recorded_writes_end_as_they_must() -> None:
    with (
        canned_server(replayed("43-create-errors")) as server,
        connected(server.url) as connection,
    ):
        config = Config({"connector.class": "FileStreamSource"})
        assert writes.put_config(connection, "new2", config) is True
        assert writes.put_config(connection, "src1", config) is False
        with pytest.raises(WriteFailure) as caught:
            writes.delete_connector(connection, "zz")
        assert caught.value.kind is WriteFailureKind.NOT_FOUND
