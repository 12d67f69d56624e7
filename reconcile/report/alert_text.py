"""Alerts as lines, and as a JSON document."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.model.alert import Alert, AlertSeverity
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An alert that fires, and whether people were told of it."""

    alert: Alert
    told: bool


def alert_lines(listed: Sequence[Listed]) -> list[Line]:
    """Return the alerts of some clusters, and how many there are."""
    lines = [_line(one) for one in listed]
    count = counted(len(listed), "alert")
    return [*lines, line(bold(f"{count} firing." if listed else "No alert fires."))]


def alerts_document(listed: Sequence[Listed]) -> dict[str, object]:
    """Return the alerts as a document (`schemas/alerts.schema.json`)."""
    return {
        "format_version": "1.0",
        "kind": "alerts",
        "alerts": [
            {
                "name": one.alert.name.value,
                "cluster": one.alert.cluster,
                "connector": one.alert.connector or None,
                "severity": one.alert.severity.value,
                "summary": one.alert.summary,
                "meaning": one.alert.meaning,
                "started_at": one.alert.started.isoformat(),
                "told": one.told,
                "fingerprint": one.alert.fingerprint,
                "labels": dict(one.alert.labels),
                "links": dict(one.alert.links),
            }
            for one in listed
        ],
    }


def _line(listed: Listed) -> Line:
    alert = listed.alert
    where = f"{alert.connector} on {alert.cluster}" if alert.connector else alert.cluster
    told = "" if listed.told else "; nobody is told"
    return line(
        Span(alert.severity.value, _style(alert.severity)),
        Span(" "),
        bold(f"{alert.name.value} {where}"),
        dim(f"  since {alert.started:%Y-%m-%d %H:%M:%S} UTC{told}; {alert.summary}"),
    )


def _style(severity: AlertSeverity) -> Style:
    match severity:
        case AlertSeverity.PAGE:
            return Style.ERROR
        case AlertSeverity.TICKET:
            return Style.WARNING
        case AlertSeverity.INFO:
            return Style.DIM
