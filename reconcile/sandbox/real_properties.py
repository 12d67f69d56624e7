"""Write the configuration files of a broker, its workers and their logging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.sandbox.ports import LOOPBACK
from reconcile.sandbox.spec import RealSpec, major_minor

_ASCII_END = 0x80
_PROVIDERS = "org.apache.kafka.common.config.provider"
_BASIC_AUTH = "org.apache.kafka.connect.rest.basic.auth.extension"
# One JSON object a line, with the names of the Elastic Common Schema in both: log4j 1 has no layout
# for that of its own, and log4j 2 can do without another jar.
_LOG4J_1 = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=co.elastic.logging.log4j.EcsLayout
log4j.appender.stdout.layout.stackTraceAsArray=false
log4j.logger.org.reflections=ERROR
"""
_LOG4J_2 = """\
status = error
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.charset = UTF-8
appender.stdout.layout.pattern = {\
"@timestamp":"%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}{UTC}",\
"log.level":"%p",\
"message":"%enc{%m}{JSON}",\
"process.thread.name":"%enc{%t}{JSON}",\
"log.logger":"%c",\
"connector.context":"%enc{%X{connector.context}}{JSON}",\
"error.stack_trace":"%enc{%throwable}{JSON}"}%n
rootLogger.level = INFO
rootLogger.appenderRef.stdout.ref = stdout
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The loopback ports of a sandbox; those of the workers follow each other.

    `pages` are those of their exporters, if there are any.
    """

    workers: tuple[int, ...]
    broker: int
    controller: int
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The key stores of a worker that serves HTTPS, with the password of both."""

    keys: Path
    trust: Path
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPlace:
    """What tells one worker of a sandbox from another."""

    group: str
    port: int
    broker_port: int
    plugins: Path
    stores: Stores | None = None


def properties(settings: Mapping[str, str]) -> str:
    """Return settings as the text of a Java properties file."""
    return "".join(f"{key}={_escape(value)}\n" for key, value in settings.items())


def broker_properties(spec: RealSpec, ports: Ports, data: Path) -> dict[str, str]:
    """Return the settings of the one KRaft broker, which is its own controller."""
    broker, controller = f"{LOOPBACK}:{ports.broker}", f"{LOOPBACK}:{ports.controller}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(data),
        "num.partitions": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "log.cleaner.dedupe.buffer.size": "8388608",
    }
    if major_minor(spec.version) >= (4, 0):
        settings |= {
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
        }
    return settings


def worker_properties(spec: RealSpec, place: WorkerPlace) -> dict[str, str]:
    """Return the settings of one Connect worker."""
    scheme = "https" if spec.tls else "http"
    settings = {
        "bootstrap.servers": f"{LOOPBACK}:{place.broker_port}",
        "group.id": place.group,
        **_storage(place.group),
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "key.converter.schemas.enable": "false",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "listeners": f"{scheme}://{LOOPBACK}:{place.port}",
        "rest.advertised.host.name": LOOPBACK,
        "rest.advertised.port": str(place.port),
        "rest.advertised.listener": scheme,
        "plugin.path": str(place.plugins),
        "plugin.discovery": "service_load",
        "offset.flush.interval.ms": "2000",
        # The default of five minutes is how long tasks of a lost worker would stay unassigned.
        "scheduled.rebalance.max.delay.ms": "2000",
        "config.providers": "file,env",
        "config.providers.file.class": f"{_PROVIDERS}.FileConfigProvider",
        "config.providers.env.class": f"{_PROVIDERS}.EnvVarConfigProvider",
    }
    if spec.heartbeat_ms:
        settings["heartbeat.interval.ms"] = str(spec.heartbeat_ms)
    if place.stores is not None:
        settings |= _tls(spec, place.stores)
    if spec.basic_auth:
        settings["rest.extension.classes"] = f"{_BASIC_AUTH}.BasicAuthSecurityRestExtension"
    return settings


def logging_file(version: str) -> tuple[str, str, str]:
    """Return name and text of the logging configuration, and the JVM flag that takes its path."""
    if major_minor(version) >= (4, 0):
        return "log4j2.properties", _LOG4J_2, "-Dlog4j2.configurationFile="
    return "log4j.properties", _LOG4J_1, "-Dlog4j.configuration=file:"


def jaas(users: Path) -> str:
    """Return the login configuration that reads users and passwords from a file."""
    path = str(users).replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'KafkaConnect {{\n  {_BASIC_AUTH}.PropertyFileLoginModule required file="{path}";\n}};\n'
    )


def _storage(group: str) -> dict[str, str]:
    kinds = ("config", "offset", "status")
    return {
        **{f"{kind}.storage.topic": f"{group}-{kind}" for kind in kinds},
        **{f"{kind}.storage.replication.factor": "1" for kind in kinds},
        "offset.storage.partitions": "1",
        "status.storage.partitions": "1",
    }


def _tls(spec: RealSpec, stores: Stores) -> dict[str, str]:
    # Workers forward requests to each other with the same settings, hence always a trust store.
    prefix = "listeners.https.ssl."
    return {
        f"{prefix}keystore.type": "PKCS12",
        f"{prefix}keystore.location": str(stores.keys),
        f"{prefix}keystore.password": stores.password,
        f"{prefix}key.password": stores.password,
        f"{prefix}truststore.type": "PKCS12",
        f"{prefix}truststore.location": str(stores.trust),
        f"{prefix}truststore.password": stores.password,
        f"{prefix}client.auth": "required" if spec.client_certificate else "none",
    }


def _escape(value: str) -> str:
    # Java reads these files as Latin-1, and anything else as UTF-16 escapes.
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(code) if code < _ASCII_END else f"\\u{code:04x}" for code in codes)
