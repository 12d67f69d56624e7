"""Say how long each thing takes on the simulated cluster."""

from dataclasses import dataclass, fields, replace
from typing import Self

_QUICK_SHARE = 0.04
_GROUP_HEARTBEAT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Delays in seconds; the defaults are the sizes measured on one real worker."""

    create_to_status: float = 0.06
    tasks_published: float = 0.06
    tasks_start: float = 0.03
    connector_bounce: float = 0.1
    update_lingers: float = 0.8
    unassigned_gap: float = 0.05
    pause: float = 0.9
    resume: float = 0.03
    resume_lingers: float = 0.8
    stop: float = 0.03
    stop_tasks_linger: float = 0.04
    restart: float = 0.03
    delete_status_lingers: float = 0.5
    rebalance_expected: float = 0.0
    stale_read: float = 0.0
    worker_lost: float = 13.0
    broker_write_times_out: float = 90.0
    broker_pause_times_out: float = 60.0
    health_times_out: float = 10.0
    broker_recovers: float = 1.0

    @classmethod
    def real(cls, *, workers: int = 1) -> Self:
        """Return the sizes seen on Kafka 4.3.1.

        With several workers the others hear of a rebalance only at their next heartbeat, 3 s.
        """
        if workers == 1:
            return cls()
        return cls(
            create_to_status=0.12,
            tasks_published=0.12,
            update_lingers=0.7,
            pause=0.5,
            resume=0.06,
            stop=_GROUP_HEARTBEAT,
            restart=1.0,
            delete_status_lingers=_GROUP_HEARTBEAT,
        )

    @classmethod
    def quick(cls) -> Self:
        """Return the same order of events in tens of milliseconds, for demos on a real clock."""
        return cls().scaled(_QUICK_SHARE)

    @classmethod
    def instant(cls) -> Self:
        """Return no delays at all: every change has taken effect at the next request."""
        return cls().scaled(0.0)

    def scaled(self, share: float) -> Self:
        """Return every delay multiplied by `share`."""
        return replace(
            self, **{field.name: getattr(self, field.name) * share for field in fields(self)}
        )
