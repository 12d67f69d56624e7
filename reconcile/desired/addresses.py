"""Check the addresses that a project file holds or refers to."""

from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import dotted
from reconcile.model.codes import Code
from reconcile.model.flavor import is_aiven_platform
from reconcile.model.marks import Path
from reconcile.plugins.sensitive import is_sensitive

_SCHEMES: Final = frozenset({"http", "https"})
_AIVEN_HINT: Final = (
    "write the URI of the service itself, https://NAME-PROJECT.aivencloud.com:PORT, with auth:"
    " {basic: {username: avnadmin, ...}}; avn service get NAME --format '{connection_info}' shows it"
)
_LOGIN_HINT: Final = 'write auth: {basic: {username: ..., password: "${{ env.NAME }}"}} instead'
_WHOLE_HINT: Final = 'refer to it as a whole: "${{ env.NAME }}"'


class Server(StrEnum):
    """What an address leads to, with an example of one."""

    WORKER = "http://127.0.0.1:8083"
    METRICS = "http://prometheus:9090"
    RECEIVER = "http://alertmanager:9093"
    TOKENS = "https://login.example.com/oauth2/token"
    PROXY = "http://proxy.example.com:3128"


_WITH_QUERY: Final = frozenset({Server.RECEIVER, Server.TOKENS})


def check_address(url: str, path: Path, server: Server, *, literal: bool) -> list[Finding]:
    """Check an address without showing it: it may hold a secret, and may not where it is `literal`."""
    parts = _parts(url)
    if parts is None:
        message = f"{dotted(path)} must be an http or https address"
        return [Finding(Code.INVALID_VALUE, path, message, f"for example {server.value}")]
    if is_aiven_platform(url):
        message = f"{dotted(path)} leads to Aiven's platform API, which is not Kafka Connect"
        return [Finding(Code.INVALID_VALUE, path, message, _AIVEN_HINT)]
    if literal and "@" in parts.netloc:
        message = f"{dotted(path)} holds credentials"
        return [Finding(Code.INVALID_VALUE, path, message, _LOGIN_HINT)]
    if server not in _WITH_QUERY and (parts.query or parts.fragment):
        message = f"{dotted(path)} holds a query"
        return [Finding(Code.INVALID_VALUE, path, message, "end the address with its path")]
    if literal and is_sensitive("", url):
        message = f"{dotted(path)} holds a secret as plain text"
        return [Finding(Code.INVALID_VALUE, path, message, _WHOLE_HINT)]
    return []


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if fits and url.isprintable() and " " not in url else None
