"""A clock that moves only when somebody waits."""

import threading
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Time that passes in `sleep` and `advance` alone; safe to share between threads."""

    def __init__(self, start: datetime = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._asleep = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic() + self._asleep)

    def monotonic(self) -> float:
        with self._lock:
            return self._elapsed

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._elapsed += seconds

    def suspend(self, seconds: float) -> None:
        """Let time pass as a machine that sleeps sees it: its monotonic clock stands still."""
        self._asleep += seconds
