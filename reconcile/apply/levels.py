"""Set levels of loggers, and read them back: on one worker, or on all by way of one of them."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from reconcile.clock import Clock, until
from reconcile.connect.connection import Connection
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.connect.reads import get_logger
from reconcile.connect.writes import set_logger_level
from reconcile.errors import ClusterError
from reconcile.model.codes import Code
from reconcile.model.logger import LoggerLevel
from reconcile.model.problem import Problem

_FOLLOWS_WITHIN: Final = 10.0  # seconds: the others read it from the config topic


def set_levels(connection: Connection, levels: Sequence[LoggerLevel]) -> tuple[Problem, ...]:
    """Set levels on the worker of a connection, in order; return what went wrong.

    The first that is refused is the last that is tried.
    """
    for wanted in levels:
        problem = _sent(connection, wanted) or _differs(connection, wanted)
        if problem is not None:
            return (problem,)
    return ()


def set_level_everywhere(
    connections: Sequence[Connection], wanted: LoggerLevel, clock: Clock
) -> tuple[Problem, ...]:
    """Set a level on all workers of a cluster by way of the first one (KIP-976, Connect 3.7).

    It is read back from each that is reached here, and has reached the others all the same.
    """
    problem = _sent(connections[0], wanted, whole_cluster=True)
    if problem is not None:
        return (problem,)
    for connection in connections:
        until(clock, partial(_has, connection, wanted), timeout=_FOLLOWS_WITHIN)
    found = (_differs(connection, wanted) for connection in connections)
    return tuple(problem for problem in found if problem is not None)


def _sent(
    connection: Connection, wanted: LoggerLevel, *, whole_cluster: bool = False
) -> Problem | None:
    try:
        set_logger_level(connection, wanted.logger, wanted.level, whole_cluster=whole_cluster)
    except WriteFailure as failure:
        # What may have been done shows when it is read back.
        return None if failure.kind is WriteFailureKind.UNKNOWN_OUTCOME else failure.problem
    return None


def _has(connection: Connection, wanted: LoggerLevel) -> bool:
    return _differs(connection, wanted) is None


def _differs(connection: Connection, wanted: LoggerLevel) -> Problem | None:
    try:
        found = get_logger(connection, wanted.logger)
    except ClusterError as error:
        return error.problems[0]
    if found is not None and found.level == wanted.level:
        return None
    says = f"has {found.level}" if found is not None else "is not known there"
    return Problem(
        code=Code.LEVEL_NOT_TAKEN,
        message=f"cluster {connection.cluster}: {connection.worker.url} was told"
        f" {wanted.level} for {wanted.logger}, which {says}",
        hint="somebody else may set it too; a worker that has just started forgets what it was told",
    )
