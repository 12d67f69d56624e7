"""Tell one receiver of alerts, and say what came of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from reconcile.alert.payloads import messages
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
    delivered: list[Alert] = []
    requests = 0
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
            for message in wanted[:allowed]:
                requests += 1
                answer = _post(session, receiver, json.dumps(message.document))
                failure = _failure(answer)
                if failure:
                    return Sent(
                        delivered=tuple(delivered),
                        requests=requests,
                        failure=redactor.redact(failure),
                        retry_after=min(answer.retry_after or 0.0, _LONGEST_WAIT),
                    )
                delivered += message.alerts
    except HttpFailure as failure:
        text = redactor.redact(failure.detail)
        return Sent(delivered=tuple(delivered), requests=requests, failure=text)
    return Sent(delivered=tuple(delivered), requests=requests)


def _post(session: Session, receiver: Receiver, body: str) -> Answer:
    url = receiver.access.urls[0]
    if receiver.kind is ReceiverKind.ALERTMANAGER:
        url = f"{url}{_ALERTMANAGER}"
    return session.request("POST", url, body=body.encode(), headers=_JSON)


def _failure(answer: Answer) -> str:
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    text = answer.body.decode("utf-8", "replace").strip()[:200]
    return f"it answered {answer.status}" + (f": {text}" if text else "")
