"""What a project says of lint: levels, exceptions, working hours, facts about clusters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, time, tzinfo
from enum import StrEnum

from reconcile.model.codes import Code
from reconcile.model.problem import Location


class LintLevel(StrEnum):
    """How much a rule matters in this project."""

    OFF = "off"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class ClientOverrides(StrEnum):
    """What workers let connectors override (`connector.client.config.override.policy`)."""

    ALL = "all"
    PRINCIPAL = "principal"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintException:
    """Connectors that some rules spare; the last day counts."""

    codes: tuple[str, ...]
    reason: str
    expires: date
    connectors: tuple[str, ...] = ("*",)
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LintIgnore:
    """A comment that ignores findings from line `first` to line `last` of its file.

    `codes` and `reason` are as written, and may be missing.
    """

    location: Location
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When people work with what the connectors deliver; days count from Monday, which is 0."""

    days: frozenset[int] = frozenset(range(5))
    begins: time = time(8)
    ends: time = time(18)
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """What is known of a cluster without asking it; None where it is not."""

    brokers: int | None = None
    overrides: ClientOverrides | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LintSettings:
    """The `lint` part of a project file, and the comments of the project file itself."""

    levels: Mapping[Code, LintLevel] = field(default_factory=dict)
    exceptions: tuple[LintException, ...] = ()
    owner_labels: tuple[str, ...] = ("owner", "team")
    names: str = ""
    hours: WorkingHours | None = None
    clusters: Mapping[str, ClusterFacts] = field(default_factory=dict)
