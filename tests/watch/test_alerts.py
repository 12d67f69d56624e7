"""People are told of what goes wrong: once, in time, and of its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.desired.schemas import DEFINITION, PROJECT, read_schemas
from reconcile.model.alert import OF_CLUSTERS, AlertName
from reconcile.run.holding import hold
from reconcile.sandbox.simulated_state import Target
from reconcile.watch.pack import PACK
from tests.watch.inbox import Inbox
from tests.watch.post import BAD_RECORD, REFUSED, Post, post_in

OFF = "{enabled: false}"


@pytest.fixture
def post(tmp_path: Path, box: Inbox) -> Iterator[Post]:
    with post_in(tmp_path) as found:
        tell(found, f"{{webhook: '{box.url}/hook'}}")
        yield found


def tell(post: Post, receiver: str, rules: str = "{}", **more: str) -> None:
    alerts = f"{{receivers: {{main: {receiver}}}, rules: {rules}}}"
    post.write_project(restart=OFF, alerts=alerts, **more)


def fail_of_eight(post: Post, names: str) -> None:
    """Declare eight connectors that run, and let some of them fail until they are mended."""
    for name in "abcdefgh":
        post.declare(name)
    post.round()
    for name in names:
        post.cluster.fail_task(name, 0, REFUSED, for_good=True)


def mend(post: Post, names: str) -> None:
    for name in names:
        post.cluster.remove(name)
        post.declare(name)


def test_a_failure_is_told_once_it_has_lasted_and_so_is_its_end(post, box):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(119)
    assert box.statuses() == []
    post.round(1)
    post.round(30)
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]

    post.cluster.remove("a")
    post.declare("a")
    post.round(30)
    post.round(299)
    assert box.statuses() == []
    post.round(1)
    post.round(600)
    assert box.statuses() == [("resolved", "ConnectorFailed", "a")]


def test_a_notification_says_what_happened_where_and_since_when(post, box):
    post.declare("a")
    path = post.folder / "connectors/a.yaml"
    path.write_text(path.read_text().replace("{name: a}", "{name: a, labels: {team: pay-ments}}"))
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    (document,) = box.documents()
    (alert,) = document["alerts"]
    assert document["version"] == "4"
    assert (document["status"], document["receiver"]) == ("firing", "main")
    assert alert["labels"] == {
        "alertname": "ConnectorFailed",
        "cluster": "local",
        "connector": "a",
        "severity": "page",
        "team": "pay-ments",
    }
    assert "Connection refused" in alert["annotations"]["summary"]
    assert alert["startsAt"] == "2027-01-04T09:02:00.000Z"
    assert alert["endsAt"] == "0001-01-01T00:00:00Z"


def test_a_cluster_that_is_not_there_is_one_alert_and_its_connectors_are_not_judged(post, box):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    url, post.url = post.url, "http://127.0.0.1:9"
    tell(post, f"{{webhook: '{box.url}'}}")
    assert post.round(60).problems
    post.round(120)
    post.round(60)
    assert box.statuses() == [("firing", "ClusterUnreachable", "")]
    post.url = url
    tell(post, f"{{webhook: '{box.url}'}}")
    post.round(10)
    assert box.statuses() == []  # still muted while the cluster's own alert goes on
    post.round(120)
    assert sorted(box.statuses()) == [
        ("firing", "ConnectorFailed", "a"),
        ("resolved", "ClusterUnreachable", ""),
    ]


def test_many_that_fail_at_once_are_one_page(post, box):
    fail_of_eight(post, "abcdefgh")
    for _ in range(10):
        post.round(60)
    assert box.statuses() == [("firing", "ConnectorsFailTogether", "")]


def test_what_is_left_of_a_storm_is_part_of_it_until_few_are_left(post, box):
    fail_of_eight(post, "abcdefgh")
    post.round(30)
    mend(post, "abcd")
    for _ in range(10):
        post.round(60)
    assert box.statuses() == [("firing", "ConnectorsFailTogether", "")]
    mend(post, "e")
    for _ in range(7):
        post.round(60)
    assert sorted(box.statuses()) == [
        *[("firing", "ConnectorFailed", name) for name in "fgh"],
        ("resolved", "ConnectorsFailTogether", ""),
    ]


def test_what_fails_after_a_storm_is_over_is_told_though_the_storm_still_fires(post, box):
    fail_of_eight(post, "abcdefg")
    post.round(30)
    mend(post, "abcdefg")
    post.round(30)
    post.cluster.fail_task("h", 0, REFUSED, for_good=True)
    for _ in range(6):
        post.round(30)

    assert box.statuses() == [
        ("firing", "ConnectorsFailTogether", ""),
        ("firing", "ConnectorFailed", "h"),
    ]


def test_what_is_held_is_silent_until_the_hold_ends(post, box):
    post.declare("a")
    seat = post.seat
    hold(
        seat.context,
        seat.loaded,
        "local",
        "a",
        reason="being mended",
        until=post.clock.now().replace(hour=10),
        lock=seat.lock,
    )
    post.cluster.fail_task("a", 0, BAD_RECORD, for_good=True)
    for _ in range(5):
        post.round(600)
    assert box.statuses() == []
    post.round(601)
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_what_git_wants_halted_is_no_alert(post, box, state):
    post.declare("a", f", state: {state}")
    post.cluster.set_target("a", Target.PAUSED)
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    for _ in range(5):
        post.round(600)
    assert box.statuses() == []


def test_an_alert_ends_with_the_definition_of_its_connector(post, box):
    post.declare("a")
    post.declare("b")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    (post.folder / "connectors/a.yaml").unlink()
    post.round(10)
    assert box.statuses() == [
        ("firing", "ConnectorFailed", "a"),
        ("resolved", "ConnectorFailed", "a"),
    ]


def test_definitions_that_cannot_be_read_end_no_alert_and_are_one_themselves(post, box):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    box.documents()
    (post.folder / "connectors/a.yaml").write_text("kind: [")
    assert post.round(10).problems
    assert post.round(300).problems
    told = [alert for document in box.documents() for alert in document["alerts"]]
    assert [alert["labels"]["alertname"] for alert in told] == ["WatchStale"]
    assert "connectors/a.yaml:1:" in told[0]["annotations"]["summary"]


def test_restarts_that_do_not_help_are_told_and_giving_up_too(post, box):
    post.write_project(
        restart="{enabled: true, maxAttempts: 4, backoff: {initial: 1m, factor: 1, jitter: 0}}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {{TaskFailed: {{enabled: false}}}}}}",
    )
    post.declare("a", ", alerts: {ConnectorFailed: {enabled: false}}")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    for _ in range(12):
        post.round(60)
    assert box.statuses() == [
        ("firing", "RestartLoop", "a"),
        ("firing", "RestartsGivenUp", "a"),
    ]


def restarting(post: Post, box: Inbox, factor: int = 4) -> None:
    post.write_project(
        restart="{enabled: true, maxAttempts: null, backoff:"
        f" {{initial: 30s, factor: {factor}, jitter: 0}}}}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {{RestartLoop: {OFF}}}}}",
    )


def test_what_is_mended_by_a_restart_as_its_time_is_up_is_not_told(post, box):
    restarting(post, box)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.round(120)
    assert post.restarts() == ["a"]
    post.round(30)
    post.round(600)
    assert box.statuses() == []


def test_what_has_failed_again_in_the_round_after_its_restart_is_told_then(post, box):
    restarting(post, box)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.round(120)
    assert (post.restarts(), box.statuses()) == (["a"], [])
    post.cluster.fail_task("a", 0, REFUSED)
    post.round(1)
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]


def test_what_is_restarted_in_every_round_is_told_all_the_same(post, box):
    restarting(post, box, factor=1)
    post.declare("a")
    told = {}
    for seconds in range(0, 181, 30):
        post.cluster.fail_task("a", 0, REFUSED)
        post.round(30 if seconds else 0)
        assert bool(post.restarts()) == bool(seconds)
        if found := box.statuses():
            told[seconds] = found
    assert told == {150: [("firing", "ConnectorFailed", "a")]}


def test_what_fails_again_while_it_is_restarted_is_told_at_once(post, box):
    restarting(post, box)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    assert post.restarts() == ["a"]
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]


def test_what_is_given_up_after_few_restarts_is_no_loop_once_it_is_mended(post, box):
    post.write_project(
        restart="{enabled: true, maxAttempts: 3, resetAfter: 2h, backoff: {initial: 1m, factor: 1, jitter: 0}}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}}}",
    )
    post.declare("a", ", alerts: {ConnectorFailed: {enabled: false}}")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    for _ in range(6):
        post.round(60)
    assert box.statuses() == [("firing", "RestartsGivenUp", "a")]
    post.cluster.remove("a")
    post.declare("a", ", alerts: {ConnectorFailed: {enabled: false}}")
    for _ in range(40):
        post.round(60)
    assert box.statuses() == [("resolved", "RestartsGivenUp", "a")]


def test_a_connector_that_git_declares_and_nobody_has_is_told(post, box):
    post.declare("a")
    post.cluster.remove("a")
    post.round()
    post.round(900)
    assert box.statuses() == [("firing", "ConnectorMissing", "a")]


def test_rules_of_the_project_and_of_a_definition_decide(post, box):
    tell(post, f"{{webhook: '{box.url}'}}", "{ConnectorFailed: {for: 0s, severity: info}}")
    post.declare("a")
    post.declare("b", ", alerts: {ConnectorFailed: {severity: ticket}}")
    post.declare("c", ", alerts: {ConnectorFailed: {enabled: false}}")
    for name in "abc":
        post.cluster.fail_task(name, 0, REFUSED, for_good=True)
        post.round(61)
    (first,), (second,) = ([a["labels"] for a in one["alerts"]] for one in box.documents())
    assert (first["connector"], first["severity"]) == ("a", "info")
    assert (second["connector"], second["severity"]) == ("b", "ticket")


def test_a_receiver_gets_its_severities_alone(post, box):
    tell(post, f"{{webhook: '{box.url}', severities: [ticket]}}")
    post.declare("a")
    post.declare("b")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.cluster.remove("b")
    post.round()
    post.round(900)
    assert box.statuses() == [("firing", "ConnectorMissing", "b")]


def test_what_a_receiver_did_not_take_is_kept_and_sent_again_later(post, box):
    box.status, box.body = 500, "out of order"
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    (problem,) = post.round(120).unsent
    assert problem.code == "CF812"
    assert "500: out of order" in problem.message
    box.documents()
    box.status = 200
    assert post.round(1).unsent == ()
    assert box.statuses() == []  # it is left alone for a while
    post.round(10)
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]
    post.round(60)
    assert box.statuses() == []


def come_and_gone(post: Post, box: Inbox) -> None:
    """Let an alert begin and end while the receiver is out of order."""
    box.status = 500
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    (post.folder / "connectors/a.yaml").unlink()
    post.round(60)
    box.documents()
    box.status = 200


def test_who_was_down_from_begin_to_end_is_told_both_one_after_the_other(post, box):
    come_and_gone(post, box)
    post.round(600)
    first, second = box.documents()
    assert [(one["status"], len(one["alerts"])) for one in (first, second)] == [
        ("firing", 1),
        ("resolved", 1),
    ]
    begun, ended = first["alerts"][0], second["alerts"][0]
    assert begun["fingerprint"] == ended["fingerprint"]
    assert begun["startsAt"] == ended["startsAt"] < ended["endsAt"]
    post.round(600)
    assert box.documents() == []


def test_nobody_is_called_for_what_was_over_before_the_pager_could_be_reached(post, box):
    post.environment = {"KEY": "routing-key-0123456789"}
    tell(post, f"{{pagerduty: '${{{{ env.KEY }}}}', url: '{box.url}/enqueue'}}")
    come_and_gone(post, box)
    post.round(600)
    assert [event["event_action"] for event in box.documents()] == ["resolve"]


def test_apprise_takes_the_begin_and_the_end_in_plain_words(post, box):
    post.environment["NOTIFY"] = f"json://{box.url.removeprefix('http://')}/hook"
    tell(post, "{apprise: '${{ env.NOTIFY }}'}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    assert post.round(120).unsent == ()
    post.cluster.remove("a")
    post.declare("a")
    post.round(30)
    post.round(300)

    begin, end = box.documents()
    assert (begin["type"], end["type"]) == ("failure", "success")
    assert begin["title"].startswith("[firing, page] ConnectorFailed a on local: ")
    assert end["title"].startswith("[resolved, page] ConnectorFailed a on local: ")
    assert begin["message"] == PACK[AlertName.CONNECTOR_FAILED].meaning


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("json://127.0.0.1:9/verysecretword", "Apprise could not deliver it"),
        ("nosuch://verysecretword", "Apprise does not know this kind of address"),
    ],
)
def test_what_apprise_did_not_deliver_is_told_without_its_address(post, address, said):
    post.environment["NOTIFY"] = address
    tell(post, "{apprise: '${{ env.NOTIFY }}'}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    (problem,) = post.round(120).unsent

    assert problem.code == "CF812"
    assert problem.message.endswith(said)


def test_a_receiver_that_asks_for_time_gets_it(post, box):
    box.status, box.headers = 429, {"Retry-After": "300"}
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    box.documents()
    box.status = 200
    post.round(299)
    assert box.statuses() == []
    post.round(1)
    assert box.statuses() == [("firing", "ConnectorFailed", "a")]


def test_an_alertmanager_is_told_again_of_what_fires_and_of_its_end(post, box):
    tell(post, f"{{alertmanager: '{box.url}/am'}}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    post.round(120)
    ((path, _, (alert,)),) = box.requests
    assert path == "/am/api/v2/alerts"
    assert (alert["startsAt"], alert["endsAt"]) == (
        "2027-01-04T09:02:00.000Z",
        "2027-01-04T09:06:00.000Z",
    )
    box.documents()
    post.round(30)
    assert box.documents() == []
    post.round(60)
    assert box.documents()[0][0]["endsAt"] == "2027-01-04T09:07:30.000Z"
    (post.folder / "connectors/a.yaml").unlink()
    post.declare("b")
    post.round(10)
    assert box.documents()[0][0]["endsAt"] == "2027-01-04T09:03:42.000Z"


def test_secrets_of_receivers_are_in_no_message_and_not_in_the_store(post, box):
    post.environment = {"KEY": "routing-key-0123456789"}
    tell(post, f"{{pagerduty: '${{{{ env.KEY }}}}', url: '{box.url}/enqueue'}}")
    box.status, box.body = 400, "no such key: routing-key-0123456789"
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    (problem,) = post.round(120).unsent
    (event,) = box.documents()
    assert (event["routing_key"], event["event_action"]) == ("routing-key-0123456789", "trigger")
    assert "routing-key" not in problem.message
    kept = (post.folder / ".connectform/watch/local.db").read_bytes()
    assert b"routing-key" not in kept


def test_a_secret_that_is_not_there_is_told_and_the_alert_waits(post, box):
    tell(post, f"{{pagerduty: '${{{{ env.KEY }}}}', url: '{box.url}/enqueue'}}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    post.round()
    (problem,) = post.round(120).unsent
    assert problem.code == "CF201"
    post.environment = {"KEY": "routing-key-0123456789"}
    post.round(10)
    assert [event["event_action"] for event in box.documents()] == ["trigger"]


def test_the_schemas_know_every_alert_of_the_pack():
    definition, project = (read_schemas()[name] for name in (DEFINITION, PROJECT))
    of_connectors = {name.value for name in PACK if name not in OF_CLUSTERS}
    assert set(definition["$defs"]["alerts"]["properties"]) == of_connectors
    rules = project["properties"]["alerts"]["properties"]["rules"]["properties"]
    assert set(rules) == {name.value for name in PACK}
