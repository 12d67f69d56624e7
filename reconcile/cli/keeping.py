"""The commands about ledgers: show, adopt, forget, hold, history, rollback, unlock."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.operating import NamesArgument, OneClusterOption
from reconcile.cli.options import (
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    LocalLedgerOption,
    LockTimeoutOption,
    OutputFormat,
    OutputOption,
    PlanOutputOption,
    PlanReportOption,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell


def show(
    shell: Shell,
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan from plan --out.")],
    output: PlanOutputOption = OutputFormat.TEXT,
    report: PlanReportOption = None,
) -> Exit:
    """Show a plan that was kept in a file.

    No cluster is asked.
    """
    from reconcile.cli.opening import links_here
    from reconcile.cli.rendering import plan_writers, reports_of, write_reports
    from reconcile.report.plan_text import plan_lines
    from reconcile.run.saving import read_plan_file

    reports = reports_of(output, report)
    plans = [saved.plan for saved in read_plan_file(shell.context, plan_file)]
    for plan in plans if reports.as_text else ():
        shell.terminal.show(plan_lines(plan))
    write_reports(shell, reports, plan_writers(plans, links=links_here(shell)))
    return Exit.FINE


def adopt(
    shell: Shell,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="Default: all that git declares."),
    ] = None,
    *,
    cluster: OneClusterOption = None,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Enter live connectors into the ledger as this project's.

    Nothing is written to the cluster. Connectors that git declares are entered where they are as
    declared; others, by name, where ownership.owns matches them: --prune can delete those then.
    """
    from reconcile.cli.recording import Asked, adopt_connectors

    asked = Asked(cluster=cluster, timeout=lock_timeout, local=local_ledger)
    return adopt_connectors(
        shell, names or [], asked, selection_of(select, exclude), auto_approve=auto_approve
    )


def forget(
    shell: Shell,
    names: NamesArgument,
    *,
    cluster: OneClusterOption = None,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Take connectors out of the ledger, and leave them on the cluster.

    Their protection is forgotten with them, and another project may adopt them.
    """
    from reconcile.cli.recording import Asked, forget_connectors

    asked = Asked(cluster=cluster, timeout=lock_timeout, local=local_ledger)
    return forget_connectors(shell, names, asked)


def hold(
    shell: Shell,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A connector, or a glob. Without: list the holds."),
    ] = None,
    *,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; shown in every plan.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TIME", help="A day, a time with its zone, or 90m, 4h, 2d."
        ),
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
    cluster: OneClusterOption = None,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Keep every writer away from a connector until a time; or list what is held.

    A held connector is left alone by apply and by every other command that writes.
    """
    from reconcile.cli.recording import Asked, hold_connector, release_hold, show_holds
    from reconcile.errors import usage

    asked = Asked(cluster=cluster, timeout=0.0, local=local_ledger)
    if name is None:
        return show_holds(shell, asked)
    if release:
        return release_hold(shell, name, asked)
    if not (reason and reason.strip()) or until is None:
        raise usage("a hold needs --reason and --until", hint="it ends by itself, so say when")
    return hold_connector(shell, name, asked, reason=reason, until=until)


def history(
    shell: Shell,
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME | show RUN]", help="A connector, or `show` and a run."),
    ] = None,
    *,
    connector: Annotated[
        str | None,
        typer.Option("--connector", metavar="NAME", help="A connector, though it be called show."),
    ] = None,
    cluster: ClusterOption = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="The newest so many. Default: 20, and all as JSON."),
    ] = None,
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Show who applied what, and when: all runs, one connector, or one run in full."""
    from reconcile.cli.recording import AskedOfHistory, show_history
    from reconcile.errors import usage

    match (what or [], connector):
        case ([], name):
            asked = AskedOfHistory(name=name or "", limit=limit)
        case (["show"], None):
            raise usage(
                "history show wants a run: history show RUN",
                hint="connectform history lists the runs; for a connector that is called show,"
                " connectform history --connector show",
            )
        case ([name], None):
            asked = AskedOfHistory(name=name, limit=limit)
        case (["show", run], None):
            asked = AskedOfHistory(run=run, limit=limit)
        case _:
            raise usage(
                "history takes one name, or show and a run", hint="connectform history NAME"
            )
    return show_history(shell, asked, cluster, as_json=output is OutputFormat.JSON)


def rollback(
    shell: Shell,
    target: Annotated[
        str,
        typer.Argument(
            metavar="NAME|RUN",
            help="A connector: back to what was applied before. A run: all back to what was then.",
        ),
    ],
    *,
    cluster: OneClusterOption = None,
    auto_approve: AutoApproveOption = False,
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Go back to what was applied before, and hold it until git says something else.

    Definitions roll back; offsets, and records that were written, do not.
    """
    from reconcile.cli.recording import Asked, roll_back

    asked = Asked(cluster=cluster, timeout=lock_timeout, local=local_ledger)
    return roll_back(shell, target, asked, auto_approve=auto_approve)


def unlock(
    shell: Shell,
    *,
    cluster: OneClusterOption = None,
    auto_approve: AutoApproveOption = False,
    local_ledger: LocalLedgerOption = False,
) -> Exit:
    """Break the lock of a run that has ended without giving it back.

    See first that it has ended: two writers at once are what the lock is for. A lock whose record is
    damaged, so that nobody can read whose it is, is broken as well.
    """
    from reconcile.cli.recording import Asked, break_lock

    asked = Asked(cluster=cluster, timeout=0.0, local=local_ledger)
    return break_lock(shell, asked, auto_approve=auto_approve)
