"""What a run is given from outside: time, chance, environment, folder."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.clock import Clock
from reconcile.redact import Redactor


def _ignore(event: str, **fields: object) -> None:
    """Drop a log entry."""
    del event, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The outside world of one run; `log` takes an event and its fields, never a secret."""

    clock: Clock
    environment: Mapping[str, str]
    directory: Path
    redactor: Redactor
    rng: random.Random
    log: Callable[..., None] = _ignore
