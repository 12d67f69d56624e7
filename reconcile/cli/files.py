"""The commands that read and write files: init, validate, lint, export."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import (
    ClusterOption,
    ExcludeOption,
    FailOn,
    FindingsOutputOption,
    FindingsReportOption,
    JsonOutOption,
    OutputFormat,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell


class CiChoice(StrEnum):
    """For which pipelines workflows are written."""

    GITHUB = "github"
    GITLAB = "gitlab"


SnapshotsOption = Annotated[
    Path | None,
    typer.Option(
        "--snapshots",
        metavar="DIR",
        help="The plugin snapshots. Default: `snapshots` of the project file.",
    ),
]


_CI_NEXT: Final = {
    CiChoice.GITHUB: (
        "  On GitHub, make the environment connect, with reviewers and the secrets of the cluster;\n"
        "  what is merged to {branch} is applied there."
    ),
    CiChoice.GITLAB: (
        "  In .gitlab-ci.yml, include: [{{local: .gitlab/connectform.gitlab-ci.yml}}]\n"
        "  On GitLab, set the variable CONNECTFORM_GITLAB_TOKEN, protect the environment connect,\n"
        "  and add a pipeline schedule."
    ),
}


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
            help="What GitLab's jobs install: URL#sha256=... of a wheel. Default: this release.",
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
    more = ""
    if ci is not None:
        from reconcile.ci.pipeline import ForgeKind
        from reconcile.ci.scaffold import scaffold_ci

        written = scaffold_ci(target, ForgeKind(ci.value), action=action, wheel=wheel)
        for path in written.paths:
            shell.terminal.say(f"wrote {os.path.relpath(path, shell.context.directory)}")
        more = _CI_NEXT[ci].format(branch=written.branch)
        if started:
            shell.terminal.say(f"\nNext:\n{more}")
            return Exit.FINE
    return _init_project(shell, directory, name or target.resolve().name, more)


def _init_project(shell: Shell, directory: Path, name: str, more: str) -> Exit:
    from reconcile.run.scaffold import scaffold

    for path in scaffold(shell.context.directory / directory, name=name):
        shell.terminal.say(f"wrote {directory / path}")
    shell.terminal.say(
        "\nNext: put your cluster's URL into connectform.yaml, then\n"
        "  connectform validate    check the files, offline\n"
        "  connectform export      write a definition for each connector that runs already\n"
        "  connectform plan        see how the cluster differs"
        f"{chr(10) if more else ''}{more}"
    )
    return Exit.FINE


def validate(
    shell: Shell,
    cluster: ClusterOption = None,
    snapshots: SnapshotsOption = None,
    output: FindingsOutputOption = OutputFormat.TEXT,
    report: FindingsReportOption = None,
) -> Exit:
    """Check all files, offline.

    Secrets are not resolved, and no cluster is asked: settings are checked against the plugin
    snapshots that schema pull wrote.
    """
    from reconcile.cli.checking import validate_files
    from reconcile.cli.rendering import reports_of

    return validate_files(shell, cluster, reports_of(output, report), snapshots=snapshots)


def lint(  # noqa: PLR0917  # options, not arguments
    shell: Shell,
    cluster: ClusterOption = None,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    fail_on: Annotated[
        FailOn,
        typer.Option("--fail-on", help="Exit with 1 where a finding matters at least so much."),
    ] = FailOn.ERROR,
    definitions_from: Annotated[
        Path | None,
        typer.Option(
            "--definitions-from",
            metavar="DIR",
            help="Read the definitions from another folder, and nothing else there: code that"
            " nobody has reviewed.",
        ),
    ] = None,
    snapshots: SnapshotsOption = None,
    output: FindingsOutputOption = OutputFormat.TEXT,
    report: FindingsReportOption = None,
    json_out: JsonOutOption = None,
) -> Exit:
    """Find all that validate finds, and settings that are valid and do not do what they seem to.

    `lint` in the project file says how much each rule matters; `# connectform:ignore CF014 reason`
    in a definition ignores a finding. Secrets are not resolved, and no cluster is asked.
    """
    from reconcile.cli.linting import lint_project
    from reconcile.cli.rendering import reports_of

    return lint_project(
        shell,
        cluster,
        selection_of(select, exclude),
        reports_of(output, report, json_out),
        fail_on=fail_on,
        definitions_from=definitions_from,
        snapshots=snapshots,
    )


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
