"""The commands about the levels of the workers' loggers."""

from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import OneClusterOption
from reconcile.cli.options import (
    AllClustersOption,
    AutoApproveOption,
    ClusterOption,
    OutputFormat,
    OutputOption,
)
from reconcile.cli.shell import Shell, register
from reconcile.errors import usage
from reconcile.model.logger import Level, LoggerScope

loggers_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="How much the workers log, while they run.",
)
WorkerOption = Annotated[
    str,
    typer.Option(
        "--worker", metavar="URL", help="This worker alone; an address of the project file."
    ),
]


def get(
    shell: Shell,
    logger: Annotated[
        str | None,
        typer.Argument(metavar="[LOGGER]", help="A logger; by default those that matter."),
    ] = None,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show the levels of loggers on every worker whose address is known.

    Without a name: those whose level differs from the one above, and those declared; all of them
    as JSON.
    """
    from reconcile.cli.leveling import show_loggers
    from reconcile.cli.opening import open_project

    loaded, chosen = open_project(shell, cluster, all_clusters)
    return show_loggers(shell, loaded, chosen, logger, as_json=output is OutputFormat.JSON)


def set_(
    shell: Shell,
    logger: Annotated[str, typer.Argument(metavar="LOGGER", help="A logger, or root.")],
    level: Annotated[
        Level,
        typer.Argument(
            metavar="LEVEL",
            help="How much it writes: off, fatal, error, warn, info, debug or trace.",
            case_sensitive=False,
        ),
    ],
    *,
    cluster: OneClusterOption = None,
    scope: Annotated[
        LoggerScope | None,
        typer.Option("--scope", help="All workers (the default), or the first that answers."),
    ] = None,
    worker: WorkerOption = "",
    lasting: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="DURATION",
            help="Wait so long, then restore what was there before: 90s, 15m, 2h.",
        ),
    ] = None,
    auto_approve: AutoApproveOption = False,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Set the level of a logger and all those below it, until the workers restart.

    Workers before Connect 3.7 do not tell each other: each whose address is in the project file is
    told. With --for the former levels come back, on SIGINT and SIGTERM too.
    """
    from reconcile.cli.leveling import Leveling, set_level
    from reconcile.cli.moments import seconds_of
    from reconcile.cli.opening import open_cluster

    if worker and scope is LoggerScope.CLUSTER:
        raise usage(
            "--scope cluster is all workers, and --worker is one of them",
            hint="leave one of the two out",
        )
    asked = Leveling(
        scope=LoggerScope.WORKER if worker else scope or LoggerScope.CLUSTER,
        worker=worker,
        seconds=seconds_of(lasting),
        auto_approve=auto_approve,
        as_json=output is OutputFormat.JSON,
    )
    loaded, chosen = open_cluster(shell, cluster)
    return set_level(shell, loaded, chosen, logger, level, asked)


def apply(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    auto_approve: AutoApproveOption = False,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Set the levels that the project file declares, where workers have others.

    Connectform watch tells workers again that have forgotten them in a restart.
    """
    from reconcile.cli.leveling import apply_levels
    from reconcile.cli.opening import open_project

    loaded, chosen = open_project(shell, cluster, all_clusters, writing=True)
    as_json = output is OutputFormat.JSON
    return apply_levels(shell, loaded, chosen, auto_approve=auto_approve, as_json=as_json)


register(loggers_app, get, "get")
register(loggers_app, set_, "set")
register(loggers_app, apply, "apply")
