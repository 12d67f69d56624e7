"""Check files, and write those of an export."""

import os
from pathlib import Path

from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_cluster, open_project
from reconcile.cli.rendering import Findings, Reports, findings_writers, write_reports
from reconcile.cli.shell import Shell
from reconcile.desired.git import folder_in
from reconcile.desired.load import check_files
from reconcile.errors import DefinitionError
from reconcile.model.plan import Selection
from reconcile.model.problem import errors_in
from reconcile.report.problem_text import counts_text, problems_lines
from reconcile.report.words import counted
from reconcile.run.exporting import Exported, export


def validate_files(shell: Shell, clusters: list[str] | None, reports: Reports) -> Exit:
    """Check the files for the chosen clusters and print what is wrong."""
    try:
        loaded, chosen = open_project(shell, clusters, every=True)
    except DefinitionError as error:
        folder = shell.context.directory / (shell.project or Path("any")).parent
        found = Findings(
            problems=error.problems, phase="validate", directory=folder_in(str(folder))[1]
        )
        write_reports(shell, reports, findings_writers(found))
        raise
    checked = check_files(loaded, clusters=chosen)
    code = Exit.ERROR if errors_in(checked.problems) else Exit.FINE
    found = Findings(
        problems=checked.problems,
        connectors=checked.connectors,
        phase="validate",
        directory=folder_in(loaded.project.root)[1],
        project_file=Path(loaded.project.path).name,
    )
    if reports.as_text:
        shell.terminal.show(problems_lines(checked.problems))
    write_reports(shell, reports, findings_writers(found))
    if not reports.as_text:
        return code
    counts = ", ".join(
        f"{counted(count, 'definition')} for {name}" for name, count in checked.definitions.items()
    )
    verdict = counts_text(checked.problems) or "no problems"
    shell.terminal.say(f"{counted(checked.files, 'file')}, {counts}: {verdict}.")
    return code


def export_connectors(
    shell: Shell, cluster: str | None, selection: Selection, *, folder: Path | None, force: bool
) -> Exit:
    """Write definitions of live connectors, and say what is left to do."""
    loaded, chosen = open_cluster(shell, cluster)
    exported = export(
        shell.context,
        loaded,
        chosen,
        selection=selection,
        folder=shell.context.directory / folder if folder else None,
        force=force,
    )
    for path in exported.files:
        shell.terminal.say(f"wrote {os.path.relpath(path, shell.context.directory)}")
    if exported.declared:
        shell.terminal.say(
            f"left out {counted(len(exported.declared), 'connector')} that git declares already"
        )
    if not exported.files:
        shell.terminal.say("Nothing to export.")
    if exported.problems:
        shell.terminal.note(problems_lines(exported.problems), redactor=shell.context.redactor)
    _tell_secrets(shell, exported)
    return Exit.FINE


def _tell_secrets(shell: Shell, exported: Exported) -> None:
    """List the variables to set; the list is the document, so that it can be kept."""
    if not exported.references:
        return
    shell.terminal.say("\nSecrets were left out of the files. Set these variables before you plan:")
    for reference in exported.references:
        masked = "  (masked by the server: not known here)" if reference.masked else ""
        shell.terminal.document(
            f"{reference.variable}  # {reference.connector}: {reference.key}{masked}\n"
        )
    if exported.forbidden:
        globs = ", ".join(f'"{name}"' for name in exported.forbidden)
        shell.terminal.say(
            "\nreferences.env in the project file does not allow all of them yet."
            f" Add these, or globs that match them:\n  {globs}"
        )
