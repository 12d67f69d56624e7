"""What is remembered of alerts, as it is kept."""

import json
from datetime import UTC, datetime

from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.watch.alerts import Tracked
from reconcile.watch.outbox import Box
from reconcile.watch.saved_alerts import Desk, read_desk, write_desk

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
ALERT = Alert(
    name=AlertName.CONNECTOR_FAILED,
    cluster="local",
    connector="a",
    severity=AlertSeverity.PAGE,
    summary="failed",
    started=NOW,
)
DESK = Desk(
    board={(ALERT.name, "a"): Tracked(since=NOW, summary="failed", alert=ALERT, told=True)},
    outbox={"main": Box(waiting={ALERT.fingerprint: (ALERT,)}, failures=1, recent=(NOW,))},
)


def test_what_is_kept_is_read_back():
    assert read_desk(json.loads(json.dumps(write_desk(DESK)))) == DESK


def test_alerts_of_a_later_version_are_left_out_and_the_others_kept():
    document = json.loads(json.dumps(write_desk(DESK)))
    later = {"name": "WorkerOnFire"}
    document["alerts"].append(document["alerts"][0] | later)
    document["outbox"]["main"]["waiting"].append(document["outbox"]["main"]["waiting"][0] | later)

    assert read_desk(document) == DESK
