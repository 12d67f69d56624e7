"""Show and set the levels of the workers' loggers."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reconcile import __version__
from reconcile.apply.options import Interrupt
from reconcile.cli.approving import interruptible, is_confirmed
from reconcile.cli.exits import Exit, worst
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError, usage
from reconcile.model.command import command
from reconcile.model.logger import (
    ClusterLoggers,
    Level,
    LevelChange,
    LoggerLevel,
    LoggerScope,
    WorkerLoggers,
)
from reconcile.model.problem import Problem
from reconcile.report.logger_text import (
    change_lines,
    loggers_document,
    loggers_summary,
    loggers_table,
)
from reconcile.report.problem_text import problems_lines
from reconcile.report.words import moment_text
from reconcile.run.levels import (
    Reached,
    carry_out_levels,
    changes_to_declared,
    changes_to_set,
    is_taken,
    levels_left,
    loggers_of,
    reach_workers,
    read_again,
    restore_levels,
    set_everywhere,
    tell_each_other,
)

# What stands in a path, and what no Java name has: workers from 4.0 on refuse some of it.
_NO_NAME: Final = re.compile(r"[/\\%?#;\s]|^\.+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leveling:
    """How a level is asked for: on which workers, for how many seconds, and how it is told."""

    scope: LoggerScope
    worker: str
    seconds: float | None
    auto_approve: bool
    as_json: bool


def show_loggers(
    shell: Shell,
    loaded: LoadedProject,
    clusters: Sequence[str],
    logger: str | None,
    *,
    as_json: bool,
) -> Exit:
    """Print the loggers of each cluster; one that cannot be read does not hide others."""
    if logger is not None:
        _check_name(logger)
    found: list[ClusterLoggers] = []
    code = Exit.FINE
    for cluster in clusters:
        try:
            with reach_workers(shell.context, loaded, cluster) as reached:
                found.append(loggers_of(reached, logger or ""))
        except ClusterError as error:
            _note(shell, error.problems)
            code = Exit.ERROR
    for one in found:
        _note(shell, one.problems)
        code = Exit.ERROR if one.problems else code
    if as_json:
        write_document(shell, document=loggers_document(found, __version__))
        return code
    for one in found:
        shell.terminal.table(loggers_table(one))
        shell.terminal.show([loggers_summary(one)])
    return code


def set_level(
    shell: Shell, loaded: LoadedProject, cluster: str, logger: str, level: Level, asked: Leveling
) -> Exit:
    """Set a level once somebody has approved of it; with a time, wait and restore."""
    _check_name(logger)
    wanted = LoggerLevel(logger, level.value)
    with reach_workers(shell.context, loaded, cluster, worker=asked.worker) as known:
        reached = _within(known, asked.scope)
        _note(shell, reached.problems)
        changes = changes_to_set(reached, wanted)
        _tell(shell, reached, changes)
        _warn(shell, reached, wanted, asked)
        if not changes:
            return _told(shell, reached, wanted, (), asked, Exit.FINE)
        if not is_confirmed(
            shell, "Do you want to set this level?", auto_approve=asked.auto_approve
        ):
            shell.terminal.say("Cancelled; nothing was written.")
            return Exit.ERROR
        with interruptible(shell) as interrupt:
            if asked.seconds is None:
                code = _set(shell, reached, wanted, asked)
                return _told(shell, reached, wanted, changes, asked, code)
            return _for_a_time(shell, reached, wanted, changes, asked, interrupt)


def apply_levels(
    shell: Shell,
    loaded: LoadedProject,
    clusters: Sequence[str],
    *,
    auto_approve: bool,
    as_json: bool,
) -> Exit:
    """Set what the project file declares on all workers of the clusters that declare something."""
    found: list[ClusterLoggers] = []
    code = Exit.FINE
    with ExitStack() as stack:
        ready: list[tuple[Reached, tuple[LevelChange, ...]]] = []
        for cluster in clusters:
            try:
                reached = stack.enter_context(reach_workers(shell.context, loaded, cluster))
            except ClusterError as error:
                _note(shell, error.problems)
                code = Exit.ERROR
                continue
            _note(shell, reached.problems)
            code = Exit.ERROR if reached.problems else code
            ready.append((reached, changes_to_declared(reached)))
            _tell(shell, *ready[-1])
        asked = any(changes for _, changes in ready)
        question = "Do you want to set these levels?"
        if asked and not is_confirmed(shell, question, auto_approve=auto_approve):
            shell.terminal.say("Cancelled; nothing was written.")
            return Exit.ERROR
        for reached, changes in ready:
            problems = carry_out_levels(reached, changes)
            _note(shell, problems)
            if problems:
                some = len(problems) < len({one.worker for one in changes})
                code = worst(code, Exit.PARTIAL if some else Exit.ERROR)
            found.append(_after(reached, changes, ""))
    if as_json:
        write_document(shell, document=loggers_document(found, __version__))
    return code


def _for_a_time(
    shell: Shell,
    reached: Reached,
    wanted: LoggerLevel,
    changes: Sequence[LevelChange],
    asked: Leveling,
    interrupt: Interrupt,
) -> Exit:
    """Set a level, wait, and give every worker its own former levels back, whatever happens."""
    seconds = asked.seconds or 0.0
    code = Exit.ERROR
    restored = False
    try:
        code = _set(shell, reached, wanted, asked)
        if code is not Exit.ERROR:
            end = shell.context.clock.now() + timedelta(seconds=seconds)
            shell.terminal.say(f"The former levels come back at {moment_text(end)}, or on Ctrl-C.")
            interrupt.wait(seconds)
    finally:
        restored = _is_restored(shell, reached, wanted, asked)
    if not restored:
        code = Exit.PARTIAL
    elif interrupt.requested:
        code = Exit.INTERRUPTED
    return _told(shell, reached, wanted, changes, asked, code, restored=restored)


def _set(shell: Shell, reached: Reached, wanted: LoggerLevel, asked: Leveling) -> Exit:
    problems = set_everywhere(reached, wanted, asked.scope)
    _note(shell, problems)
    if not problems:
        return Exit.FINE
    return Exit.PARTIAL if is_taken(reached, wanted) else Exit.ERROR


def _is_restored(shell: Shell, reached: Reached, sent: LoggerLevel, asked: Leveling) -> bool:
    """Restore, and tell whether it worked; where not, print the commands that are left to do."""
    done = False
    failed: Sequence[tuple[WorkerLoggers, Problem | None]]
    failed = [(worker, None) for worker in reached.workers]
    try:
        failed = restore_levels(reached, sent, asked.scope)
        done = not failed
    finally:
        _note(shell, [problem for _, problem in failed if problem is not None])
        if done:
            shell.terminal.say(f"The former levels of {sent.logger} and below are back.")
        else:
            shell.terminal.say("Former levels are not back everywhere. What is left to do:")
        for worker, _ in failed:
            for left in levels_left(worker, sent):
                verb = f"loggers set --auto-approve --worker {worker.url}"
                line = command(verb, left.logger, left.level, cluster=reached.cluster)
                shell.terminal.say(f"  {line}")
    return done


def _within(reached: Reached, scope: LoggerScope) -> Reached:
    """Return the workers that a scope is about; of one worker, the others need not answer."""
    if scope is LoggerScope.CLUSTER:
        return reached
    return replace(
        reached, connections=reached.connections[:1], workers=reached.workers[:1], problems=()
    )


def _warn(shell: Shell, reached: Reached, wanted: LoggerLevel, asked: Leveling) -> None:
    if asked.scope is LoggerScope.CLUSTER and not tell_each_other(reached):
        versions = ", ".join(sorted({worker.version for worker in reached.workers}))
        shell.terminal.say(
            f"Workers of Connect {versions} do not tell each other (that came with 3.7): those whose"
            f" addresses are in clusters.{reached.cluster}.urls are told, and no others."
        )
    declared = reached.declared.get(wanted.logger)
    if declared is not None and declared != wanted.level:
        shell.terminal.say(
            f"clusters.{reached.cluster}.loggers declares {declared} for it, which connectform"
            " loggers apply sets again, and watch on workers that restart."
        )


def _tell(shell: Shell, reached: Reached, changes: Sequence[LevelChange]) -> None:
    lines = change_lines(reached.cluster, changes)
    shell.terminal.note(lines)
    if not changes:
        shell.terminal.say(f"No changes. The loggers of {reached.cluster} are as wanted.")


def _told(
    shell: Shell,
    reached: Reached,
    wanted: LoggerLevel,
    changes: Sequence[LevelChange],
    asked: Leveling,
    code: Exit,
    *,
    restored: bool | None = None,
) -> Exit:
    if asked.as_json:
        after = replace(_after(reached, changes, wanted.logger), restored=restored)
        write_document(shell, document=loggers_document([after], __version__))
    elif changes and restored is None and code is Exit.FINE:
        shell.terminal.say("Done. Workers forget it when they restart.")
    return worst(code, Exit.ERROR if reached.problems else Exit.FINE)


def _after(reached: Reached, changes: Sequence[LevelChange], logger: str) -> ClusterLoggers:
    """Return the workers as they are now; where one cannot be read any more, as they were."""
    try:
        now = read_again(reached)
    except ClusterError as error:
        now = replace(reached, problems=(*reached.problems, *error.problems))
    return replace(loggers_of(now), changes=tuple(changes), logger=logger)


def _check_name(logger: str) -> None:
    if not logger or not logger.isprintable() or _NO_NAME.search(logger):
        raise usage(f"{logger!r} is no name of a logger", hint="connectform loggers get lists them")


def _note(shell: Shell, problems: Sequence[Problem]) -> None:
    if problems:
        shell.terminal.note(problems_lines(problems), redactor=shell.context.redactor)
