"""Tell whether the process that holds a lock still lives, as far as this machine can see."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE: Final = Path("/proc/self/ns/pid")
_STARTED: Final = 19  # the field of /proc/PID/stat after the name that holds the start time


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, told from all others that were ever on its machine.

    `process` is `number@boot@namespace@start`, or the number alone where the system tells no more:
    host names are not unique, and containers count their processes for themselves.
    """

    host: str
    process: str


def this_process() -> Holder:
    """Return the process that this is."""
    number, realm = os.getpid(), _realm()
    started = _started(number)
    known = f"{number}@{realm}@{started}" if realm and started else f"{number}@"
    return Holder(socket.gethostname(), known)


def is_gone(holder: Holder) -> bool:
    """Tell whether a process has surely ended; of what this one cannot see nothing is known."""
    number, _, rest = holder.process.partition("@")
    realm, _, start = rest.rpartition("@")
    if holder.host != socket.gethostname() or not realm or realm != _realm():
        return False
    if not number.isdecimal() or not _exists(int(number)):
        return number.isdecimal()
    now = _started(int(number))
    return bool(now) and now != start


def _realm() -> str:
    """Return what tells the processes that can be seen from here from those of other kernels."""
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
        return f"{boot}@{_NAMESPACE.readlink()}"
    except OSError:
        return ""


def _started(number: int) -> str:
    """Return when a process started: numbers are used again, a number and its start are not."""
    try:
        about = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return about.rpartition(")")[2].split()[_STARTED]


def _exists(number: int) -> bool:
    # Signal 0 also finds the processes of other users, which /proc may be mounted to hide.
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
