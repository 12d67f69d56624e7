"""How watching shows metrics, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server listens; port 0 is any that is free."""

    host: str
    port: int


class StateEncoding(StrEnum):
    """Which series a metric of states has: one for each state, or the one that holds."""

    ALL = "all"
    ACTIVE_ONLY = "active-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How `watch` shows metrics; `listen` is None where it shows none.

    `labels` are labels of definitions, by what each is called in a metric.
    """

    listen: Address | None = None
    encoding: StateEncoding = StateEncoding.ALL
    labels: Mapping[str, str] = field(default_factory=dict)
