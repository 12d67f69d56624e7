"""Diagnose all that failed of a connector."""

from collections.abc import Iterator

from reconcile.health.classify import diagnose
from reconcile.model.diagnosis import FailedPart
from reconcile.model.health import Diagnosis
from reconcile.model.live import LiveStatus, State


def failures_of(status: LiveStatus) -> Iterator[FailedPart]:
    """Yield what failed; tasks that failed for the same reason are one part."""
    if status.state is State.FAILED:
        workers = (status.worker,) if status.worker else ()
        yield FailedPart(workers=workers, diagnosis=diagnose(status.trace))
    groups: dict[Diagnosis, list[tuple[int, str]]] = {}
    for task in status.tasks:
        if task.state is State.FAILED:
            groups.setdefault(diagnose(task.trace), []).append((task.id, task.worker))
    for diagnosis, tasks in groups.items():
        yield FailedPart(
            tasks=tuple(number for number, _ in tasks),
            workers=tuple(dict.fromkeys(worker for _, worker in tasks if worker)),
            diagnosis=diagnosis,
        )
