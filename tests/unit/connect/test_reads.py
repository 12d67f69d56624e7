import json

import pytest

from reconcile.connect import reads
from reconcile.connect.answers import ConnectorOffset, HealthStatus, LoggerLevel
from reconcile.errors import ClusterError
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.live import ClusterIdentity, LiveTask, State
from reconcile.model.plugin import NotOffered, PluginInfo, SettingError
from tests.unit.connect.connecting import ROOT, answering, connected
from tests.unit.http.canned_server import (
    HTML_404,
    answer,
    by_path,
    canned_server,
    error_answer,
    json_answer,
)

HTML = {"Content_Type": "text/html"}
BUSY = error_answer(500, "Request cannot be completed because a rebalance is expected")
VALIDATE = "PUT /connector-plugins/FileStreamSink/config/validate"
SINK = Config({"connector.class": "FileStreamSink", "file": "x"})


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (json_answer(200, '{"status":"healthy","message":"ready"}'), HealthStatus.HEALTHY),
        (json_answer(503, '{"status":"starting","message":"..."}'), HealthStatus.STARTING),
        (json_answer(500, '{"status":"unhealthy","message":"..."}'), HealthStatus.UNHEALTHY),
        (error_answer(500, "Request timed out"), HealthStatus.UNHEALTHY),
        (error_answer(404, "HTTP 404 Not Found"), HealthStatus.UNKNOWN),
        (BUSY, HealthStatus.UNKNOWN),
        (answer(404, HTML_404, **HTML), HealthStatus.UNKNOWN),
    ],
)
def test_the_health_of_a_worker(reply: bytes, expected: HealthStatus) -> None:
    with answering({"GET /health": reply}) as connection:
        assert reads.get_health(connection).status is expected


def test_health_that_may_not_be_asked_is_an_error() -> None:
    with answering({"GET /health": answer(403)}) as connection, pytest.raises(ClusterError):
        reads.get_health(connection)


@pytest.mark.parametrize(
    "reply",
    [
        BUSY,
        error_answer(409, "Cannot complete request momentarily due to stale configuration"),
        error_answer(404, "Connector orders not found"),
        error_answer(500, "Request timed out"),
    ],
)
def test_task_configs_that_are_not_to_be_had_are_not_yet_there(reply: bytes) -> None:
    with answering({"GET /connectors/orders/tasks": reply}) as connection:
        assert reads.get_task_configs(connection, "orders") is None
        assert connection.requests_made.reads == 2


def test_task_configs_may_be_denied() -> None:
    with (
        answering({"GET /connectors/orders/tasks": answer(401)}) as connection,
        pytest.raises(ClusterError),
    ):
        reads.get_task_configs(connection, "orders")


def test_the_wide_list_repeats_its_parameter() -> None:
    body = '{"orders":{"info":{"config":{}},"status":{"connector":{"state":"PAUSED"}}}}'
    with (
        canned_server(by_path({"GET /": ROOT}, json_answer(200, body))) as server,
        connected(server.url) as connection,
    ):
        listing = reads.list_all(connection)
        reads.list_infos(connection)
        reads.list_statuses(connection)

    assert listing.connectors["orders"].status.state is State.PAUSED
    assert server.paths[1:] == [
        "GET /connectors?expand=info&expand=status",
        "GET /connectors?expand=info",
        "GET /connectors?expand=status",
    ]


def test_a_connect_that_cannot_expand_is_too_old() -> None:
    with (
        answering({"GET /connectors?expand=status": json_answer(200, '["orders"]')}) as connection,
        pytest.raises(ClusterError) as caught,
    ):
        reads.list_statuses(connection)

    assert caught.value.problems[0].code is Code.UNEXPECTED_ANSWER
    assert "too old" in caught.value.problems[0].message


def test_topics_that_are_not_tracked_are_unknown() -> None:
    refused = error_answer(403, "Topic tracking is disabled.")
    with answering({"GET /connectors/orders/topics": refused}) as connection:
        assert reads.get_topics(connection, "orders") is None


KEPT_BACK = {
    "Connect's 404": error_answer(404, "HTTP 404 Not Found"),
    "a page with 404": answer(404, HTML_404, **HTML),
    "JSON of a proxy with 404": json_answer(404, '{"message":"no Route matched"}'),
    "405": error_answer(405, "HTTP 405 Method Not Allowed"),
    "403": error_answer(403, "No"),
}


@pytest.mark.parametrize("reply", KEPT_BACK.values(), ids=KEPT_BACK)
def test_what_a_command_can_do_without_may_be_kept_back(reply: bytes) -> None:
    routes = {
        "GET /connectors/orders/topics": reply,
        "GET /connector-plugins": reply,
        "GET /connector-plugins/X/config": reply,
    }
    with answering(routes) as connection:
        assert reads.get_topics(connection, "orders") is None
        plugins = reads.list_plugins(connection)
        settings = reads.get_plugin_settings(connection, "X")

    assert isinstance(plugins, NotOffered)
    assert "GET /connector-plugins of http://" in plugins.reason
    assert isinstance(settings, NotOffered)


@pytest.mark.parametrize("reply", KEPT_BACK.values(), ids=KEPT_BACK)
def test_connectors_that_are_kept_back_are_an_error_and_never_none(reply: bytes) -> None:
    routes = {
        "GET /connectors": reply,
        "GET /connectors/a": reply,
        "GET /connectors?expand=info&expand=status": reply,
        "GET /connectors/a/offsets": reply,
    }
    with answering(routes) as connection:
        for read in (
            reads.list_names,
            reads.list_all,
            lambda c: reads.get_connector(c, "a"),
            lambda c: reads.get_offsets(c, "a"),
        ):
            with pytest.raises(ClusterError) as caught:
                read(connection)
            assert caught.value.problems[0].code in {
                Code.UNSUPPORTED_VERSION,
                Code.NOT_AUTHORISED,
            }


@pytest.mark.parametrize("reply", [answer(500), answer(401), answer(502)])
def test_a_passing_fault_is_never_taken_for_something_kept_back(reply: bytes) -> None:
    with answering({"GET /connector-plugins": reply}) as connection, pytest.raises(ClusterError):
        reads.list_plugins(connection)


def test_validation_sends_the_name_and_the_class_as_written() -> None:
    body = '{"configs":[{"value":{"name":"topics","errors":["Must configure one of topics"]}}]}'
    with (
        canned_server(by_path({"GET /": ROOT, VALIDATE: json_answer(200, body)})) as server,
        connected(server.url) as connection,
    ):
        found = reads.validate_config(connection, "orders", SINK)
        assert connection.requests_made.writes == 0

    assert json.loads(server.requests[1].body) == {
        "connector.class": "FileStreamSink",
        "file": "x",
        "name": "orders",
    }
    assert found.errors == (SettingError(key="topics", messages=("Must configure one of topics",)),)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (error_answer(500, "Request timed out"), "gave up"),
        (error_answer(500, "java.lang.NullPointerException: boom"), "boom"),
        (BUSY, "busy"),
        (answer(502, "<h1>Bad Gateway</h1>"), "502"),
        (None, "broke"),
    ],
)
def test_validation_that_fails_says_why(reply: bytes | None, said: str) -> None:
    with answering({VALIDATE: reply}) as connection:
        found = reads.validate_config(connection, "orders", SINK)

    assert said in found.failure
    assert found.errors == ()


def test_validation_by_a_stranger_is_an_error() -> None:
    with answering({VALIDATE: answer(401)}) as connection, pytest.raises(ClusterError):
        reads.validate_config(connection, "orders", SINK)


def test_validation_of_an_unknown_class() -> None:
    message = (
        "org.apache.kafka.connect.errors.ConnectException: Failed to find any class that"
        " implements Connector and which name matches FileStreamSink, available connectors are: "
    )
    with answering({VALIDATE: error_answer(500, message)}) as connection:
        assert reads.validate_config(connection, "orders", SINK).unknown_class


def test_an_unknown_plugin_has_no_settings() -> None:
    routes = {
        "GET /connector-plugins/Nope/config": error_answer(404, "Unknown plugin Nope."),
        "GET /connector-plugins/X/config?version=1.0": json_answer(200, '[{"name":"a"}]'),
    }
    with answering(routes) as connection:
        assert reads.get_plugin_settings(connection, "Nope") is None
        assert reads.get_plugin_settings(connection, "X", version="1.0").settings.keys() == {"a"}


def test_a_time_out_grows_with_the_cluster() -> None:
    with answering({}) as connection:
        assert reads._list_timeout(connection, 100) == connection.timeouts.read
        assert reads._list_timeout(connection, 20_000) > 6 * connection.timeouts.read


READINGS = {
    "GET /": (
        reads.get_identity,
        ClusterIdentity(version="4.3.1", commit="abc", kafka_cluster_id="kc"),
    ),
    "GET /connectors/a/tasks/1/status": (
        lambda c: reads.get_task_status(c, "a", 1),
        LiveTask(id=1, state=State.PAUSED, worker="w"),
    ),
    "GET /connectors/a/config": (lambda c: reads.get_config(c, "a"), Config({"file": "x"})),
    "GET /connector-plugins": (reads.list_plugins, (PluginInfo(class_name="X", kind="sink"),)),
    "GET /connector-plugins?connectorsOnly=false": (
        lambda c: reads.list_plugins(c, connectors_only=False),
        (PluginInfo(class_name="X", kind="sink"),),
    ),
    "GET /admin/loggers": (reads.get_loggers, (LoggerLevel(name="a", level="INFO"),)),
    "GET /admin/loggers/a": (
        lambda c: reads.get_logger(c, "a"),
        LoggerLevel(name="a", level="INFO"),
    ),
    "GET /connectors/a/offsets": (
        lambda c: reads.get_offsets(c, "a"),
        (ConnectorOffset(partition={"p": 1}, offset=None),),
    ),
    "GET /connectors/a/topics": (lambda c: reads.get_topics(c, "a"), ("t",)),
}
BODIES = {
    "GET /connectors/a/tasks/1/status": '{"id":1,"state":"PAUSED","worker_id":"w"}',
    "GET /connectors/a/config": '{"file":"x","name":"a"}',
    "GET /connector-plugins": '[{"class":"X","type":"sink"}]',
    "GET /connector-plugins?connectorsOnly=false": '[{"class":"X","type":"sink"}]',
    "GET /admin/loggers": '{"a":{"level":"INFO"}}',
    "GET /admin/loggers/a": '{"level":"INFO"}',
    "GET /connectors/a/offsets": '{"offsets":[{"partition":{"p":1},"offset":null}]}',
    "GET /connectors/a/topics": '{"a":{"topics":["t"]}}',
}


@pytest.mark.parametrize("request_line", READINGS)
def test_each_reading_is_one_request(request_line: str) -> None:
    read, expected = READINGS[request_line]
    routes = {line: json_answer(200, body) for line, body in BODIES.items()}
    with (
        canned_server(by_path({**routes, "GET /": ROOT})) as server,
        connected(server.url) as connection,
    ):
        assert read(connection) == expected

    assert server.paths[1:] == [request_line]


def test_a_reading_that_is_refused_is_an_error() -> None:
    with (
        answering({"GET /connectors/a/status": answer(403)}) as connection,
        pytest.raises(ClusterError) as caught,
    ):
        reads.get_status(connection, "a")

    assert caught.value.problems[0].connector == "a"


@pytest.mark.parametrize(
    "written", ["a/b", "a%b", "a\\b", "a\x00b", "a\tb", "a;b", ".", "..", "\ud800"]
)
def test_what_cannot_be_a_class_is_unknown_without_being_asked_for(written: str) -> None:
    config = Config({"connector.class": written})
    with answering({}) as connection:
        assert reads.get_plugin_settings(connection, written) is None
        assert reads.validate_config(connection, "orders", config).unknown_class
        assert connection.requests_made.reads == 1


def test_an_unhealthy_worker_is_quoted_without_its_json() -> None:
    sick = json_answer(500, '{"status":"unhealthy","message":"Worker was unable to handle it."}')
    with answering({"GET /health": sick}) as connection:
        health = reads.get_health(connection)

    assert health.message == (
        f"GET /health of {connection.worker.url} was answered with 500: Worker was unable to"
        " handle it."
    )


def proposing(*rows: object) -> bytes:
    return json_answer(200, json.dumps({"configs": [{"value": row} for row in rows]}))


PROPOSE = "PUT /connector-plugins/Rows/config/validate"


def test_the_values_that_a_plugin_proposes_are_sorted_and_harmless() -> None:
    reply = proposing(
        {"name": "mode", "value": "hunter2", "recommended_values": ["b", "a", 1, "b", "x\x1b[31m"]},
        {"name": "none", "recommended_values": []},
        {"name": "odd", "recommended_values": "a"},
        {"name": 1, "recommended_values": ["a"]},
    )
    with answering({PROPOSE: reply}) as connection:
        assert reads.get_recommended(connection, "Rows") == {"mode": ("a", "b", "x\\x1b[31m")}


@pytest.mark.parametrize(
    "reply", [error_answer(500, "it broke"), error_answer(404, "HTTP 404 Not Found"), answer(503)]
)
def test_a_plugin_that_cannot_say_what_it_proposes_is_no_error(reply: bytes) -> None:
    with answering({PROPOSE: reply}) as connection:
        assert reads.get_recommended(connection, "Rows", version="1") is None
