"""Write what is remembered of alerts as JSON, and read it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.watch.alerts import Board, Tracked
from reconcile.watch.outbox import Box, Outbox
from reconcile.watch.saved import moment_of, text_of

_KNOWN: Final = frozenset(name.value for name in AlertName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that is remembered of the alerts of one cluster."""

    board: Board = field(default_factory=dict)
    outbox: Outbox = field(default_factory=dict)


def write_desk(desk: Desk) -> dict[str, object]:
    """Return what is remembered as JSON values."""
    return {
        "alerts": [
            {
                "name": name.value,
                "connector": connector,
                "since": text_of(one.since),
                "summary": one.summary,
                "alert": None if one.alert is None else _write_alert(one.alert),
                "lapsed": text_of(one.lapsed),
                "told": one.told,
                "patient": one.patient,
            }
            for (name, connector), one in desk.board.items()
        ],
        "outbox": {
            name: {
                "waiting": [_write_alert(one) for news in box.waiting.values() for one in news],
                "failures": box.failures,
                "not_before": text_of(box.not_before),
                "failing": text_of(box.failing),
                "recent": [text_of(moment) for moment in box.recent],
                "refreshed": text_of(box.refreshed),
            }
            for name, box in desk.outbox.items()
        },
    }


def read_desk(document: Mapping[str, Any]) -> Desk:
    """Return what a document remembers; raise KeyError, TypeError or ValueError for any other.

    Alerts that only a later version knows are left out: it tells of them again once it is back.
    """
    return Desk(
        board={
            (AlertName(one["name"]), one["connector"]): Tracked(
                since=datetime.fromisoformat(one["since"]),
                summary=one["summary"],
                alert=None if one["alert"] is None else _read_alert(one["alert"]),
                lapsed=moment_of(one["lapsed"]),
                told=one["told"],
                patient=one.get("patient", False),
            )
            for one in document["alerts"]
            if one["name"] in _KNOWN
        },
        outbox={name: _read_box(box) for name, box in document["outbox"].items()},
    )


def _read_box(box: Mapping[str, Any]) -> Box:
    waiting: dict[str, tuple[Alert, ...]] = {}
    for alert in (_read_alert(one) for one in box["waiting"] if one["name"] in _KNOWN):
        waiting[alert.fingerprint] = (*waiting.get(alert.fingerprint, ()), alert)
    return Box(
        waiting=waiting,
        failures=int(box["failures"]),
        not_before=moment_of(box["not_before"]),
        failing=moment_of(box.get("failing")),
        recent=tuple(datetime.fromisoformat(text) for text in box["recent"]),
        refreshed=moment_of(box["refreshed"]),
    )


def _write_alert(alert: Alert) -> dict[str, object]:
    return {
        "name": alert.name.value,
        "cluster": alert.cluster,
        "connector": alert.connector,
        "severity": alert.severity.value,
        "summary": alert.summary,
        "meaning": alert.meaning,
        "started": text_of(alert.started),
        "ended": text_of(alert.ended),
        "labels": dict(alert.labels),
        "links": dict(alert.links),
    }


def _read_alert(one: Mapping[str, Any]) -> Alert:
    return Alert(
        name=AlertName(one["name"]),
        cluster=one["cluster"],
        connector=one["connector"],
        severity=AlertSeverity(one["severity"]),
        summary=one["summary"],
        meaning=one["meaning"],
        started=datetime.fromisoformat(one["started"]),
        ended=moment_of(one["ended"]),
        labels=one["labels"],
        links=one["links"],
    )
