"""The commands about alerts: what fires, and whether receivers can be reached."""

from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import AllClustersOption, ClusterOption, OutputFormat, OutputOption
from reconcile.cli.shell import Shell, register

alerts_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What fires now, and whether those who are to be told can be reached.",
)


def list_(
    shell: Shell,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show the alerts that fire, as watch remembers them.

    No cluster is asked. Alerts that nobody is told of, since another one says it all or a hold
    keeps them silent, are among them.
    """
    from reconcile.cli.alerting import list_alerts

    as_json = output is OutputFormat.JSON
    return list_alerts(shell, cluster, all_clusters, as_json=as_json)


def try_(
    shell: Shell,
    receiver: Annotated[
        str | None, typer.Argument(metavar="[RECEIVER]", help="A receiver; by default all.")
    ] = None,
) -> Exit:
    """Send a test alert to receivers, and its end right after.

    Exits with 1 where one did not take it.
    """
    from reconcile.cli.alerting import try_receivers

    return try_receivers(shell, receiver)


register(alerts_app, list_, "list")
register(alerts_app, try_, "test")
