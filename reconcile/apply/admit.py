"""Look at the cluster once more before writing, and decide by which steps each change goes."""

from collections.abc import Mapping, Sequence
from typing import Final

from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.problems import changed_meanwhile, not_attempted, unreadable
from reconcile.apply.signs import Telltale, telltale
from reconcile.apply.standing import Standing, is_surely_written, standing, what_happened
from reconcile.apply.steps import Step, steps_of, target_of
from reconcile.connect.reads import list_names, list_statuses
from reconcile.errors import ClusterError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveConnector
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Change, Plan

_FEW: Final = 20


def admit(changes: Sequence[Change], plan: Plan, context: Context) -> list[Flight]:
    """Return the changes ready to be written; those that no longer fit have their outcome.

    A large plan of the last seconds is trusted in its settings, since reading all of them is dear
    on a large cluster; that the connectors are still there is looked at in every case.
    """
    if reason := context.held_back():
        return [_left_alone(change, reason, context) for change in changes]
    age = (context.clock.now() - plan.created_at).total_seconds()
    try:
        if len(changes) <= _FEW or age > context.options.recheck_after:
            names = tuple(change.name for change in changes)
            live = take_snapshot(context.connection, names=names, clock=context.clock).connectors
            return [_weighed(change, live.get(change.name), context) for change in changes]
        trusted = _trusted(changes, context)
    except ClusterError as error:
        return [_unread(change, error, context) for change in changes]
    return [_expected(change, trusted.get(change.name), context) for change in changes]


def _trusted(changes: Sequence[Change], context: Context) -> Mapping[str, LiveConnector]:
    """Return the connectors that are there, with the settings planned from and states of now."""
    names = frozenset(list_names(context.connection))
    statuses = list_statuses(context.connection)
    return {
        change.name: LiveConnector(
            name=change.name,
            config=change.before or Config({}),
            status=statuses.get(change.name),
            generated_tasks=change.tasks,
        )
        for change in changes
        if change.name in names
    }


def _expected(change: Change, live: LiveConnector | None, context: Context) -> Flight:
    """Weigh a change by whether its connector is there; a create finds out by itself."""
    if change.precondition.exists and live is None:
        return _weighed(change, None, context)
    return _ready(change, live if change.precondition.exists else None, context)


def _weighed(change: Change, live: LiveConnector | None, context: Context) -> Flight:
    flight = _ready(change, live, context)
    match standing(change, live, context.fingerprints):
        case Standing.READY:
            return flight
        case Standing.DONE:
            return context.conclude(flight, OutcomeStatus.ALREADY_APPLIED)
        case Standing.MOVED:
            problem = changed_meanwhile(change, what_happened(change, live))
            return context.conclude(flight, OutcomeStatus.FAILED, problem)


def _ready(change: Change, live: LiveConnector | None, context: Context) -> Flight:
    """Return the flight of a change from the state that its connector is in."""
    now = live.target_state if live else TargetState.RUNNING
    return Flight(
        change=change,
        goal=target_of(change, now),
        steps=steps_of(
            change, now=now, release=context.release, config_written=is_surely_written(change, live)
        ),
        telltale=_telltale(change, live),
    )


def _telltale(change: Change, live: LiveConnector | None) -> Telltale | None:
    if change.action is not Action.UPDATE or change.config is None or live is None:
        return None
    return telltale(live.config, change.config, tasks=live.generated_tasks)


def _left_alone(change: Change, reason: str, context: Context) -> Flight:
    problem = not_attempted(change, reason)
    return context.conclude(_still(change), OutcomeStatus.NOT_ATTEMPTED, problem)


def _unread(change: Change, error: ClusterError, context: Context) -> Flight:
    problems = [unreadable(change, problem) for problem in error.problems]
    return context.conclude(_still(change), OutcomeStatus.NOT_ATTEMPTED, *problems)


def _still(change: Change) -> Flight:
    """Return the flight of a change that never takes off."""
    no_steps: tuple[Step, ...] = ()
    return Flight(change=change, goal=TargetState.RUNNING, steps=no_steps)
