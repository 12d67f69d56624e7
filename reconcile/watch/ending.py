"""End what watches several clusters: what hangs keeps nobody waiting for long."""

import threading
from collections.abc import Callable, Sequence
from typing import Final

from reconcile.clock import Clock

GRACE: Final = 20.0
"""Seconds that what is being written gets to be finished, once it is time to stop."""

_LOOK: Final = 0.5


def run_until_stopped(
    threads: Sequence[threading.Thread],
    stopped: Callable[[], bool],
    clock: Clock,
    *,
    grace: float = GRACE,
) -> tuple[str, ...]:
    """Run threads until all have ended; return the names of those that did not after a stop.

    These are left alone `grace` seconds after `stopped` began to be true: they wait for a cluster
    that does not answer, or a write that may still take effect, and end with the process.
    """
    for thread in threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        while thread.is_alive() and not stopped():
            thread.join(timeout=_LOOK)
    deadline = clock.monotonic() + grace
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - clock.monotonic()))
    return tuple(thread.name for thread in threads if thread.is_alive())
