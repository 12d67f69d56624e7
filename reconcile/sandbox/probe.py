"""Ask a worker whether it is ready, and its log why it is not."""

import base64
import json
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from reconcile.sandbox.state import Access

_REQUEST_SECONDS = 5.0
_TAIL_BYTES = 256 * 1024
_ERROR_MARKS = (" ERROR ", " FATAL ", "Exception", "Error:", "error:")


def answers(url: str, access: Access, *, kafka_cluster_id: str = "") -> bool:
    """Return whether a worker lists its connectors, and belongs to a Kafka cluster where one is given.

    A starting worker answers 404 in HTML, which does not count; nor does the worker of another
    sandbox that took the port.
    """
    if not isinstance(_read(url, "/connectors", access), list):
        return False
    if not kafka_cluster_id:
        return True
    root = _read(url, "/", access)
    return isinstance(root, dict) and root.get("kafka_cluster_id") == kafka_cluster_id


def last_lines(path: Path, count: int) -> tuple[str, ...]:
    """Return the last lines of a log, none if it does not exist."""
    try:
        with path.open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            text = log.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ()
    return tuple(text.splitlines()[-count:]) if count > 0 else ()


def error_lines(lines: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return the last lines that speak of an error, or simply the last ones where none does.

    An entry in JSON counts as its message and the lines of its trace.
    """
    read = [part for line in lines for part in _entry_lines(line)]
    errors = [line for line in read if any(mark in line for mark in _ERROR_MARKS)]
    return tuple((errors or [line for line in read if line.strip()])[-count:])


def _entry_lines(line: str) -> list[str]:
    try:
        entry = json.loads(line) if line.startswith("{") else None
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        return [line]
    said = f"[{entry.get('@timestamp')}] {entry.get('log.level')} {entry.get('message')}"
    return [*said.splitlines(), *str(entry.get("error.stack_trace", "")).splitlines()]


def _read(url: str, path: str, access: Access) -> object:
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 0
    connection = (
        HTTPSConnection(host, port, timeout=_REQUEST_SECONDS, context=_tls(access))
        if address.scheme == "https"
        else HTTPConnection(host, port, timeout=_REQUEST_SECONDS)
    )
    try:
        connection.request("GET", path, headers=_authorization(access))
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None  # noqa: PLR2004 - HTTP's OK
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _tls(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=access.ca)
    if access.certificate is not None:
        context.load_cert_chain(access.certificate, access.key)
    return context


def _authorization(access: Access) -> dict[str, str]:
    if not access.username:
        return {}
    pair = f"{access.username}:{access.password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
