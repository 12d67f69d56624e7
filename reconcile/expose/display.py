"""Keep what is shown of each cluster; the loops write it, and whoever scrapes reads it."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from reconcile.clock import Clock
from reconcile.desired.project import LoadedProject
from reconcile.expose.counting import counted, no_counts
from reconcile.expose.probes import Answer, Pulse, liveness, readiness
from reconcile.expose.readings import Watched
from reconcile.model.exposure import StateEncoding
from reconcile.watch.loop import Course, watch_cluster
from reconcile.watch.rounds import Round, Seat


class Display:
    """What is shown now; threads share it, and a reader gets values that do not change."""

    def __init__(
        self, loaded: LoadedProject, clusters: Sequence[str], encoding: StateEncoding, clock: Clock
    ) -> None:
        self.encoding = encoding
        self._clock = clock
        self._lock = threading.Lock()
        project, now = loaded.project, clock.now()
        self._watched = {
            cluster: Watched(
                found=Round(cluster=cluster),
                counts=no_counts(now),
                owners=project.lint.owner_labels,
                labels=project.watch.expose.labels,
            )
            for cluster in clusters
        }
        began = clock.monotonic()
        self._pulses = {cluster: Pulse(cluster=cluster, due=began) for cluster in clusters}

    def tell(self, found: Round) -> None:
        """Show a round from now on."""
        now = self._clock.now()
        with self._lock:
            watched = self._watched[found.cluster]
            counts = counted(watched.counts, found, now)
            self._watched[found.cluster] = replace(watched, found=found, counts=counts)
            self._pulses[found.cluster] = replace(self._pulses[found.cluster], looked=True)

    def waits(self, cluster: str, seconds: float) -> None:
        """Note that a loop is to begin its next round after so many seconds."""
        due = self._clock.monotonic() + seconds
        with self._lock:
            self._pulses[cluster] = replace(self._pulses[cluster], due=due)

    def ended(self, cluster: str) -> None:
        """Note that a loop has ended which nobody stopped."""
        with self._lock:
            self._pulses[cluster] = replace(self._pulses[cluster], ended=True)

    def watched(self) -> tuple[Watched, ...]:
        """Return what is shown of each cluster."""
        with self._lock:
            return tuple(self._watched.values())

    def liveness(self) -> Answer:
        """Tell whether all loops go on."""
        with self._lock:
            pulses = tuple(self._pulses.values())
        return liveness(pulses, self._clock.monotonic())

    def readiness(self) -> Answer:
        """Tell whether each cluster was looked at."""
        with self._lock:
            return readiness(tuple(self._pulses.values()))


def watch_shown(seat: Seat, course: Course, display: Display) -> None:
    """Watch a cluster as `watch_cluster` does, and show each round and whether they go on."""

    def tell(found: Round) -> None:
        display.tell(found)
        course.tell(found)

    def wait(seconds: float) -> bool:
        display.waits(seat.cluster, seconds)
        return course.wait(seconds)

    try:
        watch_cluster(seat, replace(course, tell=tell, wait=wait))
    except BaseException:
        display.ended(seat.cluster)
        raise
