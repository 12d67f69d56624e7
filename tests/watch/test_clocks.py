"""A clock that is set to another time stops nothing for long, and starts no storm."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reconcile.ledger.lease import acquire
from reconcile.model.codes import Code
from reconcile.run.ledgers import lease_of
from reconcile.watch.loop import watch_store
from tests.fake_clock import FakeClock
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post
from tests.watch.sources import REBALANCES, REBALANCING
from tests.watch.test_loop import watched

NAMES = "abcdefgh"
WRITTEN = "kafka_connect_source_task_metrics_source_record_write_total"
ACTIVE = "kafka_connect_source_task_metrics_source_record_active_count"
HOUR, DAY = 3600.0, 86400.0

jumps = pytest.mark.parametrize(
    ("jump", "anew"), [(HOUR, False), (-HOUR, True), (DAY, True), (-DAY, False)]
)


def set_clock(post: Post, jump: float, *, anew: bool) -> None:
    """Set the wall clock to another time, and begin watching anew where that is asked for."""
    post.clock.suspend(jump)
    if anew:
        post.before = None


def declare(post: Post, names: str = NAMES) -> None:
    for name in names:
        post.declare(name)
    post.round()


def fail(post: Post, names: str = NAMES) -> None:
    for name in names:
        post.cluster.fail_task(name, 0, REFUSED, for_good=True)


@jumps
def test_a_storm_ends_within_minutes_once_its_cause_is_gone(post, jump, anew):
    declare(post)
    fail(post)
    tried = [post.round(30).restarts for _ in range(2)][-1]
    for name in NAMES:
        post.cluster.heal(name)
    set_clock(post, jump, anew=anew)

    later = [post.round(60).restarts for _ in range(6)]

    assert tried == ("a",)
    assert {*tried, *itertools.chain(*later)} == set(NAMES)
    assert max(map(len, later)) <= 5


@jumps
def test_a_storm_that_lasts_sees_no_more_than_one_restart_at_a_time(post, jump, anew):
    declare(post)
    fail(post)
    for _ in range(4):
        post.round(60)
    set_clock(post, jump, anew=anew)

    later = [post.round(60).restarts for _ in range(8)]

    assert max(map(len, later)) == 1
    assert len([*itertools.chain(*later)]) <= 3


@jumps
def test_restarts_go_on_and_their_waits_are_no_shorter_than_declared(post, jump, anew):
    declare(post)
    fail(post, "a")
    post.round(30)
    post.round(30)
    set_clock(post, jump, anew=anew)

    found = [place for place in range(20) if post.round(30).restarts]

    assert len(found) == 3
    assert found[0] <= 2
    assert all(
        later - first >= least
        for (first, later), least in zip(itertools.pairwise(found), [4, 8], strict=True)
    )


@jumps
def test_a_receiver_that_failed_is_told_soon_after(post, box: Inbox, jump, anew):
    post.write_project(
        restart="{enabled: false}", alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}}}"
    )
    declare(post, "abc")
    fail(post, "a")
    box.status = 500
    for _ in range(4):
        post.round(60)
    assert post.before.unsent
    box.status = 200
    box.requests.clear()
    set_clock(post, jump, anew=anew)

    for _ in range(3):
        post.round(60)

    assert box.statuses() == [("firing", "ConnectorFailed", "a")]


@jumps
def test_an_alertmanager_is_told_nothing_that_it_refuses_and_the_end_at_once(
    post, box: Inbox, jump, anew
):
    post.write_project(
        restart="{enabled: false}",
        alerts=f"{{receivers: {{main: {{alertmanager: '{box.url}'}}}}}}",
    )
    declare(post, "abc")
    fail(post, "a")
    for _ in range(4):
        post.round(60)
    box.requests.clear()
    set_clock(post, jump, anew=anew)
    post.round(60)
    post.cluster.remove("a")
    post.declare("a")
    for _ in range(8):
        post.round(60)

    told = [alert for document in box.documents() for alert in document]
    assert told
    for alert in told:
        assert datetime.fromisoformat(alert["startsAt"]) <= datetime.fromisoformat(alert["endsAt"])
    assert datetime.fromisoformat(told[-1]["endsAt"]) <= post.clock.now()


@pytest.mark.parametrize("lives", [False, True])
def test_an_instance_that_died_with_its_clock_ahead_keeps_nobody_out_for_long(post, lives):
    declare(post, "a")
    seat = post.seat
    ahead = FakeClock(post.clock.now() + timedelta(days=1))
    wanted = replace(
        lease_of(seat.context, seat.loaded, seat.lock.identity), host="another", process="1@there"
    )
    with watch_store(seat) as store:
        held = acquire(store, wanted, clock=ahead, rng=seat.context.rng)

        def between(_number: int) -> None:
            ahead.advance(30)
            if lives:
                held.renew()

        told = watched(post, 30, between)

    waited = [number for number, found in enumerate(told) if found.problems]
    assert waited == [*range(30 if lives else 20)]
    assert told[0].problems[0].code is Code.WATCHED


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY])
def test_one_rebalance_is_one_and_a_long_one_as_long_as_it_is(post, box: Inbox, page, jump):
    post.write_project(alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}}}", more=page.more)
    for count, rebalancing in ((0, 0), (0, 0), (1, 1)):
        page.count(**{REBALANCES: count, REBALANCING: rebalancing})
        post.round(60)
    post.clock.suspend(jump)
    page.count(**{REBALANCES: 2, REBALANCING: 1})

    told = [bool(post.round(60).news) for _ in range(6)]

    assert told == [False] * 5 + [True]
    assert box.statuses() == [("firing", "RebalanceStorm", "")]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY])
def test_a_source_is_stalled_after_five_minutes_of_them_and_of_no_others(post, page, jump):
    post.write_project(more=page.more)
    (post.folder / "connectors/a.yaml").write_text(
        "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: a}\n"
        "spec: {class: FileStreamSource, config: {topic: lines, file: in.txt}}\n"
    )
    config = {"connector.class": "FileStreamSource", "topic": "lines", "file": "in.txt"}
    post.cluster.put("a", config | {"tasks.max": "1"})
    page.count(**{WRITTEN: 5, ACTIVE: 3})
    for _ in range(3):
        post.round(60)
    post.clock.suspend(jump)

    healths = [post.round(60).judged.verdicts["a"].health.value for _ in range(4)]

    assert healths == ["healthy"] * 2 + ["stalled"] * 2
