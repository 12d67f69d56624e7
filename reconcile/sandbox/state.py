"""What is known of a started sandbox, and its form on disk."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.flavor import Flavor
from reconcile.model.problem import Location, Problem
from reconcile.sandbox.ports import LOOPBACK
from reconcile.sandbox.processes import Process
from reconcile.sandbox.spec import RealSpec, SimulatedSpec, Spec, parse_plugin

STATE_FILE = "sandbox.json"
PASSWORD = "password"  # noqa: S105 - the name of a file
BROKER = "broker"
_FORMAT = 1
_GROUP_SIZE = 80

Json: TypeAlias = dict[str, Any]


class Kind(StrEnum):
    """Whether Kafka is really there."""

    REAL = "real"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectCluster:
    """One Connect cluster of a sandbox: its group and the URL of each worker.

    `pages` are the addresses of the workers' metrics, where they are exposed.
    """

    group: str
    urls: tuple[str, ...]
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a client needs to be let in; everything None or "" on an open sandbox.

    The password stands in `password_file` alone and is read from there; the state file never holds it.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    username: str = ""
    password_file: Path | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A sandbox that was started; whether its processes still live is asked of the machine."""

    directory: Path
    spec: Spec
    clusters: tuple[ConnectCluster, ...]
    access: Access = Access()
    bootstrap_servers: str = ""
    kafka_cluster_id: str = ""
    processes: tuple[Process, ...] = ()
    ready: bool = False

    @property
    def name(self) -> str:
        """Return the name, which is that of the directory."""
        return self.directory.name

    @property
    def kind(self) -> Kind:
        """Return whether this is a real or a simulated sandbox."""
        return Kind.REAL if isinstance(self.spec, RealSpec) else Kind.SIMULATED

    @property
    def url(self) -> str:
        """Return the URL of the first worker of the first cluster."""
        return self.clusters[0].urls[0]

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the URL of every worker of the first cluster."""
        return self.clusters[0].urls

    def process(self, role: str) -> Process | None:
        """Return the process with a role, such as `broker` or `worker-1`."""
        return next((process for process in self.processes if process.role == role), None)

    def with_process(self, process: Process) -> "Sandbox":
        """Return the sandbox with a process in place of the one that had its role before."""
        kept = tuple(known for known in self.processes if known.role != process.role)
        return replace(self, processes=(*kept, process))


def plan_clusters(
    spec: Spec, name: str, ports: tuple[int, ...], pages: tuple[int, ...] = ()
) -> tuple[ConnectCluster, ...]:
    """Return the Connect clusters of a sandbox, given the ports of all workers and their pages."""
    scheme = "https" if spec.tls else "http"
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", name)[:_GROUP_SIZE]
    return tuple(
        ConnectCluster(
            group=f"connect-{stem}-{number + 1}",
            urls=tuple(
                f"{scheme}://{LOOPBACK}:{port}"
                for port in ports[number * spec.workers :][: spec.workers]
            ),
            pages=tuple(
                f"http://{LOOPBACK}:{port}/metrics"
                for port in pages[number * spec.workers :][: spec.workers]
            ),
        )
        for number in range(spec.clusters)
    )


def worker_role(worker: int) -> str:
    """Return the role of a worker; workers count from 1 through all clusters."""
    return f"worker-{worker}"


def save(sandbox: Sandbox) -> None:
    """Write the state file, in one step."""
    path = sandbox.directory / STATE_FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(to_json(sandbox), indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)


def load(directory: Path) -> Sandbox | None:
    """Read the state file of a sandbox, None if there is none; raise SandboxError if it is broken."""
    path = directory / STATE_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        sandbox = from_json(document, directory)
        if sandbox.access.password_file is None:
            return sandbox
        password = sandbox.access.password_file.read_text(encoding="utf-8").strip()
        return replace(sandbox, access=replace(sandbox.access, password=password))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_NOT_RUNNING,
                message="the sandbox's state file cannot be read",
                location=Location(str(path)),
                hint="end its java or python processes by hand, then remove its directory",
            )
        ) from error


def to_json(sandbox: Sandbox) -> Json:
    """Return the state file's document; it holds no password."""
    access = sandbox.access
    return {
        "format": _FORMAT,
        "kind": sandbox.kind.value,
        "ready": sandbox.ready,
        "spec": _spec_to_json(sandbox.spec),
        "clusters": [
            {"group": each.group, "urls": list(each.urls), "pages": list(each.pages)}
            for each in sandbox.clusters
        ],
        "bootstrap_servers": sandbox.bootstrap_servers,
        "kafka_cluster_id": sandbox.kafka_cluster_id,
        "access": {
            "ca": _text(access.ca),
            "certificate": _text(access.certificate),
            "key": _text(access.key),
            "username": access.username,
            "password_file": _text(access.password_file),
        },
        "processes": [
            {
                "role": each.role,
                "pid": each.pid,
                "started": each.started,
                "log": str(each.log),
                "command": list(each.command),
            }
            for each in sandbox.processes
        ],
    }


def from_json(document: Mapping[str, Any], directory: Path) -> Sandbox:
    """Read the state file's document; raise ValueError, KeyError or TypeError for any other."""
    if document["format"] != _FORMAT:
        raise ValueError(f"format {document['format']} is not {_FORMAT}")
    access = document["access"]
    return Sandbox(
        directory=directory,
        spec=_spec_from_json(Kind(document["kind"]), document["spec"]),
        clusters=tuple(
            ConnectCluster(
                group=each["group"],
                urls=tuple(each["urls"]),
                pages=tuple(each.get("pages", ())),  # older releases wrote none
            )
            for each in document["clusters"]
        ),
        access=Access(
            ca=_path(access["ca"]),
            certificate=_path(access["certificate"]),
            key=_path(access["key"]),
            username=access["username"],
            password_file=_path(access["password_file"]),
        ),
        bootstrap_servers=document["bootstrap_servers"],
        kafka_cluster_id=document["kafka_cluster_id"],
        processes=tuple(
            Process(
                role=each["role"],
                pid=each["pid"],
                started=each["started"],
                log=Path(each["log"]),
                command=tuple(each["command"]),
            )
            for each in document["processes"]
        ),
        ready=document["ready"],
    )


def _spec_to_json(spec: Spec) -> Json:
    shared: Json = {
        "version": spec.version,
        "workers": spec.workers,
        "clusters": spec.clusters,
        "tls": spec.tls,
        "client_certificate": spec.client_certificate,
        "basic_auth": spec.basic_auth,
        "port": spec.port,
    }
    match spec:
        case RealSpec():
            plugins = [str(plugin) for plugin in spec.plugins]
            own = {
                "heartbeat_ms": spec.heartbeat_ms,
                "rebalance_delay_ms": spec.rebalance_delay_ms,
                "metrics": spec.metrics,
            }
            return shared | {"plugins": plugins, **own}
        case SimulatedSpec():
            return shared | {"flavor": spec.flavor.value}


def _spec_from_json(kind: Kind, document: Json) -> Spec:
    match kind:
        case Kind.REAL:
            plugins = tuple(map(parse_plugin, document["plugins"]))
            return RealSpec(**{**document, "plugins": plugins})
        case Kind.SIMULATED:
            # Sandboxes that older releases started have none.
            flavor = Flavor(document.get("flavor", Flavor.APACHE))
            return SimulatedSpec(**{**document, "flavor": flavor})


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
