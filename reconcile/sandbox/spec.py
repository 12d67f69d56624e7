"""What a sandbox shall be: version, size, plugins and security."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.errors import UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.flavor import Flavor
from reconcile.model.problem import Problem

VERSIONS = ("4.3.1", "3.9.1", "3.6.2")
MAX_WORKERS = 3
MAX_CLUSTERS = 2
HIGHEST_PORT = 65535

_COORDINATE = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"
_PLUGIN = re.compile(f"({_COORDINATE}):({_COORDINATE}):({_COORDINATE})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A connector plugin as Maven knows it."""

    group: str
    artifact: str
    version: str

    def __str__(self) -> str:
        """Return the coordinates as `GROUP:ARTIFACT:VERSION`."""
        return f"{self.group}:{self.artifact}:{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSpec:
    """A real Kafka broker with its Connect clusters.

    `workers` counts the workers of each cluster. `port` is the REST port of the first worker, the
    others follow; 0 chooses free ones. `heartbeat_ms` is the workers' `heartbeat.interval.ms`,
    0 for Connect's own default. `rebalance_delay_ms` is for how long they leave the tasks of a lost
    worker with nobody: Connect's own five minutes are rarely wanted here. With `metrics` each
    worker has an exporter page.
    """

    version: str = VERSIONS[0]
    workers: int = 1
    clusters: int = 1
    plugins: tuple[Plugin, ...] = ()
    tls: bool = False
    client_certificate: bool = False
    basic_auth: bool = False
    port: int = 0
    heartbeat_ms: int = 0
    rebalance_delay_ms: int = 2000
    metrics: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSpec:
    """Simulated Connect clusters in one process; the fields mean the same as in `RealSpec`.

    `version` is that of Apache Kafka; what workers of another flavour report follows from it.
    """

    version: str = VERSIONS[0]
    workers: int = 1
    clusters: int = 1
    tls: bool = False
    client_certificate: bool = False
    basic_auth: bool = False
    port: int = 0
    flavor: Flavor = Flavor.APACHE


Spec = RealSpec | SimulatedSpec


def parse_plugin(text: str) -> Plugin:
    """Read `GROUP:ARTIFACT:VERSION`; raise UsageError for anything else."""
    found = _PLUGIN.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            Problem(
                code=Code.USAGE,
                message=f"`{text}` is not a Maven artifact",
                hint="write GROUP:ARTIFACT:VERSION, for example "
                "io.debezium:debezium-connector-postgres:3.3.1.Final",
            )
        )
    return Plugin(group=found[1], artifact=found[2], version=found[3])


def make_spec(
    *,
    real: bool,
    version: str | None,
    workers: int,
    clusters: int,
    plugins: tuple[str, ...],
    tls: bool,
    client_certificate: bool,
    basic_auth: bool,
    port: int,
    heartbeat_ms: int,
    flavor: Flavor,
    metrics: bool = False,
) -> Spec:
    """Return the spec that a command line asks for; raise UsageError for one that makes no sense."""
    spec = RealSpec(
        version=version or VERSIONS[0],
        workers=workers,
        clusters=clusters,
        plugins=tuple(map(parse_plugin, plugins)),
        tls=tls,
        client_certificate=client_certificate,
        basic_auth=basic_auth,
        port=port,
        heartbeat_ms=heartbeat_ms,
        metrics=metrics,
    )
    check_spec(spec)
    if real and flavor is not Flavor.APACHE:
        raise usage(
            f"a real sandbox of {flavor} is not on offer: real ones run Apache Kafka",
            hint="leave out --real, or --flavor",
        )
    if real:
        return spec
    if plugins or heartbeat_ms or metrics:
        raise usage("plugins, heartbeats and metrics are for real sandboxes", hint="add --real")
    return SimulatedSpec(
        version=spec.version,
        workers=workers,
        clusters=clusters,
        tls=tls,
        client_certificate=client_certificate,
        # Aiven lets nobody in without a password.
        basic_auth=basic_auth or flavor is Flavor.AIVEN,
        port=port,
        flavor=flavor,
    )


def major_minor(version: str) -> tuple[int, int]:
    """Return the first two numbers of a Kafka version."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def check_spec(spec: Spec) -> None:
    """Raise one UsageError with everything that is wrong with a wish."""
    problems = tuple(
        Problem(code=Code.USAGE, message=message, hint=hint) for message, hint in _faults(spec)
    )
    if problems:
        raise UsageError(*problems)


def _faults(spec: Spec) -> Iterator[tuple[str, str]]:
    if spec.version not in VERSIONS:
        yield f"a sandbox of Kafka {spec.version} is not on offer", f"one of {', '.join(VERSIONS)}"
    if not 1 <= spec.workers <= MAX_WORKERS:
        yield f"{spec.workers} workers are not on offer", f"1 to {MAX_WORKERS}"
    if not 1 <= spec.clusters <= MAX_CLUSTERS:
        yield f"{spec.clusters} Connect clusters are not on offer", f"1 to {MAX_CLUSTERS}"
    if not 0 <= spec.port <= HIGHEST_PORT - spec.workers * spec.clusters:
        yield f"{spec.port} is not a usable port", "a number from 1024 to 65000"
    if spec.client_certificate and not spec.tls:
        yield "client certificates need TLS", "ask for TLS too"
