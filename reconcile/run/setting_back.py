"""Set back what was changed by hand to what was last applied, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from reconcile.desired.project import LoadedProject
from reconcile.errors import DefinitionError
from reconcile.ledger.reading import read_memory
from reconcile.model.applied import Applied
from reconcile.model.desired import Desired
from reconcile.model.ledger import Memory
from reconcile.model.live import LiveState
from reconcile.model.plan import Change, Plan
from reconcile.plan.base import Base
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.holds import holding
from reconcile.plan.limits import blockers
from reconcile.plan.options import PlanOptions
from reconcile.plan.set_back import why_not_tried, why_unsafe
from reconcile.run.context import Context
from reconcile.run.holding import holds_now
from reconcile.run.ledgers import Lock, open_ledger
from reconcile.run.planning import Planned, fingerprints_of
from reconcile.run.reading import learn_secrets
from reconcile.run.returning import applied_again, as_remembered, plan_back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetBack:
    """A plan of what may be set back, and why the rest may not be, by connector."""

    planned: Planned
    left: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Two sides that were read, and how they are compared: without a request, and in memory alone."""

    desired: Desired
    live: LiveState
    options: PlanOptions
    aliases: Mapping[str, str]

    def plan(self) -> Plan:
        """Return what would make live as desired; nothing is validated."""
        draft = draft_plan(self.desired, self.live, options=self.options, aliases=self.aliases)
        return build_plan(draft, now=self.options.now)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rebuilt:
    """What was last applied to some connectors, and why that of others is not to be had."""

    desired: Desired
    applied: Mapping[str, Applied]
    left: Mapping[str, str]


@contextmanager
def plan_set_back(
    context: Context, loaded: LoadedProject, cluster: str, names: Sequence[str], lock: Lock
) -> Iterator[SetBack]:
    """Plan connectors back to what was last applied to them, under the lock of their cluster.

    All is read anew: who changed what, what the ledger remembers, who holds what. Raises
    LedgerError where somebody else writes, DefinitionError where git cannot be read, ClusterError
    where the cluster cannot.
    """
    with open_ledger(context, loaded, cluster, lock) as ledger:
        now = learn_secrets(context, loaded, cluster)
        if not now.complete:
            raise DefinitionError(*now.problems)
        rebuilt = _rebuilt(context, loaded, now, ledger.memory, names)
        commits = {name: applied.commit for name, applied in rebuilt.applied.items()}
        with plan_back(context, loaded, ledger, rebuilt.desired, commits) as planned:
            plan = planned.plan
            left = {
                **rebuilt.left,
                **_unsafe(plan, now, rebuilt, planned.fingerprints, planned.aliases),
            }
            for problem in blockers(plan):
                about = [problem.connector] if problem.connector else names
                left.update(dict.fromkeys(about, problem.message))
            # A hold takes no lock: one may have been set since the ledger was opened.
            memory = read_memory(ledger.store)
            holds = holds_now(context, planned.cluster, memory, now.definitions)
            left.update(
                {
                    name: f"it is held: {hold.reason}"
                    for name in names
                    if (hold := holding(name, holds))
                }
            )
            made = tuple(change for change in plan.changes if change.name not in left)
            yield SetBack(planned=replace(planned, plan=replace(plan, changes=made)), left=left)


def why_left(
    context: Context,
    loaded: LoadedProject,
    compared: Compared,
    names: Sequence[str],
) -> Mapping[str, str]:
    """Return which connectors may not be set back, and why, by what was read of all of them.

    It takes no lock, and so decides nothing: `plan_set_back` looks again.
    """
    options = compared.options
    rebuilt = _rebuilt(context, loaded, compared.desired, options.memory, names)
    plan = replace(compared, desired=rebuilt.desired).plan()
    left = _unsafe(plan, compared.desired, rebuilt, options.fingerprints, compared.aliases)
    return {**rebuilt.left, **left}


def _rebuilt(
    context: Context, loaded: LoadedProject, now: Desired, memory: Memory, names: Sequence[str]
) -> _Rebuilt:
    """Return what was last applied to connectors, as far as it can be had again."""
    left: dict[str, str] = {}
    wanted: dict[str, Applied] = {}
    for name in names:
        declared, record = now.definitions.get(name), memory.records.get(name)
        if declared is None or not declared.self_heal:
            left[name] = "git no longer asks for it"
        elif why := why_not_tried(declared, now.project, memory):
            left[name] = why
        elif record is not None and record.applied is not None:
            wanted[name] = record.applied
    fingerprints = fingerprints_of(context, loaded)
    found, refused = applied_again(context, loaded, now.cluster, wanted, fingerprints)
    for name, refusals in refused.items():
        left[name] = "; ".join(refusal.message for refusal in refusals)
    return _Rebuilt(
        desired=Desired(
            project=now.project,
            cluster=now.cluster,
            definitions=as_remembered(found, memory, now.definitions),
            complete=False,
        ),
        applied=wanted,
        left=left,
    )


def _unsafe(
    plan: Plan,
    now: Desired,
    rebuilt: _Rebuilt,
    fingerprints: Fingerprints,
    aliases: Mapping[str, str],
) -> Mapping[str, str]:
    """Return the changes of a plan that would undo more than was done by hand, and why."""

    def why(change: Change) -> str:
        declared = now.definitions[change.name]
        base = Base(
            name=change.name,
            applied=(rebuilt.applied[change.name],),
            fingerprints=fingerprints,
            aliases=aliases,
            tasks_range=declared.tasks_range,
        )
        return why_unsafe(change, declared, base)

    return {change.name: text for change in plan.changes if (text := why(change))}
