"""Lint the files of a project, and print what was found."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_project
from reconcile.cli.options import FailOn, OutputFormat
from reconcile.cli.shell import Shell, write_document
from reconcile.model.plan import Selection
from reconcile.model.problem import Problem, Severity
from reconcile.report.problem_document import problems_document
from reconcile.report.problem_text import counts_text, problems_lines
from reconcile.report.words import counted
from reconcile.run.linting import lint_files

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
    *,
    fail_on: FailOn,
    output: OutputFormat,
    json_out: Path | None,
) -> Exit:
    """Lint the files for the chosen clusters, and print the findings as asked."""
    loaded, chosen = open_project(shell, clusters, every=True)
    found = lint_files(shell.context, loaded, chosen, selection)
    problems = (*found.unusable, *found.findings)
    write_document(shell, document=problems_document(problems), output=output, json_out=json_out)
    if output is OutputFormat.TEXT:
        shell.terminal.show(problems_lines(problems))
        verdict = counts_text(problems) or "no findings"
        counts = f"{counted(found.files, 'file')}, {counted(found.connectors, 'connector')}"
        shell.terminal.say(f"{counts}: {verdict}.")
    return Exit.ERROR if found.unusable else exit_for(found.findings, fail_on)


def exit_for(findings: Iterable[Problem], fail_on: FailOn) -> Exit:
    """Return the exit code of findings."""
    failing = _FAILING[fail_on]
    fails = any(problem.severity in failing for problem in findings)
    return Exit.ERROR if fails else Exit.FINE
