"""Tell whether the process that holds a lock still lives, as far as this machine can see."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_STARTED: Final = 19  # the field of /proc/PID/stat after the name that holds the start time


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, told from all others that were ever on its machine."""

    host: str
    process: str


def this_process() -> Holder:
    """Return the process that this is."""
    return Holder(socket.gethostname(), _identity(os.getpid()))


def is_gone(holder: Holder) -> bool:
    """Tell whether a process of this machine has surely ended; of others nothing is known."""
    if holder.host != socket.gethostname() or not _BOOT.exists():
        return False
    number, _, _ = holder.process.partition("@")
    return number.isdecimal() and _identity(int(number)) != holder.process


def _identity(number: int) -> str:
    """Return number, boot and start time of a process: numbers are used again, these are not."""
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
        about = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"{number}@"
    return f"{number}@{boot}@{about.rpartition(')')[2].split()[_STARTED]}"
