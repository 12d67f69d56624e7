"""Judge what one round has read: how well each connector is, and what a restart would mend."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from reconcile.health.failures import failures_of
from reconcile.health.rollup import Sight, health_of
from reconcile.model.desired import Definition, TargetState
from reconcile.model.health import Chance, Diagnosis, FailureClass, Verdict
from reconcile.model.live import LiveStatus, State
from reconcile.model.plan import ActiveHold
from reconcile.plan.holds import holdings
from reconcile.watch.budget import Candidate
from reconcile.watch.pulse import UNKNOWN, Pulse
from reconcile.watch.restarts import Seen

_MOVING: Final = frozenset({State.UNASSIGNED, State.RESTARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a round thinks of one cluster: of each connector that git declares and that is live.

    `missing` are declared and not live. `rebalancing` tells that workers are about to share out
    the work anew, `from_memory` that they have lost their brokers. `lost` counts the connectors and
    tasks that are reported as running on workers that are gone. `kept` says of what is held who holds it.
    `diagnoses` are of each status with a failure: to find them takes long, and traces stay.
    """

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    rebalancing: bool = False
    from_memory: bool = False
    lost: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    diagnoses: Mapping[LiveStatus, Sequence[Diagnosis]] = field(default_factory=dict)


def judge_round(
    definitions: Mapping[str, Definition],
    sights: Mapping[str, Sight],
    before: Judged,
    holds: Sequence[ActiveHold],
    now: datetime,
    *,
    pulses: Mapping[str, Pulse],
) -> Judged:
    """Return the judgement of a round; `before` is that of the round before.

    `sights` are of all that is live, declared or not; `pulses` tell which of them move.
    """
    declared = {
        name: _moving(sights[name], pulses.get(name, UNKNOWN))
        for name in sorted(definitions)
        if name in sights
    }
    kept = {name: _kept(hold) for name, hold in holdings(definitions, holds).items()}
    failed = {one.status for one in declared.values() if one.status and one.status.has_failed}
    diagnoses = {one: before.diagnoses.get(one) or diagnoses_of(one) for one in failed}
    return Judged(
        definitions=definitions,
        verdicts={
            name: health_of(before.verdicts.get(name), sight, now)
            for name, sight in declared.items()
        },
        candidates={
            name: candidate_of(
                definitions[name],
                diagnoses.get(sight.status, ()),
                kept.get(name, ""),
                pulses.get(name, UNKNOWN),
                freed=name in before.kept and name not in kept,
            )
            for name, sight in declared.items()
            if sight.status is not None and _is_to_run(definitions[name], sight.status)
        },
        missing=tuple(name for name in sorted(definitions) if name not in sights),
        rebalancing=any(_is_moving(sight.status) for sight in sights.values()),
        from_memory=any(sight.from_memory for sight in sights.values()),
        lost=_lost(sights.values()),
        kept=kept,
        diagnoses=diagnoses,
    )


def diagnoses_of(status: LiveStatus) -> Sequence[Diagnosis]:
    """Return what is wrong with all that failed of a connector."""
    return tuple(part.diagnosis for part in failures_of(status))


def candidate_of(
    definition: Definition,
    failures: Sequence[Diagnosis],
    kept: str,
    pulse: Pulse = UNKNOWN,
    *,
    freed: bool = False,
) -> Candidate:
    """Return a connector as one that may be restarted; `kept` says why nothing may be done now.

    `freed` tells that something kept it until the round before.
    """
    return Candidate(
        policy=definition.restart,
        seen=Seen(
            failed=bool(failures),
            failure=failures[0].failure if failures else FailureClass.UNKNOWN,
            cause=failures[0].cause if failures else "",
            helps=not failures or any(one.restart is not Chance.NO for one in failures),
            pulse=pulse,
        ),
        kept=kept,
        freed=freed,
    )


def _moving(sight: Sight, pulse: Pulse) -> Sight:
    return sight if pulse.stall is None else replace(sight, progress=pulse.stall)


def _lost(sights: Collection[Sight]) -> Mapping[str, int]:
    return Counter(
        worker
        for sight in sights
        if sight.gone and sight.status is not None
        for worker, state in sight.status.assignments
        if worker in sight.gone and state is State.RUNNING
    )


def _kept(hold: ActiveHold) -> str:
    return f"frozen: {hold.reason}" if hold.freeze else f"held by {hold.by}: {hold.reason}"


def _is_to_run(definition: Definition, status: LiveStatus) -> bool:
    """Tell whether a connector runs and may: one that was paused by hand is left as it is."""
    wanted = definition.state in {None, TargetState.RUNNING}
    return wanted and status.target_state is TargetState.RUNNING


def _is_moving(status: LiveStatus | None) -> bool:
    if status is None:
        return False
    return status.state in _MOVING or any(task.state in _MOVING for task in status.tasks)
