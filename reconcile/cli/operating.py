"""The commands that look at connectors and act on them by name."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import (
    AllClustersOption,
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    LocalLedgerOption,
    LockTimeoutOption,
    OutputFormat,
    OutputOption,
    PageOutputOption,
    PageReportOption,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell
from reconcile.model.desired import TargetState
from reconcile.model.exposure import StateEncoding

if TYPE_CHECKING:
    from reconcile.cli.acting import Holding

OneClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", "-c", metavar="NAME", help="The cluster, where there are several."),
]
HoldOption = Annotated[
    str | None,
    typer.Option("--hold", metavar="REASON", help="Keep it so until --until, whatever git says."),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="A day, a time with its zone, or 90m, 4h, 2d."),
]
NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME...", help="Connectors.")]


def status(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    output: PageOutputOption = OutputFormat.TEXT,
    report: PageReportOption = None,
    over: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="Show what flowed over so long, from offsets too: 10s, 5m."
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option("--by", metavar="LABEL", help="Sum up by a label of the definitions: team."),
    ] = "",
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Exit with 2 where a connector is not well."),
    ] = False,
) -> Exit:
    """Show how well connectors are, and why one is not; and what flows, where metrics are known."""
    from reconcile.cli.looking import show_status
    from reconcile.cli.moments import seconds_of
    from reconcile.cli.opening import open_project
    from reconcile.cli.rendering import reports_of

    reports = reports_of(output, report)
    loaded, chosen = open_project(shell, cluster, all_clusters)
    selection = selection_of(select, exclude)
    return show_status(
        shell,
        loaded,
        chosen,
        selection,
        reports,
        over=seconds_of(over),
        by=by,
        exit_code=exit_code,
    )


def diagnose(
    shell: Shell,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A connector.")],
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Tell why a connector failed, and what was changed last.

    The root cause in its traces, what that is about, whether a restart can help; and from the
    ledger who changed what, when, from which commit.
    """
    from reconcile.cli.diagnosing import show_diagnosis
    from reconcile.cli.opening import open_project

    loaded, chosen = open_project(shell, cluster, all_clusters)
    return show_diagnosis(shell, loaded, chosen, name, as_json=output is OutputFormat.JSON)


def watch(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, act, and exit: 2 where something is wrong.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look once, and say what would be done.")
    ] = False,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Serve /metrics, /healthz and /readyz: 127.0.0.1:9464."
        ),
    ] = None,
    state_encoding: Annotated[
        StateEncoding | None,
        typer.Option(
            "--state-encoding",
            help="In metrics a series for each state (all), or for the one that holds.",
        ),
    ] = None,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Look after connectors: restart what has failed, as their definitions declare.

    Goes on until it is stopped, and reads files again where they have changed. Several instances
    may run: one of them acts.
    """
    from reconcile.cli.watching import watch_in_rounds, watch_once_each
    from reconcile.errors import usage

    if not (once or dry_run):
        return watch_in_rounds(
            shell, cluster, all_clusters, listen=listen, encoding=state_encoding, local=local_ledger
        )
    if listen is not None or state_encoding is not None:
        raise usage(
            "metrics are of many rounds, and --once and --dry-run make one",
            hint="leave out --listen and --state-encoding",
        )
    return watch_once_each(shell, cluster, all_clusters, dry_run=dry_run, local=local_ledger)


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
    *,
    cluster: OneClusterOption = None,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only what has failed, not the whole connector.")
    ] = False,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Restart connectors with their tasks."""
    from reconcile.cli.acting import Asking, act_restart

    asking = Asking(
        cluster=cluster,
        auto_approve=auto_approve,
        lock_timeout=lock_timeout,
        local_ledger=local_ledger,
    )
    return act_restart(shell, names, asking, only_failed=only_failed)


def pause(
    shell: Shell,
    names: NamesArgument,
    *,
    cluster: OneClusterOption = None,
    hold: HoldOption = None,
    until: UntilOption = None,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Pause connectors.

    Their tasks stay assigned and do nothing. With --hold they stay so, whatever git declares.
    """
    from reconcile.cli.acting import Asking, act_state

    asking = Asking(
        cluster=cluster,
        auto_approve=auto_approve,
        lock_timeout=lock_timeout,
        local_ledger=local_ledger,
    )
    holding = _holding(shell, hold, until)
    return act_state(shell, names, TargetState.PAUSED, asking, verb="pause", holding=holding)


def resume(
    shell: Shell,
    names: NamesArgument,
    *,
    cluster: OneClusterOption = None,
    hold: HoldOption = None,
    until: UntilOption = None,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Resume connectors that are paused or stopped."""
    from reconcile.cli.acting import Asking, act_state

    asking = Asking(
        cluster=cluster,
        auto_approve=auto_approve,
        lock_timeout=lock_timeout,
        local_ledger=local_ledger,
    )
    holding = _holding(shell, hold, until)
    return act_state(shell, names, TargetState.RUNNING, asking, verb="resume", holding=holding)


def stop(
    shell: Shell,
    names: NamesArgument,
    *,
    cluster: OneClusterOption = None,
    hold: HoldOption = None,
    until: UntilOption = None,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Stop connectors.

    Their tasks are shut down, and their offsets can be changed. With --hold they stay so, whatever
    git declares.
    """
    from reconcile.cli.acting import Asking, act_state

    asking = Asking(
        cluster=cluster,
        auto_approve=auto_approve,
        lock_timeout=lock_timeout,
        local_ledger=local_ledger,
    )
    holding = _holding(shell, hold, until)
    return act_state(shell, names, TargetState.STOPPED, asking, verb="stop", holding=holding)


def _holding(shell: Shell, reason: str | None, until: str | None) -> "Holding | None":
    from reconcile.cli.acting import Holding
    from reconcile.cli.moments import moment_of
    from reconcile.errors import usage

    if reason is None and until is None:
        return None
    if not (reason and reason.strip()) or until is None:
        raise usage("--hold and --until belong together", hint="say why, and when the hold ends")
    return Holding(reason=reason, until=moment_of(shell, until))
