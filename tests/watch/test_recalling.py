"""The place where watching remembers does not answer: people are told, and nothing is done."""

import shutil

import pytest

from reconcile.model.health import Health
from reconcile.sandbox import simulated_faults as faults
from reconcile.watch.restarts import Ruling
from reconcile.watch.telling import is_well
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post
from tests.watch.test_loop import watched

AT_ONCE = "ConnectorFailed: {for: 0s}, BrokersLost: {for: 0s}, WatchStale: {enabled: false}"


@pytest.fixture
def post(post: Post, box: Inbox) -> Post:
    post.write_project(
        watch="{every: 30s}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {{{AT_ONCE}}}}}",
    )
    return post


def take_store(post: Post) -> None:
    """Let the store be one that cannot be read."""
    folder = post.folder / ".connectform/watch"
    if folder.exists():
        folder.rename(post.folder / ".connectform/taken")
    folder.mkdir(parents=True)
    (folder / "local.db").write_text("no database at all")


def give_store(post: Post) -> None:
    folder = post.folder / ".connectform/watch"
    shutil.rmtree(folder)
    (post.folder / ".connectform/taken").rename(folder)


def test_people_are_told_and_nothing_is_restarted_while_nothing_can_be_remembered(post, box):
    post.declare("a")
    told: list[tuple[str, str, str]] = []

    def change(round_number: int) -> None:
        told.extend(box.statuses())
        if round_number == 2:
            take_store(post)
            post.cluster.fail_task("a", 0, REFUSED)
        if round_number == 8:
            give_store(post)

    seen = watched(post, 60, change)

    assert [bool(found.unkept) for found in seen[:10]] == [False] * 2 + [True] * 6 + [False] * 2
    away = seen[2:8]
    assert not any(map(is_well, away))
    assert {found.judged.verdicts["a"].health for found in away} == {Health.UNHEALTHY}
    assert {found.restarts for found in away} == {()}
    waits = [one.standings["a"] for one in away if one.standings["a"].ruling is Ruling.DUE]
    assert {one.waits_for for one in waits} <= {"what is decided could not be remembered"}
    assert [found.restarts for found in seen[8:]].count(("a",)) == 1
    assert is_well(seen[-1])
    assert told == [("firing", "ConnectorFailed", "a"), ("resolved", "ConnectorFailed", "a")]


def test_an_alert_that_ends_meanwhile_is_told_as_ended_and_not_again(post, box):
    post.declare("a")
    told: list[tuple[str, str, str]] = []

    def change(round_number: int) -> None:
        told.extend(box.statuses())
        match round_number:
            case 1:
                take_store(post)
                post.cluster.inject(faults.unhealthy())
            case 4:
                post.cluster.clear_faults()
            case 20:
                give_store(post)

    seen = watched(post, 24, change)

    assert seen[2].judged.verdicts["a"].health is Health.UNKNOWN
    assert is_well(seen[-1])
    assert told == [("firing", "BrokersLost", ""), ("resolved", "BrokersLost", "")]


def test_one_that_never_acted_tells_nobody(post, box):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    take_store(post)

    seen = watched(post, 5)

    assert all(found.problems for found in seen)
    assert box.statuses() == []
