import pytest

from reconcile.connect import reads, writes
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.failures import WriteFailureKind
from tests.contract.world import World, refused


def position(number: int | None, filename: str = "in.txt") -> ConnectorOffset:
    offset = None if number is None else {"position": number}
    return ConnectorOffset(partition={"filename": filename}, offset=offset)


@pytest.fixture
def stopped(world: World) -> str:
    name = world.running(world.source(file="in.txt"))
    world.insist(lambda: writes.stop(world.connection, name))
    assert world.comes_to(name, "STOPPED")
    return name


def positions_of(world: World, name: str) -> list[ConnectorOffset]:
    """Return the positions in order of their files.

    An erased one is left out: Apache's brokers drop it, others keep an entry with nothing in it.
    """
    found = reads.get_offsets(world.connection, name)
    return sorted(
        (position for position in found if position.offset is not None),
        key=lambda position: position.partition["filename"],
    )


def altered(world: World, name: str, *positions: ConnectorOffset) -> str:
    return world.insist(lambda: writes.alter_offsets(world.connection, name, positions))


def test_positions_are_altered_read_and_forgotten(world: World, stopped: str) -> None:
    said = altered(world, stopped, position(2), position(7, "other.txt"))
    assert "altered successfully" in said
    expected = [position(2), position(7, "other.txt")]
    assert world.eventually(lambda: positions_of(world, stopped) == expected)

    assert "reset successfully" in world.insist(
        lambda: writes.reset_offsets(world.connection, stopped)
    )
    assert world.eventually(lambda: positions_of(world, stopped) == [])


def test_an_erased_position_is_no_position(world: World, stopped: str) -> None:
    altered(world, stopped, position(2), position(7, "other.txt"))
    altered(world, stopped, position(None))

    assert world.eventually(lambda: positions_of(world, stopped) == [position(7, "other.txt")])


def test_positions_outlive_their_connector(world: World, stopped: str) -> None:
    altered(world, stopped, position(5))
    world.delete(stopped)
    assert reads.get_offsets(world.connection, stopped) is None

    world.put(stopped, world.source(file="in.txt"))

    assert world.eventually(lambda: world.status(stopped) is not None)
    assert positions_of(world, stopped) == [position(5)]


def test_a_running_connector_keeps_its_positions(world: World) -> None:
    name = world.running(world.source())

    for write in (
        lambda: writes.alter_offsets(world.connection, name, (position(1),)),
        lambda: writes.reset_offsets(world.connection, name),
    ):
        failure = refused(lambda write=write: world.insist(write))
        assert failure.kind is WriteFailureKind.REJECTED
        assert "STOPPED state" in failure.problem.message


def test_positions_that_make_no_sense_are_rejected(world: World, stopped: str) -> None:
    bad = ConnectorOffset(partition={"bad": "x"}, offset={"position": 1})

    for positions in ((), (bad,)):
        failure = refused(lambda positions=positions: altered(world, stopped, *positions))
        assert failure.kind is WriteFailureKind.REJECTED


def test_positions_of_nobody(world: World) -> None:
    name = world.name()

    assert reads.get_offsets(world.connection, name) is None
    failure = refused(lambda: world.insist(lambda: writes.reset_offsets(world.connection, name)))
    assert failure.kind is WriteFailureKind.NOT_FOUND


def test_a_sink_names_topic_and_partition(world: World) -> None:
    name = world.running(world.sink(tasks__max="1"))
    world.insist(lambda: writes.stop(world.connection, name))
    assert world.comes_to(name, "STOPPED")

    topic = world.sink().get("topics")
    partition = {"kafka_topic": topic, "kafka_partition": 0}
    altered(world, name, ConnectorOffset(partition=partition, offset={"kafka_offset": 0}))

    assert reads.get_offsets(world.connection, name) == (
        ConnectorOffset(partition=partition, offset={"kafka_offset": 0}),
    )


def test_topics(world: World) -> None:
    name = world.running(world.source())

    assert reads.get_topics(world.connection, world.name()) == ()
    assert reads.get_topics(world.connection, name) is not None
    world.insist(lambda: writes.reset_topics(world.connection, name))
