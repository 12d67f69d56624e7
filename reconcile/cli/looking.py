"""Show what clusters say: states, and the settings of plugins."""

from collections.abc import Sequence

from reconcile.cli.exits import Exit
from reconcile.cli.rendering import Reports, status_writers, write_reports
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError
from reconcile.model.drift import NotCompared
from reconcile.model.health import UNWELL
from reconcile.model.plan import Selection
from reconcile.report.problem_text import problems_lines
from reconcile.report.setting_text import setting_lines, settings_document, settings_table
from reconcile.report.status_text import status_summary, status_table
from reconcile.run.drifting import not_compared
from reconcile.run.reading import Status, explain_class, explain_setting, read_status


def show_status(
    shell: Shell,
    loaded: LoadedProject,
    clusters: Sequence[str],
    selection: Selection,
    reports: Reports,
    *,
    over: float | None = None,
    exit_code: bool,
) -> Exit:
    """Print the connectors of each cluster; a cluster that cannot be read does not hide others.

    `over` is how many seconds lie between two readings of what flows.
    """
    found: list[Status] = []
    failed: list[NotCompared] = []
    for cluster in clusters:
        try:
            found.append(read_status(shell.context, loaded, cluster, selection, over=over))
        except ClusterError as error:
            shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
            project = loaded.project.name
            failed.append(not_compared(shell.context, project, cluster, error.problems))
    flows = {status.live.cluster: status.flows for status in found if status.flows is not None}
    for flow in flows.values():
        if flow.problems:
            shell.terminal.note(problems_lines(flow.problems), redactor=shell.context.redactor)
    for status in found if reports.as_text else ():
        if status.names:
            table = status_table(status.live, status.verdicts, status.names, status.flows)
            shell.terminal.table(table)
        shell.terminal.show([status_summary(status.live, status.verdicts, status.names)])
    readings = [(status.live, status.verdicts, status.names) for status in found]
    writers = status_writers(readings, failed, links=loaded.project.links, flows=flows)
    write_reports(shell, reports, writers)
    if failed:
        return Exit.ERROR
    return Exit.CHANGES if exit_code and any(map(_is_unwell, found)) else Exit.FINE


def _is_unwell(status: Status) -> bool:
    return any(verdict.health in UNWELL for verdict in status.verdicts.values())


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
