"""Say what moved since a plan was saved: on the cluster, in the ledger, among secrets and holds."""

from collections.abc import Mapping, Sequence

from reconcile.apply.standing import (
    Standing,
    standing,
    what_forbids_move,
    what_happened,
)
from reconcile.model.codes import Code
from reconcile.model.ledger import Memory
from reconcile.model.live import LiveState
from reconcile.model.plan import Action, ActiveHold, Change, Plan, WithheldBy
from reconcile.model.problem import Problem, Severity
from reconcile.plan.act import held_problem
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.holds import holding
from reconcile.plan.owners import owner_problems
from reconcile.plan.rotation import rotated_since_plan
from reconcile.run.moving import begun_move
from reconcile.run.planning import Planned


def moved_since(
    plan: Plan,
    live: LiveState,
    everywhere: Mapping[str, LiveState],
    memory: Memory,
    fingerprints: Fingerprints,
) -> list[Problem]:
    """Return why a plan no longer fits; `everywhere` holds what is live by cluster.

    What earlier runs of it have done, as `memory` says of moves, does not count.
    """
    found = (
        (change, _what_happened(change, plan.cluster, live, everywhere, memory, fingerprints))
        for change in plan.changes
    )
    return [
        *_other_cluster(plan, live),
        *(_moved(change, what) for change, what in found if what),
    ]


def _other_cluster(plan: Plan, live: LiveState) -> list[Problem]:
    planned, found = plan.identity.kafka_cluster_id, live.identity.kafka_cluster_id
    if planned == found:
        return []
    return [
        Problem(
            code=Code.STALE_PLAN,
            message=f"the plan is for the Connect cluster on Kafka {planned}, and {plan.cluster}"
            f" stands on {found} now",
            hint="see whether the project file names the right address, then plan again",
        )
    ]


def _what_happened(
    change: Change,
    cluster: str,
    live: LiveState,
    everywhere: Mapping[str, LiveState],
    memory: Memory,
    fingerprints: Fingerprints,
) -> str:
    """Return what is no longer as it was when the plan was made, and not as wanted either."""
    found = live.connectors.get(change.name)
    if (origin := change.origin) is not None:
        return what_forbids_move(
            change,
            everywhere[origin.cluster].connectors.get(origin.name),
            found,
            begun_move(memory, change, cluster),
            to_cluster=cluster,
            fingerprints=fingerprints,
        )
    moved = standing(change, found, fingerprints) is Standing.MOVED
    return what_happened(change, found) if moved else ""


def _moved(change: Change, what: str) -> Problem:
    return Problem(
        code=Code.STALE_PLAN,
        message=f"{change.name} was {what} since the plan was made",
        location=change.location,
        hint="plan again, and look at what changed before applying",
        connector=change.name,
    )


def held_since(
    plan: Plan,
    live: LiveState,
    holds: Mapping[str, Sequence[ActiveHold]],
    fingerprints: Fingerprints,
) -> list[Problem]:
    """Return the holds and freezes, by cluster, that came after a plan and forbid changes of it.

    What is as wanted already is not written, so nothing forbids it.
    """
    return [
        held_problem(name, hold, cluster)
        for change in plan.changes
        if standing(change, live.connectors.get(change.name), fingerprints) is not Standing.DONE
        for cluster, name in _ends(change, plan.cluster)
        if (hold := holding(name, holds[cluster])) is not None
    ]


def held_then(plan: Plan) -> list[Problem]:
    """Say what a plan leaves alone because it was held when the plan was made."""
    return [
        Problem(
            code=Code.HELD,
            message=f"{item.change.name} is not in this plan: it was held when the plan was made",
            location=item.change.location,
            hint="plan again, once nothing holds it",
            severity=Severity.NOTICE,
            connector=item.change.name,
        )
        for item in plan.withheld
        if item.why in {WithheldBy.HOLD, WithheldBy.FREEZE}
    ]


def _ends(change: Change, cluster: str) -> list[tuple[str, str]]:
    """Return the connectors, with their clusters, that a change writes."""
    origin = change.origin
    there = [(origin.cluster, origin.name)] if origin is not None else []
    return [(cluster, change.name), *there]


def secrets_since(
    plan: Plan, fresh: Plan, against_live: Mapping[str, Sequence[str]], fingerprints: Fingerprints
) -> list[Problem]:
    """Say which secrets are, or may be, others than when the plan was made.

    `fresh` knows the commit that surely holds those that stand in git itself now, `against_live`
    the keys by connector that are others than live, which a plan made without secrets does not say.
    """
    return [
        *_rotated_since(plan, against_live, fingerprints),
        *_unsure_since(plan, fresh, fingerprints),
    ]


def _rotated_since(
    plan: Plan, against_live: Mapping[str, Sequence[str]], fingerprints: Fingerprints
) -> list[Problem]:
    """Say which secrets are not the ones that the plan was made with, where that can be known."""
    found: list[tuple[Change, str, str]] = []
    for change in plan.changes:
        since = rotated_since_plan(change, fingerprints)
        rest = [key for key in against_live[change.name] if key not in since]
        found += [(change, key, "when the plan was made") for key in since]
        found += [(change, key, f"{plan.cluster} has") for key in rest]
    return [
        Problem(
            code=Code.SECRETS_NOT_RESOLVED,
            message=f"{change.name}: {key} has another value than {what}; it is written as it is"
            " now",
            location=change.location,
            severity=Severity.NOTICE,
            connector=change.name,
        )
        for change, key, what in found
    ]


def _unsure_since(plan: Plan, fresh: Plan, fingerprints: Fingerprints) -> list[Problem]:
    """Say which secrets that stand in git itself may be others than when the plan was made."""
    commits = {change.name: change.applied.commit for change in fresh.changes if change.applied}
    return [
        Problem(
            code=Code.STALE_PLAN,
            message=f"{change.name}: {key} stands in git itself, and nothing tells whether it is"
            " what the plan was made with; it is written as it is now",
            location=change.location,
            hint="refer to it, ${{ env.NAME }}, or set fingerprintKey in the project file",
            severity=Severity.NOTICE,
            connector=change.name,
        )
        for change in plan.changes
        if (applied := change.applied) is not None and change.config is not None
        for key in applied.literals
        if not (applied.commit and applied.commit == commits[change.name])
        and not (applied.values[key].fingerprint and fingerprints.can_compare(applied))
    ]


def not_ours(planned: Planned, memories: Mapping[str, Memory]) -> list[Problem]:
    """Return what ledgers, by cluster, say of a plan that was made before: owners and protection."""
    changes, here = planned.plan.changes, planned.cluster.name
    foreign = [
        problem
        for change in changes
        for cluster, name in _ends(change, here)
        for problem in owner_problems([name], planned.project, memories[cluster], cluster=cluster)
    ]
    apart = {problem.connector for problem in foreign}
    kept = [
        _kept(change, memories[here])
        for change in changes
        if change.action is Action.DELETE and change.name not in apart
    ]
    return [*foreign, *(problem for problem in kept if problem is not None)]


def _kept(change: Change, memory: Memory) -> Problem | None:
    """Return why a connector may not be deleted, as its ledger knows it now."""
    record = memory.records.get(change.name)
    if record is None:
        message = f"{change.name} may not be deleted: the ledger does not know it as ours"
        return _refused(change, Code.NOT_RECORDED, message)
    if record.protect:
        return _refused(
            change, Code.PROTECTED, f"{change.name} may not be deleted: it is protected"
        )
    return None


def _refused(change: Change, code: Code, message: str) -> Problem:
    return Problem(
        code=code, message=message, hint="plan again to see how it stands", connector=change.name
    )
