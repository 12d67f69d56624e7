"""Watching goes on through whatever happens, until somebody says stop."""

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.desired.project import LoadedProject, load_project
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from reconcile.watch.ending import run_until_stopped
from reconcile.watch.loop import Course, watch_cluster, watch_lease, watch_store
from reconcile.watch.rounds import BOOK, Round, make_round
from tests.cli.harness import Workplace, workplace_on
from tests.sandbox_command import wait_for
from tests.unit.apply.mover import Killed
from tests.watch.post import REFUSED, Post


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick())
    with workplace_on(cluster, tmp_path) as place:
        yield place


def watched(
    post: Post, rounds: int, between: Callable[[int], None] = lambda _: None
) -> list[Round]:
    """Watch for a number of rounds; `between` is called with the number of each that is over."""
    told: list[Round] = []

    def wait(seconds: float) -> bool:
        between(len(told))
        post.clock.advance(seconds)
        return len(told) >= rounds

    course = Course(tell=told.append, wait=wait, reload=lambda: load_project(None, post.folder))
    watch_cluster(post.seat, course)
    return told


def test_rounds_are_made_as_often_as_declared_until_it_is_time_to_stop(post):
    post.write_project(watch="{every: 10s}")
    post.declare("a")
    began = post.clock.monotonic()

    told = watched(post, 6)

    assert [found.problems for found in told] == [()] * 6
    assert post.clock.monotonic() - began == 60


@pytest.mark.parametrize(
    ("takes", "begins"),
    [
        (0.0, [0, 10, 20, 30]),
        (7.0, [0, 10, 20, 30]),
        (9.5, [0, 20, 40, 60]),
        (25.0, [0, 30, 60, 90]),
    ],
)
def test_rounds_stay_on_their_grid_however_long_they_take(post, takes, begins):
    post.write_project(watch="{every: 10s}")
    post.declare("a")
    began: list[float] = []
    start = post.clock.monotonic()

    def reload() -> LoadedProject:
        began.append(post.clock.monotonic() - start)
        post.clock.advance(takes)
        return load_project(None, post.folder)

    def wait(seconds: float) -> bool:
        post.clock.advance(seconds)
        return len(began) >= len(begins)

    watch_cluster(post.seat, Course(tell=lambda _: None, wait=wait, reload=reload))

    assert began == begins


def test_the_project_and_definitions_are_read_again_before_each_round(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)

    def change(round_number: int) -> None:
        if round_number == 1:
            post.write_project(restart="{enabled: false}")
        if round_number == 5:
            post.write_project()
            post.declare("b")

    told = watched(post, 6, change)

    assert [found.restarts for found in told] == [(), (), (), (), (), ("a",)]
    assert told[-1].judged.verdicts.keys() == {"a", "b"}


def test_a_project_file_that_is_broken_meanwhile_is_told_and_then_read_again(post):
    post.declare("a")

    def change(round_number: int) -> None:
        if round_number == 1:
            (post.folder / "connectform.yaml").write_text("clusters: [")
        if round_number == 3:
            post.write_project()

    told = watched(post, 4, change)

    assert [bool(found.problems) for found in told] == [False, True, True, False]


def test_a_cluster_that_is_gone_for_an_hour_is_found_again(post):
    post.declare("a")
    post.write_project(watch="{every: 5m}")

    def change(round_number: int) -> None:
        if round_number == 1:
            post.cluster.kill_worker(0)
        if round_number == 13:
            post.cluster.start_worker(0)
            post.cluster.settle()

    told = watched(post, 15, change)

    assert [bool(found.problems) for found in told] == [False, *[True] * 12, False, False]
    assert all(not found.restarts for found in told)


def test_one_that_stands_by_takes_over_once_the_other_has_ended(post):
    post.declare("a")
    first = watch_store(post.seat)
    store = first.__enter__()
    lease = watch_lease(post.seat, store)
    lease.__enter__()

    def change(round_number: int) -> None:
        if round_number == 2:
            lease.__exit__(None, None, None)
            first.__exit__(None, None, None)

    told = watched(post, 4, change)

    assert [[one.code.value for one in found.problems] for found in told] == [
        ["CF811"],
        ["CF811"],
        [],
        [],
    ]


def test_a_crash_after_the_decision_costs_an_attempt_and_makes_no_second_restart(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.clock.advance(60)
    seat = post.seat
    with watch_store(seat) as store, watch_lease(seat, store) as lease:
        swap = lease.swap

        class Brittle:
            """A lease whose process ends right after it has kept what was decided."""

            def swap(self, changes: dict[str, str | None]) -> None:
                swap(changes)
                raise Killed

        with pytest.raises(Killed):
            make_round(seat, None, store, Brittle())
        kept = json.loads(store.read(BOOK.key)[BOOK.key])

    assert post.cluster.writes == 0
    assert kept["attempts"]["a"]["count"] == 1
    assert [post.round(0).restarts, post.round(59).restarts, post.round(1).restarts] == [
        (),
        (),
        ("a",),
    ]


def test_a_cluster_that_never_answers_holds_up_neither_another_nor_the_stop(post):
    post.write_project(restart="{enabled: true, backoff: {initial: 0s}}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    stop = threading.Event()
    told: list[Round] = []

    def tell(found: Round) -> None:
        told.append(found)
        if len(told) == 3:
            stop.set()

    def wait(seconds: float) -> bool:
        post.clock.advance(seconds)
        return stop.is_set()

    with socket.create_server(("127.0.0.1", 0)) as hanging:
        path = post.folder / "connectform.yaml"
        hung = f"clusters:\n  hung: {{url: 'http://127.0.0.1:{hanging.getsockname()[1]}'}}\n"
        path.write_text(path.read_text().replace("clusters:\n", hung))
        course = Course(tell=tell, wait=wait, reload=lambda: load_project(None, post.folder))
        seats = [post.seat, replace(post.seat, cluster="hung")]
        threads = [
            threading.Thread(target=watch_cluster, args=(seat, course), name=seat.cluster)
            for seat in seats
        ]
        left = run_until_stopped(threads, stop.is_set, SystemClock(), grace=0.1)

    assert left == ("hung",)
    assert {found.cluster for found in told} == {"local"}
    assert [found.restarts for found in told].count(("a",)) == 1
    assert [found.problems for found in told] == [(), (), ()]


def test_the_command_watches_until_it_is_told_to_stop(workplace: Workplace):
    workplace.write_project("watch: {every: 1s}\n")
    workplace.write_sink("a", more="  restart: {enabled: true, backoff: {initial: 0s}}\n")
    workplace.write_sink("b")
    assert workplace.run("apply", "--auto-approve").code == 0
    workplace.cluster.fail_task("a", 0, REFUSED)

    process = workplace.start("watch")
    try:
        assert wait_for(
            lambda: any("restart?" in request.path for request in workplace.cluster.requests)
        )
    finally:
        process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0, out + err
    assert "a: unhealthy" in out
    assert "2 connectors on local" in out
    assert "SIGTERM" in err
    history = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]
    assert [run["command"] for run in history] == ["apply", "watch"]


@pytest.mark.parametrize(
    ("failing", "arguments", "code", "words"),
    [
        (False, ["--once"], 0, "2 connectors on local: 2 healthy."),
        (True, ["--once"], 2, "a: unhealthy"),
        (True, ["--dry-run"], 2, "would be restarted"),
    ],
)
def test_one_round_says_by_its_exit_code_whether_all_is_well(
    workplace: Workplace, failing, arguments, code, words
):
    workplace.write_sink("a", more="  restart: {enabled: true, backoff: {initial: 0s}}\n")
    workplace.write_sink("b")
    assert workplace.run("apply", "--auto-approve").code == 0
    if failing:
        workplace.cluster.fail_task("a", 0, REFUSED)

    done = workplace.run("watch", *arguments)

    assert done.code == code, done.both
    assert words in done.out


def test_a_second_watcher_is_told_of_the_first(workplace: Workplace):
    workplace.write_sink("a")
    first = workplace.start("watch")
    try:
        assert wait_for(lambda: bool(workplace.cluster.requests))
        second = workplace.run("watch", "--once")
    finally:
        first.terminate()
        first.communicate(timeout=60)

    assert second.code == 1
    assert "[CF811]" in second.err
