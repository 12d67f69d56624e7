"""The project file: clusters, ownership, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from reconcile.model.alert import AlertSettings
from reconcile.model.config import Secret
from reconcile.model.desired import IgnoreRule
from reconcile.model.exposure import Exposure
from reconcile.model.flavor import Flavor
from reconcile.model.lint import LintSettings
from reconcile.model.problem import Location
from reconcile.model.restart import DEFAULT_BUDGET, RestartBudget


class Prune(StrEnum):
    """Whether connectors that git no longer declares are deleted."""

    NEVER = "never"
    OWNED = "owned"


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """HTTP Basic credentials."""

    username: str
    password: Secret


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """A bearer token."""

    token: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

    token_url: str
    client_id: str
    client_secret: Secret
    scope: str = ""
    audience: str = ""


Auth = BasicAuth | BearerAuth | OAuthClientCredentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How to verify the server and identify ourselves; paths are absolute."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: Secret | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds; `write` and `read` exceed Connect's own limit of 90 s on purpose."""

    connect: float = 10.0
    read: float = 120.0
    write: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All that is needed to talk to one cluster; `secrets` are the texts it was filled with.

    `flavor` is None where it is to be detected.
    """

    cluster: str
    urls: tuple[str, ...] = field(repr=False)
    auth: Auth | None = None
    tls: Tls = Tls()
    proxy: str | None = field(default=None, repr=False)
    timeouts: Timeouts = Timeouts()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[Secret, ...] = ()
    flavor: Flavor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAccess:
    """The settings of a Kafka client for one cluster; `secrets` are the texts they hold."""

    settings: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...] = ()


class MetricsKind(StrEnum):
    """Where metrics come from."""

    PROMETHEUS = "prometheus"
    PAGES = "scrape"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAccess:
    """All that is needed to read the metrics of one cluster.

    The addresses of `access` are one Prometheus server, or the exporter page of each worker.
    `match` are labels by which a server tells the workers of this cluster from all else.
    """

    kind: MetricsKind
    access: Access
    match: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """The names this project owns, as globs, and whether it deletes among them."""

    owns: tuple[str, ...] = ()
    prune: Prune = Prune.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one plan may do; percentages count from 10 owned connectors on."""

    max_deletes: int = 1
    max_delete_percent: int = 20
    max_update_percent: int = 50


class LedgerKind(StrEnum):
    """Where it is remembered what was applied."""

    SQLITE = "sqlite"
    GIT = "git"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True)
class LedgerChoice:
    """The ledger of a cluster; `topic` for Kafka alone."""

    kind: LedgerKind = LedgerKind.SQLITE
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """How `watch` goes about it: how often it looks, and where it keeps what it remembers.

    `heals` is the budget of what self-heal sets back, and `budget` that of restarts.
    """

    every: timedelta = timedelta(seconds=30)
    store: LedgerChoice = LedgerChoice()
    budget: RestartBudget = DEFAULT_BUDGET
    heals: RestartBudget = DEFAULT_BUDGET
    expose: Exposure = field(default_factory=Exposure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A time in which nothing that matches is written, as the project file says.

    Both ends are in UTC; `begins` counts and `ends` does not. `by` is who asked for it.
    """

    reason: str
    begins: datetime
    ends: datetime
    connectors: tuple[str, ...] = ("*",)
    by: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One Connect cluster of the project; `urls` as written, before references resolve.

    `loggers` are the levels that its workers are to have.
    """

    name: str
    urls: tuple[str, ...]
    location: Location
    variables: Mapping[str, str] = field(default_factory=dict)
    ownership: Ownership = Ownership()
    limits: Limits = Limits()
    ignore: tuple[IgnoreRule, ...] = ()
    ledger: LedgerChoice = LedgerChoice()
    freezes: tuple[Freeze, ...] = ()
    loggers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project file, checked; `root` is the absolute folder it stands in.

    `environment` names the variables that definitions may use, as globs; None allows any.
    `fingerprint_key` is as written, a reference. `links` are addresses by their labels, with
    `{cluster}` and `{connector}` in them. `definitions_from` is another folder that holds the
    definitions alone: one that nobody has reviewed yet. `snapshots` is the folder of plugin
    snapshots, from the root.
    """

    name: str
    root: str
    path: str
    definitions: tuple[str, ...]
    clusters: Mapping[str, Cluster]
    environment: tuple[str, ...] | None = None
    fingerprint_key: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    snapshots: str = "schemas/plugins"
    lint: LintSettings = field(default_factory=LintSettings)
    definitions_from: str = ""
    watch: WatchSettings = field(default_factory=WatchSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)

    @property
    def definitions_root(self) -> str:
        """Return the folder that `definitions` count from."""
        return self.definitions_from or self.root
