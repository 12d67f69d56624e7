"""Carry out plans that passed every check, and record what came of them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconcile.apply.events import ChangeStarted, Event, Finished
from reconcile.apply.execute import apply_plan
from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.apply.problems import interrupted_midway
from reconcile.errors import ClusterError, DefinitionError, LedgerError, RefusedError
from reconcile.model.codes import Code
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Change, Plan, WithheldBy
from reconcile.model.problem import Problem, Severity
from reconcile.plan.digest import is_rotation
from reconcile.plan.document import results_document
from reconcile.plan.limits import blockers
from reconcile.run.adopting import in_sync_records
from reconcile.run.context import Context
from reconcile.run.journal import LedgerJournal
from reconcile.run.output import write_file
from reconcile.run.planning import NotPlanned, Planned
from reconcile.run.recording import gone_names
from reconcile.run.refusing import refusals_of
from reconcile.run.returning import with_ways_back

_LEVELS: Final = {OutcomeStatus.FAILED: "error", OutcomeStatus.UNSETTLED: "warning"}


def check_plans(
    plans: Sequence[Planned | NotPlanned],
    *,
    allow_deletes: int | None,
    allow_updates: int | None,
    allow_moves: int | None = None,
) -> tuple[Planned, ...]:
    """Return the plans if all of them may be applied; nothing is written to any cluster otherwise.

    Raises ClusterError where a cluster could not be planned, DefinitionError where a check found
    errors, RefusedError where a limit is exceeded.
    """
    unread = [
        problem for plan in plans if isinstance(plan, NotPlanned) for problem in plan.problems
    ]
    if unread:
        raise ClusterError(*unread)
    ready = tuple(plan for plan in plans if isinstance(plan, Planned))
    errors = [problem for planned in ready for problem in blockers(planned.plan)]
    if errors:
        raise DefinitionError(*errors)
    over = [
        problem
        for planned in ready
        for problem in refusals_of(
            planned,
            allow_deletes=allow_deletes,
            allow_updates=allow_updates,
            allow_moves=allow_moves,
        )
    ]
    if over:
        raise RefusedError(*over)
    return ready


def carry_out(
    context: Context,
    planned: Planned,
    *,
    options: ApplyOptions,
    observe: Callable[[Event], None],
    interrupt: Interrupt,
) -> ApplyResult:
    """Apply one plan; a cluster that takes no writes gives a result that says so.

    A KeyboardInterrupt ends it at once: what was under way then counts as unsettled.
    """
    if options.rollback_on_failure:
        planned = with_ways_back(context, planned)
    journal = _journal(context, planned)
    begun: set[str] = set()
    finished: dict[str, Outcome] = {}

    def follow(event: Event) -> None:
        match event:
            case ChangeStarted():
                begun.add(event.name)
            case Finished():
                finished[event.outcome.name] = event.outcome
            case _:
                pass
        observe(event)

    try:
        result = apply_plan(
            planned.plan,
            planned.connection,
            clock=context.clock,
            rng=context.rng,
            options=options,
            observe=follow,
            interrupt=interrupt,
            journal=journal,
            origins=planned.origins,
            fingerprints=planned.fingerprints,
        )
    except ClusterError as error:
        place = planned.cluster.location
        problems = [replace(found, location=found.location or place) for found in error.problems]
        result = untouched(context, planned, problems)
    except KeyboardInterrupt:
        result = cut_short(context, planned.plan, begun=begun, finished=finished)
    if journal is not None:
        result = _finished(context, planned, journal, result)
    result = _with_rotations(planned.plan, result)
    result = replace(result, not_approved=_not_approved(planned.plan))
    _log_outcomes(context, planned, result)
    return result


def _log_outcomes(context: Context, planned: Planned, result: ApplyResult) -> None:
    for outcome in result.outcomes:
        context.log(
            "outcome",
            at=_LEVELS.get(outcome.status, "info"),
            run=planned.ledger.identity.run if planned.ledger.identity else None,
            cluster=result.cluster,
            connector=outcome.name,
            commit=planned.plan.commit or None,
            action=outcome.action.value,
            status=outcome.status.value,
            seconds=round(outcome.seconds, 1),
        )


def _journal(context: Context, planned: Planned) -> LedgerJournal | None:
    ledger = planned.ledger
    if ledger.lease is None or ledger.identity is None:
        return None
    definitions = planned.desired.definitions
    return LedgerJournal(
        plan=planned.plan,
        identity=ledger.identity,
        lease=ledger.lease,
        memory=ledger.memory,
        clock=context.clock,
        margin=planned.connection.timeouts.write,
        redact=context.redactor.redact,
        elsewhere={name: lease for name, lease in planned.leases.items() if lease is not None},
        on_delete={name: definition.on_delete for name, definition in definitions.items()},
    )


def _finished(
    context: Context, planned: Planned, journal: LedgerJournal, result: ApplyResult
) -> ApplyResult:
    """Record the end of a run; what was done is done, so a failure to record is only told."""
    try:
        records = () if planned.plan.asked else in_sync_records(context, planned, journal.identity)
        gone = () if planned.plan.asked else _gone(planned)
        journal.finish(result, records, gone)
    except (LedgerError, ClusterError) as error:
        new = [problem for problem in error.problems if problem not in result.problems]
        return replace(result, problems=(*result.problems, *new))
    return result


def _gone(planned: Planned) -> tuple[str, ...]:
    """Return what is remembered and is no more; only where everything was read."""
    plan = planned.plan
    if plan.selection or not planned.desired.complete:
        return ()
    memory, declared = planned.ledger.memory, planned.desired.definitions
    return gone_names(memory, plan.project, declared, planned.live.connectors)


def _with_rotations(plan: Plan, result: ApplyResult) -> ApplyResult:
    """Return a result that says where secrets alone were changed: plans without secrets show none."""
    rotated = {change.name: change for change in plan.changes if is_rotation(change)}
    outcomes = tuple(
        replace(outcome, problems=(*outcome.problems, _rotated(rotated[outcome.name])))
        if outcome.name in rotated and outcome.is_done
        else outcome
        for outcome in result.outcomes
    )
    return replace(result, outcomes=outcomes)


def _not_approved(plan: Plan) -> tuple[str, ...]:
    return tuple(item.change.name for item in plan.withheld if item.why is WithheldBy.EXPECTATION)


def _rotated(change: Change) -> Problem:
    keys = ", ".join(key_change.key for key_change in change.keys)
    return Problem(
        code=Code.SECRETS_NOT_RESOLVED,
        message=f"only secrets of {change.name} were changed ({keys}): git names them as before, so"
        " no plan that was made without secrets shows it",
        location=change.location,
        severity=Severity.NOTICE,
        connector=change.name,
    )


def untouched(
    context: Context, item: Planned | NotPlanned, problems: Sequence[Problem]
) -> ApplyResult:
    """Return the result of a cluster where nothing was attempted, because of these problems."""
    now = context.clock.now()
    plan = item.plan if isinstance(item, Planned) else None
    return ApplyResult(
        project=item.project,
        cluster=item.cluster.name,
        plan_digest=plan.digest if plan else "",
        started_at=now,
        finished_at=now,
        outcomes=tuple(
            Outcome(name=change.name, action=change.action, status=OutcomeStatus.NOT_ATTEMPTED)
            for change in (plan.changes if plan else ())
        ),
        problems=tuple(problems),
        not_approved=_not_approved(plan) if plan else (),
    )


def cut_short(
    context: Context,
    plan: Plan,
    *,
    begun: Collection[str],
    finished: Mapping[str, Outcome],
) -> ApplyResult:
    """Return the result of a plan that ended in the middle; `begun` are names of changes."""
    now = context.clock.now()

    def outcome(change: Change) -> Outcome:
        if change.name in finished:
            return finished[change.name]
        if change.name not in begun:
            status = OutcomeStatus.NOT_ATTEMPTED
            return Outcome(name=change.name, action=change.action, status=status)
        return Outcome(
            name=change.name,
            action=change.action,
            status=OutcomeStatus.UNSETTLED,
            written=True,
            problems=(interrupted_midway(change),),
        )

    return ApplyResult(
        project=plan.project,
        cluster=plan.cluster,
        plan_digest=plan.digest,
        started_at=now,
        finished_at=now,
        outcomes=tuple(map(outcome, plan.changes)),
        interrupted=True,
    )


def unfinished(context: Context, plan: Plan) -> ApplyResult:
    """Return the result to be found where a run is killed: any change may have been made."""
    names = {change.name for change in plan.changes}
    return cut_short(context, plan, begun=names, finished={})


def write_results(path: Path, results: Sequence[ApplyResult]) -> None:
    """Write `apply-result.json`; raise ConnectformError where that is not possible."""
    text = json.dumps(results_document(results), indent=2, ensure_ascii=False) + "\n"
    write_file(path, text, hint="choose another file with --result FILE")
