"""Faults in words: what is wrong with an answer of Connect, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from reconcile.connect.failures import FaultKind
from reconcile.connect.requests import Request
from reconcile.connect.texts import unknown_class
from reconcile.model.codes import Code
from reconcile.model.flavor import Flavor, flavor_of
from reconcile.model.problem import Problem
from reconcile.redact import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked what: for the text of a problem."""

    cluster: str
    url: str
    request: Request
    flavor: Flavor | None = None

    @property
    def of_aiven(self) -> bool:
        """Tell whether the file or the host name says that Aiven runs this."""
        return (self.flavor or flavor_of("", (self.url,))) is Flavor.AIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back: `text` is fit to be shown, `message` is Connect's own.

    `status` is 0 where there was no answer; `known_form` tells whether the body was an error of
    Connect's own form, `of_aiven` whether it was one of Aiven's platform API.
    """

    text: str
    message: str = ""
    status: int = 0
    known_form: bool = False
    of_aiven: bool = False


_CODES: Final[Mapping[FaultKind, Code]] = {
    FaultKind.STARTING: Code.CLUSTER_STARTING,
    FaultKind.BUSY: Code.CONFLICT,
    FaultKind.UNAVAILABLE: Code.SERVER_ERROR,
    FaultKind.GATEWAY: Code.SERVER_ERROR,
    FaultKind.NOT_FOUND: Code.NOT_FOUND,
    FaultKind.EXISTS: Code.CONFLICT,
    FaultKind.REJECTED: Code.REJECTED,
    FaultKind.NOT_AUTHENTICATED: Code.NOT_AUTHENTICATED,
    FaultKind.NOT_AUTHORISED: Code.NOT_AUTHORISED,
    FaultKind.UNSUPPORTED: Code.UNSUPPORTED_VERSION,
    FaultKind.TIMED_OUT: Code.TIMED_OUT,
    FaultKind.SERVER_ERROR: Code.SERVER_ERROR,
    FaultKind.UNEXPECTED: Code.UNEXPECTED_ANSWER,
    FaultKind.UNREACHABLE: Code.CLUSTER_UNREACHABLE,
    FaultKind.NO_ANSWER: Code.TIMED_OUT,
    FaultKind.BROKEN: Code.CLUSTER_UNREACHABLE,
    FaultKind.CERTIFICATE: Code.CERTIFICATE,
    FaultKind.NOT_HTTP: Code.UNEXPECTED_ANSWER,
}
_ANSWERED: Final = "{request} was answered with {status}{said}"
_MESSAGES: Final[Mapping[FaultKind, str]] = {
    FaultKind.STARTING: "the worker at {url} has not started yet",
    FaultKind.BUSY: "busy with something else{said}",
    FaultKind.UNAVAILABLE: _ANSWERED,
    FaultKind.GATEWAY: _ANSWERED,
    FaultKind.NOT_FOUND: "{text}",
    FaultKind.EXISTS: "{text}",
    FaultKind.REJECTED: _ANSWERED,
    FaultKind.NOT_AUTHENTICATED: "{url} does not accept the credentials{said}",
    FaultKind.NOT_AUTHORISED: "{request} is not allowed{said}",
    FaultKind.UNSUPPORTED: "there is no {request}{said}",
    FaultKind.TIMED_OUT: "the worker gave up on {request}{said}",
    FaultKind.SERVER_ERROR: _ANSWERED,
    FaultKind.UNEXPECTED: _ANSWERED,
    FaultKind.UNREACHABLE: "cannot reach {url}{said}",
    FaultKind.NO_ANSWER: "no answer in time to {request}",
    FaultKind.BROKEN: "the connection broke during {request}{said}",
    FaultKind.CERTIFICATE: "no TLS with {url}{said}",
    FaultKind.NOT_HTTP: "no HTTP with {url}{said}",
}
_SETTLED: Final = "wait until the cluster has settled, and run again"
_HINTS: Final[Mapping[FaultKind, str]] = {
    FaultKind.STARTING: "wait until it is up; if it is, {access}.url leads to something else",
    FaultKind.BUSY: _SETTLED,
    FaultKind.UNAVAILABLE: _SETTLED,
    FaultKind.GATEWAY: "a proxy answers for the worker: see whether the worker is up",
    FaultKind.NOT_FOUND: "",
    FaultKind.EXISTS: "",
    FaultKind.REJECTED: "",
    FaultKind.NOT_AUTHENTICATED: "check {access}.auth, and that its variables are set",
    FaultKind.NOT_AUTHORISED: "ask for the permission, or use other credentials",
    FaultKind.UNSUPPORTED: "check the path of {access}.url; Connect may also be too old for this",
    FaultKind.TIMED_OUT: "see whether the workers reach their brokers",
    FaultKind.SERVER_ERROR: "the log of the worker says more",
    FaultKind.UNEXPECTED: "check {access}.url: it must lead to the REST API of Connect",
    FaultKind.UNREACHABLE: "check {access}.url, and that a worker listens there",
    FaultKind.NO_ANSWER: "see whether the worker is well; {access}.timeouts allows more time",
    FaultKind.BROKEN: "see whether the worker is up",
    FaultKind.CERTIFICATE: "set {access}.tls.ca to the CA certificate of the worker's (PEM)",
    FaultKind.NOT_HTTP: "check {access}.url: it must lead to the REST API of Connect",
}
_PLATFORM_HINT: Final = (
    "this is Aiven's platform API, not Kafka Connect: {access}.url must be the URI of the service"
    " itself, with auth.basic as avnadmin"
)
_AIVEN_HINT: Final = (
    "Aiven's Connect takes the service's user avnadmin: check {access}.auth.basic; a token of the"
    " platform API is of no use here"
)
_CERTIFICATE_HINTS: Final = (
    ("wrong version number", "the server speaks no TLS on this port: use http:// in {access}.url"),
    ("record layer", "the server speaks no TLS on this port: use http:// in {access}.url"),
    ("alert", "the worker wants a client certificate: set {access}.tls.cert and key"),
    ("mismatch", "use a host name that the certificate is made out for"),
    ("not valid for", "use a host name that the certificate is made out for"),
    ("expired", "renew the certificate of the worker"),
    ("cannot read", "check the paths of {access}.tls"),
    ("not usable", "check the files of {access}.tls"),
    ("no usable", "check the files of {access}.tls"),
)


def problem_of(kind: FaultKind, asked: Asked, heard: Heard) -> Problem:
    """Return the problem for a fault."""
    code, message, hint = _CODES[kind], _MESSAGES[kind], _HINTS[kind]
    match kind:
        case _ if heard.of_aiven:
            hint = _PLATFORM_HINT
        case FaultKind.NOT_AUTHENTICATED if asked.of_aiven and heard.status:
            hint = _AIVEN_HINT
        case FaultKind.REJECTED if _unaddressable(heard):
            code, hint = Code.UNMANAGEABLE_NAME, "use a name without / % \\ and control characters"
            message = "Connect 4 cannot address a connector of this name by its URL"
        case FaultKind.REJECTED if heard.known_form:
            code = Code.UNKNOWN_CLASS if unknown_class(heard.message) else code
            message, hint = "{what} is rejected{said}", "correct the definition"
        case FaultKind.UNSUPPORTED if heard.status == HTTPStatus.NOT_FOUND and not heard.known_form:
            message += "; this answer is not Connect's own"
            hint = "a proxy may keep it back: let it through, or check the path of {access}.url"
        case FaultKind.NOT_AUTHENTICATED if not heard.status:
            message = "there is no token for {url}{said}"
        case FaultKind.CERTIFICATE:
            found = (text for part, text in _CERTIFICATE_HINTS if part in heard.text)
            hint = next(found, hint)
        case FaultKind.BROKEN if asked.url.startswith("https:"):
            hint = "if the worker wants a client certificate, set {access}.tls.cert and key"
        case _:
            pass
    return Problem(
        code=code,
        message=f"cluster {asked.cluster}: {_filled(message, asked, heard)}",
        hint=_filled(hint, asked, heard),
        connector=asked.request.connector,
    )


def _filled(template: str, asked: Asked, heard: Heard) -> str:
    request = asked.request
    of_config = request.path == "/connectors" or request.path.endswith("/config")
    of_config = of_config and bool(request.connector)
    return template.format(
        access=f"clusters.{asked.cluster}",
        request=f"{request.method} {visible(request.path)} of {asked.url}",
        said=f": {heard.text}" if heard.text else "",
        status=heard.status,
        text=heard.text,
        url=asked.url,
        what=f"the config of {visible(request.connector)}" if of_config else "the request",
    )


def _unaddressable(heard: Heard) -> bool:
    """Tell the answer of Jetty itself, which never reached Connect, by its missing JSON."""
    return (
        heard.status == HTTPStatus.BAD_REQUEST
        and not heard.known_form
        and (not heard.text or "URI" in heard.text or "Path" in heard.text)
    )
