"""Tell users about sandboxes: what to put into their project, and how each one is."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reconcile.model.flavor import Flavor
from reconcile.sandbox.simulated_flavors import traits_of
from reconcile.sandbox.spec import SimulatedSpec, Spec
from reconcile.sandbox.state import BROKER, Kind, Sandbox, worker_role

_VARIABLE = "env.SANDBOX_PASSWORD"


def started_text(sandbox: Sandbox, project: Path) -> str:
    """Return the URL of each worker, and what makes a project know them."""
    urls = "".join(f"{url}\n" for cluster in sandbox.clusters for url in cluster.urls)
    kafka = f"# Kafka itself: {sandbox.bootstrap_servers}\n" if sandbox.bootstrap_servers else ""
    return f"{urls}\n# for connectform.yaml:\n{cluster_block(sandbox, project)}{kafka}"


def cluster_block(sandbox: Sandbox, project: Path) -> str:
    """Return the lines of a project file that name the sandbox's Connect clusters.

    Paths under the project's directory are relative to it. The password is a reference to the
    file it stands in, or to a variable where that file is outside of the project.
    """
    lines = ["clusters:"]
    for number, cluster in enumerate(sandbox.clusters, start=1):
        lines.append(f"  {_cluster_name(sandbox, number)}:")
        if len(cluster.urls) == 1:
            lines.append(f"    url: {_quoted(cluster.urls[0])}")
        else:
            lines.append(f"    urls: [{', '.join(map(_quoted, cluster.urls))}]")
        lines += [f"    {line}" for line in _access_lines(sandbox, project)]
        if cluster.pages:
            lines.append(f"    metrics: {{scrape: [{', '.join(map(_quoted, cluster.pages))}]}}")
    return "\n".join(lines) + "\n"


def status_text(sandbox: Sandbox, alive: Mapping[str, bool]) -> str:
    """Return how a sandbox is; `alive` says of each process's role whether it runs."""
    lines = [f"{sandbox.name}: {_summary(sandbox)}, {_standing(sandbox, alive)}"]
    for process in sandbox.processes:
        state = f"running, pid {process.pid}" if alive[process.role] else "not running"
        lines.append(f"  {process.role:<10}  {_address(sandbox, process.role)}  {state}")
    return "\n".join(lines) + "\n"


def statuses_document(standings: Iterable[tuple[Sandbox, Mapping[str, bool]]]) -> dict[str, Any]:
    """Return how sandboxes are as a JSON document, described in `schemas/sandboxes.schema.json`."""
    return {
        "format_version": "1.0",
        "kind": "sandboxes",
        "sandboxes": [status_document(sandbox, alive) for sandbox, alive in standings],
    }


def status_document(sandbox: Sandbox, alive: Mapping[str, bool]) -> dict[str, Any]:
    """Return how one sandbox is, as a part of such a document."""
    return {
        "name": sandbox.name,
        "kind": sandbox.kind.value,
        "kafka_version": sandbox.spec.version,
        "flavor": _flavor(sandbox.spec).value,
        "state": _standing(sandbox, alive),
        "directory": str(sandbox.directory),
        "clusters": [
            {
                "group": cluster.group,
                "urls": list(cluster.urls),
                "metrics": list(cluster.pages),
            }
            for cluster in sandbox.clusters
        ],
        "bootstrap_servers": sandbox.bootstrap_servers,
        "processes": [
            {"role": process.role, "pid": process.pid, "running": alive[process.role]}
            for process in sandbox.processes
        ],
    }


def _summary(sandbox: Sandbox) -> str:
    spec = sandbox.spec
    size = f"{spec.workers} worker{'s' if spec.workers > 1 else ''}"
    many = f", {spec.clusters} clusters" if spec.clusters > 1 else ""
    guards = [
        name
        for name, used in (
            ("TLS", spec.tls),
            ("client certificate", spec.client_certificate),
            ("basic auth", spec.basic_auth),
        )
        if used
    ]
    guarded = f", {' + '.join(guards)}" if guards else ""
    return f"{sandbox.kind.value}, {_product(spec)}, {size}{many}{guarded}"


def _product(spec: Spec) -> str:
    """Return what runs; another flavour than Apache's with the version that it reports."""
    match _flavor(spec):
        case Flavor.APACHE:
            return f"Kafka {spec.version}"
        case Flavor.CONFLUENT_PLATFORM as flavor:
            return f"Confluent Platform {traits_of(flavor, spec.version).version}"
        case Flavor.AIVEN:
            return f"Aiven, Kafka {spec.version}"


def _flavor(spec: Spec) -> Flavor:
    return spec.flavor if isinstance(spec, SimulatedSpec) else Flavor.APACHE


def _standing(sandbox: Sandbox, alive: Mapping[str, bool]) -> str:
    if not any(alive.values()):
        return "down"
    if not all(alive.values()):
        return "degraded"
    return "up" if sandbox.ready else "starting"


def _address(sandbox: Sandbox, role: str) -> str:
    if sandbox.kind is Kind.SIMULATED:
        return " ".join(url for cluster in sandbox.clusters for url in cluster.urls)
    if role == BROKER:
        return sandbox.bootstrap_servers
    urls = [url for cluster in sandbox.clusters for url in cluster.urls]
    by_role = {worker_role(number): url for number, url in enumerate(urls, start=1)}
    return by_role.get(role, "")


def _cluster_name(sandbox: Sandbox, number: int) -> str:
    name = "sandbox" if sandbox.name == "default" else sandbox.name
    return name if number == 1 else f"{name}-{number}"


def _access_lines(sandbox: Sandbox, project: Path) -> list[str]:
    access, lines = sandbox.access, []
    if _flavor(sandbox.spec) is Flavor.AIVEN:
        lines.append("flavor: aiven")  # its host name would tell, and this is loopback
    if access.ca is not None:
        files = {"ca": access.ca, "cert": access.certificate, "key": access.key}
        shown = (
            f"{key}: {_quoted(_relative(path, project))}" for key, path in files.items() if path
        )
        lines.append(f"tls: {{{', '.join(shown)}}}")
    if access.password_file is not None:
        inside = access.password_file.is_relative_to(project)
        source = f"file.{_relative(access.password_file, project)}" if inside else _VARIABLE
        password = _quoted(f"${{{{ {source} }}}}")
        name = _quoted(access.username)
        lines.append(f"auth: {{basic: {{username: {name}, password: {password}}}}}")
    return lines


def _relative(path: Path, project: Path) -> str:
    return str(path.relative_to(project) if path.is_relative_to(project) else path)


def _quoted(text: str) -> str:
    # A JSON string is a YAML string.
    return json.dumps(text, ensure_ascii=False)
