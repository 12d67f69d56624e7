"""Alerts as lines."""

from datetime import UTC, datetime

from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.report.alert_text import Listed, alert_lines
from reconcile.report.spans import plain

NOW = datetime(2027, 1, 4, 12, 0, 7, tzinfo=UTC)


def listed(severity: AlertSeverity, name: AlertName, *, connector: str = "", told: bool = True):
    alert = Alert(
        name=name,
        cluster="prod",
        connector=connector,
        severity=severity,
        summary="1 of 2 tasks failed \x1b[31m",
        started=NOW,
    )
    return Listed(alert=alert, told=told)


def test_alerts_say_what_where_since_when_and_whether_people_know():
    text = plain(
        alert_lines(
            [
                listed(AlertSeverity.PAGE, AlertName.CLUSTER_UNREACHABLE),
                listed(AlertSeverity.TICKET, AlertName.TASK_FAILED, connector="orders"),
                listed(AlertSeverity.INFO, AlertName.MISSING, connector="a", told=False),
            ]
        )
    )

    since, cause = "since 2027-01-04 12:00:07 UTC", "1 of 2 tasks failed \\x1b[31m"
    assert text.splitlines() == [
        f"page ClusterUnreachable prod  {since}; {cause}",
        f"ticket TaskFailed orders on prod  {since}; {cause}",
        f"info ConnectorMissing a on prod  {since}; nobody is told; {cause}",
        "3 alerts firing.",
    ]


def test_that_nothing_fires_is_said():
    assert plain(alert_lines([])).strip() == "No alert fires."
