"""What an answer that is no success means, and whether trying again can help."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Final, TypeGuard

from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.session import Answer
from reconcile.model.problem import Problem


class FaultKind(StrEnum):
    """The kinds of trouble, told apart by what to do about them.

    STARTING: not yet loaded. BUSY: a rebalance or a change by somebody else; nothing was done.
    UNAVAILABLE: nobody took the request. GATEWAY: a proxy got no answer from the worker.
    UNSUPPORTED: no such endpoint here, or something in front of Connect keeps it back. TIMED_OUT: the worker gave up. NO_ANSWER: we gave up.
    """

    STARTING = "starting"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    GATEWAY = "gateway"
    NOT_FOUND = "not-found"
    EXISTS = "exists"
    REJECTED = "rejected"
    NOT_AUTHENTICATED = "not-authenticated"
    NOT_AUTHORISED = "not-authorised"
    UNSUPPORTED = "unsupported"
    TIMED_OUT = "timed-out"
    SERVER_ERROR = "server-error"
    UNEXPECTED = "unexpected"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no-answer"
    BROKEN = "broken"
    CERTIFICATE = "certificate"
    NOT_HTTP = "not-http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An answer that cannot be used, or none at all.

    `sent` tells whether the worker may have acted on the request; `status` is 0 where there was
    no answer; `text` is what was said as it may be shown; `message` is Connect's own text, for code to look at and never to be shown;
    `retry_after` counts seconds.
    """

    kind: FaultKind
    problem: Problem
    sent: bool
    status: int = 0
    text: str = ""
    message: str = field(default="", repr=False)
    retry_after: float = 0.0


class WriteFailureKind(StrEnum):
    """What to make of a write that was not answered by success.

    RETRY: nothing was done, and trying again can help. EXISTS: a create came second.
    REJECTED: the config or the request is not acceptable. UNKNOWN_OUTCOME: it may have been
    done, or may still be. NOT_SENT: no worker was reached. DENIED: credentials, permissions or
    certificates. PERMANENT: the connector's state forbids it.
    """

    RETRY = "retry"
    EXISTS = "exists"
    REJECTED = "rejected"
    NOT_FOUND = "not-found"
    UNKNOWN_OUTCOME = "unknown-outcome"
    NOT_SENT = "not-sent"
    DENIED = "denied"
    PERMANENT = "permanent"


class WriteFailure(Exception):  # noqa: N818  # a result to weigh as often as an error
    """Tell what became of a write that was not answered by success.

    `retry_after` counts the seconds that the server asked for, if it did.
    """

    def __init__(
        self, kind: WriteFailureKind, problem: Problem, *, retry_after: float = 0.0
    ) -> None:
        super().__init__(problem.message)
        self.kind = kind
        self.problem = problem
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The JSON body that Connect sends with its errors."""

    code: int
    message: str


_BUSY: Final = re.compile(
    r"rebalance is expected|safely retried|forward REST request: .*Connection refused"
)
_REJECTED: Final = re.compile(
    r"^Cannot (?:deserialize|construct|invoke)|^Unrecognized |^Unexpected (?:character|end)"
    r"|^No content to map|No enum constant|Failed to find any class|Could not read properties"
    r"|ConfigException|Invalid value .* for configuration|Missing required configuration"
    r"|^Must configure one of topics|^topics and topics.regex|^The DLQ topic"
    r"|contains no connector type|Partition objects? should|^Failed to parse",
    re.DOTALL,
)
_TIMED_OUT: Final = re.compile(r"timed out|Timeout", re.IGNORECASE)
_NO_ENDPOINT: Final = "HTTP 404 Not Found"

_STATUSES: Final[Mapping[int, FaultKind]] = {
    HTTPStatus.UNAUTHORIZED: FaultKind.NOT_AUTHENTICATED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: FaultKind.NOT_AUTHENTICATED,
    HTTPStatus.FORBIDDEN: FaultKind.NOT_AUTHORISED,
    HTTPStatus.METHOD_NOT_ALLOWED: FaultKind.UNSUPPORTED,
    HTTPStatus.REQUEST_TIMEOUT: FaultKind.GATEWAY,
    HTTPStatus.TOO_MANY_REQUESTS: FaultKind.UNAVAILABLE,
    HTTPStatus.BAD_GATEWAY: FaultKind.GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE: FaultKind.UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT: FaultKind.GATEWAY,
}
_WITHHELD: Final = frozenset({FaultKind.UNSUPPORTED, FaultKind.NOT_FOUND, FaultKind.NOT_AUTHORISED})
_WRITES: Final[Mapping[FaultKind, WriteFailureKind]] = {
    FaultKind.STARTING: WriteFailureKind.RETRY,
    FaultKind.BUSY: WriteFailureKind.RETRY,
    FaultKind.UNAVAILABLE: WriteFailureKind.RETRY,
    FaultKind.NOT_FOUND: WriteFailureKind.NOT_FOUND,
    FaultKind.EXISTS: WriteFailureKind.EXISTS,
    FaultKind.REJECTED: WriteFailureKind.REJECTED,
    FaultKind.NOT_AUTHENTICATED: WriteFailureKind.DENIED,
    FaultKind.NOT_AUTHORISED: WriteFailureKind.DENIED,
    FaultKind.CERTIFICATE: WriteFailureKind.DENIED,
    FaultKind.UNSUPPORTED: WriteFailureKind.REJECTED,
}


def error_body(body: bytes) -> ErrorBody | None:
    """Return Connect's error, or None where the body is anything else.

    The header does not tell: Connect leaves the content type out of some of its errors.
    """
    if body[:1] != b"{":
        return None
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    code, message = parsed.get("error_code"), parsed.get("message")
    if not isinstance(code, int) or not isinstance(message, str | None):
        return None
    return ErrorBody(code, message or "")


def is_aiven_error(body: bytes) -> bool:
    """Tell an error of Aiven's platform API by its form (error.go of aiven/go-client-codegen)."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(parsed, dict) and "message" in parsed and isinstance(parsed.get("errors"), list)
    )


def fault_kind(status: int, error: ErrorBody | None, *, is_json: bool = False) -> FaultKind:
    """Return what a status that is no success means, together with its error.

    `is_json` tells whether the body is JSON of any form.
    """
    match status:
        case HTTPStatus.NOT_FOUND:
            return _not_found(error, is_json=is_json)
        case HTTPStatus.CONFLICT:
            return _conflict(error)
        case _ if status in _STATUSES:
            return _STATUSES[status]
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _server_error(error)
        case _:
            client = status >= HTTPStatus.BAD_REQUEST
            return FaultKind.REJECTED if client else FaultKind.UNEXPECTED


def is_withheld(fault: Fault) -> bool:
    """Tell whether an endpoint is not on offer here, to anybody or to these credentials."""
    return fault.kind in _WITHHELD


def is_starting(result: Answer | Fault) -> TypeGuard[Fault]:
    """Tell whether a worker seems not to have loaded its resources yet: by a 404 without JSON."""
    return (
        isinstance(result, Fault)
        and result.kind is FaultKind.STARTING
        and result.status == HTTPStatus.NOT_FOUND
    )


def failure_kind(failure: HttpFailure) -> FaultKind:
    """Return what it means that there is no answer."""
    match failure.kind:
        case FailureKind.UNREACHABLE:
            return FaultKind.UNREACHABLE
        case FailureKind.TIMEOUT:
            return FaultKind.NO_ANSWER
        case FailureKind.BROKEN:
            return FaultKind.BROKEN
        case FailureKind.TLS:
            return FaultKind.CERTIFICATE
        case FailureKind.TOKEN:
            return FaultKind.NOT_AUTHENTICATED
        case FailureKind.PROTOCOL:
            return FaultKind.NOT_HTTP


def write_failure(fault: Fault) -> WriteFailure:
    """Return what a fault means for a write."""
    kind = _WRITES.get(fault.kind)
    if kind is None:
        kind = WriteFailureKind.UNKNOWN_OUTCOME if fault.sent else WriteFailureKind.NOT_SENT
    return WriteFailure(kind, fault.problem, retry_after=fault.retry_after)


def _not_found(error: ErrorBody | None, *, is_json: bool) -> FaultKind:
    """Tell an absent connector from a missing endpoint, and from a worker that is starting.

    A worker that has not loaded its resources yet sends a page; JSON that is not Connect's comes
    from a proxy or from another API.
    """
    if error is None:
        return FaultKind.UNSUPPORTED if is_json else FaultKind.STARTING
    absent = error.code == HTTPStatus.NOT_FOUND and error.message != _NO_ENDPOINT
    return FaultKind.NOT_FOUND if absent else FaultKind.UNSUPPORTED


def _conflict(error: ErrorBody | None) -> FaultKind:
    if error is not None and error.message.endswith("already exists"):
        return FaultKind.EXISTS
    return FaultKind.BUSY


def _server_error(error: ErrorBody | None) -> FaultKind:
    message = error.message if error else ""
    if _BUSY.search(message):
        return FaultKind.BUSY
    if _REJECTED.search(message):
        return FaultKind.REJECTED
    return FaultKind.TIMED_OUT if _TIMED_OUT.search(message) else FaultKind.SERVER_ERROR
