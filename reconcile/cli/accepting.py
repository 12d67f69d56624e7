"""Accept into git what was changed by hand on a cluster."""

from itertools import groupby

from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_cluster
from reconcile.cli.shell import Shell
from reconcile.model.plan import Selection
from reconcile.report.accept_text import diff_lines, left_lines
from reconcile.report.words import counted
from reconcile.run.accepting import Acceptance, accept, write_updates


def accept_drift(
    shell: Shell, cluster: str | None, names: list[str], selection: Selection, *, dry_run: bool
) -> Exit:
    """Show how the files change, change them, and say what is left to be written by hand."""
    loaded, chosen = open_cluster(shell, cluster)
    found = accept(shell.context, loaded, chosen, names, selection=selection)
    for update in found.updates:
        shell.terminal.show(diff_lines(update.diff))
    if not dry_run:
        write_updates(found)
    _show_left(shell, found)
    _tell(shell, found, dry_run=dry_run)
    return Exit.ERROR if found.left else Exit.FINE


def _show_left(shell: Shell, found: Acceptance) -> None:
    for connector, items in groupby(found.left, key=lambda item: item.connector):
        rows = [(item.key, item.reason, item.line, item.location) for item in items]
        shell.terminal.show(left_lines(connector, rows))


def _tell(shell: Shell, found: Acceptance, *, dry_run: bool) -> None:
    values = sum(map(len, found.accepted.values()))
    if values:
        verb = "would be accepted" if dry_run else "accepted"
        count, connectors = counted(values, "value"), counted(len(found.accepted), "connector")
        shell.terminal.say(
            f"{count} of {connectors} {verb} into {counted(len(found.updates), 'file')}."
        )
        if not dry_run:
            shell.terminal.say("Look at it and commit: git diff")
    elif not found.left:
        shell.terminal.say("Nothing to accept: no value was changed by hand.")
    for name in found.missing:
        shell.terminal.say(f"{name} is not live: remove its definition to accept that.")
