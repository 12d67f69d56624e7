"""A cluster that is watched: what is restarted when, and what is left alone."""

from datetime import timedelta

import pytest

from reconcile.errors import LedgerError
from reconcile.ledger.keys import connector_key
from reconcile.ledger.lease import hold_lease
from reconcile.ledger.writing import record_text
from reconcile.live.snapshot import take_snapshot
from reconcile.model.health import Health
from reconcile.model.ledger import Record
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.restart import Restarts
from reconcile.report.spans import plain
from reconcile.report.watch_text import watched_line
from reconcile.run.connections import connect_to
from reconcile.run.holding import hold
from reconcile.run.ledgers import lease_of, opened_store
from reconcile.sandbox.simulated_state import Target
from reconcile.watch.loop import watch_lease, watch_once, watch_store
from reconcile.watch.remembered import restarts_of
from reconcile.watch.restarts import Ruling
from reconcile.watch.telling import is_well, watched_rows
from tests.watch.post import BAD_RECORD, REFUSED, Post


def said(post: Post, found: object) -> list[str]:
    return [plain([watched_line(row)]).strip() for row in watched_rows(found)]  # type: ignore[arg-type]


def test_what_failed_is_restarted_once_it_is_due_and_forgotten_once_it_is_well(post):
    post.declare("a")
    post.declare("b")
    post.cluster.fail_task("a", 0, REFUSED)

    first, early = post.round(), post.round(29)
    due = post.round(1)
    assert (first.restarts, early.restarts, due.restarts) == ((), (), ("a",))
    assert post.restarts() == ["a"]
    assert due.result.outcomes[0].status is OutcomeStatus.APPLIED

    well = post.round(10)
    assert is_well(well)
    assert well.standings["a"].attempts == 1
    assert post.round(20 * 60).standings["a"].attempts == 0
    assert post.cluster.writes == 0


def test_who_looks_sees_the_last_and_the_next_restart_and_writes_nothing(post):
    def seen() -> object:
        seat = post.seat
        with connect_to(seat.context, seat.loaded, "local") as connection:
            live = take_snapshot(connection, clock=post.clock)
        return restarts_of(seat.context, seat.loaded, live)

    post.declare("a")
    post.declare("b")
    assert seen() == {}
    assert not list(post.folder.rglob("*.db"))
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    began = post.clock.now()
    post.round()
    first = seen()
    post.round(30)
    restarted = post.clock.now()
    post.round(30)

    assert first == {"a": Restarts(count=0, next=began + timedelta(seconds=30))}
    (after,) = seen().values()
    assert (after.count, after.next) == (1, after.last + timedelta(seconds=60))
    assert after.last <= restarted


def test_a_failure_that_stays_is_restarted_ever_later_and_given_up(post):
    post.write_project(
        restart="{enabled: true, maxAttempts: 3, backoff: {initial: 1m, factor: 2, jitter: 0}}"
    )
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)

    minutes = [minute for minute in range(30) if post.round(60 if minute else 0).restarts == ("a",)]
    last = post.round()

    assert minutes == [1, 3, 7]
    assert last.standings["a"].ruling is Ruling.GIVEN_UP
    assert "given up: all attempts are spent" in said(post, last)[0]


def test_what_a_restart_cannot_help_is_told_and_left(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, BAD_RECORD)

    found = [post.round(), post.round(3600)][-1]

    assert found.restarts == ()
    assert found.standings["a"].ruling is Ruling.HOPELESS
    assert found.judged.verdicts["a"].health is Health.UNHEALTHY
    assert not is_well(found)


def test_what_another_project_applied_is_left_to_that_one(post):
    post.declare("a")
    post.declare("b")
    for name in ("a", "b"):
        post.cluster.fail_task(name, 0, REFUSED)
    record = Record(name="a", project="others", applied=None, at=post.clock.now())
    seat = post.seat
    with opened_store(seat.context, seat.loaded, "local") as store:
        store.swap({connector_key("a"): record_text(record)}, given={})

    found = [post.round(), post.round(60)][-1]

    assert found.problems == ()
    assert found.restarts == ("b",)
    assert post.restarts() == ["b"]


@pytest.mark.parametrize(
    ("restart", "spec", "ruling"),
    [
        ("{}", "", Ruling.OFF),
        ("{enabled: true}", ", restart: {enabled: false}", Ruling.OFF),
        ("{enabled: false}", ", restart: {enabled: true}", Ruling.DUE),
    ],
)
def test_nothing_is_restarted_that_does_not_declare_it(post, restart, spec, ruling):
    post.write_project(restart=restart)
    post.declare("a", spec)
    post.cluster.fail_task("a", 0, REFUSED)

    found = [post.round(), post.round(60)][-1]

    assert found.standings["a"].ruling is ruling
    assert post.restarts() == (["a"] if ruling is Ruling.DUE else [])


def test_what_git_does_not_declare_to_run_is_left_alone(post):
    post.declare("stopped", ", state: stopped")
    post.declare("running")
    post.cluster.put("foreign", {"connector.class": "FileStreamSink", "topics": "x"})
    for name in ("stopped", "foreign"):
        post.cluster.fail_task(name, 0, REFUSED)
    found = [post.round(), post.round(60)][-1]

    assert found.restarts == ()
    assert set(found.judged.verdicts) == {"stopped", "running"}
    assert set(found.judged.candidates) == {"running"}


def test_what_is_held_is_not_restarted_and_says_by_whom(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    seat = post.seat
    until = post.clock.now() + timedelta(hours=1)
    hold(
        seat.context, seat.loaded, "local", "a", reason="vendor looks", until=until, lock=seat.lock
    )

    held, after = [post.round(), post.round(600)][-1], post.round(3600)

    assert held.restarts == ()
    assert "vendor looks" in held.standings["a"].waits_for
    assert after.restarts == ("a",)


def test_the_line_of_what_is_held_says_by_whom_however_it_is(post):
    for name in "ab":
        post.declare(name)
        seat = post.seat
        hold(seat.context, seat.loaded, "local", name, reason="moved", until=None, lock=seat.lock)
    post.cluster.fail_task("a", 0, BAD_RECORD)

    failed, well = said(post, post.round())

    assert "a restart cannot help; held by " in failed
    assert well.startswith("b: healthy")
    assert "held by " in well
    assert ": moved" in well


def test_whoever_writes_to_the_cluster_is_not_disturbed_and_costs_no_attempt(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    seat = post.seat
    context = seat.context
    with opened_store(context, seat.loaded, "local") as ledger:
        wanted = lease_of(context, seat.loaded, seat.lock.identity)
        with hold_lease(ledger, wanted, clock=post.clock, rng=context.rng):
            busy = post.round(60)
            assert post.cluster.writes == 0
    free = post.round(1)

    assert busy.restarts == ()
    assert busy.standings["a"].waits_for == "another run writes to this cluster"
    assert busy.standings["a"].attempts == 0
    assert free.restarts == ("a",)


def test_of_two_instances_one_acts_and_the_other_says_so(post):
    post.declare("a")
    with watch_store(post.seat) as store, watch_lease(post.seat, store):
        with pytest.raises(LedgerError, match="another connectform watches cluster local"):
            watch_once(post.seat, rehearse=False)
        assert watch_once(post.seat, rehearse=True).judged.verdicts.keys() == {"a"}


def test_a_rehearsal_does_nothing_and_remembers_nothing(post):
    post.write_project(restart="{enabled: true, backoff: {initial: 0s}}")
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)

    found = [watch_once(post.seat, rehearse=True) for _ in range(2)][-1]

    assert found.restarts == ("a",)
    assert "would be restarted" in said(post, found)[0]
    assert post.cluster.writes == 0
    assert not list(post.folder.rglob("*.db"))


def test_a_cluster_that_cannot_be_reached_changes_nothing_that_is_remembered(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.cluster.kill_worker(0)
    lost = post.round(600)
    post.cluster.start_worker(0)
    post.cluster.settle()
    back = post.round()

    assert lost.problems
    assert not is_well(lost)
    assert back.restarts == ("a",)


def test_definitions_that_cannot_be_read_are_told_and_nothing_is_done(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    (post.folder / "connectors/b.yaml").write_text("apiVersion: connectform/v1\nkind: [")

    found = post.round(600)

    assert found.problems
    assert post.cluster.writes == 0


def test_what_is_declared_and_not_there_is_missing(post):
    post.declare("a")
    post.declare("gone")
    post.cluster.remove("gone")

    found = post.round()

    assert found.judged.missing == ("gone",)
    assert not is_well(found)


def test_a_connector_deleted_meanwhile_is_no_trouble(post):
    post.declare("a")
    post.declare("b")
    for name in "ab":
        post.cluster.fail_task(name, 0, REFUSED)
    post.round()
    post.cluster.remove("a")

    found = post.round(60)

    assert found.restarts == ("b",)
    assert found.judged.missing == ("a",)


def test_a_connector_paused_by_hand_is_left_paused(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.cluster.set_target("a", Target.PAUSED)
    post.cluster.settle()

    found = post.round(3600)

    assert found.restarts == ()
    assert post.cluster.writes == 0


def test_what_is_remembered_and_unreadable_restarts_nothing(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    with watch_store(post.seat) as store, watch_lease(post.seat, store) as lease:
        lease.swap({"watch/restarts": '{"attempts": 7}'})

    with pytest.raises(LedgerError, match="does not say which restarts were made"):
        post.round(600)
    assert post.cluster.writes == 0


def test_workers_that_have_lost_their_brokers_are_not_believed_and_nothing_is_restarted(post):
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    post.cluster.stop_broker()
    lost = post.round(600)
    post.cluster.start_broker()
    post.cluster.settle()

    assert lost.restarts == ()
    assert lost.judged.verdicts["a"].health is Health.UNKNOWN
    assert "answer from memory" in lost.standings["a"].waits_for
    assert post.round(60).restarts == ("a",)


def test_a_clock_that_is_set_forward_opens_no_new_budget(post):
    post.write_project(
        restart="{enabled: true, backoff: {initial: 0s, jitter: 0}}",
        watch="{restarts: {perMinute: 2, concurrent: 9}}",
    )
    for name in "abcdefghi":
        post.declare(name)
    for name in "abcd":
        post.cluster.fail_task(name, 0, REFUSED)

    first = post.round()
    post.clock.suspend(3600)
    leapt, soon, later = post.round(1), post.round(58), post.round(2)
    assert first.restarts == ("a", "b")
    assert (leapt.restarts, soon.restarts) == ((), ())
    assert "the clock was set forward" in leapt.standings["c"].waits_for
    assert later.restarts == ("c", "d")
