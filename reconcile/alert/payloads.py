"""Write alerts as each receiver wants them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from reconcile.model.alert import Alert, AlertSeverity, ReceiverKind
from reconcile.redact import one_line

_BATCH: Final = 100
_SLACK_BATCH: Final = 20
_SLACK_TEXT: Final = 2900
_PAGERDUTY_SUMMARY: Final = 1024
_NO_LABEL: Final = re.compile(r"[^A-Za-z0-9_]")
_APPRISE: Final = {
    AlertSeverity.PAGE: "failure",
    AlertSeverity.TICKET: "warning",
    AlertSeverity.INFO: "info",
}
_PAGERDUTY: Final = {
    AlertSeverity.PAGE: "critical",
    AlertSeverity.TICKET: "warning",
    AlertSeverity.INFO: "info",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The document of one request, and the alerts that it tells of."""

    document: object = field(repr=False)
    alerts: tuple[Alert, ...]


def messages(
    kind: ReceiverKind,
    alerts: Sequence[Alert],
    *,
    receiver: str,
    now: datetime,
    lasts: timedelta,
    key: str = "",
) -> list[Message]:
    """Return the requests that tell a receiver of alerts, without their addresses.

    `lasts` is for how long an Alertmanager is to believe that an alert fires; `key` is PagerDuty's
    routing key.
    """
    match kind:
        case ReceiverKind.ALERTMANAGER:
            return [
                Message(document=[_posted(alert, now, lasts) for alert in batch], alerts=batch)
                for batch in _batches(alerts, _BATCH)
            ]
        case ReceiverKind.WEBHOOK:
            return [
                Message(document=_notification(batch, receiver), alerts=batch)
                for batch in _batches(alerts, _BATCH)
            ]
        case ReceiverKind.SLACK:
            return [
                Message(document=_slack(batch), alerts=batch)
                for batch in _batches(alerts, _SLACK_BATCH)
            ]
        case ReceiverKind.PAGERDUTY:
            return [Message(document=_event(alert, key), alerts=(alert,)) for alert in alerts]
        case ReceiverKind.APPRISE:
            return [
                Message(document=_notice(batch), alerts=batch)
                for batch in _batches(alerts, _SLACK_BATCH)
            ]


def _batches(alerts: Sequence[Alert], size: int) -> list[tuple[Alert, ...]]:
    """Return alerts in batches, none of which holds both the begin and the end of an alert."""
    batches: list[dict[str, Alert]] = []
    for alert in alerts:
        if not batches or len(batches[-1]) == size or alert.fingerprint in batches[-1]:
            batches.append({})
        batches[-1][alert.fingerprint] = alert
    return [tuple(batch.values()) for batch in batches]


def _labels(alert: Alert) -> dict[str, str]:
    ours = {"alertname": alert.name.value, "cluster": alert.cluster}
    ours |= {"severity": alert.severity.value}
    if alert.connector:
        ours["connector"] = one_line(alert.connector)
    return alert_labels(alert.labels, ours)


def alert_labels(declared: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of an alert; those of the definition never take the place of ours."""
    labels = {label_name(key): one_line(value) for key, value in declared.items() if value}
    for name in ("alertname", "connector"):
        labels.pop(name, None)
    return labels | dict(ours)


def label_name(key: str) -> str:
    """Return the name of a label as every version of Prometheus takes it."""
    name = _NO_LABEL.sub("_", key)
    return name if name and not name[0].isdigit() else f"_{name}"


def _annotations(alert: Alert) -> dict[str, str]:
    links = {f"link_{label_name(label)}": url for label, url in alert.links.items()}
    return {"summary": one_line(alert.summary), "description": alert.meaning, **links}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _posted(alert: Alert, now: datetime, lasts: timedelta) -> dict[str, object]:
    """Return an alert for `POST /api/v2/alerts`; one that fires ends unless it is sent again.

    Alertmanager refuses a whole request for one alert that ends before it starts, and takes an
    end that is to come for one that fires: a clock that was set back makes both.
    """
    ended = min(alert.ended, now) if alert.ended is not None else now + lasts
    return {
        "labels": _labels(alert),
        "annotations": _annotations(alert),
        "startsAt": _time(min(alert.started, now)),
        "endsAt": _time(ended),
    }


def _notification(alerts: Sequence[Alert], receiver: str) -> dict[str, object]:
    """Return a notification in the format of Alertmanager's webhook, version 4."""
    labels = [_labels(alert) for alert in alerts]
    annotations = [_annotations(alert) for alert in alerts]
    cluster = alerts[0].cluster
    return {
        "version": "4",
        "groupKey": f'{{}}:{{cluster="{cluster}"}}',
        "truncatedAlerts": 0,
        "status": "firing" if any(alert.ended is None for alert in alerts) else "resolved",
        "receiver": receiver,
        "groupLabels": {"cluster": cluster},
        "commonLabels": _common(labels),
        "commonAnnotations": _common(annotations),
        "externalURL": "",
        "alerts": [
            {
                "status": _status(alert),
                "labels": label,
                "annotations": annotation,
                "startsAt": _time(alert.started),
                "endsAt": _time(alert.ended) if alert.ended else "0001-01-01T00:00:00Z",
                "generatorURL": next(iter(alert.links.values()), ""),
                "fingerprint": alert.fingerprint[:16],
            }
            for alert, label, annotation in zip(alerts, labels, annotations, strict=True)
        ],
    }


def _common(mappings: Sequence[dict[str, str]]) -> dict[str, str]:
    return {
        key: value
        for key, value in mappings[0].items()
        if all(one.get(key) == value for one in mappings)
    }


def _status(alert: Alert) -> str:
    return "firing" if alert.ended is None else "resolved"


def headline(alert: Alert) -> str:
    """Return an alert as one line of plain text."""
    where = f"{alert.connector} on {alert.cluster}" if alert.connector else alert.cluster
    status = f"{_status(alert)}, {alert.severity.value}"
    return one_line(f"[{status}] {alert.name.value} {where}: {alert.summary}")


def _slack(alerts: Sequence[Alert]) -> dict[str, object]:
    """Return a message for an incoming webhook.

    Blocks of plain text: nothing in them is markup, so no connector can mention a channel.
    """
    texts = [headline(alert) for alert in alerts]
    return {
        "text": _escaped(texts[0] if len(texts) == 1 else f"{len(texts)} alerts: {texts[0]}"),
        "blocks": [
            {
                "type": "section",
                "text": {"type": "plain_text", "text": text[:_SLACK_TEXT], "emoji": False},
            }
            for text in texts
        ],
    }


def _notice(alerts: Sequence[Alert]) -> dict[str, str]:
    """Return a title, a body and a type of Apprise: that of the worst that fires, or a success."""
    texts = [headline(alert) for alert in alerts]
    firing = [alert.severity for alert in alerts if alert.ended is None]
    worst = next((one for one in AlertSeverity if one in firing), None)
    return {
        "title": texts[0] if len(texts) == 1 else f"{len(texts)} alerts of Kafka Connect",
        "body": "\n".join(texts) if len(texts) > 1 else alerts[0].meaning or texts[0],
        "type": _APPRISE[worst] if worst is not None else "success",
    }


def _escaped(text: str) -> str:
    """Escape what Slack reads as markup or mentions."""
    text = text[:_SLACK_TEXT].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([*_~`])", "\N{ZERO WIDTH SPACE}\\1", text)


def _event(alert: Alert, key: str) -> dict[str, object]:
    """Return an event for PagerDuty's Events API v2."""
    event = {"routing_key": key, "dedup_key": alert.fingerprint}
    if alert.ended is not None:
        return {**event, "event_action": "resolve"}
    return {
        **event,
        "event_action": "trigger",
        "payload": {
            "summary": headline(alert)[:_PAGERDUTY_SUMMARY],
            "source": one_line(alert.connector) or alert.cluster,
            "severity": _PAGERDUTY[alert.severity],
            "timestamp": _time(alert.started),
            "component": "kafka-connect",
            "group": alert.cluster,
            "class": alert.name.value,
            "custom_details": {**_labels(alert), **_annotations(alert)},
        },
        "links": [{"href": url, "text": label} for label, url in alert.links.items()],
    }
