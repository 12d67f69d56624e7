"""Check files, and write those of an export."""

import os
from pathlib import Path

from reconcile.cli.exits import Exit
from reconcile.cli.finding import findings_in, reporting_files
from reconcile.cli.opening import open_cluster, open_project
from reconcile.cli.rendering import Reports, findings_writers, write_reports
from reconcile.cli.shell import Shell
from reconcile.model.plan import Selection
from reconcile.model.problem import errors_in
from reconcile.report.problem_text import counts_text, problems_lines
from reconcile.report.words import counted
from reconcile.run.checking import check_offline
from reconcile.run.exporting import Exported, export
from reconcile.run.snapshots import snapshot_folder


def validate_files(
    shell: Shell, clusters: list[str] | None, reports: Reports, *, snapshots: Path | None
) -> Exit:
    """Check the files for the chosen clusters and print what is wrong."""
    with reporting_files(shell, reports, phase="validate"):
        loaded, chosen = open_project(shell, clusters, every=True)
    plugins = snapshot_folder(loaded.project, snapshots, shell.context.directory)
    checked = check_offline(loaded, chosen, plugins)
    code = Exit.ERROR if errors_in(checked.problems) else Exit.FINE
    found = findings_in(loaded, checked.problems, connectors=checked.connectors, phase="validate")
    if reports.as_text:
        shell.terminal.show(problems_lines(checked.problems))
    write_reports(shell, reports, findings_writers(found))
    if not reports.as_text:
        return code
    counts = ", ".join(
        f"{counted(len(desired.definitions), 'definition')} for {name}"
        for name, desired in checked.desired.items()
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
    return Exit.ERROR if errors_in(exported.problems) else Exit.FINE


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
