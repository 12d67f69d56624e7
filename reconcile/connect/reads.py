"""What can be read of a Connect cluster: one function per endpoint.

All raise ClusterError where the cluster cannot be read; what is absent is None. Names may hold
any character.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from reconcile.connect import wire
from reconcile.connect.answers import ConnectorOffset, HealthStatus, LoggerLevel, WorkerHealth
from reconcile.connect.connection import Connection
from reconcile.connect.failures import Fault, FaultKind
from reconcile.connect.requests import Request, at, connector_path, reading
from reconcile.connect.validation import failed_validation, recommended, validation
from reconcile.errors import ClusterError
from reconcile.model.config import Config
from reconcile.model.live import ClusterIdentity, LiveConnector, LiveStatus, LiveTask
from reconcile.model.plugin import NotOffered, Plugin, PluginInfo, Validation

_NOT_YET: Final = frozenset(
    {FaultKind.BUSY, FaultKind.NOT_FOUND, FaultKind.TIMED_OUT, FaultKind.SERVER_ERROR}
)
_SLOWEST_PER_PAIR: Final = 2e-6
# Java allows no others in the name of a class, and Jetty 12 refuses some of them in a path.
_CLASS_NAME: Final = re.compile(r"[\w$.-]*[\w$][\w$.-]*")


def get_identity(connection: Connection) -> ClusterIdentity:
    """Return version and Kafka cluster of the worker."""
    return connection.read(reading("/"), wire.identity)


def get_health(connection: Connection) -> WorkerHealth:
    """Return whether the worker can do its work, writes included (KIP-1017, Connect 3.9).

    It is asked once: every answer, a 500 or none at all too, says something of its health.
    """
    request = reading("/health")
    result = connection.attempt(request)
    if not isinstance(result, Fault):
        return connection.parsed(request, result, wire.Reader(connection.clean).health)
    message = result.problem.message.removeprefix(f"cluster {connection.cluster}: ")
    match result.kind:
        case FaultKind.UNSUPPORTED | FaultKind.NOT_FOUND | FaultKind.BUSY:
            # A rebalance is no illness: what is written during one is sent again until it is over.
            return WorkerHealth(status=HealthStatus.UNKNOWN)
        case FaultKind.STARTING | FaultKind.UNAVAILABLE:
            return WorkerHealth(status=HealthStatus.STARTING, message=message)
        case FaultKind.SERVER_ERROR | FaultKind.TIMED_OUT | FaultKind.NO_ANSWER:
            return WorkerHealth(status=HealthStatus.UNHEALTHY, message=message)
        case _:
            raise ClusterError(result.problem)


def list_names(connection: Connection) -> tuple[str, ...]:
    """Return the names of all connectors, in no particular order."""
    return connection.read(reading(at("connectors")), wire.names)


def list_infos(connection: Connection, *, expected: int = 0) -> wire.Listing:
    """Return all connectors without their status; see `list_all` for `expected`."""
    return _listing(connection, "expand=info", timeout=_list_timeout(connection, expected))


def list_all(connection: Connection, *, expected: int = 0) -> wire.Listing:
    """Return all connectors with their status.

    Connect leaves out connectors whose status is not written yet, and takes time that is
    quadratic in their number: `expected` connectors get the time they need.
    """
    timeout = _list_timeout(connection, expected)
    return _listing(connection, "expand=info&expand=status", timeout=timeout)


def list_statuses(connection: Connection) -> dict[str, LiveStatus]:
    """Return the status of every connector that has one; cheap, however many there are."""
    return _listing(connection, "expand=status", timeout=None).statuses


def get_connector(connection: Connection, name: str) -> LiveConnector | None:
    """Return one connector without its status."""
    reader = wire.Reader(connection.clean)
    request = reading(connector_path(name), connector=name)
    return connection.find(request, lambda data: reader.connector(data, name=name))


def get_status(connection: Connection, name: str) -> LiveStatus | None:
    """Return the status of one connector; a deleted one still has its old one for a while."""
    request = reading(connector_path(name, "status"), connector=name)
    return connection.find(request, wire.Reader(connection.clean).status)


def get_task_status(connection: Connection, name: str, task: int) -> LiveTask | None:
    """Return the status of one task."""
    request = reading(connector_path(name, "tasks", str(task), "status"), connector=name)
    return connection.find(request, wire.Reader(connection.clean).task)


def get_config(connection: Connection, name: str) -> Config | None:
    """Return the config of one connector; placeholders of its config providers stay as they are."""
    request = reading(connector_path(name, "config"), connector=name)
    return connection.find(request, lambda data: Config(wire.config_values(data)))


def get_task_configs(connection: Connection, name: str) -> tuple[Config, ...] | None:
    """Return the configs given to the tasks, or None for "not yet"; asked once.

    Changed values in them are the sign that an update is on.
    """
    request = reading(connector_path(name, "tasks"), connector=name)
    result = connection.attempt(request)
    if not isinstance(result, Fault):
        return connection.parsed(request, result, wire.task_configs)
    if result.kind in _NOT_YET:
        return None
    raise ClusterError(result.problem)


def get_offsets(connection: Connection, name: str) -> tuple[ConnectorOffset, ...] | None:
    """Return the positions of one connector (KIP-875, Connect 3.5)."""
    request = reading(connector_path(name, "offsets"), connector=name)
    return connection.find(request, wire.offsets)


def peek_offsets(
    connection: Connection, name: str, *, seconds: float
) -> tuple[ConnectorOffset, ...] | None:
    """Return the positions of one connector, or None where they cannot be had now; asked once."""
    request = reading(connector_path(name, "offsets"), connector=name, timeout=seconds)
    result = connection.attempt(request)
    return None if isinstance(result, Fault) else connection.parsed(request, result, wire.offsets)


def get_topics(connection: Connection, name: str) -> tuple[str, ...] | None:
    """Return the topics a connector has used, or None where the cluster does not tell.

    An unknown connector has used none (KIP-558).
    """
    request = reading(connector_path(name, "topics"), connector=name)
    found = connection.offered(request, lambda data: wire.topics(data, name=name))
    return None if isinstance(found, Fault) else found


def list_plugins(
    connection: Connection, *, connectors_only: bool = True
) -> tuple[PluginInfo, ...] | NotOffered:
    """Return the plugins of the worker; converters and the like too where asked."""
    query = None if connectors_only else {"connectorsOnly": "false"}
    request = reading(at("connector-plugins", query=query))
    found = connection.offered(request, wire.plugins)
    return _not_offered(connection, found) if isinstance(found, Fault) else found


def get_plugin_settings(
    connection: Connection, class_name: str, *, version: str = ""
) -> Plugin | NotOffered | None:
    """Return the definitions of a plugin's settings (KIP-769), of one version where given.

    None where the worker has no such plugin. A text that cannot be the name of a class is not
    asked for: no worker has it.
    """
    if not _CLASS_NAME.fullmatch(class_name):
        return None
    query = {"version": version} if version else None
    path = at("connector-plugins", class_name, "config", query=query)
    reader = wire.Reader(connection.clean)
    found = connection.offered(
        reading(path), lambda data: reader.plugin(data, class_name=class_name)
    )
    if not isinstance(found, Fault):
        return found
    return None if found.kind is FaultKind.NOT_FOUND else _not_offered(connection, found)


def validate_config(connection: Connection, name: str, config: Config) -> Validation:
    """Return what the worker says of a config; it may open connections to do so.

    Asked once: a time-out or an error of the server is a `failure` in the result. What cannot be
    the name of a class is unknown without being asked for.
    """
    sent = {**config.reveal(), "name": name}
    class_name = sent.get("connector.class", "")
    if class_name and not _CLASS_NAME.fullmatch(class_name.strip()):
        return Validation(connector=name, unknown_class=True)
    path = at("connector-plugins", class_name, "config", "validate")
    request = Request(
        method="PUT", path=path, body=json.dumps(sent).encode(), connector=name, reads=True
    )
    result = connection.attempt(request)
    if not isinstance(result, Fault):
        return connection.parsed(
            request,
            result,
            lambda data: validation(data, connector=name, sent=sent, redact=connection.redact),
        )
    match result.kind:
        case FaultKind.REJECTED | FaultKind.SERVER_ERROR if result.message:
            return failed_validation(
                result.message, connector=name, sent=sent, redact=connection.redact
            )
        case FaultKind.NOT_AUTHENTICATED | FaultKind.NOT_AUTHORISED | FaultKind.CERTIFICATE:
            raise ClusterError(result.problem)
        case _:
            return Validation(connector=name, failure=result.problem.message)


def get_recommended(
    connection: Connection, class_name: str, *, version: str = ""
) -> Mapping[str, tuple[str, ...]] | None:
    """Return the values that a connector's plugin proposes, by setting; None where it does not say.

    Definitions do not hold them: a config that is all but empty is validated, once. It names no
    server, so there is nothing to connect to.
    """
    sent = {"name": "connectform", "connector.class": class_name, "topics": "connectform"}
    if version:
        sent["connector.plugin.version"] = version
    path = at("connector-plugins", class_name, "config", "validate")
    request = Request(method="PUT", path=path, body=json.dumps(sent).encode(), reads=True)
    result = connection.attempt(request)
    if isinstance(result, Fault):
        return None
    return connection.parsed(
        request, result, lambda data: recommended(data, clean=connection.clean)
    )


def get_loggers(connection: Connection) -> tuple[LoggerLevel, ...]:
    """Return the loggers of the worker (KIP-495).

    A worker can serve them on another port alone (`admin.listeners`, KIP-495), and a service keeps
    them back: to both, the answer is that there is no such endpoint.
    """
    return connection.read(reading(at("admin", "loggers")), wire.loggers)


def get_logger(connection: Connection, name: str) -> LoggerLevel | None:
    """Return one logger of the worker."""
    request = reading(at("admin", "loggers", name))
    return connection.find(request, lambda data: wire.logger(data, name=name))


def _not_offered(connection: Connection, fault: Fault) -> NotOffered:
    return NotOffered(fault.problem.message.removeprefix(f"cluster {connection.cluster}: "))


def _listing(connection: Connection, query: str, *, timeout: float | None) -> wire.Listing:
    # The parameter must be repeated: `expand=info,status` answers empty objects.
    request = reading(f"/connectors?{query}", timeout=timeout)
    return connection.read(request, wire.Reader(connection.clean).listing)


def _list_timeout(connection: Connection, expected: int) -> float:
    return max(connection.timeouts.read, _SLOWEST_PER_PAIR * expected * expected)
