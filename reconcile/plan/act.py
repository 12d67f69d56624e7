"""Small plans that an operator asks for by name: restart, pause, resume, stop."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.desired import Definition, TargetState
from reconcile.model.live import LiveConnector, LiveState, State
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Change,
    Effect,
    EffectKind,
    Plan,
    Reason,
    StateChange,
    WithheldBy,
)
from reconcile.model.plan import ValidationMode as Mode
from reconcile.model.problem import Problem, Severity
from reconcile.plan.digest import plan_digest, plan_entry, precondition_of
from reconcile.plan.effects import state_effects, tasks_of
from reconcile.plan.holds import holding
from reconcile.plugins.suggest import suggest
from reconcile.redact import one_line

_NO_DEFINITIONS: Final[Mapping[str, Definition]] = {}

_GLOB: Final = frozenset("*?[")

_HOLDING: Final = frozenset({WithheldBy.HOLD, WithheldBy.FREEZE})

_Act = Callable[[LiveConnector], Change | None]


def restart_plan(
    live: LiveState,
    names: Iterable[str],
    *,
    project: str,
    now: datetime,
    only_failed: bool = False,
    whole: Collection[str] = (),
) -> Plan:
    """Return the plan that restarts connectors with their tasks, or what of them has failed.

    A stopped connector has nothing to restart, and with `only_failed` a sound one neither, but for
    those in `whole`.
    """
    wanted = sorted(set(names))
    stopped = [
        _stopped_problem(name, live.cluster)
        for name in wanted
        if name in live.connectors and live.connectors[name].target_state is TargetState.STOPPED
    ]

    def restart(connector: LiveConnector) -> Change | None:
        if connector.target_state is TargetState.STOPPED:
            return None
        part = only_failed and connector.name not in whole
        if part and not connector.has_failed:
            return None
        effects = (Effect(EffectKind.RESTARTS_TASKS, _restarted(connector, part)),)
        return _change(connector, Action.RESTART, effects=effects, only_failed=part)

    return _plan(live, wanted, restart, stopped, project=project, now=now)


def state_plan(
    live: LiveState,
    names: Iterable[str],
    state: TargetState,
    *,
    project: str,
    now: datetime,
    definitions: Mapping[str, Definition] = _NO_DEFINITIONS,
) -> Plan:
    """Return the plan that pauses, resumes or stops connectors; none for those that already are.

    Where `definitions` declare another state, a warning says that the next apply undoes it.
    """
    wanted = sorted(set(names))
    against = [
        _contradiction(definition, state)
        for name in wanted
        if (definition := definitions.get(name)) is not None
        and definition.state not in {None, state}
    ]

    def set_state(connector: LiveConnector) -> Change | None:
        before = connector.target_state
        if before is state:
            return None
        change = StateChange(before=before, after=state)
        return _change(connector, Action.SET_STATE, effects=state_effects(change), state=change)

    return _plan(live, wanted, set_state, against, project=project, now=now)


def refuse_held(plan: Plan, holds: Sequence[ActiveHold]) -> Plan:
    """Return the plan with an error for each connector that is held, which says who holds it.

    For commands that name connectors: nothing of what they ask for is done by halves.
    """
    asked = (*plan.changes, *(item.change for item in plan.withheld if item.why in _HOLDING))
    refused = tuple(
        held_problem(change.name, hold, plan.cluster)
        for change in asked
        if (hold := holding(change.name, holds)) is not None
    )
    return replace(plan, holds=tuple(holds), problems=(*plan.problems, *refused))


def held_problem(name: str, hold: ActiveHold, cluster: str) -> Problem:
    """Return why a connector may not be written: who holds it, until when, why, how that ends."""
    who = f" by {hold.by}" if hold.by else ""
    until = f" until {hold.until:%Y-%m-%d %H:%M} UTC" if hold.until else ""
    what = "a freeze of the project file" if hold.freeze else "a hold"
    hint = (
        "the project file says when the freeze ends"
        if hold.freeze
        else f"{command('hold --release', hold.name, cluster=cluster)} ends it"
    )
    return Problem(
        code=Code.HELD,
        message=f"{name} is left alone{until}, for {what}{who}: {one_line(hold.reason)}",
        hint=hint,
        connector=name,
    )


def _plan(
    live: LiveState,
    names: list[str],
    act: _Act,
    problems: list[Problem],
    *,
    project: str,
    now: datetime,
) -> Plan:
    found = [live.connectors[name] for name in names if name in live.connectors]
    acts = [act(connector) for connector in found]
    changes = tuple(change for change in acts if change is not None)
    entries = [entry for change in changes if (entry := plan_entry(change, ())) is not None]
    unknown = [_unknown(name, live) for name in names if name not in live.connectors]
    return Plan(
        project=project,
        cluster=live.cluster,
        identity=live.identity,
        created_at=now,
        changes=changes,
        in_sync=len(found) - len(changes),
        declared=len(found),
        problems=(*unknown, *problems),
        validation=Mode.OFF,
        asked=True,
        digest=plan_digest(entries),
    )


def _change(
    connector: LiveConnector,
    action: Action,
    *,
    effects: tuple[Effect, ...],
    state: StateChange | None = None,
    only_failed: bool = False,
) -> Change:
    """Return a change that depends on the state and on which keys are set, on no value."""
    return Change(
        action=action,
        name=connector.name,
        class_name=connector.class_name,
        reason=Reason.ASKED,
        precondition=precondition_of(connector, connector.config.keys()),
        state=state,
        effects=effects,
        tasks=tasks_of(connector),
        only_failed=only_failed,
    )


def _restarted(connector: LiveConnector, only_failed: bool) -> int:  # noqa: FBT001  # a flag that the plan carries
    if not only_failed or connector.status is None:
        return tasks_of(connector)
    return sum(task.state is State.FAILED for task in connector.status.tasks)


def unknown_connector(name: str, where: str, known: Iterable[str]) -> Problem:
    """Return the problem of a name that a cluster or its ledger does not have."""
    guess = suggest(name, known)
    return Problem(
        code=Code.UNKNOWN_CONNECTOR,
        message=f"{where} has no connector {name}",
        hint=f"did you mean {guess}?" if guess else "connectform status lists what is live",
    )


def _unknown(name: str, live: LiveState) -> Problem:
    problem = unknown_connector(name, live.cluster, live.connectors)
    if _GLOB.isdisjoint(name):
        return problem
    listing = command("status --select", f"name={name}", cluster=live.cluster)
    hint = f"names are exact here, so list them: {listing} shows which there are"
    return replace(problem, hint=hint)


def _stopped_problem(name: str, cluster: str) -> Problem:
    return Problem(
        code=Code.NOTHING_TO_RESTART,
        message=f"{name} is stopped: it has nothing to restart",
        hint=f"{command('resume', name, cluster=cluster)} starts it",
        severity=Severity.WARNING,
        connector=name,
    )


def _contradiction(definition: Definition, state: TargetState) -> Problem:
    return Problem(
        code=Code.CONTRADICTS_GIT,
        message=f"git declares {definition.name} {definition.state}, so the next apply undoes this",
        location=definition.location,
        hint=f"set `state: {state}` in the definition to make it last, or keep it so for a time:"
        " --hold REASON --until TIME",
        severity=Severity.WARNING,
        connector=definition.name,
    )
