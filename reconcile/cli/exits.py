"""Exit codes: a promise that scripts rely on."""

from enum import IntEnum

from reconcile.errors import ConnectformError, RefusedError, StaleError, UsageError


class Exit(IntEnum):
    """What the exit code of a command says."""

    FINE = 0
    ERROR = 1
    CHANGES = 2
    REFUSED = 3
    STALE = 4
    PARTIAL = 5
    USAGE = 64
    INTERRUPTED = 130


def exit_of(error: ConnectformError) -> Exit:
    """Return the exit code for what stopped a run."""
    match error:
        case UsageError():
            return Exit.USAGE
        case RefusedError():
            return Exit.REFUSED
        case StaleError():
            return Exit.STALE
        case _:
            return Exit.ERROR


def worst(*codes: Exit) -> Exit:
    """Return the code of a run over several clusters: an error outweighs changes."""
    order = (
        Exit.INTERRUPTED,
        Exit.PARTIAL,
        Exit.STALE,
        Exit.REFUSED,
        Exit.ERROR,
        Exit.CHANGES,
        Exit.FINE,
    )
    return min(codes, key=order.index, default=Exit.FINE)
