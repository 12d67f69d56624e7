"""What goes wrong below an HTTP answer: every failure of httpx has exactly one kind here."""

import re
import ssl
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

import httpx


class FailureKind(StrEnum):
    """Why there is no answer.

    UNREACHABLE: no connection, or a proxy that refuses. BROKEN: the connection ended in the
    middle. TOKEN: the token server gave no token. PROTOCOL: one side does not speak HTTP.
    """

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    BROKEN = "broken"
    PROTOCOL = "protocol"
    TOKEN = "token"  # noqa: S105  # the name of a kind


class HttpFailure(Exception):  # noqa: N818  # a result to weigh as often as an error
    """Tell why a request has no answer, and whether the server may have seen it.

    `detail` is free text, parts of it from the other side: redact it before showing it.
    """

    def __init__(self, kind: FailureKind, *, sent: bool, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.sent = sent
        self.detail = detail


_KINDS: Final[Mapping[type[Exception], tuple[FailureKind, bool]]] = {
    httpx.HTTPError: (FailureKind.PROTOCOL, True),
    httpx.RequestError: (FailureKind.PROTOCOL, True),
    httpx.TransportError: (FailureKind.BROKEN, True),
    httpx.TimeoutException: (FailureKind.TIMEOUT, True),
    httpx.ConnectTimeout: (FailureKind.UNREACHABLE, False),
    httpx.PoolTimeout: (FailureKind.TIMEOUT, False),
    httpx.NetworkError: (FailureKind.BROKEN, True),
    httpx.ConnectError: (FailureKind.UNREACHABLE, False),
    httpx.ProxyError: (FailureKind.UNREACHABLE, False),
    httpx.UnsupportedProtocol: (FailureKind.PROTOCOL, False),
    httpx.ProtocolError: (FailureKind.PROTOCOL, True),
    httpx.LocalProtocolError: (FailureKind.PROTOCOL, False),
    httpx.RemoteProtocolError: (FailureKind.BROKEN, True),
    httpx.InvalidURL: (FailureKind.PROTOCOL, False),
}
_ERRNO: Final = re.compile(r"^\[Errno -?\d+\] ")


def failure_of(error: httpx.HTTPError | httpx.InvalidURL) -> HttpFailure:
    """Return the failure that an error of httpx stands for."""
    kind, sent = next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)
    tls = next((link for link in _chain(error) if isinstance(link, ssl.SSLError)), None)
    if tls is not None:
        # An alert about our certificate comes after the handshake, in place of an answer.
        refused = "CERTIFICATE" in _reason(tls)
        return HttpFailure(FailureKind.TLS, sent=sent and not refused, detail=tls_detail(tls))
    return HttpFailure(kind, sent=sent, detail=_detail(error))


def tls_detail(error: ssl.SSLError) -> str:
    """Return an error of TLS in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    return (_reason(error) or str(error)).replace("_", " ").lower()


def _reason(error: ssl.SSLError) -> str:
    return str(getattr(error, "reason", None) or "")  # not set where no library made the error


def _detail(error: httpx.HTTPError | httpx.InvalidURL) -> str:
    match error:
        case httpx.ConnectTimeout():
            return "no connection in time"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.LocalProtocolError() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
            # Their texts quote headers and URLs, which hold credentials.
            return "the request cannot be written as HTTP: look at the URL and the headers"
        case _:
            return _ERRNO.sub("", str(error)) or "the connection broke"


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
