from concurrent.futures import ThreadPoolExecutor

import pytest

from reconcile.connect import reads, writes
from reconcile.connect.failures import WriteFailureKind
from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.live import ConnectorKind, State
from tests.contract.world import SOURCE_CLASS, World, refused

MISSING = "/nonexistent/out.txt"


def test_a_created_connector_comes_to_run(world: World) -> None:
    config = world.sink()
    name = world.running(config)

    found = reads.get_connector(world.connection, name)
    status = world.status(name)
    assert found.config == config
    assert found.kind is ConnectorKind.SINK
    assert found.stray_name == ""
    assert found.generated_tasks == 2
    assert [task.id for task in status.tasks] == [0, 1]
    assert status.worker
    assert bool(status.version) is (world.release >= (4, 1))
    assert reads.get_config(world.connection, name) == config
    assert reads.get_task_status(world.connection, name, 1).state is State.RUNNING
    assert name in reads.list_names(world.connection)


def test_tasks_are_given_the_config_of_their_connector(world: World) -> None:
    name = world.running(world.source(file=""))

    (task,) = reads.get_task_configs(world.connection, name)
    assert task.get("topic") == world.source().get("topic")
    assert task.get("task.class") == "org.apache.kafka.connect.file.FileStreamSourceTask"


def test_a_put_creates_what_is_not_there_and_updates_what_is(world: World) -> None:
    name = world.name()

    assert world.put(name, world.source()) is True
    assert world.put(name, world.source(batch__size="7")) is False
    assert world.eventually(lambda: world.has(name, "batch.size", "7"))


def test_a_second_create_is_told_that_it_is_second(world: World) -> None:
    name = world.running(world.source())

    failure = refused(
        lambda: writes.create_connector(world.connection, name, world.source(file="other"))
    )

    assert failure.kind is WriteFailureKind.EXISTS
    assert failure.problem.code is Code.CONFLICT
    assert f"{name} already exists" in failure.problem.message
    assert reads.get_config(world.connection, name) == world.source()


def test_the_sign_of_an_update_is_in_the_configs_of_the_tasks(world: World) -> None:
    name = world.running(world.sink())
    updated = world.sink(file=str(world.folder / "other.txt"))

    world.put(name, updated)

    assert world.eventually(lambda: world.has(name, "file", updated.get("file")))
    assert world.comes_to(name, "RUNNING", "RUNNING", "RUNNING")
    assert reads.get_config(world.connection, name) == updated


def test_a_put_replaces_the_whole_config(world: World) -> None:
    name = world.running(world.source(extra="1", batch__size="5"))

    world.put(name, world.source(other="2"))

    assert reads.get_config(world.connection, name) == world.source(other="2")


def test_a_put_that_changes_nothing_leaves_all_as_it_is(world: World) -> None:
    name = world.running(world.source())

    assert world.put(name, world.source()) is False

    assert world.comes_to(name, "RUNNING", "RUNNING")
    assert reads.get_config(world.connection, name) == world.source()


def test_the_number_of_tasks_follows_tasks_max(world: World) -> None:
    name = world.running(world.sink())

    world.put(name, world.sink(tasks__max="3"))
    assert world.comes_to(name, "RUNNING", "RUNNING", "RUNNING", "RUNNING")
    world.put(name, world.sink(tasks__max="1"))
    assert world.comes_to(name, "RUNNING", "RUNNING")
    assert world.eventually(
        lambda: reads.get_connector(world.connection, name).generated_tasks == 1
    )


def test_pause_and_resume(world: World) -> None:
    name = world.running(world.source())

    world.insist(lambda: writes.pause(world.connection, name))
    assert world.comes_to(name, "PAUSED", "PAUSED")
    world.insist(lambda: writes.pause(world.connection, name))
    world.insist(lambda: writes.resume(world.connection, name))
    assert world.comes_to(name, "RUNNING", "RUNNING")


def test_stop_and_resume(world: World) -> None:
    name = world.running(world.source())

    world.insist(lambda: writes.stop(world.connection, name))
    assert world.comes_to(name, "STOPPED")
    assert world.eventually(
        lambda: reads.get_connector(world.connection, name).generated_tasks == 0
    )
    world.insist(lambda: writes.resume(world.connection, name))
    assert world.comes_to(name, "RUNNING", "RUNNING")


@pytest.mark.parametrize(
    ("write", "states"), [(writes.pause, ("PAUSED", "PAUSED")), (writes.stop, ("STOPPED",))]
)
def test_an_update_keeps_the_target_state_and_publishes_nothing(
    world: World, write, states: tuple[str, ...]
) -> None:
    name = world.running(world.source())
    world.insist(lambda: write(world.connection, name))
    assert world.comes_to(name, *states)

    world.put(name, world.source(batch__size="9"))

    assert world.eventually(
        lambda: reads.get_config(world.connection, name).get("batch.size") == "9"
    )
    assert world.comes_to(name, *states)
    assert not world.has(name, "batch.size", "9")
    world.insist(lambda: writes.resume(world.connection, name))
    assert world.eventually(lambda: world.has(name, "batch.size", "9"))
    assert world.comes_to(name, "RUNNING", "RUNNING")


@pytest.mark.parametrize("state", [TargetState.STOPPED, TargetState.PAUSED, TargetState.RUNNING])
def test_a_connector_is_created_in_a_state_from_connect_3_7_on(
    world: World, state: TargetState
) -> None:
    name = world.name()

    def create() -> None:
        writes.create_connector(world.connection, name, world.source(), initial_state=state)

    if world.release < (3, 7):
        failure = refused(create)
        assert failure.kind is WriteFailureKind.REJECTED
        assert "initial_state" in failure.problem.message
        assert name not in reads.list_names(world.connection)
        return

    world.insist(create)
    seen = set()

    def reached() -> bool:
        status = world.status(name)
        if status is not None:
            seen.add(status.state)
        return status is not None and status.state is State(state.value.upper())

    assert world.eventually(reached)
    if state is not TargetState.RUNNING:
        assert State.RUNNING not in seen


def test_a_deleted_connector_leaves_the_list_and_then_its_status(world: World) -> None:
    name = world.running(world.source())

    world.insist(lambda: writes.delete_connector(world.connection, name))

    assert world.eventually(lambda: name not in reads.list_names(world.connection))
    assert world.eventually(lambda: world.status(name) is None)
    assert reads.get_connector(world.connection, name) is None
    assert refused(lambda: writes.delete_connector(world.connection, name)).kind is (
        WriteFailureKind.NOT_FOUND
    )


def test_a_name_can_be_used_again(world: World) -> None:
    name = world.running(world.source())
    world.delete(name)

    assert world.put(name, world.source(batch__size="3")) is True
    assert world.comes_to(name, "RUNNING", "RUNNING")


def test_restarts(world: World) -> None:
    name = world.running(world.source())

    assert world.insist(lambda: writes.restart(world.connection, name)) is None
    planned = world.insist(lambda: writes.restart(world.connection, name, include_tasks=True))
    assert planned.state is State.RESTARTING
    assert [task.state for task in planned.tasks] == [State.RESTARTING]
    assert world.comes_to(name, "RUNNING", "RUNNING")
    nothing = world.insist(
        lambda: writes.restart(world.connection, name, include_tasks=True, only_failed=True)
    )
    assert nothing.state is State.RUNNING
    world.insist(lambda: writes.restart_task(world.connection, name, 0))
    assert world.comes_to(name, "RUNNING", "RUNNING")


def test_a_task_of_a_stopped_connector_can_never_be_restarted(world: World) -> None:
    name = world.running(world.source())
    world.insist(lambda: writes.stop(world.connection, name))
    assert world.comes_to(name, "STOPPED")
    assert world.eventually(lambda: reads.get_task_configs(world.connection, name) == ())

    failures = []

    def permanent() -> bool:
        failures.append(refused(lambda: writes.restart_task(world.connection, name, 0)))
        return failures[-1].kind is WriteFailureKind.PERMANENT

    assert world.eventually(permanent)
    assert "is stopped" in failures[-1].problem.message


def test_what_is_not_there_is_not_found(world: World) -> None:
    name = world.name()
    connection = world.connection

    assert reads.get_connector(connection, name) is None
    assert reads.get_config(connection, name) is None
    assert reads.get_status(connection, name) is None
    assert reads.get_task_status(connection, name, 0) is None
    assert reads.get_task_configs(connection, name) is None
    for write in (
        lambda: writes.delete_connector(connection, name),
        lambda: writes.pause(connection, name),
        lambda: writes.resume(connection, name),
        lambda: writes.stop(connection, name),
        lambda: writes.restart(connection, name),
        lambda: writes.restart(connection, name, include_tasks=True),
        lambda: writes.restart_task(connection, name, 0),
    ):
        failures = []

        def answered(write=write, failures=failures) -> bool:
            failures.append(refused(write))
            return failures[-1].kind is not WriteFailureKind.RETRY

        assert world.eventually(answered)
        assert failures[-1].kind is WriteFailureKind.NOT_FOUND
        assert failures[-1].problem.code is Code.NOT_FOUND


def test_a_task_that_is_not_there_is_not_found(world: World) -> None:
    name = world.running(world.source())

    assert reads.get_task_status(world.connection, name, 9) is None
    assert refused(lambda: writes.restart_task(world.connection, name, 9)).kind is (
        WriteFailureKind.NOT_FOUND
    )


def test_the_class_is_stored_as_written(world: World) -> None:
    for written in ("FileStreamSource", "FileStreamSourceConnector", SOURCE_CLASS):
        name = world.running(world.source(connector__class=written))
        assert reads.get_connector(world.connection, name).class_name == written


def test_many_writes_at_once_all_succeed(world: World) -> None:
    names = [world.name() for _ in range(16)]

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: world.put(name, world.source()), names))

    for name in names:
        assert world.comes_to(name, "RUNNING", "RUNNING")
    statuses = reads.list_statuses(world.connection)
    assert set(names) <= statuses.keys()


def test_a_task_that_fails_says_why(world: World) -> None:
    name = world.created(world.sink(file=MISSING, tasks__max="1"))

    assert world.comes_to(name, "RUNNING", "FAILED")
    assert MISSING in world.status(name).tasks[0].trace
    assert "\tat " in world.status(name).tasks[0].trace


def test_a_connector_that_fails_says_why(world: World) -> None:
    name = world.created(world.source(topic__creation__groups="g"))

    assert world.eventually(lambda: world.states(name)[:1] == ("FAILED",))
    assert "topic.creation.default" in world.status(name).trace


def test_an_update_heals_what_failed(world: World) -> None:
    name = world.created(world.sink(file=MISSING, tasks__max="1"))
    assert world.comes_to(name, "RUNNING", "FAILED")

    world.put(name, world.sink(tasks__max="1"))

    assert world.comes_to(name, "RUNNING", "RUNNING")
    assert world.status(name).tasks[0].trace == ""
