"""Show what fires, and try the receivers."""

from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_project
from reconcile.cli.shell import Shell, write_document
from reconcile.cli.watching import seat_for
from reconcile.desired.project import load_project
from reconcile.errors import DefinitionError, UsageError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.plugins.suggest import suggest
from reconcile.report.alert_text import Listed, alert_lines, alerts_document
from reconcile.report.problem_text import problems_lines
from reconcile.report.spans import Span, Style, bold, line
from reconcile.watch.alerting import DESK, try_receiver
from reconcile.watch.loop import watch_store


def list_alerts(shell: Shell, clusters: list[str] | None, every: bool, *, as_json: bool) -> Exit:
    """Print the alerts that fire on the clusters that are chosen, by default all."""
    loaded, chosen = open_project(shell, clusters, every)
    found: list[Listed] = []
    for cluster in chosen:
        with watch_store(seat_for(shell, loaded, cluster, local=True)) as store:
            found += [
                Listed(alert=one.alert, told=one.told)
                for one in DESK.kept(store).board.values()
                if one.alert is not None
            ]
    if as_json:
        write_document(shell, document=alerts_document(found))
    else:
        shell.terminal.show(alert_lines(found))
    return Exit.FINE


def try_receivers(shell: Shell, name: str | None) -> Exit:
    """Send a test alert to one receiver or to all, and print who took it."""
    loaded = load_project(shell.project, shell.context.directory)
    known = tuple(loaded.project.alerts.receivers)
    if name is not None and name not in known:
        raise UsageError(_unknown(name, known))
    if not known:
        raise UsageError(
            Problem(
                code=Code.UNKNOWN_RECEIVER,
                message="the project names nobody who is told of alerts",
                hint='add alerts: {receivers: {main: {alertmanager: "http://alertmanager:9093"}}}',
            )
        )
    code = Exit.FINE
    for receiver in (name,) if name is not None else known:
        try:
            failure = try_receiver(shell.context, loaded, receiver).failure
        except DefinitionError as error:
            shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
            code = Exit.ERROR
            continue
        said = Span(failure, Style.ERROR) if failure else Span("told", Style.GOOD)
        shell.terminal.show([line(bold(receiver), ": ", said)])
        code = Exit.ERROR if failure else code
    return code


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    close = suggest(name, known)
    return Problem(
        code=Code.UNKNOWN_RECEIVER,
        message=f'the project has no receiver "{name}"',
        hint=f"did you mean {close}?"
        if close
        else f"it has {', '.join(known) or 'none: add alerts.receivers to the project file'}",
    )
