"""Write the files of a real sandbox, and the commands that run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.sandbox.access import USERNAME, make_access, write_private
from reconcile.sandbox.certificates import Certificates
from reconcile.sandbox.launch import CONFIG, DATA, PLUGINS, SCRATCH, make_folders
from reconcile.sandbox.ports import LOOPBACK
from reconcile.sandbox.real_jars import Jars
from reconcile.sandbox.real_metrics import EXPORTER_RULES
from reconcile.sandbox.real_properties import (
    Ports,
    Stores,
    WorkerPlace,
    broker_properties,
    jaas,
    logging_file,
    properties,
    worker_properties,
)
from reconcile.sandbox.real_tools import Tools
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import BROKER, ConnectCluster, Sandbox, plan_clusters, worker_role

_SMALL = (
    *("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
    *("-XX:-UsePerfData", "-Dfile.encoding=UTF-8"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A sandbox that is ready to be started, and the command of each of its processes."""

    sandbox: Sandbox
    format_command: tuple[str, ...]
    commands: Mapping[str, tuple[str, ...]]


def prepare(
    spec: RealSpec, directory: Path, *, ports: Ports, jars: Jars, tools: Tools, cluster_id: str
) -> Prepared:
    """Write all configuration into a sandbox's directory."""
    make_folders(directory)
    for folder in jars.plugins:
        (directory / PLUGINS / folder.name).symlink_to(folder, target_is_directory=True)
    access, certificates = make_access(spec, directory, tools)
    clusters = plan_clusters(spec, directory.name, ports.workers, ports.pages)
    sandbox = Sandbox(
        directory=directory,
        spec=spec,
        clusters=clusters,
        access=access,
        bootstrap_servers=f"{LOOPBACK}:{ports.broker}",
        kafka_cluster_id=cluster_id,
    )
    java = _java(spec, directory, jars=jars, tools=tools)
    broker = directory / CONFIG / "broker.properties"
    write_private(broker, properties(broker_properties(spec, ports, directory / DATA)))
    commands = {BROKER: (*java, "kafka.Kafka", str(broker))}
    login = _login_flags(sandbox)
    for number, (cluster, port) in enumerate(_workers(spec, clusters, ports), start=1):
        place = WorkerPlace(
            group=cluster.group,
            port=port,
            broker_port=ports.broker,
            plugins=directory / PLUGINS,
            stores=_stores(certificates),
        )
        file = directory / CONFIG / f"{worker_role(number)}.properties"
        write_private(file, properties(worker_properties(spec, place)))
        main = ("org.apache.kafka.connect.cli.ConnectDistributed", str(file))
        agent = _agent(directory, jars, ports, number)
        commands[worker_role(number)] = (*java[:1], *login, *agent, *java[1:], *main)
    formatting = (*java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(broker))
    return Prepared(sandbox=sandbox, format_command=formatting, commands=commands)


def _workers(
    spec: RealSpec, clusters: tuple[ConnectCluster, ...], ports: Ports
) -> tuple[tuple[ConnectCluster, int], ...]:
    return tuple(
        (clusters[index // spec.workers], port) for index, port in enumerate(ports.workers)
    )


def _java(spec: RealSpec, directory: Path, *, jars: Jars, tools: Tools) -> tuple[str, ...]:
    name, text, flag = logging_file(spec.version)
    config = directory / CONFIG / name
    config.write_text(text, encoding="ascii")
    return (
        tools.java,
        *_SMALL,
        f"-Djava.io.tmpdir={directory / SCRATCH}",
        f"{flag}{config}",
        *("-cp", f"{jars.runtime}/*"),
    )


def _agent(directory: Path, jars: Jars, ports: Ports, worker: int) -> tuple[str, ...]:
    if jars.exporter is None:
        return ()
    rules = directory / CONFIG / "exporter.yml"
    rules.write_text(EXPORTER_RULES, encoding="ascii")
    (jar,) = jars.exporter.glob("*.jar")
    return (f"-javaagent:{jar}={LOOPBACK}:{ports.pages[worker - 1]}:{rules}",)


def _login_flags(sandbox: Sandbox) -> tuple[str, ...]:
    if not sandbox.access.username:
        return ()
    config = sandbox.directory / CONFIG
    write_private(config / "users.properties", f"{USERNAME}: {sandbox.access.password}\n")
    write_private(config / "jaas.conf", jaas(config / "users.properties"))
    return (f"-Djava.security.auth.login.config={config / 'jaas.conf'}",)


def _stores(certificates: Certificates | None) -> Stores | None:
    if certificates is None:
        return None
    return Stores(
        keys=certificates.key_store,
        trust=certificates.trust_store,
        password=certificates.store_password,
    )
