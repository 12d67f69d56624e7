"""Say which commit what was applied can be had from again, where a secret stands in git itself."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconcile.desired.git import commit_with
from reconcile.desired.project import LoadedProject
from reconcile.model.applied import Applied
from reconcile.model.plan import Plan


def with_sure_commits(loaded: LoadedProject, applied: Mapping[str, Applied]) -> dict[str, Applied]:
    """Return what is to be remembered of definitions, by connector, as the files have it now.

    Of a secret that stands in git itself nothing is kept but the commit. One whose files differ
    from the work tree would give another secret, so none is named then.
    """
    literal = {name: one for name, one in applied.items() if one.literals and one.commit}
    if not literal:
        return dict(applied)
    project = loaded.project
    files = {Path(project.path).name, *(one.path for one in literal.values())}
    commit = commit_with(project.definitions_root, sorted(files))
    return {**applied, **{name: replace(one, commit=commit) for name, one in literal.items()}}


def plan_with_commits(loaded: LoadedProject, plan: Plan) -> Plan:
    """Return a plan that has what it applies remembered with the commit that surely holds it."""
    applied = {change.name: change.applied for change in plan.changes if change.applied is not None}
    sure = with_sure_commits(loaded, applied)
    changes = tuple(
        replace(change, applied=sure.get(change.name, change.applied)) for change in plan.changes
    )
    return replace(plan, changes=changes)
