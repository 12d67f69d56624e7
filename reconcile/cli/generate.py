"""The commands that write what git declares as files for Prometheus and Grafana."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import ClusterOption
from reconcile.cli.shell import Shell, register
from reconcile.measure.dialects import Naming

DialectOption = Annotated[
    Naming,
    typer.Option(
        "--dialect",
        help="Whose metrics: those of `watch`, or of the workers as exporters name them.",
    ),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to write. Default: standard output."),
]

generate_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Write what git declares as files for Prometheus and Grafana.",
)


def prometheus_rules(
    shell: Shell,
    cluster: ClusterOption = None,
    dialect: DialectOption = Naming.OURS,
    output: FileOption = None,
) -> Exit:
    """Write alerting rules for Prometheus, on the terms that git declares.

    Without --cluster for all clusters. No cluster is asked, and no secret is resolved.
    """
    from reconcile.cli.generating import write_rules

    return write_rules(shell, cluster, dialect, output)


def grafana_dashboard(
    shell: Shell,
    cluster: ClusterOption = None,
    dialect: DialectOption = Naming.OURS,
    label: Annotated[
        str, typer.Option("--label", metavar="KEY", help="A label of definitions to choose by.")
    ] = "team",
    output: FileOption = None,
) -> Exit:
    """Write a dashboard for Grafana 11 and later (extra [grafana]).

    Without --cluster for all clusters. No cluster is asked, and no secret is resolved.
    """
    from reconcile.cli.generating import write_dashboard

    return write_dashboard(shell, cluster, dialect, label, output)


register(generate_app, prometheus_rules, "prometheus-rules")
register(generate_app, grafana_dashboard, "grafana-dashboard")
