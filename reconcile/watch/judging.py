"""Judge what one round has read: how well each connector is, and what a restart would mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reconcile.health.classify import diagnose
from reconcile.health.rollup import Sight, health_of
from reconcile.model.desired import Definition, TargetState
from reconcile.model.health import Chance, Diagnosis, FailureClass, Verdict
from reconcile.model.live import LiveConnector, LiveStatus, State
from reconcile.model.plan import ActiveHold
from reconcile.plan.holds import holding
from reconcile.watch.budget import Candidate
from reconcile.watch.restarts import Seen

_MOVING: Final = frozenset({State.UNASSIGNED, State.RESTARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a round thinks of one cluster: of each connector that git declares and that is live.

    `missing` are declared and not live. `rebalancing` tells that workers are about to share out
    the work anew.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    rebalancing: bool = False


def judge_round(
    definitions: Mapping[str, Definition],
    live: Mapping[str, LiveConnector],
    before: Mapping[str, Verdict],
    holds: Sequence[ActiveHold],
    now: datetime,
) -> Judged:
    """Return the judgement of a round; `before` are the verdicts of the round before."""
    declared = {name: live[name] for name in sorted(definitions) if name in live}
    verdicts = {
        name: health_of(
            before.get(name),
            Sight(
                status=connector.status,
                generated=connector.generated_tasks,
                desired=definitions[name].state,
            ),
            now,
        )
        for name, connector in declared.items()
    }
    return Judged(
        verdicts=verdicts,
        candidates={
            name: _candidate(definitions[name], connector.status, holds)
            for name, connector in declared.items()
            if connector.status is not None and _is_to_run(definitions[name], connector)
        },
        missing=tuple(name for name in sorted(definitions) if name not in live),
        rebalancing=any(_is_moving(connector.status) for connector in live.values()),
    )


def failures_of(status: LiveStatus) -> tuple[Diagnosis, ...]:
    """Return a diagnosis of each failure in a status, the connector's before its tasks'."""
    own = [status.trace] if status.state is State.FAILED else []
    tasks = [task.trace for task in status.tasks if task.state is State.FAILED]
    return tuple(diagnose(trace) for trace in (*own, *tasks))


def _candidate(
    definition: Definition, status: LiveStatus, holds: Sequence[ActiveHold]
) -> Candidate:
    failures = failures_of(status)
    hold = holding(definition.name, holds)
    return Candidate(
        policy=definition.restart,
        seen=Seen(
            failed=bool(failures),
            failure=failures[0].failure if failures else FailureClass.UNKNOWN,
            cause=failures[0].cause if failures else "",
            helps=any(failure.restart is not Chance.NO for failure in failures),
        ),
        kept="" if hold is None else _kept(hold),
    )


def _kept(hold: ActiveHold) -> str:
    return f"frozen: {hold.reason}" if hold.freeze else f"held by {hold.by}: {hold.reason}"


def _is_to_run(definition: Definition, connector: LiveConnector) -> bool:
    """Tell whether a connector runs and may: one that was paused by hand is left as it is."""
    wanted = definition.state in {None, TargetState.RUNNING}
    return wanted and connector.target_state is TargetState.RUNNING


def _is_moving(status: LiveStatus | None) -> bool:
    if status is None:
        return False
    return status.state in _MOVING or any(task.state in _MOVING for task in status.tasks)
