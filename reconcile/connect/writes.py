"""What can be written to a Connect cluster: one function per endpoint; only `apply` calls them.

Each sends its request once and raises WriteFailure for anything but success. What that means,
and whether to try again, is for the caller to decide.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from reconcile.connect import wire
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.connection import Connection
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.connect.reads import get_status
from reconcile.connect.requests import Request, at, connector_path
from reconcile.http.session import Answer
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveStatus, State
from reconcile.model.problem import Problem


def create_connector(
    connection: Connection,
    name: str,
    config: Config,
    *,
    initial_state: TargetState | None = None,
) -> None:
    """Create a connector, in a given state where Connect is 3.7 or later (KIP-980)."""
    body: dict[str, object] = {"name": name, "config": _complete(name, config)}
    if initial_state is not None:
        body["initial_state"] = initial_state.value.upper()
    _send(connection, "POST", at("connectors"), name, body)


def put_config(connection: Connection, name: str, config: Config) -> bool:
    """Replace the whole config of a connector; tell whether this created it."""
    path = connector_path(name, "config")
    answer = _send(connection, "PUT", path, name, _complete(name, config))
    return answer.status == HTTPStatus.CREATED


def patch_config(connection: Connection, name: str, values: Mapping[str, str | None]) -> None:
    """Set some keys of a config, and remove those that are None (KIP-477, Connect 3.8)."""
    _send(connection, "PATCH", connector_path(name, "config"), name, dict(values))


def delete_connector(connection: Connection, name: str) -> None:
    """Delete a connector; its offsets stay."""
    _send(connection, "DELETE", connector_path(name), name)


def pause(connection: Connection, name: str) -> None:
    """Pause a connector; its tasks stay where they are."""
    _send(connection, "PUT", connector_path(name, "pause"), name)


def resume(connection: Connection, name: str) -> None:
    """Let a paused or stopped connector run."""
    _send(connection, "PUT", connector_path(name, "resume"), name)


def stop(connection: Connection, name: str) -> None:
    """Stop a connector and drop its tasks (KIP-875, Connect 3.5)."""
    _send(connection, "PUT", connector_path(name, "stop"), name)


def restart(
    connection: Connection, name: str, *, include_tasks: bool = False, only_failed: bool = False
) -> LiveStatus | None:
    """Restart a connector, and its tasks where asked (KIP-745).

    Returns what Connect is going to restart, marked RESTARTING, where it says so.
    """
    query = {}
    if include_tasks:
        query["includeTasks"] = "true"
    if only_failed:
        query["onlyFailed"] = "true"
    path = connector_path(name, "restart", query=query)
    answer = _send(connection, "POST", path, name)
    if answer.status != HTTPStatus.ACCEPTED or not answer.body:
        return None
    try:
        return wire.Reader(connection.clean).status(wire.decoded(answer.body))
    except wire.ShapeError:
        return None


def restart_task(connection: Connection, name: str, task: int) -> None:
    """Restart one task; for a stopped connector that is PERMANENT, whatever Connect says."""
    try:
        _send(connection, "POST", connector_path(name, "tasks", str(task), "restart"), name)
    except WriteFailure as failure:
        if failure.kind is not WriteFailureKind.RETRY:
            raise
        # Connect answers as in a rebalance, for ever.
        status = get_status(connection, name)
        if status is None or status.state is not State.STOPPED:
            raise
        raise WriteFailure(WriteFailureKind.PERMANENT, _is_stopped(connection, name)) from failure


def alter_offsets(connection: Connection, name: str, positions: tuple[ConnectorOffset, ...]) -> str:
    """Set positions of a stopped connector (KIP-875, Connect 3.6); return what Connect says."""
    body = wire.offsets_body(positions)
    answer = _send(connection, "PATCH", connector_path(name, "offsets"), name, body)
    return _message(connection, answer)


def reset_offsets(connection: Connection, name: str) -> str:
    """Forget all positions of a stopped connector (Connect 3.6); return what Connect says."""
    return _message(connection, _send(connection, "DELETE", connector_path(name, "offsets"), name))


def reset_topics(connection: Connection, name: str) -> None:
    """Forget which topics a connector has used (KIP-558)."""
    _send(connection, "PUT", connector_path(name, "topics", "reset"), name)


def set_logger_level(
    connection: Connection, logger: str, level: str, *, whole_cluster: bool = False
) -> tuple[str, ...]:
    """Set the level of a logger and those below it; return them.

    On the worker alone, or on all of them (KIP-976, Connect 3.7), which answers no names.
    """
    query = {"scope": "cluster"} if whole_cluster else None
    path = at("admin", "loggers", logger, query=query)
    answer = _send(connection, "PUT", path, "", {"level": level})
    if not answer.body:
        return ()
    try:
        return wire.names(wire.decoded(answer.body))
    except wire.ShapeError:
        return ()


def _send(
    connection: Connection,
    method: str,
    path: str,
    connector: str,
    body: Mapping[str, object] | None = None,
) -> Answer:
    encoded = None if body is None else json.dumps(body).encode()
    return connection.write(Request(method=method, path=path, connector=connector, body=encoded))


def _complete(name: str, config: Config) -> dict[str, object]:
    """Return a config as it is sent; one with unresolved secrets never is."""
    unresolved = config.unresolved()
    if unresolved:
        keys = ", ".join(sorted(unresolved))
        problem = Problem(
            code=Code.SECRETS_NOT_RESOLVED,
            message=f"the secrets of {name} are not resolved: {keys}",
            hint="set the variables they come from, and plan again without --no-secrets",
            connector=name,
        )
        raise WriteFailure(WriteFailureKind.REJECTED, problem)
    return {**config.reveal(), "name": name}


def _message(connection: Connection, answer: Answer) -> str:
    try:
        return connection.clean(wire.message(wire.decoded(answer.body)))
    except wire.ShapeError:
        return ""


def _is_stopped(connection: Connection, name: str) -> Problem:
    return Problem(
        code=Code.REJECTED,
        message=f"cluster {connection.cluster}: {name} is stopped, so it has no task to restart",
        hint=f"resume {name} first",
        connector=name,
    )
