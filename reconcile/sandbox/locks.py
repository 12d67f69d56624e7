"""Let one process at a time do a thing, across the whole machine."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reconcile.clock import Clock, until


@contextmanager
def file_lock(
    path: Path, clock: Clock, *, timeout: float, on_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold a lock that the system frees when this process ends, however it ends.

    Calls `on_wait` once where it has to wait; raises TimeoutError after `timeout` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _acquire(handle):
            on_wait()
            if not until(clock, lambda: _acquire(handle), timeout=timeout):
                raise TimeoutError(f"another process holds {path}")
        yield
    finally:
        os.close(handle)


def _acquire(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
