"""The commands that read and write files: init, validate, lint, export."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import (
    ClusterOption,
    ExcludeOption,
    FailOn,
    JsonOutOption,
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


def lint(  # noqa: PLR0917  # options, not arguments
    shell: Shell,
    cluster: ClusterOption = None,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    fail_on: Annotated[
        FailOn,
        typer.Option("--fail-on", help="Exit with 1 where a finding matters at least so much."),
    ] = FailOn.ERROR,
    output: OutputOption = OutputFormat.TEXT,
    json_out: JsonOutOption = None,
) -> Exit:
    """Find settings that are valid and do not do what they seem to, offline.

    `lint` in the project file says how much each rule matters; `# connectform:ignore CF014 reason`
    in a definition ignores a finding. Secrets are not resolved, and no cluster is asked.
    """
    from reconcile.cli.linting import lint_project

    return lint_project(
        shell,
        cluster,
        selection_of(select, exclude),
        fail_on=fail_on,
        output=output,
        json_out=json_out,
    )


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
