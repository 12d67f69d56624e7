"""Send one request to one worker, and say what came of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconcile.connect.failures import (
    Fault,
    FaultKind,
    error_body,
    failure_kind,
    fault_kind,
    is_aiven_error,
)
from reconcile.connect.problems import Asked, Heard, problem_of
from reconcile.connect.requests import Request
from reconcile.connect.texts import cut, shown, shown_body
from reconcile.http.failures import HttpFailure
from reconcile.http.session import Answer, Session
from reconcile.model.flavor import Flavor
from reconcile.redact import one_line

_HEADERS: Final = (("Accept", "application/json"),)
_HEADERS_WITH_BODY: Final = (*_HEADERS, ("Content-Type", "application/json"))
_LONGEST_DETAIL: Final = 256
_SUCCESS: Final = 2

Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One worker as it is addressed: `url` may hold credentials, `shown` does not."""

    cluster: str
    url: str
    shown: str
    flavor: Flavor | None = None


def exchange(
    session: Session, target: Target, request: Request, *, timeout: float, redact: Redact
) -> Answer | Fault:
    """Return the answer to a request where it is a success, else what is wrong."""
    asked = Asked(cluster=target.cluster, url=target.shown, request=request, flavor=target.flavor)
    try:
        answer = session.request(
            request.method,
            target.url.rstrip("/") + request.path,
            body=request.body,
            headers=_HEADERS if request.body is None else _HEADERS_WITH_BODY,
            timeout=timeout,
        )
    except HttpFailure as failure:
        return _silence(failure, asked, redact)
    return _judged(answer, asked, redact)


def _silence(failure: HttpFailure, asked: Asked, redact: Redact) -> Fault:
    kind = failure_kind(failure)
    heard = Heard(text=cut(one_line(redact(failure.detail)), _LONGEST_DETAIL))
    return Fault(kind=kind, problem=problem_of(kind, asked, heard), sent=failure.sent)


def _judged(answer: Answer, asked: Asked, redact: Redact) -> Answer | Fault:
    if answer.status // 100 == _SUCCESS:
        return answer  # a large body is parsed once, by whoever asked for it
    error = error_body(answer.body)
    kind = fault_kind(answer.status, error, is_json=_is_json(answer.body))
    text = shown(error.message, redact) if error else _unknown_text(answer, redact)
    message = error.message if error else ""
    heard = Heard(
        text=text,
        message=message,
        status=answer.status,
        known_form=error is not None,
        of_aiven=is_aiven_error(answer.body),
    )
    return Fault(
        kind=kind,
        problem=problem_of(kind, asked, heard),
        sent=kind is not FaultKind.UNEXPECTED,
        status=answer.status,
        text=text,
        message=message,
        retry_after=answer.retry_after or 0.0,
    )


def _unknown_text(answer: Answer, redact: Redact) -> str:
    location = answer.headers.get("location")
    if location:
        return cut(one_line(f"go to {redact(location)}"), _LONGEST_DETAIL)
    return shown_body(_message_in(answer.body) or answer.body, redact)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _message_in(body: bytes) -> bytes:
    """Return the message of JSON that is no error of Connect's: `/health`, gateways."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return b""
    message = parsed.get("message") if isinstance(parsed, dict) else None
    return message.encode(errors="replace") if isinstance(message, str) else b""
