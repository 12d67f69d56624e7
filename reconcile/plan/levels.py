"""Work out which levels to send, so that loggers have those that are wanted."""

from collections.abc import Mapping

from reconcile.model.logger import (
    ROOT,
    LoggerLevel,
    WorkerLoggers,
    inherited_level,
    is_below,
    level_of,
    source_of,
)


def levels_to_send(now: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[LoggerLevel, ...]:
    """Return what to send, in order, so that loggers have the levels that are wanted.

    A level that is sent holds for all loggers below as well (KIP-495), so that those above come
    first, and those below only where they are to differ.
    """
    current = dict(now)
    found: list[LoggerLevel] = []
    for logger in sorted(wanted, key=lambda name: (name != ROOT, name)):
        level = wanted[logger]
        if level_of(current, logger) != level:
            found.append(LoggerLevel(logger, level))
            current |= {name: level for name in current if is_below(name, logger)}
            current[logger] = level
    return tuple(found)


def overwritten(levels: Mapping[str, str], sent: LoggerLevel) -> tuple[LoggerLevel, ...]:
    """Return the levels that are lost where one is sent: its own, and those of loggers below.

    A logger below that has the level of the one above it goes with that one.
    """
    own = level_of(levels, sent.logger)
    found = [LoggerLevel(sent.logger, own)] if own != sent.level else []
    return (
        *found,
        *(
            LoggerLevel(name, level)
            for name, level in sorted(levels.items())
            if is_below(name, sent.logger)
            and level not in (sent.level, inherited_level(levels, name))
        ),
    )


def levels_wanted_back(
    before: Mapping[str, str], now: Mapping[str, str], sent: LoggerLevel
) -> dict[str, str]:
    """Return which level each logger is to have once a level that was sent is taken back.

    What somebody else has set meanwhile stays. Workers cannot be told that a logger has no level of
    its own: one that inherited its level gets the inherited one as its own.
    """
    # Connect takes whatever begins with the name for a logger below it, with or without a dot.
    concerned = {
        name
        for name in (*before, *now, sent.logger)
        if sent.logger == ROOT or name.startswith(sent.logger)
    }
    return {
        name: level_of(before, name) if current == sent.level else current
        for name in concerned
        if (current := level_of(now, name))
    }


def levels_due(
    declared: Mapping[str, str], worker: WorkerLoggers, *, forgotten_only: bool = False
) -> tuple[LoggerLevel, ...]:
    """Return what to send to a worker so that it has the levels that are declared.

    `forgotten_only` leaves alone what somebody has set since the worker started, where it says so.
    """
    left = {
        logger: level
        for logger, level in declared.items()
        if not (forgotten_only and source_of(worker.levels, logger) in worker.told)
    }
    return levels_to_send(worker.levels, left)
