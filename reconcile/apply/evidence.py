"""Look for the effect of a write whose outcome is unknown."""

from typing import Final

from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.offsets import same_offsets
from reconcile.apply.readback import CHEAPLY_LISTED
from reconcile.apply.standing import is_written
from reconcile.apply.steps import Step
from reconcile.clock import until
from reconcile.connect.answers import HealthStatus
from reconcile.connect.reads import (
    get_connector,
    get_health,
    get_offsets,
    get_status,
    list_infos,
    list_names,
)
from reconcile.errors import ClusterError
from reconcile.model.live import State

_INTERVAL: Final = 0.5


def has_happened(step: Step, flight: Flight, context: Context) -> bool:
    """Look for the effect of a step for a while, and tell whether it shows.

    What cannot be read does not show.
    """

    def shows() -> bool:
        try:
            return _shows(step, flight, context)
        except ClusterError:
            return False

    timeout = 0.0 if context.interrupt.requested else context.options.look_timeout
    return until(context.clock, shows, timeout=timeout, interval=_INTERVAL)


def health(context: Context) -> HealthStatus:
    """Return whether the worker says that its broker answers (KIP-1017, Connect 3.9).

    Older workers cannot tell: they answer reads from memory while their broker is gone.
    """
    try:
        return get_health(context.connection).status
    except ClusterError:
        return HealthStatus.UNKNOWN


def _shows(step: Step, flight: Flight, context: Context) -> bool:
    connection, name = context.connection, flight.name
    match step:
        case Step.CREATE | Step.CREATE_PAUSED | Step.CREATE_STOPPED | Step.PUT_CONFIG:
            return _is_read_back(flight, context)
        case Step.PAUSE | Step.STOP | Step.RESUME:
            return _is_in_state(step, _state(flight, context))
        case Step.DELETE:
            return name not in list_names(connection)
        case Step.RESET_OFFSETS:
            return same_offsets(get_offsets(connection, name) or (), ())
        case Step.ALTER_OFFSETS:
            return same_offsets(get_offsets(connection, name) or (), flight.offsets)
        case Step.RESTART | Step.RESTART_FAILED | Step.AWAIT_STOPPED | Step.KEEP_OFFSETS:
            return False


def _is_in_state(step: Step, state: State | None) -> bool:
    match step:
        case Step.PAUSE:
            return state is State.PAUSED
        case Step.STOP:
            return state is State.STOPPED
        case _:
            return state not in (None, State.PAUSED, State.STOPPED)


def _is_read_back(flight: Flight, context: Context) -> bool:
    """Tell whether the settings are live; read from the worker's memory where that is cheap.

    The read of one connector would wait for as long as the write did.
    """
    names = list_names(context.connection)
    if flight.name not in names:
        return False
    if len(names) <= CHEAPLY_LISTED:
        live = list_infos(context.connection, expected=len(names)).connectors.get(flight.name)
    else:
        live = get_connector(context.connection, flight.name)
    return is_written(flight.change, live)


def _state(flight: Flight, context: Context) -> State | None:
    status = get_status(context.connection, flight.name)
    return status.state if status else None
