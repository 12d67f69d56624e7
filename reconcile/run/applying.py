"""Carry out plans that passed every check, and record what came of them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from reconcile.apply.events import Event
from reconcile.apply.execute import apply_plan
from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.errors import ClusterError, DefinitionError, RefusedError
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem
from reconcile.plan.document import results_document
from reconcile.plan.limits import blockers, check_limits
from reconcile.run.context import Context
from reconcile.run.planning import NotPlanned, Planned


def check_plans(
    plans: Sequence[Planned | NotPlanned], *, allow_deletes: int | None, allow_updates: int | None
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
        for problem in check_limits(
            planned.plan,
            planned.cluster.limits,
            allow_deletes=allow_deletes,
            allow_updates=allow_updates,
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
    """Apply one plan; a cluster that refuses every write gives outcomes that say so."""
    try:
        result = apply_plan(
            planned.plan,
            planned.connection,
            clock=context.clock,
            rng=context.rng,
            options=options,
            observe=observe,
            interrupt=interrupt,
        )
    except ClusterError as error:
        result = untouched(context, planned.plan, error.problems)
    for outcome in result.outcomes:
        context.log(
            "outcome",
            cluster=result.cluster,
            connector=outcome.name,
            action=outcome.action.value,
            status=outcome.status.value,
            seconds=round(outcome.seconds, 1),
        )
    return result


def untouched(context: Context, plan: Plan, problems: Sequence[Problem]) -> ApplyResult:
    """Return the result of a plan of which nothing was attempted."""
    now = context.clock.now()
    return ApplyResult(
        project=plan.project,
        cluster=plan.cluster,
        plan_digest=plan.digest,
        started_at=now,
        finished_at=now,
        outcomes=tuple(
            Outcome(
                name=change.name,
                action=change.action,
                status=OutcomeStatus.NOT_ATTEMPTED,
                problems=tuple(problems),
            )
            for change in plan.changes
        ),
    )


def write_result(path: Path, results: Sequence[ApplyResult]) -> None:
    """Write `apply-result.json` in one step, so that a reader never sees half of it."""
    text = json.dumps(results_document(results), indent=2, ensure_ascii=False) + "\n"
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
