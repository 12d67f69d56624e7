"""Judge plans by the limits of their clusters."""

from dataclasses import replace

from reconcile.model.problem import Problem
from reconcile.plan.limits import check_limits
from reconcile.run.planning import NotPlanned, Planned


def refusals_of(
    planned: Planned,
    *,
    allow_deletes: int | None = None,
    allow_updates: int | None = None,
    allow_moves: int | None = None,
) -> tuple[Problem, ...]:
    """Return why apply refuses a plan, at the place of the connector or of the cluster."""
    found = check_limits(
        planned.plan,
        planned.cluster.limits,
        allow_deletes=allow_deletes,
        allow_updates=allow_updates,
        allow_moves=allow_moves,
    )
    return tuple(
        replace(problem, location=problem.location or planned.cluster.location) for problem in found
    )


def with_refusals(item: Planned | NotPlanned) -> Planned | NotPlanned:
    """Return a plan for those who read it: with why apply would refuse it as it stands."""
    if isinstance(item, NotPlanned):
        return item
    return replace(item, plan=replace(item.plan, refusals=refusals_of(item)))
