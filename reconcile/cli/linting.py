"""Lint the files of a project, and print what was found."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from reconcile.cli.exits import Exit
from reconcile.cli.finding import findings_in, reporting_files
from reconcile.cli.opening import open_project
from reconcile.cli.options import FailOn
from reconcile.cli.rendering import Reports, findings_writers, write_reports
from reconcile.cli.shell import Shell
from reconcile.desired.project import with_definitions_from
from reconcile.model.plan import Selection
from reconcile.model.problem import Problem, Severity, errors_in
from reconcile.report.problem_text import counts_text, problems_lines
from reconcile.report.words import counted
from reconcile.run.linting import lint_files
from reconcile.run.snapshots import snapshot_folder

_FAILING: Final = {
    FailOn.NEVER: frozenset[Severity](),
    FailOn.ERROR: frozenset({Severity.ERROR}),
    FailOn.WARN: frozenset({Severity.ERROR, Severity.WARNING}),
    FailOn.INFO: frozenset(Severity),
}


def lint_project(
    shell: Shell,
    clusters: list[str] | None,
    selection: Selection,
    reports: Reports,
    *,
    fail_on: FailOn,
    definitions_from: Path | None,
    snapshots: Path | None,
) -> Exit:
    """Lint the files for the chosen clusters, and print the findings as asked."""
    with reporting_files(shell, reports, phase="lint"):
        loaded, chosen = open_project(shell, clusters, every=True)
        if definitions_from is not None:
            loaded = with_definitions_from(loaded, shell.context.directory / definitions_from)
    plugins = snapshot_folder(loaded.project, snapshots, shell.context.directory)
    found = lint_files(shell.context, loaded, chosen, selection, snapshots=plugins)
    problems = (*found.apart, *found.findings)
    if reports.as_text:
        shell.terminal.show(problems_lines(problems))
    write_reports(
        shell,
        reports,
        findings_writers(findings_in(loaded, problems, connectors=found.connectors, phase="lint")),
    )
    if reports.as_text:
        verdict = counts_text(problems) or "no findings"
        counts = f"{counted(found.files, 'file')}, {counted(len(found.connectors), 'connector')}"
        shell.terminal.say(f"{counts}: {verdict}.")
    return Exit.ERROR if errors_in(found.apart) else exit_for(found.findings, fail_on)


def exit_for(findings: Iterable[Problem], fail_on: FailOn) -> Exit:
    """Return the exit code of findings."""
    failing = _FAILING[fail_on]
    fails = any(problem.severity in failing for problem in findings)
    return Exit.ERROR if fails else Exit.FINE
