"""The commands that read and write files: init, validate, export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import (
    ClusterOption,
    ExcludeOption,
    FindingsOutputOption,
    FindingsReportOption,
    OutputFormat,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell


class CiChoice(StrEnum):
    """For which pipelines workflows are written."""

    GITHUB = "github"
    GITLAB = "gitlab"


def init(
    shell: Shell,
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The new repository.")
    ] = Path(),
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Default: the folder's name."),
    ] = None,
    ci: Annotated[
        CiChoice | None,
        typer.Option(
            "--ci", help="Write pipelines, too; in a folder with a project file nothing else."
        ),
    ] = None,
    action: Annotated[
        str,
        typer.Option(
            "--action",
            metavar="OWNER/NAME@COMMIT",
            help="What GitHub's workflows use. Default: the action of this release.",
        ),
    ] = "",
    wheel: Annotated[
        str,
        typer.Option(
            "--wheel",
            metavar="REQUIREMENT",
            help="What GitLab's jobs install. Default: this version.",
        ),
    ] = "",
) -> Exit:
    """Start a new repository.

    Writes a project file, an example definition, and schemas for editors; with --ci also what
    plans pull requests, applies what is merged, and looks for drift each night.
    """
    from reconcile.desired.project import PROJECT_FILES

    target = shell.context.directory / directory
    started = any((target / known).exists() for known in PROJECT_FILES)
    if ci is not None:
        from reconcile.ci.pipeline import ForgeKind
        from reconcile.ci.scaffold import scaffold_ci

        for path in scaffold_ci(target, ForgeKind(ci.value), action=action, wheel=wheel):
            shell.terminal.say(f"wrote {directory / path}")
        if started:
            return Exit.FINE
    return _init_project(shell, directory, name or target.resolve().name)


def _init_project(shell: Shell, directory: Path, name: str) -> Exit:
    from reconcile.run.scaffold import scaffold

    for path in scaffold(shell.context.directory / directory, name=name):
        shell.terminal.say(f"wrote {directory / path}")
    shell.terminal.say(
        "\nNext: put your cluster's URL into connectform.yaml, then\n"
        "  connectform validate    check the files, offline\n"
        "  connectform export      write a definition for each connector that runs already\n"
        "  connectform plan        see how the cluster differs"
    )
    return Exit.FINE


def validate(
    shell: Shell,
    cluster: ClusterOption = None,
    output: FindingsOutputOption = OutputFormat.TEXT,
    report: FindingsReportOption = None,
) -> Exit:
    """Check all files, offline.

    Secrets are not resolved, and no cluster is asked.
    """
    from reconcile.cli.checking import validate_files
    from reconcile.cli.rendering import reports_of

    return validate_files(shell, cluster, reports_of(output, report))


def export(
    shell: Shell,
    cluster: OneClusterOption = None,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Default: the first of `definitions`."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Overwrite files; declared connectors are never exported again."
        ),
    ] = False,
) -> Exit:
    """Write live connectors as definitions.

    Secrets become references; the variables to set are listed on standard output.
    """
    from reconcile.cli.checking import export_connectors

    return export_connectors(
        shell, cluster, selection_of(select, exclude), folder=folder, force=force
    )
