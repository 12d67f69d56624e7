"""Tell what was done to connectors, and make plans back to it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from reconcile.desired.git import introduced_by
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import Refusal
from reconcile.errors import DefinitionError, RefusedError, UsageError
from reconcile.ledger.reading import read_changes, read_runs
from reconcile.model.applied import Applied
from reconcile.model.codes import Code
from reconcile.model.desired import Definition, Desired
from reconcile.model.ledger import ChangeRecord, Hold, Memory, Run
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.act import refuse_held
from reconcile.plan.applied import is_same
from reconcile.plan.build import with_problems
from reconcile.plan.digest import declared_digest
from reconcile.plan.owners import owner_problem
from reconcile.run.context import Context
from reconcile.run.ledgers import Lock, OpenLedger, open_ledger, opened_store
from reconcile.run.planning import Planned, fingerprints_of
from reconcile.run.reading import read_desired
from reconcile.run.returning import applied_again, as_remembered, plan_back

_DONE = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The runs on one cluster and what they did, the newest last."""

    cluster: str
    runs: tuple[Run, ...]
    changes: tuple[ChangeRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Return:
    """A plan back to what was applied before; `reverts` are the commits to take back in git.

    `declared` are the digests of what git declares now, by connector.
    """

    planned: Planned
    reverts: Mapping[str, str]
    declared: Mapping[str, str]
    left: tuple[Problem, ...] = ()


def read_history(
    context: Context, loaded: LoadedProject, cluster: str, name: str | None = None
) -> History:
    """Return all runs on a cluster, with the changes of one connector or of all."""
    with opened_store(context, loaded, cluster) as store:
        return History(cluster=cluster, runs=read_runs(store), changes=read_changes(store, name))


@contextmanager
def plan_return(
    context: Context, loaded: LoadedProject, cluster: str, target: str, lock: Lock
) -> Iterator[Return]:
    """Plan a way back: of one connector to what was applied before, or of all to a run.

    Only what this project applied counts. Raises UsageError for a name or run that the ledger does
    not know, RefusedError for another project's, and DefinitionError where what was applied cannot
    be had again.
    """
    with open_ledger(context, loaded, cluster, lock) as ledger:
        wanted, left = _targets(ledger, target, loaded.project.name, cluster)
        definitions = _definitions(context, loaded, cluster, wanted)
        now = read_desired(context, loaded, cluster).definitions
        desired = Desired(
            project=loaded.project.name,
            cluster=cluster,
            definitions=as_remembered(definitions, ledger.memory, now),
            complete=False,
        )
        commits = {name: applied.commit for name, applied in wanted.items()}
        with plan_back(context, loaded, ledger, desired, commits) as planned:
            plan = refuse_held(planned.plan, planned.plan.holds)
            yield Return(
                planned=replace(planned, plan=with_problems(plan, left)),
                reverts=_reverts(loaded, now, definitions),
                declared={name: declared_digest(one) for name, one in now.items()},
                left=left,
            )


def holds_of_return(context: Context, back: Return, target: str) -> tuple[Hold, ...]:
    """Return holds on what is to be set back, as long as git declares what it is set back from."""
    identity = back.planned.ledger.identity
    return tuple(
        Hold(
            name=change.name,
            reason=f"rolled back ({target}): git still declares what was taken back",
            by=identity.actor if identity is not None else "",
            since=context.clock.now(),
            while_declared=back.declared[change.name],
        )
        for change in back.planned.plan.changes
        if change.name in back.declared
    )


def _targets(
    ledger: OpenLedger, target: str, project: str, cluster: str
) -> tuple[Mapping[str, Applied], tuple[Problem, ...]]:
    """Return what is to be applied again, by connector, and what is left as it is."""
    owner = owner_problem(target, project, ledger.memory, cluster=cluster)
    if owner is not None:
        raise RefusedError(owner)
    every = read_runs(ledger.store)
    runs = {run.id: run for run in every if run.project == project}
    others = {run.id for run in every if run.project != project}
    changes = [one for one in read_changes(ledger.store) if one.run not in others]
    if target in runs:
        return _as_of_run(runs[target], changes, ledger.memory)
    mine = [one for one in changes if one.name == target and one.status in _DONE]
    if mine and _is_departure(mine[-1]):
        raise UsageError(_moved_away(mine[-1], Severity.ERROR))
    record = ledger.memory.records.get(target)
    current = record.applied if record is not None else (mine[-1].applied if mine else None)
    before = [
        one.applied for one in mine if one.applied is not None and not is_same(one.applied, current)
    ]
    if not before:
        raise UsageError(_nothing_before(ledger, target, known=bool(mine)))
    return {target: before[-1]}, ()


def _as_of_run(
    run: Run, changes: Sequence[ChangeRecord], memory: Memory
) -> tuple[Mapping[str, Applied], tuple[Problem, ...]]:
    """Return what a run left of all that later ones have written, or may have.

    A change that failed counts as later, since its config was written, and never as what was then.
    """
    then: dict[str, ChangeRecord] = {}
    later: set[str] = set()
    last = {change.name: change for change in changes if change.status in _DONE}
    departed = {name: change for name, change in last.items() if _is_departure(change)}
    for change in changes:
        if (change.at, change.run) > (run.finished_at or run.started_at, run.id):
            later.update({change.name} if change.status is not OutcomeStatus.NOT_ATTEMPTED else ())
        elif change.status in _DONE:
            then[change.name] = change
    wanted = {
        name: applied
        for name, change in then.items()
        if name in later - departed.keys() and (applied := change.applied) is not None
    }
    left = [
        _moved_away(change, Severity.NOTICE) for name, change in departed.items() if name in later
    ]
    left += [
        Problem(
            code=Code.CANNOT_ROLL_BACK,
            message=f"{name} did not exist then, and is left as it is: nothing is deleted by a"
            " rollback",
            hint="remove its definition from git to delete it",
            severity=Severity.NOTICE,
            connector=name,
        )
        for name in sorted(later & memory.records.keys() - departed.keys())
        if name not in wanted
    ]
    return wanted, tuple(left)


def _is_departure(change: ChangeRecord) -> bool:
    """Tell whether a connector went on under another name or on another cluster."""
    return change.action is Action.MOVE and change.applied is None


def _moved_away(change: ChangeRecord, severity: Severity) -> Problem:
    return Problem(
        code=Code.CANNOT_ROLL_BACK,
        message=f"{change.name} {change.message}, and goes on there: a second one beside it would"
        " do the same work again",
        hint="to bring it back with its offsets, declare it again with a movedFrom that names where"
        " it is now",
        severity=severity,
        connector=change.name,
    )


def _definitions(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    wanted: Mapping[str, Applied],
) -> Mapping[str, Definition]:
    found, refusals = applied_again(
        context, loaded, cluster, wanted, fingerprints_of(context, loaded)
    )
    if refusals:
        raise DefinitionError(
            *(
                _not_had_again(name, wanted[name], refusal)
                for name, refused in refusals.items()
                for refusal in refused
            )
        )
    return found


def _not_had_again(name: str, applied: Applied, refusal: Refusal) -> Problem:
    return Problem(
        code=Code.CANNOT_ROLL_BACK,
        message=f"{name} cannot be set back: {refusal.message}",
        location=Location(applied.path, applied.line) if applied.path else None,
        hint=refusal.hint,
        connector=name,
    )


def _reverts(
    loaded: LoadedProject,
    now: Mapping[str, Definition],
    definitions: Mapping[str, Definition],
) -> Mapping[str, str]:
    """Return, for each connector, the newest commit that changed its file."""
    root = loaded.project.root
    return {
        name: commit
        for name in definitions
        if name in now and (commit := introduced_by(root, now[name].location.path))
    }


def _nothing_before(ledger: OpenLedger, target: str, *, known: bool) -> Problem:
    if known:
        message = f"the ledger knows nothing else that was applied to {target}"
    else:
        message = (
            f"the ledger {ledger.memory.place} knows neither a connector nor a run {target} of this"
            " project"
        )
    return Problem(
        code=Code.CANNOT_ROLL_BACK, message=message, hint="connectform history lists both"
    )
