"""How well connectors are, and what a failure is about."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

_UNLABELLED: Final = ""


class Health(StrEnum):
    """How well a connector, a cluster or any group of connectors is; the worst stands last."""

    HEALTHY = "healthy"
    PROGRESSING = "progressing"
    SUSPENDED = "suspended"
    STALLED = "stalled"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


UNWELL: Final = frozenset({Health.STALLED, Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN})
"""How a connector is that somebody has to look at."""


class FailureClass(StrEnum):
    """What a failure is about, and so who can mend it."""

    NETWORK = "network"
    AUTHENTICATION = "authentication"
    AUTHORISATION = "authorisation"
    CONFIGURATION = "configuration"
    DATA_FORMAT = "data-format"
    RESOURCES = "resources"
    PLUGIN_MISSING = "plugin-missing"
    UNKNOWN = "unknown"


class Chance(StrEnum):
    """Whether a restart can help."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Condition(StrEnum):
    """What a connector is found in: it decides whether the time that it lasts matters."""

    WELL = "well"
    HALTED = "halted"
    UNSETTLED = "unsettled"
    STALLED = "stalled"
    FAILED = "failed"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How well one connector is, why, and since when it has been found in its condition.

    `reason` is in words, `cause` the root cause of the first failure. Whoever looks again passes
    the verdict on: what lasts is judged by `since`.
    """

    health: Health
    condition: Condition
    since: datetime
    reason: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of a group of connectors are how well."""

    counts: Mapping[Health, int]

    @property
    def health(self) -> Health:
        """Return the worst health of the group, healthy for an empty one."""
        order = list(Health)
        return max(
            (health for health, count in self.counts.items() if count),
            key=order.index,
            default=Health.HEALTHY,
        )

    @property
    def total(self) -> int:
        """Return how many connectors the group has."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What a trace says: its root cause, what that is about, and what can be done."""

    cause: str
    failure: FailureClass
    restart: Chance
    hint: str


def tally(healths: Iterable[Health]) -> Tally:
    """Return how many of a group are how well."""
    counts = Counter(healths)
    return Tally(counts={health: counts[health] for health in Health if counts[health]})


def tallies_by(
    label: str, healths: Mapping[str, Health], labels: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Tally]:
    """Return a tally for each value of a label, "" for connectors that do not have it."""
    groups: dict[str, list[Health]] = {}
    for name, health in healths.items():
        groups.setdefault(labels.get(name, {}).get(label, _UNLABELLED), []).append(health)
    return {value: tally(groups[value]) for value in sorted(groups)}
