"""Take plugin snapshots, and show what they hold."""

import os
from collections.abc import Sequence
from pathlib import Path

from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_project
from reconcile.cli.shell import Shell, write_document
from reconcile.errors import ConnectformError
from reconcile.model.problem import Problem
from reconcile.plugins.snapshot import Snapshot
from reconcile.report.problem_text import problems_lines
from reconcile.report.setting_text import setting_lines, settings_document, settings_table
from reconcile.report.snapshot_text import snapshot_table, snapshots_document
from reconcile.report.words import counted
from reconcile.run.pulling import Pulled, pull, write_editor_schema
from reconcile.run.reading import explain_kept, explain_setting
from reconcile.run.snapshots import no_snapshot, read_snapshot, snapshot_folder


def pull_snapshots(shell: Shell, clusters: list[str] | None, chosen: Path | None) -> Exit:
    """Write the snapshots of the chosen clusters; one that cannot be read does not keep the others."""
    loaded, names = open_project(shell, clusters, every=True)
    folder = snapshot_folder(loaded.project, chosen, shell.context.directory)
    code = Exit.FINE
    for name in names:
        try:
            pulled = pull(shell.context, loaded, name, folder)
        except ConnectformError as error:
            _note(shell, error.problems)
            code = Exit.ERROR
            continue
        _note(shell, pulled.problems)
        _tell(shell, pulled, folder)
        if not pulled.complete:
            code = Exit.ERROR
    path, changed, problems = write_editor_schema(loaded, folder)
    _note(shell, problems)
    if changed:
        shell.terminal.say(f"wrote {os.path.relpath(path, shell.context.directory)}")
    return code


def show_snapshots(
    shell: Shell, cluster: str | None, chosen: Path | None, *, as_json: bool
) -> Exit:
    """Print the classes that the snapshots hold, by cluster."""
    found = _open(shell, cluster, chosen)
    if as_json:
        write_document(shell, document=snapshots_document(found))
    else:
        shell.terminal.table(snapshot_table(found))
    return Exit.FINE if found else Exit.ERROR


def show_class(
    shell: Shell,
    cluster: str | None,
    chosen: Path | None,
    class_name: str,
    key: str | None,
    *,
    as_json: bool,
) -> Exit:
    """Print the settings of a class as the first snapshot that has it knows them, or one of them."""
    found = _open(shell, cluster, chosen)
    if not found:
        return Exit.ERROR
    plugin = explain_kept(found, class_name)
    settings = [explain_setting(plugin, key)] if key is not None else [*plugin.settings.values()]
    if as_json:
        write_document(shell, document=settings_document(plugin.class_name, settings))
    elif key is not None:
        shell.terminal.show(setting_lines(settings[0]))
    else:
        shell.terminal.table(settings_table(settings))
    return Exit.FINE


def _open(shell: Shell, cluster: str | None, chosen: Path | None) -> Sequence[Snapshot]:
    """Return the snapshots there are; say which clusters have none."""
    loaded, names = open_project(shell, [cluster] if cluster else None, every=True)
    folder = snapshot_folder(loaded.project, chosen, shell.context.directory)
    read = {name: read_snapshot(loaded.project, folder, name) for name in names}
    missing = [name for name, snapshot in read.items() if snapshot is None]
    if missing:
        _note(shell, [no_snapshot(loaded.project, folder, missing)])
    return [snapshot for snapshot in read.values() if snapshot is not None]


def _tell(shell: Shell, pulled: Pulled, folder: Path) -> None:
    shown = os.path.relpath(folder / pulled.cluster, shell.context.directory)
    for word, paths in (("wrote", pulled.written), ("removed", pulled.removed)):
        for path in paths:
            shell.terminal.say(f"{word} {shown}/{path}")
    unchanged = f"{counted(pulled.unchanged, 'file')} unchanged"
    counts = (
        f"{len(pulled.written)} written, {len(pulled.removed)} removed, {unchanged}"
        if pulled.written or pulled.removed
        else unchanged
    )
    shell.terminal.say(f"{pulled.cluster} (Connect {pulled.version}): {counts}.")


def _note(shell: Shell, problems: Sequence[Problem]) -> None:
    if problems:
        shell.terminal.note(problems_lines(problems), redactor=shell.context.redactor)
