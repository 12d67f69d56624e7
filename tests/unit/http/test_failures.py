import ssl
from collections.abc import Iterator

import httpx
import pytest

from reconcile.http.failures import FailureKind, failure_of, tls_detail


def every_subclass(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for subclass in base.__subclasses__():
        yield from every_subclass(subclass)


def an_error(kind: type[Exception], text: str = "text") -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "http://localhost")
        return kind(text, request=request, response=httpx.Response(500))
    return kind(text)


NEVER_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
}


@pytest.mark.parametrize("kind", list(every_subclass(httpx.HTTPError)))
def test_every_error_of_httpx_is_one_kind_of_failure(kind: type[httpx.HTTPError]) -> None:
    failure = failure_of(an_error(kind))

    assert isinstance(failure.kind, FailureKind)
    assert failure.sent is (kind not in NEVER_SENT)
    assert failure.detail


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (httpx.ConnectError, FailureKind.UNREACHABLE),
        (httpx.ConnectTimeout, FailureKind.UNREACHABLE),
        (httpx.ProxyError, FailureKind.UNREACHABLE),
        (httpx.ReadTimeout, FailureKind.TIMEOUT),
        (httpx.WriteTimeout, FailureKind.TIMEOUT),
        (httpx.ReadError, FailureKind.BROKEN),
        (httpx.WriteError, FailureKind.BROKEN),
        (httpx.RemoteProtocolError, FailureKind.BROKEN),
        (httpx.LocalProtocolError, FailureKind.PROTOCOL),
        (httpx.DecodingError, FailureKind.PROTOCOL),
        (httpx.InvalidURL, FailureKind.PROTOCOL),
    ],
)
def test_the_kind_says_what_to_do(kind: type[Exception], expected: FailureKind) -> None:
    assert failure_of(an_error(kind)).kind is expected


def test_the_text_of_an_illegal_header_is_not_repeated() -> None:
    failure = failure_of(httpx.LocalProtocolError("Illegal header value b'Bearer hunter22\\n'"))

    assert "hunter22" not in failure.detail
    assert "hunter22" not in str(failure)


def test_the_number_of_an_error_is_no_use_to_people() -> None:
    assert failure_of(httpx.ConnectError("[Errno 111] Connection refused")).detail == (
        "Connection refused"
    )


@pytest.mark.parametrize(
    ("reason", "sent"),
    [("TLSV13_ALERT_CERTIFICATE_REQUIRED", False), ("DECRYPTION_FAILED", True)],
)
def test_an_alert_about_our_certificate_means_that_nothing_was_done(
    reason: str,
    sent: bool,  # noqa: FBT001
) -> None:
    alert = ssl.SSLError(1, "text")
    alert.reason = reason
    error = httpx.ReadError("text")
    error.__cause__ = alert

    failure = failure_of(error)

    assert failure.kind is FailureKind.TLS
    assert failure.sent is sent
    assert failure.detail == reason.replace("_", " ").lower()


def test_an_error_of_tls_without_a_reason_has_its_text() -> None:
    assert "something odd" in tls_detail(ssl.SSLError(1, "something odd"))
