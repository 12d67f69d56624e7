"""Credentials as an Authorization header."""

import base64
from collections.abc import Callable
from urllib.parse import unquote, urlsplit, urlunsplit

from reconcile.http.tokens import TokenSource
from reconcile.model.config import Secret
from reconcile.model.project import Auth, BasicAuth, BearerAuth, OAuthClientCredentials

Header = tuple[bytes, bytes]


def authorization(
    auth: Auth | None, tokens: Callable[[OAuthClientCredentials], TokenSource]
) -> "Header | TokenSource | None":
    """Return the header for fixed credentials, or the source of tokens for OAuth."""
    match auth:
        case None:
            return None
        case BasicAuth(username=username, password=password):
            return basic(username, password.reveal())
        case BearerAuth(token=token):
            return bearer(token.reveal())
        case OAuthClientCredentials():
            return tokens(auth)


def basic(username: str, password: str) -> Header:
    """Return the header of RFC 7617, in UTF-8."""
    pair = f"{username}:{password}".encode()
    return (b"Authorization", b"Basic " + base64.b64encode(pair))


def bearer(token: str) -> Header:
    """Return the header of RFC 6750."""
    return (b"Authorization", b"Bearer " + token.encode())


def split_user_info(url: str) -> tuple[str, BasicAuth | None]:
    """Return a URL without `user:password@`, and those as credentials."""
    if "@" not in url:
        return url, None
    parts = urlsplit(url)
    user_info, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    username, _, password = user_info.partition(":")
    auth = BasicAuth(unquote(username), Secret(unquote(password)))
    return urlunsplit(parts._replace(netloc=host)), auth
