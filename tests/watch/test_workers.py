"""A worker of several is gone: statuses name it for minutes, and nobody is fooled."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reconcile.model.health import Health
from reconcile.sandbox.simulated_answers import error
from reconcile.sandbox.simulated_faults import Fault
from reconcile.sandbox.simulated_timing import Timing
from reconcile.watch.reading import LOOK_ANEW
from reconcile.watch.telling import is_well
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post, post_in

LOST = replace(Timing.instant(), worker_lost=300.0)
NAMES = "abcdef"


@pytest.fixture
def post(tmp_path: Path, box: Inbox) -> Iterator[Post]:
    with post_in(tmp_path, workers=3, timing=LOST) as found:
        for name in NAMES:
            found.declare(name)
        found.urls = found.workers
        write(found, box)
        yield found


def write(post: Post, box: Inbox, **more: str) -> None:
    post.write_project(
        restart="{enabled: true, backoff: {initial: 0s}}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}},"
        " rules: {ConnectorFailed: {enabled: false}}}",
        **more,
    )


def on_third(post: Post) -> set[str]:
    """Return the connectors that are, or a task of which is, reported as running on the third worker."""
    address = post.workers[2].removeprefix("http://")
    states = {name: post.cluster.state_of(name) for name in NAMES}
    return {
        name
        for name, state in states.items()
        if any(one["worker_id"] == address for one in (state["connector"], *state["tasks"]))
    }


@pytest.mark.parametrize("declared", [True, False])
def test_the_tasks_of_a_worker_that_is_gone_are_not_well_and_nothing_is_restarted(
    post, box, declared
):
    if not declared:
        post.urls = ()
        write(post, box)
    first = post.round()
    lost = on_third(post)
    post.cluster.kill_worker(2)
    post.cluster.fail_task(min(set(NAMES) - lost), 0, REFUSED)
    found = post.round(30)

    assert is_well(first)
    assert lost
    assert on_third(post) == lost
    assert not is_well(found)
    assert {
        name
        for name, verdict in found.judged.verdicts.items()
        if verdict.health is Health.PROGRESSING
    } == lost
    assert "on a worker that is gone" in found.judged.verdicts[min(lost)].reason
    assert found.restarts == ()
    assert "a worker is gone" in found.standings[min(set(NAMES) - lost)].waits_for

    assert box.statuses() == []
    post.round(120)
    assert box.statuses() == [("firing", "WorkerGone", "")]
    moved = post.round(180)
    assert moved.judged.lost == {}
    assert moved.restarts == (min(set(NAMES) - lost),)
    post.round(120)
    assert box.statuses() == [("resolved", "WorkerGone", "")]
    assert is_well(post.round(0))


def test_a_single_round_knows_declared_workers_and_no_others(post, box):
    post.cluster.kill_worker(2)
    assert not is_well(post.round())
    post.before, post.urls = None, ()
    write(post, box)
    assert is_well(post.round())


def test_a_worker_that_is_gone_stays_so_when_all_is_read_again(post, box):
    post.urls = ()
    write(post, box)
    post.round()
    post.round(LOOK_ANEW.total_seconds() - 60)
    post.cluster.kill_worker(2)
    assert post.round(30).judged.lost
    anew = post.round(60)
    assert anew.reading.is_anew
    assert anew.judged.lost


def test_a_worker_that_comes_back_soon_is_no_alert(post, box):
    post.round()
    post.cluster.kill_worker(2)
    assert not is_well(post.round(30))
    post.cluster.start_worker(2)
    assert is_well(post.round(30))
    post.round(300)
    assert box.statuses() == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_worker_that_dies_again_while_it_starts_is_not_missed(post, box, declared):
    if not declared:
        post.urls = ()
        write(post, box)
    post.round()
    for _ in range(3):
        post.cluster.kill_worker(2)
        assert not is_well(post.round(1))
        post.cluster.inject(Fault(match="GET /", answer=error(404, "Not Found"), worker=2))
        post.cluster.start_worker(2)
        post.round(1)


def test_an_address_that_never_answered_says_nothing_and_is_asked_now_and_then(post, box):
    for worker in (1, 2):
        post.cluster.advertise(worker, f"127.0.0.1:{worker}")
    post.urls = ()
    write(post, box)
    for _ in range(5):
        assert is_well(post.round(60))
    post.cluster.kill_worker(2)
    assert is_well(post.round(60))
    assert box.statuses() == []


def test_where_statuses_say_that_workers_are_no_credentials_are_sent(tmp_path, box):
    users = {"watch": "secret-word"}
    with elsewhere() as (address, asked), post_in(tmp_path, workers=2, users=users) as post:
        post.declare("a")
        post.declare("b")
        post.cluster.advertise(1, address)
        post.environment.update(PASSWORD="secret-word", API_KEY="other-word")
        write(
            post,
            box,
            more=", auth: {basic: {username: watch, password: '${{ env.PASSWORD }}'}},"
            " headers: {X-Api-Key: '${{ env.API_KEY }}'}",
        )
        assert is_well(post.round())
        (headers,) = asked
        assert "secret-word" not in json.dumps(headers)
        assert {"authorization", "x-api-key"}.isdisjoint(headers)


@contextmanager
def elsewhere() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield an address that is no worker's, and the headers of the requests that come there."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
