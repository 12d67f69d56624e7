"""Send the one request that a step stands for."""

from typing import Final

from reconcile.apply.flight import Flight
from reconcile.apply.steps import Step
from reconcile.connect import writes
from reconcile.connect.connection import Connection
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.plan import Change

_INITIAL_STATES: Final = {
    Step.CREATE_PAUSED: TargetState.PAUSED,
    Step.CREATE_STOPPED: TargetState.STOPPED,
}


def send(step: Step, flight: Flight, connection: Connection) -> None:
    """Send the request of a step once; raises WriteFailure."""
    change, name = flight.change, flight.name
    match step:
        case Step.CREATE | Step.CREATE_PAUSED | Step.CREATE_STOPPED:
            state = _INITIAL_STATES.get(step)
            writes.create_connector(connection, name, _config(change), initial_state=state)
        case Step.PUT_CONFIG:
            writes.put_config(connection, name, _config(change))
        case Step.PAUSE:
            writes.pause(connection, name)
        case Step.STOP:
            writes.stop(connection, name)
        case Step.RESUME:
            writes.resume(connection, name)
        case Step.RESTART | Step.RESTART_FAILED:
            only_failed = step is Step.RESTART_FAILED
            writes.restart(connection, name, include_tasks=True, only_failed=only_failed)
        case Step.DELETE:
            writes.delete_connector(connection, name)
        case _:
            _send_offsets(step, flight, connection)


def _send_offsets(step: Step, flight: Flight, connection: Connection) -> None:
    match step:
        case Step.RESET_OFFSETS:
            writes.reset_offsets(connection, flight.name)
        case Step.ALTER_OFFSETS:
            writes.alter_offsets(connection, flight.name, flight.offsets)
        case _:
            raise ValueError("a wait is nothing to send")


def _config(change: Change) -> Config:
    """Return the complete config of a change; unresolved secrets would be lost silently."""
    if change.config is None or change.config.unresolved():
        raise ValueError("a plan to apply holds every config in full")
    return change.config
