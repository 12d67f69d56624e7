"""Watch clusters: once, or until somebody says stop."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconcile.cli.approving import interruptible
from reconcile.cli.exits import Exit, worst
from reconcile.cli.opening import lock_for, open_project
from reconcile.cli.shell import Shell
from reconcile.desired.listening import EXPECTED, parse_address
from reconcile.desired.project import LoadedProject, load_project
from reconcile.errors import ConnectformError, usage
from reconcile.expose.display import Display, watch_shown
from reconcile.model.exposure import Address, StateEncoding
from reconcile.model.metrics import Flows
from reconcile.model.problem import Problem
from reconcile.report.flow_text import age_text
from reconcile.report.logger_text import change_lines
from reconcile.report.problem_text import problems_lines
from reconcile.report.spans import Line
from reconcile.report.watch_text import WatchedRow, watched_line, watched_summary
from reconcile.watch.diary import Diary
from reconcile.watch.ending import run_until_stopped
from reconcile.watch.loop import Course, watch_once
from reconcile.watch.rounds import COMMAND, Round, Seat
from reconcile.watch.telling import (
    doubt_key,
    drifted_count,
    drifted_lines,
    is_well,
    watched_rows,
)

_SUMMARY: Final = ("", "")


def watch_once_each(
    shell: Shell, clusters: list[str] | None, every: bool, *, dry_run: bool, local: bool
) -> Exit:
    """Look once at the clusters that are chosen, by default all."""
    loaded, chosen = open_project(shell, clusters, every)
    seats = [seat_for(shell, loaded, cluster, local=local) for cluster in chosen]
    return worst(*[_once(shell, seat, dry_run=dry_run) for seat in seats])


def watch_in_rounds(
    shell: Shell,
    clusters: list[str] | None,
    every: bool,
    *,
    listen: str | None,
    encoding: StateEncoding | None,
    local: bool,
) -> Exit:
    """Watch the clusters that are chosen, by default all, until somebody says stop.

    `listen` and `encoding` are for the metrics; None is what the project file says.
    """
    asked = None if listen is None else _address(listen)
    loaded, chosen = open_project(shell, clusters, every)
    seats = [seat_for(shell, loaded, cluster, local=local) for cluster in chosen]
    exposure = loaded.project.watch.expose
    display = Display(loaded, chosen, encoding or exposure.encoding, shell.context.clock)
    address = asked or exposure.listen
    with ExitStack() as stack:
        if address is not None:
            from reconcile.expose.serving import served  # few serve, and it is slow to load

            url = stack.enter_context(served(address, display))
            if shell.logs_json:
                shell.context.log("listening", url=url)
            else:
                shell.terminal.say(f"Metrics are at {url}")
        return _until_stopped(shell, seats, display)


def _address(text: str) -> Address:
    address = parse_address(text)
    if address is None:
        raise usage(f"--listen: {text} {EXPECTED}")
    return address


def seat_for(shell: Shell, loaded: LoadedProject, cluster: str, *, local: bool) -> Seat:
    """Return where a cluster is watched from."""
    lock = lock_for(shell, loaded, COMMAND, timeout=0.0, local=local)
    return Seat(context=shell.context, loaded=loaded, cluster=cluster, lock=lock)


def _once(shell: Shell, seat: Seat, *, dry_run: bool) -> Exit:
    try:
        found = watch_once(seat, rehearse=dry_run)
    except ConnectformError as error:
        found = Round(cluster=seat.cluster, problems=error.problems)
    if shell.logs_json or (shell.logs_rounds and not dry_run):
        _diary(shell, seat).write(_problems_alone(found) if dry_run else found)
    rows = watched_rows(found)
    shell.terminal.show([*map(watched_line, rows), *drifted_lines(found).values()])
    shell.terminal.show(_level_lines(found))
    if not shell.logs_json:
        _note(shell, (*found.problems, *found.unsent, *found.untold, *found.flows.problems))
    if found.problems:
        return Exit.ERROR
    shell.terminal.show([_summary(found, rows)])
    return Exit.FINE if is_well(found) else Exit.CHANGES


def _problems_alone(found: Round) -> Round:
    """Return what a rehearsal has to log: what it would do has not happened."""
    return Round(
        cluster=found.cluster,
        problems=found.problems,
        untold=found.untold,
        flows=Flows(problems=found.flows.problems),
    )


def _until_stopped(shell: Shell, seats: Sequence[Seat], display: Display) -> Exit:
    """Watch each cluster in a thread of its own, so that none waits for another."""
    with interruptible(shell) as interrupt:
        teller = _Teller(shell, _diary(shell, seats[0]))
        # A file that is missing for a moment is not looked for in the folders above.
        file = shell.project or Path(seats[0].loaded.project.path)
        course = Course(
            tell=teller.tell,
            wait=interrupt.wait,
            reload=lambda before: load_project(file, shell.context.directory, before),
        )
        threads = [
            threading.Thread(
                target=watch_shown, args=(seat, course, display), name=f"watch-{seat.cluster}"
            )
            for seat in seats
        ]
        left = run_until_stopped(threads, lambda: interrupt.requested, shell.context.clock)
    if left:
        names = ", ".join(name.removeprefix("watch-") for name in left)
        shell.terminal.say(f"Did not wait any longer for what gives no answer: {names}")
    return Exit.FINE


@dataclass(slots=True)
class _Teller:
    """Print what is new and log it; threads share it.

    Where programs read the log, that is all there is to read.
    """

    shell: Shell
    diary: Diary
    _said: dict[str, dict[tuple[str, str], Line]] = field(default_factory=dict)
    _doubts: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, found: Round) -> None:
        """Print the connectors of a round of which something else is to be said than before."""
        if self.shell.logs_rounds:
            with self._lock:
                self.diary.write(found)
        if self.shell.logs_json:
            return
        rows = watched_rows(found)
        lines = {("", row.name): watched_line(row) for row in rows}
        lines |= {("drift", name): text for name, text in drifted_lines(found).items()}
        summary = _summary(found, rows)
        with self._lock:
            said = self._said.get(found.cluster, {})
            _tell_of_receivers(self.shell, found)
            if found.problems:
                problems = problems_lines(found.problems)
                if said.get(_SUMMARY) != problems[0]:
                    _note(self.shell, found.problems)
                self._said[found.cluster] = {**said, _SUMMARY: problems[0]}
                return
            doubts = {
                doubt_key(one): one for one in (*found.unkept, *found.flows.problems, *found.untold)
            }
            known = self._doubts.get(found.cluster, set())
            self._doubts[found.cluster] = set(doubts)
            _note(self.shell, [one for key, one in doubts.items() if key not in known])
            new = [text for name, text in lines.items() if said.get(name) != text]
            if new or said.get(_SUMMARY) != summary:
                self.shell.terminal.show([*new, summary])
            self.shell.terminal.show(_level_lines(found))
            self._said[found.cluster] = {**lines, _SUMMARY: summary}


def _summary(found: Round, rows: tuple[WatchedRow, ...]) -> Line:
    return watched_summary(found.cluster, rows, len(found.judged.missing), drifted_count(found))


def _diary(shell: Shell, seat: Seat) -> Diary:
    root = seat.loaded.project.definitions_root
    return Diary(shell.context, seat.lock.identity.run, root)


def _level_lines(found: Round) -> list[Line]:
    return change_lines(found.cluster, found.levels)


def _tell_of_receivers(shell: Shell, found: Round) -> None:
    """Say which receivers take no alerts from now on, and which take them again."""
    for name, post in found.posts.items():
        if post.anew:
            _note(shell, post.problems)
        if post.lasted is not None:
            after = age_text(post.lasted.total_seconds())
            shell.terminal.say(f"The receiver {name} takes alerts again, after {after}")


def _note(shell: Shell, problems: Sequence[Problem]) -> None:
    if problems:
        shell.terminal.note(problems_lines(problems), redactor=shell.context.redactor)
