import json

import pytest

from reconcile.connect import writes
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import State
from tests.unit.connect.connecting import ROOT, answering, connected
from tests.unit.http.canned_server import (
    CannedServer,
    answer,
    by_path,
    canned_server,
    error_answer,
    json_answer,
)

CONFIG = Config({"connector.class": "FileStreamSink", "name": "dropped", "file": "é"})
OFFSETS = (ConnectorOffset(partition={"filename": "f"}, offset={"position": 2}),)
NO_LEADER = error_answer(
    409,
    "Cannot complete request momentarily due to no known leader URL, likely because a rebalance"
    " was underway.",
)


def sent_by(write, reply: bytes) -> tuple[CannedServer, object]:
    with (
        canned_server(by_path({"GET /": ROOT}, reply)) as server,
        connected(server.url) as connection,
    ):
        return server, write(connection)


REQUESTS = {
    "create": (
        lambda c: writes.create_connector(c, "a/b", CONFIG),
        "POST /connectors",
        {
            "name": "a/b",
            "config": {"connector.class": "FileStreamSink", "file": "é", "name": "a/b"},
        },
    ),
    "create stopped": (
        lambda c: writes.create_connector(c, "a", Config({}), initial_state=TargetState.STOPPED),
        "POST /connectors",
        {"name": "a", "config": {"name": "a"}, "initial_state": "STOPPED"},
    ),
    "put": (
        lambda c: writes.put_config(c, "a b", CONFIG),
        "PUT /connectors/a%20b/config",
        {"connector.class": "FileStreamSink", "file": "é", "name": "a b"},
    ),
    "patch": (
        lambda c: writes.patch_config(c, "a", {"x": "1", "y": None}),
        "PATCH /connectors/a/config",
        {"x": "1", "y": None},
    ),
    "delete": (lambda c: writes.delete_connector(c, "a?b"), "DELETE /connectors/a%3Fb", None),
    "pause": (lambda c: writes.pause(c, "a"), "PUT /connectors/a/pause", None),
    "resume": (lambda c: writes.resume(c, "a"), "PUT /connectors/a/resume", None),
    "stop": (lambda c: writes.stop(c, "a"), "PUT /connectors/a/stop", None),
    "restart": (lambda c: writes.restart(c, "a"), "POST /connectors/a/restart", None),
    "restart with tasks": (
        lambda c: writes.restart(c, "a", include_tasks=True, only_failed=True),
        "POST /connectors/a/restart?includeTasks=true&onlyFailed=true",
        None,
    ),
    "restart a task": (
        lambda c: writes.restart_task(c, "a", 3),
        "POST /connectors/a/tasks/3/restart",
        None,
    ),
    "alter offsets": (
        lambda c: writes.alter_offsets(c, "a", OFFSETS),
        "PATCH /connectors/a/offsets",
        {"offsets": [{"partition": {"filename": "f"}, "offset": {"position": 2}}]},
    ),
    "reset offsets": (
        lambda c: writes.reset_offsets(c, "a"),
        "DELETE /connectors/a/offsets",
        None,
    ),
    "reset topics": (
        lambda c: writes.reset_topics(c, "a"),
        "PUT /connectors/a/topics/reset",
        None,
    ),
    "logger": (
        lambda c: writes.set_logger_level(c, "org.x", "DEBUG", whole_cluster=True),
        "PUT /admin/loggers/org.x?scope=cluster",
        {"level": "DEBUG"},
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_each_write_is_one_request(name: str) -> None:
    write, request, body = REQUESTS[name]

    server, _ = sent_by(write, answer(204))

    assert server.paths == ["GET /", request]
    received = server.requests[1]
    assert (json.loads(received.body) if received.body else None) == body
    assert ("content-type" in received.headers) is (body is not None)


@pytest.mark.parametrize(("status", "created"), [(200, False), (201, True)])
def test_a_put_says_whether_it_created(status: int, created: bool) -> None:  # noqa: FBT001
    _, found = sent_by(lambda c: writes.put_config(c, "a", CONFIG), json_answer(status, "{}"))

    assert found is created


def test_a_config_with_unresolved_secrets_is_never_sent() -> None:
    config = Config({"a": "b"}, {"password": "${{ env.PW }}"})
    with answering({}) as connection:
        with pytest.raises(WriteFailure) as caught:
            writes.put_config(connection, "orders", config)
        assert connection.requests_made.writes == 0

    assert caught.value.kind is WriteFailureKind.REJECTED
    assert caught.value.problem.code is Code.SECRETS_NOT_RESOLVED
    assert "password" in caught.value.problem.message


def test_a_restart_may_say_what_it_restarts() -> None:
    body = '{"name":"a","connector":{"state":"RESTARTING"},"tasks":[{"id":0,"state":"RESTARTING"}]}'
    _, status = sent_by(lambda c: writes.restart(c, "a"), json_answer(202, body))

    assert status.state is State.RESTARTING
    assert status.tasks[0].state is State.RESTARTING


@pytest.mark.parametrize("reply", [answer(204), answer(202), json_answer(202, "[]")])
def test_a_restart_may_say_nothing(reply: bytes) -> None:
    assert sent_by(lambda c: writes.restart(c, "a"), reply)[1] is None


def test_offsets_are_answered_with_a_message() -> None:
    done = json_answer(200, '{"message":"The offsets were reset"}')

    assert sent_by(lambda c: writes.reset_offsets(c, "a"), done)[1] == "The offsets were reset"
    assert sent_by(lambda c: writes.reset_offsets(c, "a"), answer(200, "<html>"))[1] == ""


def test_loggers_that_were_set_are_named() -> None:
    def write(connection):
        return writes.set_logger_level(connection, "a", "DEBUG")

    assert sent_by(write, json_answer(200, '["a","a.B"]'))[1] == ("a", "a.B")
    assert sent_by(write, answer(204))[1] == ()
    assert sent_by(write, answer(200, "<html>"))[1] == ()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (json_answer(200, '{"connector":{"state":"STOPPED"}}'), WriteFailureKind.PERMANENT),
        (json_answer(200, '{"connector":{"state":"RUNNING"}}'), WriteFailureKind.RETRY),
        (error_answer(404, "No status found for connector a"), WriteFailureKind.RETRY),
    ],
)
def test_a_task_of_a_stopped_connector_can_never_be_restarted(
    status: bytes, kind: WriteFailureKind
) -> None:
    routes = {
        "POST /connectors/a/tasks/0/restart": NO_LEADER,
        "GET /connectors/a/status": status,
    }
    with answering(routes) as connection, pytest.raises(WriteFailure) as caught:
        writes.restart_task(connection, "a", 0)

    assert caught.value.kind is kind


def test_a_task_that_is_not_there_is_not_found() -> None:
    routes = {"POST /connectors/a/tasks/9/restart": error_answer(404, "Unknown task: a-9")}
    with answering(routes) as connection, pytest.raises(WriteFailure) as caught:
        writes.restart_task(connection, "a", 9)

    assert caught.value.kind is WriteFailureKind.NOT_FOUND


def test_a_rejected_config_says_why_without_values() -> None:
    message = (
        "Connector configuration is invalid and contains the following 1 error(s):\\nInvalid value"
        " hunter22 for configuration tasks.max: Not a number of type INT\\nYou can also find the"
        " above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"
    )
    refused = json_answer(400, f'{{"error_code":400,"message":"{message}"}}')
    with (
        answering({"PUT /connectors/orders/config": refused}) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        writes.put_config(connection, "orders", CONFIG)

    problem = caught.value.problem
    assert caught.value.kind is WriteFailureKind.REJECTED
    assert problem.code is Code.REJECTED
    assert problem.message == (
        "cluster prod: the config of orders is rejected: tasks.max: Not a number of type INT"
    )
    assert problem.connector == "orders"
    assert problem.hint == "correct the definition"


@pytest.mark.parametrize(
    "reply",
    [
        answer(400),
        answer(400, "<html><title>Error 400 Ambiguous URI path separator</title></html>"),
        answer(400, "<html><title>Error 400 Suspicious Path Character</title></html>"),
    ],
)
def test_a_name_that_jetty_rejects_is_named_as_the_cause(reply: bytes) -> None:
    with (
        answering({"DELETE /connectors/a%2Fb": reply}) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        writes.delete_connector(connection, "a/b")

    assert caught.value.kind is WriteFailureKind.REJECTED
    assert caught.value.problem.code is Code.UNMANAGEABLE_NAME


def test_an_unknown_class_has_a_code_of_its_own() -> None:
    message = (
        "Failed to find any class that implements Connector and which name matches Nope, available"
        " connectors are: PluginDesc{klass=class x.FileStreamSink, name='y'}"
    )
    with (
        answering({"POST /connectors": error_answer(500, message)}) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        writes.create_connector(connection, "orders", CONFIG)

    assert caught.value.kind is WriteFailureKind.REJECTED
    assert caught.value.problem.code is Code.UNKNOWN_CLASS
    assert "it has x.FileStreamSink" in caught.value.problem.message


def test_a_server_may_ask_for_patience() -> None:
    with (
        answering({"PUT /connectors/a/pause": answer(429, Retry_After="5")}) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        writes.pause(connection, "a")

    assert caught.value.kind is WriteFailureKind.RETRY
    assert caught.value.retry_after == 5
