"""The commands that keep what plugins say of their settings in git, and read it there."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import ClusterOption, OutputFormat, OutputOption
from reconcile.cli.shell import Shell, register

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        help="The folder of the snapshots. Default: `snapshots` of the project file.",
    ),
]

schema_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep what plugins say of their settings in git: for checks without a cluster.",
)


def pull(shell: Shell, cluster: ClusterOption = None, folder: FolderOption = None) -> Exit:
    """Write snapshots of the clusters' plugins, and a schema for editors.

    One file for each class, for review; where nothing changed, no file does. Nothing on a cluster
    is changed.
    """
    from reconcile.cli.pulling import pull_snapshots

    return pull_snapshots(shell, cluster, folder)


def show(
    shell: Shell,
    class_name: Annotated[
        str | None, typer.Argument(metavar="[CLASS]", help="A class or its alias, of any kind.")
    ] = None,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="One setting.")] = None,
    cluster: OneClusterOption = None,
    folder: FolderOption = None,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show what the snapshots hold, without a cluster: all classes, or the settings of one."""
    from reconcile.cli.pulling import show_class, show_snapshots

    as_json = output is OutputFormat.JSON
    if class_name is None:
        return show_snapshots(shell, cluster, folder, as_json=as_json)
    return show_class(shell, cluster, folder, class_name, key, as_json=as_json)


for _function in (pull, show):
    register(schema_app, _function)
