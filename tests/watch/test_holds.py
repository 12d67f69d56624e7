"""What somebody holds is left alone, told to nobody, and counts against nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reconcile.run.holding import hold, release
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post, post_in

NAMES = ["base-1", "base-2", "base-3", "base-4", "base-5", "base-6", "other-1", "other-2"]
HELD = NAMES[:6]


@pytest.fixture
def post(tmp_path: Path, box: Inbox) -> Iterator[Post]:
    with post_in(tmp_path) as found:
        found.write_project(
            restart="{enabled: true, backoff: {initial: 0s, factor: 1, jitter: 0}, maxAttempts: 9}",
            alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}}}",
        )
        for name in NAMES:
            found.declare(name)
        found.round()
        yield found


def keep(post: Post, *names: str, minutes: int = 60) -> None:
    seat = post.seat
    until = post.clock.now() + timedelta(minutes=minutes)
    for name in names:
        hold(seat.context, seat.loaded, "local", name, reason="mended", until=until, lock=seat.lock)


def free(post: Post, *names: str) -> None:
    seat = post.seat
    for name in names:
        release(seat.context, seat.loaded, "local", name, seat.lock)


def fail(post: Post, *names: str) -> None:
    for name in names:
        post.cluster.fail_task(name, 0, REFUSED, for_good=True)


def restarted(post: Post, rounds: int, seconds: int = 60) -> list[str]:
    return [name for _ in range(rounds) for name in post.round(seconds).restarts]


@pytest.mark.parametrize("held", [("base-*",), tuple(HELD), ("base-[1-5]", "base-6")])
def test_a_storm_of_what_is_held_is_silent_and_holds_up_no_other(post, box, held):
    keep(post, *held)
    fail(post, *HELD)
    for _ in range(5):
        assert post.round(60).restarts == ()
    assert box.statuses() == []

    fail(post, "other-1")
    first = restarted(post, 1)
    fail(post, "other-2")
    second = restarted(post, 1)

    assert first == ["other-1"]
    assert "other-2" in second
    assert post.before.breaker is None


def test_a_storm_is_one_page_of_those_that_nobody_holds(post, box):
    keep(post, "base-1", "base-2", "base-3")
    fail(post, *NAMES)
    done = restarted(post, 8)

    told = [alert for document in box.documents() for alert in document["alerts"]]
    assert [alert["labels"]["alertname"] for alert in told] == ["ConnectorsFailTogether"]
    assert told[0]["annotations"]["summary"] == "5 of 5 connectors have failed"
    assert not {"base-1", "base-2", "base-3"} & {*done}


@pytest.mark.parametrize("by_time", [True, False])
def test_what_is_still_ill_when_its_hold_ends_is_a_storm_then(post, box, by_time):
    keep(post, "base-*", minutes=30)
    fail(post, *HELD)
    assert restarted(post, 29) == []
    assert box.statuses() == []
    if not by_time:
        free(post, "base-*")

    assert len(restarted(post, 2, 35)) == 1
    restarted(post, 10)
    assert box.statuses() == [("firing", "ConnectorsFailTogether", "")]


def test_what_was_told_before_a_hold_goes_on_and_its_end_is_told(post, box):
    fail(post, "base-1")
    for _ in range(4):
        post.round(60)
    assert ("firing", "ConnectorFailed", "base-1") in box.statuses()
    keep(post, "base-1", minutes=600)
    assert restarted(post, 10) == []
    assert box.statuses() == []

    post.cluster.heal("base-1")
    post.cluster.remove("base-1")
    post.declare("base-1")
    for _ in range(40):
        post.round(60)
    assert ("resolved", "ConnectorFailed", "base-1") in box.statuses()
