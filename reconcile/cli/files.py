"""The commands that read and write files: init, validate, export."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import (
    ClusterOption,
    ExcludeOption,
    OutputFormat,
    OutputOption,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell


def init(
    shell: Shell,
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The new repository.")
    ] = Path(),
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Default: the folder's name."),
    ] = None,
) -> Exit:
    """Start a new repository.

    Writes a project file, an example definition, and schemas for editors.
    """
    from reconcile.run.scaffold import scaffold

    target = shell.context.directory / directory
    for path in scaffold(target, name=name or target.resolve().name):
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
    snapshots: Annotated[
        Path | None,
        typer.Option(
            "--snapshots",
            metavar="DIR",
            help="The plugin snapshots. Default: `snapshots` of the project file.",
        ),
    ] = None,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Check all files, offline.

    Secrets are not resolved, and no cluster is asked: settings are checked against the plugin
    snapshots that schema pull wrote.
    """
    from reconcile.cli.checking import validate_files

    return validate_files(shell, cluster, snapshots=snapshots, as_json=output is OutputFormat.JSON)


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
