"""What receivers are sent, to the letter of their formats, and hostile text in it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.alert.payloads import messages
from reconcile.model.alert import Alert, AlertName, AlertSeverity, ReceiverKind

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
EVIL = "<!channel> *bold* `x` &amp; \x1b[31mred\u202e ::error::"


def alert(**changes: object) -> Alert:
    fields: dict[str, object] = {
        "name": AlertName.CONNECTOR_FAILED,
        "cluster": "prod",
        "connector": "orders",
        "severity": AlertSeverity.PAGE,
        "summary": "task 0 failed",
        "started": NOW,
        "links": {"logs": "https://logs.example.com/?q=orders"},
    }
    return Alert(**{**fields, **changes})  # type: ignore[arg-type]


def sent(kind: ReceiverKind, *alerts: Alert) -> list[object]:
    found = messages(
        kind, alerts, receiver="main", now=NOW, lasts=timedelta(minutes=4), key="routing"
    )
    return [message.document for message in found]


def test_pagerduty_gets_one_event_for_each_alert_and_its_end_under_the_same_key():
    begin, end = sent(ReceiverKind.PAGERDUTY, alert(), alert().resolved(NOW))
    assert (begin["event_action"], end["event_action"]) == ("trigger", "resolve")
    assert begin["dedup_key"] == end["dedup_key"]
    assert begin["routing_key"] == "routing"
    assert begin["payload"]["severity"] == "critical"
    assert begin["payload"]["source"] == "orders"
    assert begin["links"] == [{"href": "https://logs.example.com/?q=orders", "text": "logs"}]
    assert "payload" not in end


def test_slack_gets_plain_text_that_mentions_nobody():
    (document,) = sent(ReceiverKind.SLACK, alert(summary=EVIL))
    (block,) = document["blocks"]
    assert block["text"]["type"] == "plain_text"
    assert "<" not in document["text"]
    assert "*bold*" not in document["text"]
    assert "\x1b" not in json.dumps(document, ensure_ascii=False)
    assert "\u202e" not in json.dumps(document, ensure_ascii=False)


def test_slack_gets_many_alerts_in_few_messages_within_its_limits():
    many = [alert(connector=f"c{number}", summary="x" * 9000) for number in range(45)]
    documents = sent(ReceiverKind.SLACK, *many)
    assert [len(document["blocks"]) for document in documents] == [20, 20, 5]
    assert all(
        len(block["text"]["text"]) < 3000 for document in documents for block in document["blocks"]
    )


@pytest.mark.parametrize("kind", ReceiverKind)
def test_the_begin_and_the_end_of_an_alert_are_never_in_one_message(kind):
    one, other = alert(), alert(connector="b")
    found = messages(
        kind,
        [one, other, one.resolved(NOW), other.resolved(NOW)],
        receiver="main",
        now=NOW,
        lasts=timedelta(minutes=4),
    )
    told = [alert for message in found for alert in message.alerts]
    assert told == [one, other, one.resolved(NOW), other.resolved(NOW)]
    assert all(
        len({alert.fingerprint for alert in message.alerts}) == len(message.alerts)
        for message in found
    )


def test_a_notification_of_begins_and_ends_is_firing_and_has_what_they_share():
    (document,) = sent(
        ReceiverKind.WEBHOOK, alert(), alert(connector="b").resolved(NOW + timedelta(hours=1))
    )
    assert document["status"] == "firing"
    assert document["commonLabels"] == {
        "alertname": "ConnectorFailed",
        "cluster": "prod",
        "severity": "page",
    }
    assert [one["status"] for one in document["alerts"]] == ["firing", "resolved"]
    assert document["alerts"][1]["endsAt"] == "2027-01-04T10:00:00.000Z"


def test_labels_of_a_definition_fit_prometheus_and_never_take_the_place_of_ours():
    labels = {"app.kubernetes.io/name": "x", "9lives": "y", "severity": "none", "empty": ""}
    ((posted,),) = sent(ReceiverKind.ALERTMANAGER, alert(labels=labels))
    assert posted["labels"] == {
        "app_kubernetes_io_name": "x",
        "_9lives": "y",
        "alertname": "ConnectorFailed",
        "cluster": "prod",
        "connector": "orders",
        "severity": "page",
    }


@pytest.mark.parametrize("kind", ReceiverKind)
def test_the_end_of_an_alert_has_the_identity_of_its_begin(kind):
    one, other = alert(), alert(summary="another text", started=NOW + timedelta(hours=1))
    assert one.fingerprint == other.fingerprint
    assert alert(connector="b").fingerprint != one.fingerprint
    assert sent(kind, one) != sent(kind, one.resolved(NOW + timedelta(minutes=1)))


def test_apprise_gets_plain_text_as_loud_as_the_worst_that_fires():
    loud, quiet = alert(), alert(connector="b", severity=AlertSeverity.INFO, summary=EVIL)
    (one,) = sent(ReceiverKind.APPRISE, quiet)
    (several,) = sent(ReceiverKind.APPRISE, quiet, loud, alert(connector="c").resolved(NOW))
    (over,) = sent(ReceiverKind.APPRISE, loud.resolved(NOW))

    assert [one["type"], several["type"], over["type"]] == ["info", "failure", "success"]
    assert several["title"] == "3 alerts of Kafka Connect"
    assert several["body"].count("\n") == 2
    assert "\x1b" not in json.dumps(one, ensure_ascii=False)
    assert "\u202e" not in json.dumps(one, ensure_ascii=False)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_an_alertmanager_gets_no_alert_that_ends_before_it_starts_nor_an_end_to_come(days):
    started = NOW + timedelta(days=days)
    begin = alert(started=started)
    (firing,), (ended,) = sent(ReceiverKind.ALERTMANAGER, begin, begin.resolved(NOW))
    assert datetime.fromisoformat(firing["startsAt"]) <= NOW
    assert datetime.fromisoformat(firing["endsAt"]) == NOW + timedelta(minutes=4)
    assert datetime.fromisoformat(ended["startsAt"]) <= datetime.fromisoformat(ended["endsAt"])
    assert datetime.fromisoformat(ended["endsAt"]) <= NOW
