"""What access to a cluster means for its session: settings, warnings, and what to keep secret."""

import re
from collections.abc import Iterator
from typing import Final

from reconcile.http.authorization import split_user_info
from reconcile.http.session import SessionSettings
from reconcile.model.codes import Code
from reconcile.model.problem import Problem, Severity
from reconcile.model.project import Access, BasicAuth, BearerAuth, OAuthClientCredentials

_SECRET_HEADER: Final = re.compile(r"auth|token|secret|key|cookie|password", re.IGNORECASE)


def session_settings(access: Access) -> SessionSettings:
    """Return how to speak to the workers of a cluster."""
    urls = [*access.urls, access.proxy or ""]
    if isinstance(access.auth, OAuthClientCredentials):
        urls.append(access.auth.token_url)
    return SessionSettings(
        auth=access.auth,
        tls=access.tls,
        timeouts=access.timeouts,
        proxy=access.proxy,
        headers=access.headers,
        secure=any(url.lower().startswith("https:") for url in urls),
    )


def credentials_of(access: Access) -> Iterator[str]:
    """Yield every text of an access that must never be shown."""
    match access.auth:
        case BasicAuth(password=secret) | BearerAuth(token=secret):
            yield secret.reveal()
        case OAuthClientCredentials(client_secret=secret):
            yield secret.reveal()
        case None:
            pass
    if access.tls.key_password is not None:
        yield access.tls.key_password.reveal()
    for url in (*access.urls, access.proxy or ""):
        _, auth = split_user_info(url)
        if auth is not None:
            yield auth.password.reveal()
    for secret in access.secrets:
        yield secret.reveal()
    for name, value in access.headers.items():
        if _SECRET_HEADER.search(name):
            yield value


def shown_url(url: str) -> str:
    """Return a URL without credentials and final slash."""
    return split_user_info(url)[0].rstrip("/")


def warnings_of(access: Access) -> tuple[Problem, ...]:
    """Return what is to be said loudly of this access."""
    if access.tls.verify:
        return ()
    return (
        Problem(
            code=Code.INSECURE_TLS,
            message=f"cluster {access.cluster}: certificates are not verified, so anybody on the"
            " way can read the credentials and change what is written",
            hint=f"set clusters.{access.cluster}.tls.ca instead of tls.verify: false",
            severity=Severity.WARNING,
        ),
    )
