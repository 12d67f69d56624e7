"""Alerts as lines."""

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
