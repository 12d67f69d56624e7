"""Read a plan as a report of drift."""

from reconcile.model.drift import Drift
from reconcile.model.plan import Action, Change, Plan


def drift_of(plan: Plan) -> Drift:
    """Return how the cluster that a plan is for differs from git.

    Two-sided: live is compared with what git declares now. What the plan would delete counts as
    undeclared.
    """
    deleted = tuple(change.name for change in _of(plan, Action.DELETE))
    return Drift(
        project=plan.project,
        cluster=plan.cluster,
        identity=plan.identity,
        created_at=plan.created_at,
        changed=_of(plan, Action.UPDATE),
        missing=_of(plan, Action.CREATE),
        state=tuple(
            change
            for change in _of(plan, Action.UPDATE, Action.SET_STATE)
            if change.state is not None
        ),
        unmanaged=tuple(sorted({*plan.unmanaged, *deleted})),
        undeclared=tuple(sorted({*plan.undeclared, *deleted})),
        declared=plan.declared,
        in_sync=plan.in_sync,
        ignored=plan.ignored,
        problems=plan.problems,
        selection=plan.selection,
        commit=plan.commit,
    )


def _of(plan: Plan, *actions: Action) -> tuple[Change, ...]:
    return tuple(
        sorted(
            (change for change in plan.changes if change.action in actions),
            key=lambda change: change.name,
        )
    )
