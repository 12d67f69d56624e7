import json

import pytest

from reconcile.connect import reads, writes
from reconcile.connect.failures import WriteFailureKind
from reconcile.connect.requests import Request, at, connector_path, reading
from reconcile.connect.wire import Reader
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.release import is_addressable
from tests.contract.world import World, refused, unreadable

ODD_NAMES = [
    "a b {}",
    "ü-ñ-漢 {}",
    "q?h#s;{}",
    "p+l&u=s{}",
    "a:b,c'd\"e{}",
    "UPPER{}",
    "~.-_{}",
    "é{}",
]
TRICKY_NAMES = ["a/b{}", "a%b{}", "a%2Fb{}", "a\\b{}"]
VALUES = {
    "plain": "text",
    "empty": "",
    "space": "  around  ",
    "unicode": "é 漢 \U0001f600",
    "quotes": "a \"b\" 'c' \\ /",
    "lines": "one\ntwo\r\n\tthree",
    "number": "0777",
    "float": "1.50",
    "boolean": "true",
    "json": '{"a": [1, 2.0, null]}',
    "list": "a, b ,c",
    "unknown.provider": "${vault:/secret/data:password}",
    "dollar": "$x ${y} $$",
    "long": "x" * 20_000,
}


def send(world: World, method: str, path: str, body: bytes, connector: str = "") -> object:
    """Send a request that connectform itself would never make."""
    return world.connection.write(Request(method=method, path=path, body=body, connector=connector))


def test_values_come_back_as_they_were_sent(world: World) -> None:
    config = world.source(**VALUES)
    name = world.running(config)

    assert reads.get_config(world.connection, name) == config
    assert take_snapshot(world.connection, clock=world.clock).connectors[name].config == config


def test_numbers_and_booleans_become_text(world: World) -> None:
    name = world.name()
    body = {**world.source().reveal(), "int": 1, "float": 1.5, "flag": True, "name": name}

    world.insist(
        lambda: send(world, "PUT", connector_path(name, "config"), json.dumps(body).encode(), name)
    )

    found = reads.get_config(world.connection, name)
    assert (found.get("int"), found.get("float"), found.get("flag")) == ("1", "1.5", "true")


@pytest.mark.parametrize("pattern", ODD_NAMES)
def test_odd_names_go_there_and_back(world: World, pattern: str) -> None:
    name = world.running(world.source(), pattern=pattern)

    assert name in reads.list_names(world.connection)
    assert reads.get_connector(world.connection, name).name == name
    assert world.put(name, world.source(batch__size="4")) is False
    world.insist(lambda: writes.pause(world.connection, name))
    assert world.comes_to(name, "PAUSED", "PAUSED")
    listed = reads.list_all(world.connection).connectors[name]
    assert listed.config == world.source(batch__size="4")
    world.delete(name)


@pytest.mark.parametrize("name", [".", ".."])
def test_names_that_are_dots_go_there_and_back(world: World, name: str) -> None:
    world.made.append(name)
    assert world.put(name, world.source()) is True

    assert world.comes_to(name, "RUNNING", "RUNNING")
    assert reads.get_config(world.connection, name) == world.source()
    world.delete(name)


def test_a_config_that_breaks_the_rules_about_topics_is_rejected(world: World) -> None:
    name = world.name()

    for config in (world.sink(topics=""), world.sink(topics__regex="b.*")):
        failure = refused(lambda config=config: world.put(name, config))
        assert failure.kind is WriteFailureKind.REJECTED
        assert "topics" in failure.problem.message


@pytest.mark.parametrize("pattern", TRICKY_NAMES)
def test_some_names_cannot_be_addressed_from_connect_4_on(world: World, pattern: str) -> None:
    name = world.name(pattern)
    world.insist(lambda: writes.create_connector(world.connection, name, world.source()))

    assert world.eventually(lambda: name in reads.list_statuses(world.connection))
    live = take_snapshot(world.connection, clock=world.clock, names=[name])
    assert live.connectors[name].config == world.source()
    if is_addressable(name, world.release):
        assert reads.get_config(world.connection, name) == world.source()
        world.delete(name)
        return
    problem = unreadable(lambda: reads.get_config(world.connection, name)).problems[0]
    assert problem.code is Code.UNMANAGEABLE_NAME
    failure = refused(lambda: writes.delete_connector(world.connection, name))
    assert failure.kind is WriteFailureKind.REJECTED
    assert failure.problem.code is Code.UNMANAGEABLE_NAME


def test_a_name_of_its_own_in_the_config_is_refused(world: World) -> None:
    name = world.name()
    body = json.dumps({**world.source().reveal(), "name": "other"}).encode()

    failure = refused(lambda: send(world, "PUT", connector_path(name, "config"), body, name))

    assert failure.kind is WriteFailureKind.REJECTED
    assert "doesn't match connector name" in failure.problem.message


def test_a_config_with_errors_is_rejected_and_not_stored(world: World) -> None:
    name = world.name()
    config = Config({"connector.class": "FileStreamSource", "tasks.max": "hunter22", "file": "f"})

    failure = refused(lambda: world.put(name, config))

    assert failure.kind is WriteFailureKind.REJECTED
    assert failure.problem.code is Code.REJECTED
    assert "tasks.max: Not a number of type INT" in failure.problem.message
    assert "topic: required, and it has no default" in failure.problem.message
    assert "hunter22" not in failure.problem.message
    assert failure.problem.connector == name
    assert name not in reads.list_names(world.connection)


def test_an_update_with_errors_leaves_the_connector_as_it_was(world: World) -> None:
    name = world.running(world.source())

    failure = refused(lambda: world.put(name, world.source(tasks__max="0")))

    assert failure.kind is WriteFailureKind.REJECTED
    assert reads.get_config(world.connection, name) == world.source()
    assert world.comes_to(name, "RUNNING", "RUNNING")


def test_an_unknown_class_is_rejected_by_every_version(world: World) -> None:
    name = world.name()

    for write in (
        lambda: world.put(name, world.source(connector__class="Nope")),
        lambda: writes.create_connector(
            world.connection, name, world.source(connector__class="Nope")
        ),
    ):
        failure = refused(write)
        assert failure.kind is WriteFailureKind.REJECTED
        assert failure.problem.code is Code.UNKNOWN_CLASS
        assert "no connector class Nope" in failure.problem.message
        assert "FileStreamSourceConnector" in failure.problem.message


def test_a_config_without_a_class_is_rejected_without_its_values(world: World) -> None:
    name = world.name()

    failure = refused(lambda: world.put(name, Config({"pw": "hunter22", "topic": "t"})))

    assert failure.kind is WriteFailureKind.REJECTED
    assert "no connector.class" in failure.problem.message
    assert "hunter22" not in failure.problem.message


def test_a_placeholder_that_cannot_be_resolved_is_rejected(world: World) -> None:
    name = world.name()

    failure = refused(lambda: world.put(name, world.source(pw="${file:/no/such/file:key}")))

    assert failure.kind is WriteFailureKind.REJECTED
    assert "/no/such/file" in failure.problem.message
    assert name not in reads.list_names(world.connection)


def test_placeholders_are_never_resolved_in_what_is_read(world: World) -> None:
    config = world.source(pw="${env:PATH}", other="${env:NO_SUCH_VARIABLE_AT_ALL}")
    name = world.running(config)

    assert reads.get_config(world.connection, name) == config
    assert reads.list_all(world.connection).connectors[name].config == config
    assert world.eventually(lambda: world.has(name, "pw", "${env:PATH}"))


@pytest.mark.parametrize(
    "body",
    [
        b"{not json",
        b"[]",
        b'{"connector.class":"FileStreamSource","a":{"b":1}}',
        b'{"connector.class":"FileStreamSource","a":[1,2]}',
        b'{"connector.class":"FileStreamSource","topic":"t","file":"f","a":null}',
    ],
)
def test_requests_that_make_no_sense_are_rejected(world: World, body: bytes) -> None:
    name = world.name()

    failure = refused(lambda: send(world, "PUT", connector_path(name, "config"), body, name))

    assert failure.kind is WriteFailureKind.REJECTED
    assert name not in reads.list_names(world.connection)


@pytest.mark.parametrize(
    "body",
    [b"", b'{"name":"x"}', b'{"name":"x","config":{},"bogus":1}'],
)
def test_creates_that_make_no_sense_are_rejected(world: World, body: bytes) -> None:
    failure = refused(lambda: send(world, "POST", at("connectors"), body))

    assert failure.kind is WriteFailureKind.REJECTED


def test_an_unknown_path_does_not_mean_absent(world: World) -> None:
    error = unreadable(lambda: world.connection.find(reading("/nope"), dict))

    assert error.problems[0].code is Code.UNSUPPORTED_VERSION


def test_expand_wants_its_parameter_repeated(world: World) -> None:
    name = world.running(world.source())

    wrong = world.connection.read(reading("/connectors?expand=info,status"), Reader(str).listing)
    right = reads.list_all(world.connection)

    assert name in wrong.bare
    assert right.connectors[name].status.tasks
    assert reads.list_infos(world.connection).connectors[name].status is None


def test_a_patch_sets_and_removes_keys_from_connect_3_8_on(world: World) -> None:
    name = world.running(world.source(gone="1", kept="2"))

    def patch() -> None:
        writes.patch_config(world.connection, name, {"gone": None, "new": "3"})

    if world.release < (3, 8):
        assert refused(patch).kind is WriteFailureKind.REJECTED
        return
    world.insist(patch)
    found = reads.get_config(world.connection, name)
    assert found == world.source(kept="2", new="3")
    missing = world.name()
    failure = refused(lambda: writes.patch_config(world.connection, missing, {"a": "b"}))
    assert failure.kind is WriteFailureKind.NOT_FOUND


def test_a_patch_can_change_the_name_inside_a_config(world: World) -> None:
    name = world.running(world.source())

    def patch() -> None:
        writes.patch_config(world.connection, name, {"name": "stray"})

    if world.release < (3, 8):
        assert refused(patch).kind is WriteFailureKind.REJECTED
        return
    world.insist(patch)

    assert reads.get_connector(world.connection, name).stray_name == "stray"
    live = take_snapshot(world.connection, clock=world.clock, names=[name])
    assert live.connectors[name].stray_name == "stray"
    world.put(name, world.source())
    assert reads.get_connector(world.connection, name).stray_name == ""


def test_a_snapshot_holds_a_connector_from_its_creation_on(world: World) -> None:
    name = world.name()

    world.insist(lambda: writes.create_connector(world.connection, name, world.source()))

    assert name in take_snapshot(world.connection, clock=world.clock).connectors
    assert set(
        take_snapshot(world.connection, clock=world.clock, names=[name, "no-such"]).connectors
    ) == {name}
