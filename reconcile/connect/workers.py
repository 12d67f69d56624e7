"""Ask single workers whether they are there, by the addresses under which statuses name them."""

import re
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from reconcile.clock import Clock
from reconcile.connect import wire
from reconcile.connect.access import session_settings, shown_url
from reconcile.connect.failures import Fault, FaultKind
from reconcile.connect.requests import reading
from reconcile.connect.transport import Target, exchange
from reconcile.http.failures import HttpFailure
from reconcile.http.session import Session, open_session
from reconcile.model.project import Access, Timeouts
from reconcile.redact import Redactor

_SECONDS: Final = 3.0
_MOST: Final = 64
_AT_A_TIME: Final = 16
_PORTS: Final = {"http": 80, "https": 443}
_SILENT: Final = frozenset({FaultKind.UNREACHABLE, FaultKind.NO_ANSWER, FaultKind.BROKEN})
# The name is a text from a cluster: nothing but a host and a port is made into a URL.
_ADDRESS: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")


class Reply(StrEnum):
    """What comes from the address of a worker.

    OTHER is a worker of another cluster. UNCLEAR is an answer that says nothing of whose it is: a
    proxy's page, or the 404 and 500 of a worker that is starting.
    """

    OURS = "ours"
    OTHER = "other"
    UNCLEAR = "unclear"
    SILENT = "silent"


def address_of(url: str) -> str:
    """Return host and port of a URL as statuses name a worker: `connect-1.example.com:8083`."""
    parts = urlsplit(shown_url(url))
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def ask_workers(
    access: Access,
    addresses: Collection[str],
    kafka_cluster_id: str,
    *,
    clock: Clock,
    redactor: Redactor,
) -> Mapping[str, Reply]:
    """Return what comes from the addresses of workers, asked for `GET /` all at once.

    No credentials are sent: where a cluster says that its workers are is not where they are for.
    What cannot be an address is not asked, and nobody is where our certificates are unusable.
    """
    declared = {address_of(url): url for url in access.urls}
    scheme = urlsplit(access.urls[0]).scheme
    urls = {
        address: shown_url(declared.get(address, f"{scheme}://{address}"))
        for address in sorted(addresses)[:_MOST]
        if _ADDRESS.fullmatch(address)
    }
    if not urls:
        return {}
    settings = replace(
        session_settings(access),
        auth=None,
        headers={},
        timeouts=Timeouts(connect=_SECONDS, read=_SECONDS),
    )
    try:
        with (
            open_session(settings, clock=clock, redactor=redactor) as session,
            ThreadPoolExecutor(_AT_A_TIME) as pool,
        ):
            ask = partial(_reply, session, access.cluster, kafka_cluster_id, redactor)
            return dict(zip(urls, pool.map(ask, urls.values()), strict=True))
    except HttpFailure:
        return {}


def _reply(
    session: Session, cluster: str, kafka_cluster_id: str, redactor: Redactor, url: str
) -> Reply:
    target = Target(cluster=cluster, url=url, shown=url)
    request = reading("/", timeout=_SECONDS)
    answer = exchange(session, target, request, timeout=_SECONDS, redact=redactor.redact)
    if isinstance(answer, Fault):
        return Reply.SILENT if answer.kind in _SILENT else Reply.UNCLEAR
    try:
        found = wire.identity(wire.decoded(answer.body))
    except wire.ShapeError:
        return Reply.UNCLEAR
    return Reply.OURS if found.kafka_cluster_id == kafka_cluster_id else Reply.OTHER
