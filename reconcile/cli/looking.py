"""Show what clusters say: states, and the settings of plugins."""

from collections.abc import Sequence

from reconcile.cli.exits import Exit
from reconcile.cli.rendering import Reports, status_writers, write_reports
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError, LedgerError
from reconcile.model.drift import NotCompared
from reconcile.model.health import UNWELL, tallies_by
from reconcile.model.plan import Selection
from reconcile.report.problem_text import problems_lines
from reconcile.report.setting_text import setting_lines, settings_document, settings_table
from reconcile.report.status_more import More, tally_lines
from reconcile.report.status_text import status_summary, status_table
from reconcile.run.drifting import not_compared
from reconcile.run.reading import Status, explain_class, explain_setting, read_status
from reconcile.watch.remembered import restarts_of


def show_status(
    shell: Shell,
    loaded: LoadedProject,
    clusters: Sequence[str],
    selection: Selection,
    reports: Reports,
    *,
    over: float | None = None,
    by: str = "",
    exit_code: bool,
) -> Exit:
    """Print the connectors of each cluster; a cluster that cannot be read does not hide others.

    `over` is how many seconds lie between two readings of what flows, `by` a label to sum up by.
    """
    found: list[Status] = []
    failed: list[NotCompared] = []
    for cluster in clusters:
        try:
            found.append(
                read_status(shell.context, loaded, cluster, selection, over=over, labelled=bool(by))
            )
        except ClusterError as error:
            shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
            project = loaded.project.name
            failed.append(not_compared(shell.context, project, cluster, error.problems))
    flows = {status.live.cluster: status.flows for status in found if status.flows is not None}
    for flow in flows.values():
        if flow.problems:
            shell.terminal.note(problems_lines(flow.problems), redactor=shell.context.redactor)
    more = {status.live.cluster: _more(shell, loaded, status, by) for status in found}
    for status in found if reports.as_text else ():
        live, besides = status.live, more[status.live.cluster]
        if status.names:
            table = status_table(
                live, status.verdicts, status.names, status.flows, besides.restarts
            )
            shell.terminal.table(table)
        summary = status_summary(live, status.verdicts, status.names)
        shell.terminal.show([summary, *tally_lines(besides)])
    readings = [(status.live, status.verdicts, status.names) for status in found]
    writers = status_writers(readings, failed, links=loaded.project.links, flows=flows, more=more)
    write_reports(shell, reports, writers)
    if failed:
        return Exit.ERROR
    return Exit.CHANGES if exit_code and any(map(_is_unwell, found)) else Exit.FINE


def _more(shell: Shell, loaded: LoadedProject, status: Status, by: str) -> More:
    """Return what is shown besides; a store of watch that cannot be read hides nothing else."""
    healths = {name: status.verdicts[name].health for name in status.names}
    tallies = tallies_by(by, healths, status.labels) if by else {}
    try:
        restarts = restarts_of(shell.context, loaded, status.live)
    except LedgerError as error:
        shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
        restarts = {}
    return More(restarts=restarts, label=by, tallies=tallies)


def _is_unwell(status: Status) -> bool:
    unwell = any(verdict.health in UNWELL for verdict in status.verdicts.values())
    return unwell or bool(status.lost)


def show_settings(
    shell: Shell,
    loaded: LoadedProject,
    cluster: str,
    class_name: str,
    key: str | None,
    *,
    as_json: bool,
) -> None:
    """Print the settings of a class, or the documentation of one."""
    plugin = explain_class(shell.context, loaded, cluster, class_name)
    chosen = [explain_setting(plugin, key)] if key is not None else [*plugin.settings.values()]
    if as_json:
        write_document(shell, document=settings_document(plugin.class_name, chosen))
    elif key is not None:
        shell.terminal.show(setting_lines(chosen[0]))
    else:
        shell.terminal.table(settings_table(chosen))
