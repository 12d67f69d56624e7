"""Lint what git declares, offline, and what a plan would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.desired.load import load_desired
from reconcile.desired.project import LoadedProject
from reconcile.lint.catalog import ABOUT_CHANGES
from reconcile.lint.check import Ignoring, lint_definitions, lint_plan
from reconcile.lint.overlap import not_told
from reconcile.model.lint import LintIgnore
from reconcile.model.plan import Plan, Selection
from reconcile.model.problem import Problem, errors_in
from reconcile.model.selection import matches
from reconcile.plan.build import with_problems
from reconcile.run.checking import judge_by_snapshots
from reconcile.run.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """The findings of a run: of rules, and of the plugin snapshots that the project keeps.

    `apart` is about the files as such: why some could not be looked at, and what was not checked.
    """

    findings: tuple[Problem, ...]
    apart: tuple[Problem, ...]
    files: int
    connectors: tuple[str, ...]


def lint_files(
    context: Context,
    loaded: LoadedProject,
    clusters: Sequence[str],
    selection: Selection,
    *,
    snapshots: Path,
) -> Linted:
    """Return all findings in the selected definitions of the given clusters.

    No secret is resolved and no cluster is asked: settings are judged by the plugin snapshots in
    a folder. Rules that compare connectors see all of them, whatever is selected. Raises UsageError
    for a malformed selection.
    """
    found = load_desired(
        loaded,
        clusters=clusters,
        environment={},
        secrets=False,
        selection=selection,
        keep_going=True,
    )
    files = dict.fromkeys(
        problem for desired in found.clusters.values() for problem in desired.problems
    )
    unusable = errors_in(tuple(files))
    findings = lint_definitions(
        {name: desired.definitions.values() for name, desired in found.clusters.items()},
        loaded.project.lint,
        _ignoring(context, found.ignores),
        complete=not selection and not unusable and set(clusters) == set(loaded.project.clusters),
    )
    judged = judge_by_snapshots(loaded, found.clusters, snapshots)
    chosen = {
        definition.name
        for desired in found.clusters.values()
        for definition in desired.definitions.values()
        if matches(selection, definition.name, definition.labels)
    }
    said = (*findings, *not_told([item for item in judged if item.connector], findings))
    kept = [
        problem
        for problem in said
        if problem.connector in chosen or (not problem.connector and not selection)
    ]
    return Linted(
        findings=tuple(kept),
        apart=(*files, *(item for item in judged if not item.connector)),
        files=found.files,
        connectors=tuple(sorted(chosen)),
    )


def linted(
    context: Context, loaded: LoadedProject, plan: Plan, ignores: Sequence[LintIgnore]
) -> Plan:
    """Return a plan with what the rules about changes find in it now among its problems.

    What they found in it before is no longer told.
    """
    others = [problem for problem in plan.problems if problem.code not in ABOUT_CHANGES]
    now = context.clock.now()
    found = lint_plan(plan, loaded.project.lint, _ignoring(context, ignores), now=now)
    return with_problems(replace(plan, problems=()), [*others, *found])


def _ignoring(context: Context, comments: Sequence[LintIgnore]) -> Ignoring:
    return Ignoring(comments=comments, today=context.clock.now().date())
