"""Read and set the levels of loggers on every worker whose address is known."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reconcile.apply.levels import set_level_everywhere, set_levels
from reconcile.connect.access import shown_url
from reconcile.connect.connection import Connection
from reconcile.connect.patience import Patience
from reconcile.connect.reads import get_logger, get_loggers
from reconcile.desired.project import LoadedProject, read_access
from reconcile.errors import ClusterError, UsageError
from reconcile.model.codes import Code
from reconcile.model.logger import (
    ROOT,
    ClusterLoggers,
    LevelChange,
    LoggerLevel,
    LoggerScope,
    WorkerLoggers,
    is_below,
    level_of,
)
from reconcile.model.problem import Problem
from reconcile.model.release import SETS_LEVELS_EVERYWHERE
from reconcile.plan.levels import levels_due, levels_to_send, levels_wanted_back, overwritten
from reconcile.plugins.suggest import suggest
from reconcile.run.connections import connect_to
from reconcile.run.context import Context

_ROUNDS = 3  # a worker starts loggers while they are set: what is left is set again


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The workers of a cluster that answer, each with its loggers, and why others do not."""

    context: Context
    cluster: str
    declared: Mapping[str, str]
    connections: tuple[Connection, ...]
    workers: tuple[WorkerLoggers, ...]
    problems: tuple[Problem, ...] = ()


@contextmanager
def reach_workers(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    *,
    worker: str = "",
    patience: Patience | None = None,
) -> Iterator[Reached]:
    """Read the loggers of every worker whose address is known, or of the one that is named.

    Raises ClusterError where none of them answers, or one answers that loggers are not for us.
    """
    urls = read_access(loaded, cluster, context.environment).urls
    if worker:
        urls = _named(cluster, urls, worker)
    connections: list[Connection] = []
    problems: list[Problem] = []
    with ExitStack() as stack:
        for url in urls:
            try:
                opened = connect_to(context, loaded, cluster, only=url, patience=patience)
                connections.append(stack.enter_context(opened))
            except ClusterError as error:
                problems += error.problems
        if not connections:
            raise ClusterError(*problems)
        yield Reached(
            context=context,
            cluster=cluster,
            declared=loaded.project.clusters[cluster].loggers,
            connections=tuple(connections),
            workers=tuple(map(read_loggers, connections)),
            problems=tuple(problems),
        )


def read_loggers(connection: Connection) -> WorkerLoggers:
    """Return the loggers that a worker lists, with their levels."""
    found = get_loggers(connection)
    identity = connection.worker.identity
    return WorkerLoggers(
        url=connection.worker.url,
        version=identity.version,
        release=identity.release,
        levels={one.name: one.level for one in found},
        told={
            one.name: datetime.fromtimestamp(one.last_modified / 1000, UTC)
            for one in found
            if one.last_modified
        },
    )


def loggers_of(reached: Reached, logger: str = "") -> ClusterLoggers:
    """Return what workers say of all loggers, or of one; raise ClusterError where none knows it."""
    if logger and not any(
        _knows(connection, worker, logger)
        for connection, worker in zip(reached.connections, reached.workers, strict=True)
    ):
        raise ClusterError(_unknown(reached, logger))
    return ClusterLoggers(
        cluster=reached.cluster,
        workers=reached.workers,
        declared=reached.declared,
        logger=logger,
        problems=reached.problems,
    )


def read_again(reached: Reached) -> Reached:
    """Return the workers with their loggers as they are now."""
    return replace(reached, workers=tuple(map(read_loggers, reached.connections)))


def changes_to_set(reached: Reached, wanted: LoggerLevel) -> tuple[LevelChange, ...]:
    """Return what changes on which worker where a level is set: there, and below."""
    return tuple(
        LevelChange(worker=worker.url, logger=lost.logger, before=lost.level, after=wanted.level)
        for worker in reached.workers
        for lost in overwritten(worker.levels, wanted)
    )


def is_taken(reached: Reached, wanted: LoggerLevel) -> bool:
    """Tell whether any of the workers has a level now, or may have."""
    try:
        now = read_again(reached)
    except ClusterError:
        return True
    return any(level_of(worker.levels, wanted.logger) == wanted.level for worker in now.workers)


def changes_to_declared(
    reached: Reached, *, forgotten_only: bool = False
) -> tuple[LevelChange, ...]:
    """Return what changes where workers get the levels that the project file declares."""
    return tuple(
        LevelChange(
            worker=worker.url,
            logger=due.logger,
            before=level_of(worker.levels, due.logger),
            after=due.level,
        )
        for worker in reached.workers
        for due in levels_due(reached.declared, worker, forgotten_only=forgotten_only)
    )


def set_everywhere(
    reached: Reached, wanted: LoggerLevel, scope: LoggerScope
) -> tuple[Problem, ...]:
    """Set a level on all workers, or on those that are reached; return what went wrong.

    With all workers from 3.7 on they tell each other (KIP-976); before, each is told here.
    """
    if scope is LoggerScope.CLUSTER and tell_each_other(reached):
        return set_level_everywhere(reached.connections, wanted, reached.context.clock)
    return tuple(
        problem
        for connection in reached.connections
        for problem in set_levels(connection, (wanted,))
    )


def tell_each_other(reached: Reached) -> bool:
    """Tell whether a level set on one worker can reach them all (KIP-976)."""
    return all(worker.release >= SETS_LEVELS_EVERYWHERE for worker in reached.workers)


def carry_out_levels(reached: Reached, changes: Sequence[LevelChange]) -> tuple[Problem, ...]:
    """Send each worker its own changes; return what went wrong."""
    return tuple(
        problem
        for connection, worker in zip(reached.connections, reached.workers, strict=True)
        for problem in set_levels(
            connection,
            [LoggerLevel(one.logger, one.after) for one in changes if one.worker == worker.url],
        )
    )


def restore_levels(
    reached: Reached, sent: LoggerLevel, scope: LoggerScope
) -> tuple[tuple[WorkerLoggers, Problem], ...]:
    """Give each worker back the levels that it had when it was reached.

    Return the workers where that did not work, as they were, and why: one is gone, or somebody
    tells it something else. Workers that are not known here get the level that the first one had.
    """
    wanted: list[Mapping[str, str]] = []
    failed: dict[str, Problem] = {}
    for connection, before in zip(reached.connections, reached.workers, strict=True):
        try:
            now = read_loggers(connection).levels
        except ClusterError as error:
            failed[before.url] = error.problems[0]
            now = {}
        wanted.append(levels_wanted_back(before.levels, now, sent))
    left = [
        (one, connection)
        for one, connection in zip(reached.workers, reached.connections, strict=True)
        if one.url not in failed
    ]
    if left and scope is LoggerScope.CLUSTER and tell_each_other(reached):
        former = LoggerLevel(sent.logger, level_of(left[0][0].levels, sent.logger))
        set_level_everywhere([connection for _, connection in left], former, reached.context.clock)
    for connection, before, levels in zip(
        reached.connections, reached.workers, wanted, strict=True
    ):
        if before.url not in failed and (problem := _given(connection, levels)):
            failed[before.url] = problem
    return tuple((one, failed[one.url]) for one in reached.workers if one.url in failed)


def _given(connection: Connection, wanted: Mapping[str, str]) -> Problem | None:
    """Give a worker its levels; return what went wrong."""
    try:
        for _ in range(_ROUNDS):
            left = levels_to_send(read_loggers(connection).levels, wanted)
            if not left:
                return None
            if problems := set_levels(connection, left):
                return problems[0]
    except ClusterError as error:
        return error.problems[0]
    return None


def levels_left(worker: WorkerLoggers, sent: LoggerLevel) -> tuple[LoggerLevel, ...]:
    """Return what to send by hand to a worker that was not given its former levels back."""
    now = {**worker.levels, sent.logger: sent.level}
    now |= {name: sent.level for name in now if is_below(name, sent.logger)}
    return levels_to_send(now, levels_wanted_back(worker.levels, now, sent))


def _named(cluster: str, urls: Sequence[str], worker: str) -> tuple[str, ...]:
    found = tuple(url for url in urls if shown_url(url) == shown_url(worker))
    if found:
        return found
    known = ", ".join(map(shown_url, urls))
    raise UsageError(
        Problem(
            code=Code.USAGE,
            message=f"cluster {cluster} has no worker at {shown_url(worker)}",
            hint=f"the project file names {known}",
        )
    )


def _knows(connection: Connection, worker: WorkerLoggers, logger: str) -> bool:
    """Tell whether a worker has a logger, or one below: those without a level are not listed."""
    listed = logger in worker.levels or any(is_below(name, logger) for name in worker.levels)
    return listed or get_logger(connection, logger) is not None


def _unknown(reached: Reached, logger: str) -> Problem:
    names = {name for worker in reached.workers for name in worker.levels}
    close = suggest(logger, sorted(names))
    return Problem(
        code=Code.UNKNOWN_LOGGER,
        message=f"cluster {reached.cluster}: no worker has a logger {logger!r}",
        hint=f"did you mean {close!r}?"
        if close
        else f"loggers exist once their class is in use; a new one has the level of {ROOT}",
    )
