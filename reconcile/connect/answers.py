"""What Connect answers beyond connectors and plugins, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class HealthStatus(StrEnum):
    """What `GET /health` says (KIP-1017); UNKNOWN where there is no such endpoint."""

    HEALTHY = "healthy"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHealth:
    """How the worker itself is: whether it can write, which reads do not tell."""

    status: HealthStatus
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorOffset:
    """One position of a connector; both sides have the form that its plugin gives them.

    `offset` is None where the position was erased.
    """

    partition: Mapping[str, object]
    offset: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerLevel:
    """The level of one logger; `last_modified` counts milliseconds since 1970, 0 for never."""

    name: str
    level: str
    last_modified: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request that was answered, or not: `status` is 0 then. Never a body."""

    method: str
    url: str
    path: str
    status: int
    milliseconds: float
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A read is tried again after a wait, because of `reason`."""

    reason: str
    seconds: float


Event = Exchange | Waiting
