"""Watching keeps the levels that are declared on workers that forget them."""

import json
from pathlib import Path

import pytest

from reconcile.desired.project import load_project
from reconcile.sandbox.simulated_answers import Request
from reconcile.watch.loop import Course, watch_cluster, watch_once
from reconcile.watch.rounds import Round
from tests.watch.post import Post, post_in


def level(post: Post) -> str:
    answer = post.cluster.respond(Request(method="GET", target="/admin/loggers/io.debezium"))
    return json.loads(answer.body)["level"] if answer.status == 200 else ""


def tell(post: Post, wanted: str) -> None:
    body = json.dumps({"level": wanted}).encode()
    post.cluster.respond(Request(method="PUT", target="/admin/loggers/io.debezium", body=body))


def restart(post: Post) -> None:
    post.cluster.kill_worker(0)
    post.cluster.start_worker(0)


def watched(post: Post, *steps) -> list[tuple[str, Round]]:
    """Make a round, and another after each step; return the level after each."""
    told: list[tuple[str, Round]] = []

    def wait(seconds: float) -> bool:
        post.clock.advance(seconds)
        if len(told) > len(steps):
            return True
        steps[len(told) - 1](post)
        return False

    course = Course(
        tell=lambda found: told.append((level(post), found)),
        wait=wait,
        reload=lambda before: load_project(None, post.folder, before),
    )
    watch_cluster(post.seat, course)
    return told


@pytest.mark.parametrize(
    ("version", "after_hand"), [("4.3.1", "DEBUG"), ("3.9.1", "DEBUG"), ("3.6.2", "WARN")]
)
def test_what_a_worker_forgot_is_told_again_and_what_somebody_set_is_left(
    tmp_path: Path, version: str, after_hand: str
):
    with post_in(tmp_path, version=version) as post:
        post.write_project(more=", loggers: {io.debezium: WARN}")
        told = watched(
            post, lambda _: None, lambda post: tell(post, "DEBUG"), restart, lambda _: None
        )

    assert [found for found, _ in told] == ["WARN", "WARN", after_hand, "WARN", "WARN"]
    sent = [bool(one.levels) for _, one in told]
    assert sent == [True, False, after_hand == "WARN", True, False]


def test_nothing_is_read_where_nothing_is_declared(tmp_path: Path):
    with post_in(tmp_path) as post:
        watch_once(post.seat, rehearse=False)
        assert not [one for one in post.cluster.requests if one.path.startswith("/admin")]


def test_a_rehearsal_says_what_would_be_told(tmp_path: Path):
    with post_in(tmp_path) as post:
        post.write_project(more=", loggers: {io.debezium: WARN}")
        found = watch_once(post.seat, rehearse=True)
        assert [(one.logger, one.after) for one in found.levels] == [("io.debezium", "WARN")]
        assert (level(post), post.cluster.writes) == ("", 0)
