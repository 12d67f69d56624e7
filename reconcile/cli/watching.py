"""Watch clusters: once, or until somebody says stop."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconcile.cli.approving import interruptible
from reconcile.cli.exits import Exit, worst
from reconcile.cli.opening import lock_for, open_project
from reconcile.cli.shell import Shell
from reconcile.desired.project import LoadedProject, load_project
from reconcile.errors import ConnectformError
from reconcile.model.problem import Problem
from reconcile.report.problem_text import problems_lines
from reconcile.report.spans import Line
from reconcile.report.watch_text import WatchedRow, watched_line, watched_summary
from reconcile.watch.loop import Course, watch_cluster, watch_once
from reconcile.watch.rounds import COMMAND, Round, Seat
from reconcile.watch.telling import drifted_count, drifted_lines, is_well, watched_rows

_SUMMARY: Final = ("", "")


def watch_in_rounds(
    shell: Shell, clusters: list[str] | None, every: bool, *, once: bool, dry_run: bool, local: bool
) -> Exit:
    """Watch the clusters that are chosen, by default all."""
    loaded, chosen = open_project(shell, clusters, every)
    seats = [seat_for(shell, loaded, cluster, local=local) for cluster in chosen]
    if once or dry_run:
        return worst(*[_once(shell, seat, dry_run=dry_run) for seat in seats])
    return _until_stopped(shell, seats)


def seat_for(shell: Shell, loaded: LoadedProject, cluster: str, *, local: bool) -> Seat:
    """Return where a cluster is watched from."""
    lock = lock_for(shell, loaded, COMMAND, timeout=0.0, local=local)
    return Seat(context=shell.context, loaded=loaded, cluster=cluster, lock=lock)


def _once(shell: Shell, seat: Seat, *, dry_run: bool) -> Exit:
    try:
        found = watch_once(seat, rehearse=dry_run)
    except ConnectformError as error:
        _note(shell, error.problems)
        return Exit.ERROR
    rows = watched_rows(found)
    shell.terminal.show([*map(watched_line, rows), *drifted_lines(found).values()])
    _note(shell, (*found.problems, *found.unsent))
    if found.problems:
        return Exit.ERROR
    shell.terminal.show([_summary(found, rows)])
    return Exit.FINE if is_well(found) else Exit.CHANGES


def _until_stopped(shell: Shell, seats: Sequence[Seat]) -> Exit:
    """Watch each cluster in a thread of its own, so that none waits for another."""
    with interruptible(shell) as interrupt:
        teller = _Teller(shell)
        # A file that is missing for a moment is not looked for in the folders above.
        file = shell.project or Path(seats[0].loaded.project.path)
        course = Course(
            tell=teller.tell,
            wait=interrupt.wait,
            reload=lambda: load_project(file, shell.context.directory),
        )
        threads = [
            threading.Thread(
                target=watch_cluster, args=(seat, course), name=f"watch-{seat.cluster}"
            )
            for seat in seats
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=0.5)
    return Exit.FINE


@dataclass(slots=True)
class _Teller:
    """Print what is new; threads share it."""

    shell: Shell
    _said: dict[str, dict[tuple[str, str], Line]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, found: Round) -> None:
        """Print the connectors of a round of which something else is to be said than before."""
        rows = watched_rows(found)
        lines = {("", row.name): watched_line(row) for row in rows}
        lines |= {("drift", name): text for name, text in drifted_lines(found).items()}
        summary = _summary(found, rows)
        with self._lock:
            said = self._said.get(found.cluster, {})
            _note(self.shell, found.unsent)
            if found.problems:
                problems = problems_lines(found.problems)
                if said.get(_SUMMARY) != problems[0]:
                    _note(self.shell, found.problems)
                self._said[found.cluster] = {**said, _SUMMARY: problems[0]}
                return
            new = [text for name, text in lines.items() if said.get(name) != text]
            if new or said.get(_SUMMARY) != summary:
                self.shell.terminal.show([*new, summary])
            self._said[found.cluster] = {**lines, _SUMMARY: summary}


def _summary(found: Round, rows: tuple[WatchedRow, ...]) -> Line:
    return watched_summary(found.cluster, rows, len(found.judged.missing), drifted_count(found))


def _note(shell: Shell, problems: Sequence[Problem]) -> None:
    if problems:
        shell.terminal.note(problems_lines(problems), redactor=shell.context.redactor)
