"""What people are told of: alerts, and when they fire."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class AlertName(StrEnum):
    """What an alert is about."""

    CLUSTER_UNREACHABLE = "ClusterUnreachable"
    BROKERS_LOST = "BrokersLost"
    WORKER_GONE = "WorkerGone"
    FAIL_TOGETHER = "ConnectorsFailTogether"
    WATCH_STALE = "WatchStale"
    CONNECTOR_FAILED = "ConnectorFailed"
    TASK_FAILED = "TaskFailed"
    RESTART_LOOP = "RestartLoop"
    GIVEN_UP = "RestartsGivenUp"
    CANNOT_HELP = "RestartCannotHelp"
    UNASSIGNED = "ConnectorUnassigned"
    STALLED = "ConnectorStalled"
    LAG_SECONDS = "LagSeconds"
    LAG_FAR_OVER = "LagFarOver"
    LAG_GROWING = "LagGrowing"
    ERROR_RATIO = "ErrorRatio"
    DEAD_LETTERS_LOST = "DeadLettersLost"
    REBALANCE_STORM = "RebalanceStorm"
    METRICS_UNREADABLE = "MetricsUnreadable"
    MISSING = "ConnectorMissing"
    DRIFTED = "ConnectorDrifted"
    FIGHTING = "SelfHealFighting"
    THROUGHPUT_UNUSUAL = "ThroughputUnusual"
    ERROR_RATE_UNUSUAL = "ErrorRateUnusual"
    LAG_UNUSUAL = "LagUnusual"
    TEST = "ConnectformTest"


OF_CLUSTERS = frozenset(
    {
        AlertName.CLUSTER_UNREACHABLE,
        AlertName.BROKERS_LOST,
        AlertName.WORKER_GONE,
        AlertName.FAIL_TOGETHER,
        AlertName.WATCH_STALE,
        AlertName.REBALANCE_STORM,
        AlertName.METRICS_UNREADABLE,
        AlertName.TEST,
    }
)
"""The alerts that speak of no connector; a test speaks of nothing at all."""


class AlertSeverity(StrEnum):
    """How soon somebody has to look: now, in working hours, or when there is time."""

    PAGE = "page"
    TICKET = "ticket"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When an alert fires: after how long, for how long after the cause is gone, and how loud.

    `over` is what has to be exceeded, in seconds or as a share from 0 to 1; None where the alert
    goes by no such number.
    """

    severity: AlertSeverity
    wait: timedelta = timedelta()
    keep: timedelta = timedelta()
    enabled: bool = True
    over: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange:
    """What a file says of the terms of an alert; None leaves what holds otherwise."""

    severity: AlertSeverity | None = None
    wait: timedelta | None = None
    keep: timedelta | None = None
    enabled: bool | None = None
    over: float | None = None

    def on(self, terms: Terms) -> Terms:
        """Return terms with this said of them."""
        return Terms(
            severity=terms.severity if self.severity is None else self.severity,
            wait=terms.wait if self.wait is None else self.wait,
            keep=terms.keep if self.keep is None else self.keep,
            enabled=terms.enabled if self.enabled is None else self.enabled,
            over=terms.over if self.over is None else self.over,
        )


TermsChanges = Mapping[AlertName, TermsChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert that fires or fired; `ended` is None as long as it does.

    `connector` is empty where it speaks of the cluster. `labels` are those of the definition, and
    `links` lead to dashboards and logs. Its texts come from clusters and are data.
    """

    name: AlertName
    cluster: str
    connector: str
    severity: AlertSeverity
    summary: str
    started: datetime
    meaning: str = ""
    ended: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Return what tells this alert from others, the same each time that it fires."""
        return fingerprint(self.name, self.cluster, self.connector)

    def resolved(self, moment: datetime) -> "Alert":
        """Return the alert as one that has ended."""
        return replace(self, ended=max(moment, self.started))


def fingerprint(name: AlertName, cluster: str, connector: str) -> str:
    """Return 32 hex digits that stand for an alert on one connector of one cluster."""
    text = f"{name.value}\0{cluster}\0{connector}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class ReceiverKind(StrEnum):
    """Who is told of alerts, and in which format."""

    ALERTMANAGER = "alertmanager"
    WEBHOOK = "webhook"
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverChoice:
    """What a receiver is, and of which severities it is told."""

    kind: ReceiverKind
    severities: frozenset[AlertSeverity] = frozenset(AlertSeverity)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """What the project file says of alerts: who gets them, by name, and on which terms they fire."""

    receivers: Mapping[str, ReceiverChoice] = field(default_factory=dict)
    rules: TermsChanges = field(default_factory=dict)
