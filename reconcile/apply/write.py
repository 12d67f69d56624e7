"""Send the writes of one change: retried where nothing was done, never repeated blindly.

What becomes of a write whose outcome is unknown (a time-out, a broken connection): first its
effect is looked for. Where it does not show, the write is sent once more, but only to a worker
that calls itself healthy, and only a write that can be repeated without harm. After that the
change is left unsettled: the first request can still take effect minutes later.
"""

from dataclasses import replace

from reconcile.apply.compare import same_config
from reconcile.apply.context import Context
from reconcile.apply.events import ChangeStarted, Retrying, Written
from reconcile.apply.evidence import has_happened, health
from reconcile.apply.flight import Flight, advanced
from reconcile.apply.problems import (
    changed_meanwhile,
    crashed,
    interrupted_midway,
    not_attempted,
    outcome_unknown,
    write_failed,
)
from reconcile.apply.send import send
from reconcile.apply.signs import carried, removed_keys
from reconcile.apply.steps import WAITS, Step
from reconcile.connect.answers import HealthStatus
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.connect.reads import get_config, get_task_configs
from reconcile.errors import ClusterError, ConnectformError
from reconcile.http.retry import next_wait
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Problem

_PASSING = frozenset({WriteFailureKind.RETRY, WriteFailureKind.NOT_SENT})
_NOT_REPEATED = frozenset({Step.RESTART, Step.RESTART_FAILED})


def write(flight: Flight, context: Context) -> Flight:
    """Take the steps of a change up to its next wait or its end; never raises.

    A failure, one of our own included, becomes the outcome of this change alone.
    """
    if flight.began is None:
        if reason := context.held_back():
            problem = not_attempted(flight.change, reason)
            return context.conclude(flight, OutcomeStatus.NOT_ATTEMPTED, problem)
        flight = replace(flight, began=context.clock.monotonic())
        context.notify(ChangeStarted(name=flight.name, action=flight.change.action))
    try:
        return _write(flight, context)
    except ConnectformError as error:
        problems = [_refused(flight, problem) for problem in error.problems]
    except Exception as error:  # noqa: BLE001  # one change must never take the others down
        problems = [crashed(flight.change, error)]
    return context.conclude(flight, OutcomeStatus.FAILED, *problems)


def _write(flight: Flight, context: Context) -> Flight:
    while (step := flight.next_step) is not None and step not in WAITS:
        flight = _with_baseline(step, flight, context)
        # A change that has been begun sends its first write, unless that is forbidden by now.
        if context.cut_off() if flight.sent else context.journal.obstacle():
            return _interrupted(flight, context)
        flight = _carry_out(step, flight, context)
    if flight.outcome is None and step is None:
        context.notify(Written(name=flight.name, action=flight.change.action))
    return flight


def _carry_out(step: Step, flight: Flight, context: Context) -> Flight:
    """Take one step, and find out what became of it."""
    failure = _send_patiently(step, flight, context)
    if failure is not None and failure.kind is WriteFailureKind.UNKNOWN_OUTCOME:
        flight = replace(flight, written=True)
        failure = _resolve(step, failure, flight, context)
    return advanced(flight) if failure is None else _weigh(failure, flight, context)


def _resolve(
    step: Step, failure: WriteFailure, flight: Flight, context: Context
) -> WriteFailure | None:
    """Return what is left of an unknown outcome once it was looked for, and perhaps repeated."""
    if has_happened(step, flight, context):
        return None
    if not _may_repeat(step, context):
        return failure
    again = _send_patiently(step, flight, context)
    if again is None:
        return None
    if again.kind is WriteFailureKind.UNKNOWN_OUTCOME and has_happened(step, flight, context):
        return None
    return failure if again.kind in _PASSING else again


def _send_patiently(step: Step, flight: Flight, context: Context) -> WriteFailure | None:
    """Send until it is accepted (None), refused for good, or time is up."""
    began = context.clock.monotonic()
    attempt = 0
    while True:
        try:
            send(step, flight, context.connection)
        except WriteFailure as failure:
            elapsed = context.clock.monotonic() - began
            if not _is_passing(failure, flight) or not _waited(
                failure, attempt, elapsed, flight, context
            ):
                return failure
            attempt += 1
        else:
            return None


def _waited(
    failure: WriteFailure, attempt: int, elapsed: float, flight: Flight, context: Context
) -> bool:
    """Wait before another attempt, and tell whether there may be one."""
    limit = context.options.retry_timeout
    wait = next_wait(
        attempt, context.rng, elapsed=elapsed, limit=limit, at_least=failure.retry_after
    )
    if wait is None or context.cut_off():
        return False
    context.notify(Retrying(name=flight.name, reason=failure.problem.message, seconds=wait))
    return not context.paused(wait) and not context.cut_off()


def _is_passing(failure: WriteFailure, flight: Flight) -> bool:
    """Tell whether trying again can help; a worker may not know yet what was just created."""
    unknown_yet = failure.kind is WriteFailureKind.NOT_FOUND and flight.written
    return failure.kind in _PASSING or (unknown_yet and flight.change.action is Action.CREATE)


def _may_repeat(step: Step, context: Context) -> bool:
    if context.cut_off():
        return False
    status = health(context)
    if status is HealthStatus.UNHEALTHY:
        context.unwell.set()
    if status is not HealthStatus.HEALTHY or step in _NOT_REPEATED:
        return False
    return not context.cut_off()


def _weigh(failure: WriteFailure, flight: Flight, context: Context) -> Flight:
    """Decide what a write that was not accepted means for its change."""
    change = flight.change
    match failure.kind:
        case WriteFailureKind.EXISTS:
            return _weigh_namesake(flight, context)
        case WriteFailureKind.NOT_FOUND if change.action is Action.DELETE:
            return replace(advanced(flight, written=False), steps=())
        case WriteFailureKind.NOT_FOUND:
            problem = changed_meanwhile(change, "deleted")
            return context.conclude(flight, OutcomeStatus.FAILED, problem)
        case WriteFailureKind.UNKNOWN_OUTCOME:
            problem = outcome_unknown(change, failure.problem)
            return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)
        case _ if failure.kind in _PASSING and context.cut_off():
            return _interrupted(flight, context)
        case _:
            problem = _refused(flight, failure.problem)
            return context.conclude(flight, OutcomeStatus.FAILED, problem)


def _weigh_namesake(flight: Flight, context: Context) -> Flight:
    """Weigh a create that came second: our own earlier request, or somebody else's connector."""
    wanted = flight.change.config
    if wanted is not None and same_config(wanted, get_config(context.connection, flight.name)):
        return advanced(flight, written=False)
    problem = changed_meanwhile(flight.change, "created with other settings")
    return context.conclude(flight, OutcomeStatus.FAILED, problem)


def _interrupted(flight: Flight, context: Context) -> Flight:
    if flight.written:
        problem = interrupted_midway(flight.change, context.journal.obstacle())
        return context.conclude(flight, OutcomeStatus.UNSETTLED, problem)
    problem = not_attempted(flight.change, context.held_back())
    return context.conclude(flight, OutcomeStatus.NOT_ATTEMPTED, problem)


def _refused(flight: Flight, cause: Problem) -> Problem:
    on_the_way = flight.change.action in (Action.UPDATE, Action.DELETE)
    stopped = Step.STOP in flight.sent and on_the_way
    resetting = flight.next_step is Step.RESET_OFFSETS
    return write_failed(flight.change, cause, stopped=stopped, resetting=resetting)


def _with_baseline(step: Step, flight: Flight, context: Context) -> Flight:
    """Note which of the settings to be removed the tasks hold, where nothing else will tell."""
    change, telltale = flight.change, flight.telltale
    if step is not Step.PUT_CONFIG or telltale is None or len(telltale.values):
        return flight
    if change.before is None or change.config is None:
        return flight
    try:
        configs = get_task_configs(context.connection, flight.name) or ()
    except ClusterError:
        return flight
    removed = carried(removed_keys(change.before, change.config), configs)
    return replace(flight, telltale=replace(telltale, removed=removed))
