"""Make the TLS context: whom to trust, and who we are."""

import ssl

from reconcile.http.failures import FailureKind, HttpFailure, tls_detail
from reconcile.model.project import Tls


def tls_context(tls: Tls, *, needed: bool = True) -> ssl.SSLContext:
    """Return the context for these settings; raise HttpFailure where files are not usable.

    Without a CA of its own the system's are trusted. A context that is not `needed` loads
    nothing, which saves its time, and trusts nobody.
    """
    if not needed:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = _trusting(tls.ca)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert is not None:
        _identify(context, tls)
    return context


def _trusting(ca: str | None) -> ssl.SSLContext:
    paths = ssl.get_default_verify_paths()
    if ca is None and not (paths.cafile or paths.capath):
        import certifi  # noqa: PLC0415  # only where the system has no certificates of its own

        ca = certifi.where()
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise _unusable(f"{ca} holds no usable CA certificate ({tls_detail(error)})") from error
    except OSError as error:
        raise _unusable(f"cannot read {ca}: {error.strerror}") from error


def _identify(context: ssl.SSLContext, tls: Tls) -> None:
    # A password is always given: OpenSSL would ask for one on the terminal.
    password = tls.key_password.reveal() if tls.key_password else ""
    try:
        context.load_cert_chain(tls.cert or "", tls.key, password=lambda: password)
    except ssl.SSLError as error:
        raise _unusable(
            f"{tls.cert} and its key are not usable: not PEM, not a pair, or another key password"
        ) from error
    except OSError as error:
        missing = error.filename or f"{tls.cert} or {tls.key}"
        raise _unusable(f"cannot read {missing}: {error.strerror}") from error


def _unusable(detail: str) -> HttpFailure:
    return HttpFailure(FailureKind.TLS, sent=False, detail=detail)
