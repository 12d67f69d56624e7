"""Apply what git says, or what a plan file says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from reconcile.cli.approving import ApplySettings, apply_approved
from reconcile.cli.asking import PlanAsking
from reconcile.cli.exits import Exit
from reconcile.cli.opening import lock_for, open_project
from reconcile.cli.shell import Shell
from reconcile.cli.showing import note_findings, plans_of
from reconcile.desired.project import load_project
from reconcile.errors import StaleError, usage
from reconcile.model.codes import Code
from reconcile.model.plan import Plan, WithheldBy
from reconcile.model.problem import Problem
from reconcile.plan.saved import SavedPlan, held_instead, matching
from reconcile.run.clusters import choose_clusters
from reconcile.run.planning import NotPlanned, Planned, PlanRequest, plan_clusters
from reconcile.run.saving import check_saved, expected_digest, plan_saved, read_plan_file

_DIGEST_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locking:
    """Of which clusters, and how the right to write to them is asked for."""

    clusters: list[str] | None
    timeout: float
    local: bool


def apply_git(  # what the command was given
    shell: Shell,
    asked: PlanAsking,
    locking: Locking,
    settings: ApplySettings,
    *,
    all_clusters: bool,
    expect: str | None,
    max_age: float,
) -> Exit:
    """Plan under the lock, ask, and apply; where a plan is expected, only what it approved."""
    loaded, chosen = open_project(shell, locking.clusters, all_clusters, writing=True)
    settings = replace(settings, links=loaded.project.links)
    digest, approved = _expectation(shell, expect)
    # What was approved may be of a cluster that git has given up since.
    approved = tuple(saved for saved in approved if saved.plan.cluster in chosen)
    if approved:
        check_saved(shell.context, loaded, approved, longest=timedelta(hours=max_age))
    lock = lock_for(shell, loaded, "apply", timeout=locking.timeout, local=locking.local)
    request = PlanRequest(
        clusters=chosen,
        selection=asked.selection,
        validation=asked.validation,
        strict=asked.strict,
        prune=asked.prune,
        keep_going=asked.keep_going,
        only_git=asked.only_git,
        base=asked.base,
    )
    with plan_clusters(shell.context, loaded, request, lock=lock) as planned:
        found = note_findings(shell, planned)
        items = planned
        if digest:
            _require_digest(plans_of(planned), digest)
        if expect is not None and not digest:
            items = tuple(_as_approved(item, approved) for item in planned)
        code = apply_approved(shell, items, settings)
        left = _exit_of_left(plans_of(items))
        code = Exit.PARTIAL if left and code is Exit.FINE and _does_any(items) else code
        code = left if left is not None and code is Exit.FINE else code
        if found is Exit.FINE or code is not Exit.FINE:
            return code
        return Exit.PARTIAL if any(item.changes for item in plans_of(items)) else found


def apply_file(
    shell: Shell, path: Path, locking: Locking, settings: ApplySettings, *, max_age: float
) -> Exit:
    """Apply the plans of a file: exactly those, or nothing where something moved since."""
    loaded = load_project(shell.project, shell.context.directory)
    saved = read_plan_file(shell.context, path)
    check_saved(shell.context, loaded, saved, longest=timedelta(hours=max_age))
    wanted = choose_clusters(loaded.project, names=locking.clusters or (), every=True, writing=True)
    chosen = [item for item in saved if item.plan.cluster in wanted]
    if not chosen:
        chosen_by = "leave out --cluster" if locking.clusters else "plan again"
        raise usage(f"{path} holds no plan for the clusters chosen", hint=chosen_by)
    lock = lock_for(shell, loaded, "apply", timeout=locking.timeout, local=locking.local)
    with plan_saved(shell.context, loaded, chosen, lock=lock) as planned:
        # Whoever hands over a plan has read it.
        approved = replace(settings, auto_approve=True, links=loaded.project.links)
        return apply_approved(shell, planned, approved)


def _expectation(shell: Shell, expect: str | None) -> tuple[str, tuple[SavedPlan, ...]]:
    if expect is None:
        return "", ()
    if expect.startswith(_DIGEST_PREFIX):
        return expected_digest(expect), ()
    return "", read_plan_file(shell.context, Path(expect))


def _require_digest(plans: Sequence[Plan], digest: str) -> None:
    """Refuse to apply anything where the plan is another one than was approved."""
    other = [plan for plan in plans if plan.digest != digest]
    if other:
        raise StaleError(
            *(
                Problem(
                    code=Code.NOT_EXPECTED,
                    message=f"the plan of {plan.cluster} is {plan.digest}, and {digest} was expected",
                    hint="look at it: connectform plan; then expect its digest, if it is right",
                )
                for plan in other
            )
        )


def _as_approved(item: Planned | NotPlanned, approved: Sequence[SavedPlan]) -> Planned | NotPlanned:
    if isinstance(item, NotPlanned):
        return item
    plans = [saved.plan for saved in approved if saved.plan.cluster == item.plan.cluster]
    plan = plans[0] if plans else replace(item.plan, changes=(), digest="")
    held = held_instead(item.plan, plan)
    matched = matching(item.plan, plan)
    return replace(item, plan=replace(matched, problems=(*matched.problems, *held)))


def _exit_of_left(plans: Sequence[Plan]) -> Exit | None:
    """Return the exit code for what was not approved, or approved and held since, or None."""
    left = any(item.why is WithheldBy.EXPECTATION for plan in plans for item in plan.withheld)
    held = any(problem.code is Code.HELD for plan in plans for problem in plan.problems)
    return Exit.STALE if left or held else None


def _does_any(items: Sequence[Planned | NotPlanned]) -> bool:
    return any(plan.changes for plan in plans_of(items))
