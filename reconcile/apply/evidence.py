"""Look for the effect of a write whose outcome is unknown."""

from typing import Final

from reconcile.apply.compare import same_config
from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.steps import Step
from reconcile.clock import until
from reconcile.connect.answers import HealthStatus
from reconcile.connect.reads import get_config, get_health, get_status, list_names
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


def is_healthy(context: Context) -> bool:
    """Tell whether the worker says that its broker answers (KIP-1017, Connect 3.9).

    Older workers cannot tell: they answer reads from memory while their broker is gone.
    """
    try:
        return get_health(context.connection).status is HealthStatus.HEALTHY
    except ClusterError:
        return False


def _shows(step: Step, flight: Flight, context: Context) -> bool:
    connection, name = context.connection, flight.name
    match step:
        case Step.CREATE | Step.CREATE_PAUSED | Step.CREATE_STOPPED | Step.PUT_CONFIG:
            wanted = flight.change.config
            return wanted is not None and same_config(wanted, get_config(connection, name))
        case Step.PAUSE:
            return _state(flight, context) is State.PAUSED
        case Step.STOP:
            return _state(flight, context) is State.STOPPED
        case Step.RESUME:
            return _state(flight, context) not in (None, State.PAUSED, State.STOPPED)
        case Step.DELETE:
            return name not in list_names(connection)
        case Step.RESTART | Step.RESTART_FAILED | Step.AWAIT_STOPPED:
            return False


def _state(flight: Flight, context: Context) -> State | None:
    status = get_status(context.connection, flight.name)
    return status.state if status else None
