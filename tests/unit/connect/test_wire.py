import json

import pytest

from reconcile.connect import wire
from reconcile.connect.answers import ConnectorOffset, HealthStatus, LoggerLevel
from reconcile.model.live import ClusterIdentity, ConnectorKind, LiveTask, State
from reconcile.model.plugin import PluginInfo, SettingType
from reconcile.redact import Redactor

INFO = {
    "name": "orders",
    "config": {"connector.class": "FileStreamSink", "tasks.max": "2", "name": "orders"},
    "tasks": [{"connector": "orders", "task": 0}, {"connector": "orders", "task": 1}],
    "type": "sink",
}
STATUS = {
    "name": "orders",
    "connector": {"state": "RUNNING", "worker_id": "w:1", "version": "4.3.1"},
    "tasks": [
        {"id": 0, "state": "RUNNING", "worker_id": "w:1", "version": "4.3.1"},
        {"id": 1, "state": "FAILED", "worker_id": "w:2", "trace": "java.lang.Error: hunter22"},
    ],
    "type": "sink",
}


def a_reader() -> wire.Reader:
    return wire.Reader(Redactor(["hunter22"]).redact)


def test_an_expanded_list_holds_connectors_and_their_status() -> None:
    listing = a_reader().listing(
        {
            "orders": {"info": INFO, "status": STATUS},
            "new": {"info": {**INFO, "config": {"name": "other", "a": "b"}, "type": "unknown"}},
            "going": {"info": None, "status": {**STATUS, "tasks": []}},
            "bare": {},
        }
    )

    orders = listing.connectors["orders"]
    assert dict(orders.config.reveal()) == {"connector.class": "FileStreamSink", "tasks.max": "2"}
    assert (orders.kind, orders.generated_tasks, orders.stray_name) == (ConnectorKind.SINK, 2, "")
    assert orders.status.state is State.RUNNING
    assert orders.status.version == "4.3.1"
    assert orders.status.tasks == (
        LiveTask(id=0, state=State.RUNNING, worker="w:1"),
        LiveTask(id=1, state=State.FAILED, worker="w:2", trace="java.lang.Error: (redacted)"),
    )
    assert listing.connectors["new"].stray_name == "other"
    assert listing.connectors["new"].kind is ConnectorKind.UNKNOWN
    assert listing.connectors["new"].status is None
    assert listing.bare == {"going", "bare"}
    assert set(listing.statuses) == {"orders", "going"}


def test_equal_statuses_are_one_object() -> None:
    running = {"connector": {"state": "RUNNING", "worker_id": "w"}, "tasks": STATUS["tasks"][:1]}
    listing = a_reader().listing({name: {"status": running} for name in ("a", "b")})

    assert listing.statuses["a"] is listing.statuses["b"]


def test_different_statuses_stay_apart() -> None:
    reader = a_reader()
    one = reader.status(STATUS)
    other = reader.status({**STATUS, "tasks": STATUS["tasks"][1:]})
    third = reader.status({**STATUS, "tasks": []})

    assert len(one.tasks) == 2
    assert len(other.tasks) == 1
    assert third.tasks == ()


def test_a_plain_list_means_a_connect_that_is_too_old() -> None:
    with pytest.raises(wire.ShapeError, match="too old"):
        a_reader().listing(["orders"])


@pytest.mark.parametrize("state", ["DEGRADED", "PROVISIONING", None, 7, ["RUNNING"]])
def test_an_unknown_state_reads_as_unknown(state: object) -> None:
    status = a_reader().status({"connector": {"state": state}, "tasks": [{"id": 0}]})

    assert status.state is State.UNKNOWN
    assert status.tasks[0].state is State.UNKNOWN


def test_a_version_may_be_null() -> None:
    status = a_reader().status({"connector": {"state": "RUNNING", "version": None}})

    assert (status.version, status.worker, status.tasks) == ("", "", ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (1.5, "1.5"),
        ([1, "ü"], '[1, "ü"]'),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_values_become_the_text_that_connect_stores(value: object, expected: str) -> None:
    assert wire.config_values({"key": value, "gone": None}) == {"key": expected}


@pytest.mark.parametrize(
    ("parse", "data"),
    [
        (wire.identity, []),
        (wire.identity, {"commit": "x"}),
        (wire.names, {}),
        (wire.names, [1]),
        (wire.config_values, None),
        (wire.offsets, {"offsets": {}}),
        (wire.offsets, {"offsets": [1]}),
        (wire.task_configs, {}),
        (wire.plugins, [{}]),
        (lambda data: a_reader().listing(data), {"orders": []}),
        (lambda data: a_reader().status(data), {"tasks": []}),
        (lambda data: a_reader().status(data), {"connector": {}, "tasks": [{"state": "RUNNING"}]}),
        (lambda data: a_reader().plugin(data, class_name="X"), [{"type": "INT"}]),
        (lambda data: wire.topics(data, name="orders"), {}),
    ],
)
def test_another_shape_is_an_error(parse, data: object) -> None:
    with pytest.raises(wire.ShapeError):
        parse(data)


def test_offsets_without_the_list_are_an_error() -> None:
    with pytest.raises(wire.ShapeError):
        wire.offsets({})


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_an_error(body: bytes) -> None:
    with pytest.raises(wire.ShapeError, match="not JSON"):
        wire.decoded(body)


def test_the_identity_of_a_worker() -> None:
    data = {"version": "7.6.0-ccs", "commit": "abc", "kafka_cluster_id": "kc"}

    assert wire.identity(data) == ClusterIdentity(
        version="7.6.0-ccs", commit="abc", kafka_cluster_id="kc"
    )
    assert wire.identity({"version": "2.8.0"}).kafka_cluster_id == ""


@pytest.mark.parametrize(
    ("order", "expected"), [({"order": 3}, 3), ({"order_in_group": 4}, 4), ({}, 0)]
)
def test_definitions_of_all_versions_are_read(order: dict[str, int], expected: int) -> None:
    definitions = [
        {"name": "file", "type": "STRING", "required": True, "default_value": None, **order},
        {"name": "pw", "type": "PASSWORD", "default_value": None, "importance": "HIGH"},
        {"name": "n", "type": "NEW_TYPE", "default_value": 5, "group": None},
    ]

    plugin = a_reader().plugin(definitions, class_name="X")

    assert plugin.settings["file"].required
    assert plugin.settings["file"].default is None
    assert plugin.settings["file"].order == expected
    assert plugin.settings["pw"].type is SettingType.PASSWORD
    assert plugin.settings["n"].type is SettingType.STRING
    assert plugin.settings["n"].default == "5"


def test_a_plugin_that_is_listed_twice_is_one() -> None:
    row = {"class": "X", "type": "sink"}

    assert wire.plugins([row, dict(row)]) == (PluginInfo(class_name="X", kind="sink"),)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("healthy", HealthStatus.HEALTHY), ("unhealthy", HealthStatus.UNHEALTHY), ("odd", "unknown")],
)
def test_the_health_of_a_worker(status: str, expected: str) -> None:
    assert a_reader().health({"status": status, "message": "m"}).status == expected


def test_offsets_survive_the_way_there_and_back() -> None:
    data = {
        "offsets": [
            {"partition": {"filename": "in.txt"}, "offset": {"position": 6}},
            {"partition": {"kafka_topic": "t", "kafka_partition": 0}, "offset": None},
        ]
    }

    positions = wire.offsets(json.loads(json.dumps(data)))

    assert positions[1] == ConnectorOffset(
        partition={"kafka_topic": "t", "kafka_partition": 0}, offset=None
    )
    assert wire.offsets_body(positions) == data


def test_task_configs_are_configs() -> None:
    configs = wire.task_configs([{"id": {"connector": "a", "task": 0}, "config": {"f": "x"}}])

    assert configs[0].get("f") == "x"


def test_loggers_and_topics() -> None:
    assert wire.loggers({"a.B": {"level": "INFO", "last_modified": None}}) == (
        LoggerLevel(name="a.B", level="INFO"),
    )
    assert wire.logger({"level": "DEBUG", "last_modified": 5}, name="x").last_modified == 5
    assert wire.topics({"orders": {"topics": ["b", "a"]}}, name="orders") == ("a", "b")
    assert wire.message({"message": "done"}) == "done"
