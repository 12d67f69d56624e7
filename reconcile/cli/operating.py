"""The commands that look at connectors and act on them by name."""

from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import (
    AllClustersOption,
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    OutputFormat,
    OutputOption,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell
from reconcile.model.desired import TargetState

OneClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", "-c", metavar="NAME", help="The cluster, where there are several."),
]
NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME...", help="Connectors.")]


def status(
    shell: Shell,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show states, tasks, and why something failed."""
    from reconcile.cli.looking import show_status
    from reconcile.cli.opening import open_project

    loaded, chosen = open_project(shell, cluster, all_clusters)
    selection = selection_of(select, exclude)
    return show_status(shell, loaded, chosen, selection, as_json=output is OutputFormat.JSON)


def explain(
    shell: Shell,
    class_name: Annotated[str, typer.Argument(metavar="CLASS", help="A class or its alias.")],
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="One setting.")] = None,
    cluster: OneClusterOption = None,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show the settings that a connector class has.

    Types, defaults and documentation come from the plugin itself.
    """
    from reconcile.cli.looking import show_settings
    from reconcile.cli.opening import open_cluster

    loaded, chosen = open_cluster(shell, cluster)
    show_settings(shell, loaded, chosen, class_name, key, as_json=output is OutputFormat.JSON)
    return Exit.FINE


def restart(
    shell: Shell,
    names: NamesArgument,
    cluster: OneClusterOption = None,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only what has failed, not the whole connector.")
    ] = False,
    auto_approve: AutoApproveOption = False,
) -> Exit:
    """Restart connectors with their tasks."""
    from reconcile.cli.acting import act_restart

    return act_restart(
        shell, names, cluster=cluster, only_failed=only_failed, auto_approve=auto_approve
    )


def pause(
    shell: Shell,
    names: NamesArgument,
    cluster: OneClusterOption = None,
    auto_approve: AutoApproveOption = False,
) -> Exit:
    """Pause connectors.

    Their tasks stay assigned and do nothing.
    """
    return _set_state(shell, names, TargetState.PAUSED, cluster, auto_approve)


def resume(
    shell: Shell,
    names: NamesArgument,
    cluster: OneClusterOption = None,
    auto_approve: AutoApproveOption = False,
) -> Exit:
    """Resume connectors that are paused or stopped."""
    return _set_state(shell, names, TargetState.RUNNING, cluster, auto_approve)


def stop(
    shell: Shell,
    names: NamesArgument,
    cluster: OneClusterOption = None,
    auto_approve: AutoApproveOption = False,
) -> Exit:
    """Stop connectors.

    Their tasks are shut down, and their offsets can be changed.
    """
    return _set_state(shell, names, TargetState.STOPPED, cluster, auto_approve)


def _set_state(
    shell: Shell, names: list[str], state: TargetState, cluster: str | None, auto_approve: bool
) -> Exit:
    from reconcile.cli.acting import act_state

    return act_state(shell, names, state, cluster=cluster, auto_approve=auto_approve)
