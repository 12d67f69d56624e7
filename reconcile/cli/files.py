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
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Check all files, offline.

    Secrets are not resolved, and no cluster is asked.
    """
    from reconcile.cli.checking import validate_files

    return validate_files(shell, cluster, as_json=output is OutputFormat.JSON)


def export(
    shell: Shell,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="With --update: default is all that drifted."),
    ] = None,
    *,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Accept live values of declared connectors into their files."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --update: show the difference, write nothing.")
    ] = False,
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
    """Write live connectors as definitions, or accept what drifted.

    Secrets become references; the variables to set are listed on standard output. With --update
    values that were changed by hand are written into the files that declare them, at their places:
    comments, order and quotes stay. What cannot be written so is shown and left alone (exit code 1).
    """
    from reconcile.errors import usage

    selection = selection_of(select, exclude)
    if update:
        from reconcile.cli.accepting import accept_drift

        if force or folder is not None:
            raise usage(
                "--update writes into the files that are there: --dir and --force do not go with it",
                hint="connectform export --update --dry-run shows what it would write",
            )
        return accept_drift(shell, cluster, names or [], selection, dry_run=dry_run)
    from reconcile.cli.checking import export_connectors

    if names or dry_run:
        raise usage(
            "names and --dry-run go with --update",
            hint="connectform export --select name=NAME writes what git does not declare yet",
        )
    return export_connectors(shell, cluster, selection, folder=folder, force=force)
