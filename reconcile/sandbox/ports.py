"""Choose free ports on loopback."""

import socket
import zlib
from pathlib import Path

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

LOOPBACK = "127.0.0.1"
# Below the range from which systems give ports to outgoing connections.
_LOWEST, _HIGHEST = 20000, 31999


def choose_ports(
    count: int, directory: Path, *, wanted: int, attempt: int, others: int = 0
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return ports for workers, which follow each other, and `others` more.

    The workers' begin at `wanted` unless that is 0. Raises SandboxError (CF602) where those are
    taken. Each attempt looks elsewhere for the rest.
    """
    first = first_choice(directory, attempt)
    if not wanted:
        ports = free_ports(count + others, first)
        return ports[:count], ports[count:]
    workers = tuple(range(wanted, wanted + count))
    refuse_busy(workers)
    return workers, free_ports(others, first, avoid=workers)


def first_choice(directory: Path, attempt: int = 0) -> int:
    """Return where to begin looking; the same for the same directory, so that URLs stay."""
    spread = zlib.crc32(str(directory).encode("utf-8", "surrogateescape")) + 101 * attempt
    return _LOWEST + spread % (_HIGHEST - _LOWEST)


def free_ports(count: int, start: int, *, avoid: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return free ports that follow each other, the first at or after `start`, none to `avoid`.

    Raises OSError where there are none.
    """
    last = _HIGHEST - count
    for first in (*range(min(start, last), last), *range(_LOWEST, min(start, last))):
        block = tuple(range(first, first + count))
        if not set(block) & set(avoid) and not busy_ports(block):
            return block
    raise OSError("no free port on loopback")


def refuse_busy(ports: tuple[int, ...]) -> None:
    """Raise SandboxError (CF602) where one of the ports cannot be listened on."""
    busy = busy_ports(ports)
    if busy:
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_START_FAILED,
                message=f"port {', '.join(map(str, busy))} of {LOOPBACK} is taken",
                hint="choose another --port, or leave it out to have a free one chosen",
            )
        )


def busy_ports(ports: tuple[int, ...]) -> tuple[int, ...]:
    """Return those of the ports that cannot be listened on."""
    return tuple(port for port in ports if not _can_listen(port))


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # As Java and Python's servers do: a port that was just given up is free.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
