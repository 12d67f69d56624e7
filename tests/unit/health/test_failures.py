"""All that failed of a connector, by reason."""

from reconcile.health.failures import failures_of
from reconcile.model.health import FailureClass
from reconcile.model.live import LiveStatus, LiveTask, State

REFUSED = "java.net.ConnectException: Connection refused"


def test_tasks_that_failed_for_one_reason_are_one_part_and_the_connector_comes_first():
    failed, running = State.FAILED, State.RUNNING
    status = LiveStatus(
        state=failed,
        worker="w:1",
        trace="java.lang.OutOfMemoryError: Java heap space",
        tasks=(
            LiveTask(id=0, state=failed, worker="w:1", trace=REFUSED),
            LiveTask(id=1, state=running, worker="w:1"),
            LiveTask(id=2, state=failed, worker="w:2", trace=REFUSED),
            LiveTask(id=3, state=failed, trace="x"),
        ),
    )

    parts = [*failures_of(status)]

    assert [(part.tasks, part.workers) for part in parts] == [
        ((), ("w:1",)),
        ((0, 2), ("w:1", "w:2")),
        ((3,), ()),
    ]
    assert [part.diagnosis.failure for part in parts] == [
        FailureClass.RESOURCES,
        FailureClass.NETWORK,
        FailureClass.UNKNOWN,
    ]


def test_what_runs_has_no_failures():
    assert [*failures_of(LiveStatus(state=State.RUNNING))] == []
    (part,) = failures_of(LiveStatus(state=State.FAILED))
    assert part.workers == ()
