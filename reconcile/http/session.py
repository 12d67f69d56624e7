"""Send one request and return its answer: TLS, credentials, proxies and time-outs included."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from reconcile import __version__
from reconcile.clock import Clock
from reconcile.http.authorization import (
    Header,
    authorization,
    basic,
    bearer,
    split_user_info,
)
from reconcile.http.failures import FailureKind, HttpFailure, failure_of
from reconcile.http.retry import asked_wait
from reconcile.http.tls import tls_context
from reconcile.http.tokens import TokenSource
from reconcile.model.project import Auth, OAuthClientCredentials, Timeouts, Tls
from reconcile.redact import Redactor

_CONNECTIONS: Final = 64
_CONNECTED_FOR: Final = 20.0  # Jetty closes an idle connection after 30 s
_DOTS: Final = frozenset({".", ".."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered; header names in lower case, bodies never printed.

    `retry_after` counts the seconds after which to come back, where the server says so.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 0.0
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """How to speak to a group of servers; `secure` tells whether any of their URLs is https."""

    auth: Auth | None = None
    tls: Tls = field(default_factory=Tls)
    timeouts: Timeouts = field(default_factory=Timeouts)
    proxy: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secure: bool = True


class Session:
    """Send requests over kept connections; safe to share between threads.

    Redirects are not followed: credentials stay with the server they are meant for.
    """

    def __init__(
        self, client: httpx.Client, settings: SessionSettings, *, clock: Clock, redactor: Redactor
    ) -> None:
        self._client = client
        self._timeouts = settings.timeouts
        self._headers = _encoded(settings.headers.items())
        self._clock = clock
        self._redactor = redactor
        self._authorization = authorization(settings.auth, self._token_source)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float | None = None,
    ) -> Answer:
        """Send one request; `timeout` (seconds) is for the whole answer to arrive.

        A token that the server refuses is renewed once. Raises HttpFailure where there is no
        answer.
        """
        url, own = split_user_info(url)
        timeout = self._timeouts.read if timeout is None else timeout
        sent = [*self._headers, *_encoded(headers)]
        if own is not None:
            sent.append(basic(own.username, own.password.reveal()))
            return self._send(method, url, sent, body, timeout)
        match self._authorization:
            case None:
                return self._send(method, url, sent, body, timeout)
            case TokenSource() as tokens:
                token = tokens.token()
                answer = self._send(method, url, [*sent, bearer(token)], body, timeout)
                if answer.status != HTTPStatus.UNAUTHORIZED:
                    return answer
                renewed = bearer(tokens.renewed(token))
                return self._send(method, url, [*sent, renewed], body, timeout)
            case header:
                return self._send(method, url, [*sent, header], body, timeout)

    def _send(
        self, method: str, url: str, headers: list[Header], body: bytes | None, timeout: float
    ) -> Answer:
        started = self._clock.monotonic()
        limits = httpx.Timeout(
            connect=self._timeouts.connect, read=timeout, write=timeout, pool=None
        )
        try:
            with self._client.stream(
                method,
                url,
                content=body,
                headers=headers,
                timeout=limits,
                extensions=_extensions(url),
            ) as response:
                content = self._content(response, started + timeout)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = failure_of(error)
            # The texts of such errors quote headers, and a traceback would print them.
            cause = error if failure.kind is not FailureKind.PROTOCOL else None
            raise failure from cause
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
            seconds=self._clock.monotonic() - started,
            retry_after=asked_wait(response.headers.get("retry-after", ""), self._clock.now()),
        )

    def _content(self, response: httpx.Response, deadline: float) -> bytes:
        """Return the body; a server that drips does not keep us for ever."""
        chunks = []
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            if self._clock.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer was not complete in time")
        return b"".join(chunks)

    def _token_source(self, credentials: OAuthClientCredentials) -> TokenSource:
        return TokenSource(
            credentials,
            post=self._post_form,
            clock=self._clock,
            learn=lambda token: self._redactor.learn([token]),
        )

    def _post_form(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Ask the token server; our other headers and credentials are not for it."""
        try:
            sent = _encoded(headers.items())
            answer = self._send("POST", url, sent, body, self._timeouts.read)
        except HttpFailure as failure:
            detail = f"the token server gave no answer: {failure.detail}"
            raise HttpFailure(FailureKind.TOKEN, sent=False, detail=detail) from failure
        return answer.status, answer.body


@contextmanager
def open_session(
    settings: SessionSettings, *, clock: Clock, redactor: Redactor
) -> Iterator[Session]:
    """Open a session, and close its connections at the end.

    Raises HttpFailure where certificates or the proxy are not usable. Without a proxy of its own
    it heeds HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
    """
    context = tls_context(settings.tls, needed=settings.secure)
    try:
        client = httpx.Client(
            verify=context,
            proxy=settings.proxy,
            headers={"User-Agent": f"connectform/{__version__}"},
            limits=httpx.Limits(
                max_connections=_CONNECTIONS,
                max_keepalive_connections=_CONNECTIONS,
                keepalive_expiry=_CONNECTED_FOR,
            ),
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        # The URL of a proxy holds credentials: not quoted, not chained.
        detail = "the URL of the proxy is not usable: http:// and https:// proxies are"
        raise HttpFailure(FailureKind.PROTOCOL, sent=False, detail=detail) from None
    with client:
        yield Session(client, settings, clock=clock, redactor=redactor)


def _encoded(headers: Iterable[tuple[str, str]]) -> list[Header]:
    return [(name.encode(), value.encode()) for name, value in headers]


def _extensions(url: str) -> dict[str, object]:
    """Keep `..` in a path: httpx would resolve it, and it can be a connector's name."""
    path, _, query = url.partition("?")
    host, slash, rest = path.partition("://")[2].partition("/")
    if not host or not slash or _DOTS.isdisjoint(rest.split("/")):
        return {}
    return {"target": f"/{rest}{'?' if query else ''}{query}".encode()}
