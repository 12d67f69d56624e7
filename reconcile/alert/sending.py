"""Tell one receiver of alerts, and say what came of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, cast

from reconcile.alert.notifying import notify
from reconcile.alert.payloads import Message, messages
from reconcile.clock import Clock
from reconcile.http.failures import HttpFailure
from reconcile.http.session import Answer, Session, SessionSettings, open_session
from reconcile.model.alert import Alert, ReceiverKind
from reconcile.model.project import Timeouts
from reconcile.model.receiver import Receiver
from reconcile.redact import Redactor

_TIMEOUTS: Final = Timeouts(connect=5.0, read=10.0, write=10.0)
_JSON: Final = (("Content-Type", "application/json"),)
_ALERTMANAGER: Final = "/api/v2/alerts"
_LONGEST_WAIT: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of an attempt: `failure` in words where one failed, "" otherwise.

    `retry_after` is how many seconds the receiver asked to be left alone.
    """

    delivered: tuple[Alert, ...] = ()
    requests: int = 0
    failure: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of one request: `failure` is "" where it was taken."""

    failure: str
    retry_after: float = 0.0


def send(
    receiver: Receiver,
    alerts: Sequence[Alert],
    *,
    allowed: int,
    lasts: timedelta,
    clock: Clock,
    redactor: Redactor,
) -> Sent:
    """Tell a receiver of alerts in at most `allowed` requests; the first that fails is the last.

    `lasts` is for how long an Alertmanager is to believe that an alert fires.
    """
    access = receiver.access
    wanted = messages(
        receiver.kind,
        alerts,
        receiver=receiver.name,
        now=clock.now(),
        lasts=lasts,
        key=receiver.key.reveal() if receiver.key is not None else "",
    )
    if receiver.kind is ReceiverKind.APPRISE:
        return _told(wanted[:allowed], lambda message: _notified(receiver, message), redactor)
    settings = SessionSettings(
        auth=access.auth,
        tls=access.tls,
        timeouts=_TIMEOUTS,
        proxy=access.proxy,
        headers=access.headers,
        secure=access.urls[0].startswith("https:"),
    )
    try:
        with open_session(settings, clock=clock, redactor=redactor) as session:
            return _told(wanted[:allowed], lambda one: _posted(session, receiver, one), redactor)
    except HttpFailure as failure:
        return Sent(failure=redactor.redact(failure.detail))


def _told(
    wanted: Sequence[Message], tell: Callable[[Message], _Result], redactor: Redactor
) -> Sent:
    delivered: list[Alert] = []
    for requests, message in enumerate(wanted, 1):
        result = tell(message)
        if result.failure:
            return Sent(
                delivered=tuple(delivered),
                requests=requests,
                failure=redactor.redact(result.failure),
                retry_after=min(result.retry_after, _LONGEST_WAIT),
            )
        delivered += message.alerts
    return Sent(delivered=tuple(delivered), requests=len(wanted))


def _notified(receiver: Receiver, message: Message) -> _Result:
    address = receiver.key.reveal() if receiver.key is not None else ""
    return _Result(notify(address, cast(Mapping[str, str], message.document)))


def _posted(session: Session, receiver: Receiver, message: Message) -> _Result:
    url = receiver.access.urls[0]
    if receiver.kind is ReceiverKind.ALERTMANAGER:
        url = f"{url}{_ALERTMANAGER}"
    body = json.dumps(message.document).encode()
    try:
        answer = session.request("POST", url, body=body, headers=_JSON)
    except HttpFailure as failure:
        return _Result(failure.detail)
    return _Result(_failure(answer), answer.retry_after or 0.0)


def _failure(answer: Answer) -> str:
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    text = answer.body.decode("utf-8", "replace").strip()[:200]
    return f"it answered {answer.status}" + (f": {text}" if text else "")
