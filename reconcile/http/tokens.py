"""Tokens by OAuth client credentials: fetched when needed, kept until shortly before they end."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote_plus, urlencode

from reconcile.clock import Clock
from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.model.config import Secret
from reconcile.model.project import OAuthClientCredentials

_UNKNOWN_LIFETIME: Final = 300.0
_EARLY_SHARE: Final = 0.1
_EARLIEST: Final = 30.0

Post = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and until when to use it, on the clock that never goes backwards."""

    text: Secret
    usable_until: float


class TokenSource:
    """Hand out one token to all threads; only one of them fetches it.

    `learn` is told every token, so that it can be kept out of all output.
    """

    def __init__(
        self,
        credentials: OAuthClientCredentials,
        *,
        post: Post,
        clock: Clock,
        learn: Callable[[str], None],
    ) -> None:
        self._credentials = credentials
        self._post = post
        self._clock = clock
        self._learn = learn
        self._lock = threading.Lock()
        self._token: Token | None = None

    def token(self) -> str:
        """Return a usable token; raise HttpFailure where the token server gives none."""
        with self._lock:
            if self._token is None or self._clock.monotonic() >= self._token.usable_until:
                self._token = self._fetch()
            return self._token.text.reveal()

    def renewed(self, refused: str) -> str:
        """Return another token than the one a server refused."""
        with self._lock:
            if self._token is not None and self._token.text.reveal() == refused:
                self._token = None
        return self.token()

    def _fetch(self) -> Token:
        started = self._clock.monotonic()
        status, body = self._ask(in_header=True)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST}:
            # RFC 6749 2.3.1: the header is what servers must know, the form what some want.
            status, body = self._ask(in_header=False)
        if status != HTTPStatus.OK:
            raise _no_token(f"the token server answered {status}{_reason(body)}")
        text, lifetime = _parsed(body)
        self._learn(text)
        early = min(_EARLIEST, lifetime * _EARLY_SHARE)
        return Token(text=Secret(text), usable_until=started + lifetime - early)

    def _ask(self, *, in_header: bool) -> tuple[int, bytes]:
        credentials = self._credentials
        secret = credentials.client_secret.reveal()
        form = {"grant_type": "client_credentials"}
        form |= {"scope": credentials.scope} if credentials.scope else {}
        form |= {"audience": credentials.audience} if credentials.audience else {}
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if in_header:
            pair = f"{quote_plus(credentials.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": credentials.client_id, "client_secret": secret}
        return self._post(credentials.token_url, headers, urlencode(form).encode())


def _parsed(body: bytes) -> tuple[str, float]:
    try:
        answer = json.loads(body)
        text = answer["access_token"]
        lifetime = float(answer.get("expires_in") or _UNKNOWN_LIFETIME)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _no_token("the token server answered something else than a token") from None
    if not isinstance(text, str) or not text:
        raise _no_token("the token server answered an empty token")
    return text, lifetime


def _reason(body: bytes) -> str:
    """Return the error name of RFC 6749 5.2, which is one of a few fixed words."""
    try:
        name = json.loads(body)["error"]
    except (ValueError, TypeError, KeyError):
        return ""
    return f" ({name})" if isinstance(name, str) and name.replace("_", "").isalpha() else ""


def _no_token(detail: str) -> HttpFailure:
    return HttpFailure(FailureKind.TOKEN, sent=False, detail=detail)
