"""Counters begin at nought before they grow, and end with what they count."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.expose.counting import Count, Durations, counted, no_counts
from reconcile.expose.names import BUCKETS, ErrorKind, Outcome
from reconcile.model.codes import Code
from reconcile.model.live import State
from reconcile.model.restart import Backoff, RestartPolicy
from reconcile.watch.rounds import Post
from tests.unit.expose.rounds import NOW, REFUSED, connector, definition, failed, made

LATER = NOW + timedelta(minutes=1)
WAITS = RestartPolicy(enabled=True, backoff=Backoff(initial=timedelta(minutes=5)))


def after(*rounds, counts=None):
    counts = counts or no_counts(NOW)
    for found in rounds:
        counts = counted(counts, found, LATER)
    return counts


def failing(restart=None, trace=REFUSED):
    declared = definition("a") if restart is None else definition("a", restart=restart)
    return made([connector("a", tasks=(State.FAILED,), trace=trace)], [declared])


def test_restarts_begin_at_nought_once_a_failure_waits_for_one_and_then_count():
    waiting = after(failing(WAITS))
    restarted = after(failing(), counts=waiting)

    assert waiting.restarts == {("a", "network"): Count(LATER, 0)}
    assert restarted.restarts == {("a", "network"): Count(LATER, 1)}


def test_what_is_well_or_is_never_restarted_has_no_counter():
    never = after(failing(RestartPolicy()))
    well = after(made([connector("a")], [definition("a")]))

    assert never.restarts == well.restarts == {}


def test_a_restart_that_was_decided_and_not_made_does_not_count():
    assert after(replace(failing(), result=None)).restarts == {("a", "network"): Count(LATER, 0)}


def test_a_connector_that_is_gone_takes_its_counters_along_and_one_that_was_not_seen_keeps_them():
    counts = after(failing())

    unseen = after(failed(Code.CLUSTER_UNREACHABLE), counts=counts)
    undeclared = after(made([connector("a")], []), counts=counts)
    missing = after(made([], [definition("a")]), counts=counts)
    gone = after(made([connector("b")], [definition("b")]), counts=counts)

    assert unseen.restarts == undeclared.restarts == missing.restarts == counts.restarts
    assert gone.restarts == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (Code.TIMED_OUT, ErrorKind.CLUSTER),
        (Code.SYNTAX, ErrorKind.DEFINITIONS),
        (Code.UNRESOLVED_REFERENCE, ErrorKind.DEFINITIONS),
        (Code.LEDGER_UNREADABLE, ErrorKind.LEDGER),
        (Code.LOCK_LOST, ErrorKind.LEDGER),
        (Code.LIMIT_EXCEEDED, ErrorKind.OTHER),
        (Code.WATCHED, None),
    ],
)
def test_rounds_that_could_not_be_made_are_counted_by_what_kept_them(code, kind):
    errors = after(failed(code), failed(code)).errors

    assert errors == {one: Count(NOW, 2 if one is kind else 0) for one in ErrorKind}


def test_the_last_success_is_when_the_last_round_was_made():
    well = made([], [])

    assert after(failed(Code.SYNTAX)).last_success is None
    assert after(well, failed(Code.SYNTAX)).last_success == LATER


def test_requests_to_receivers_add_up_and_a_receiver_that_is_no_more_is_forgotten():
    def posts(**boxes):
        return made([], [], posts=boxes)

    counts = after(posts(main=Post(taken=2), chat=Post()), posts(main=Post(taken=1, failed=1)))

    assert counts.posts == {
        ("main", Outcome.DELIVERED): Count(LATER, 3),
        ("main", Outcome.FAILED): Count(LATER, 1),
    }
    assert after(failed(Code.WATCHED), counts=counts).posts == counts.posts


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, 0), (0.1, 0), (0.1001, 1), (300, 10), (300.1, 11)]
)
def test_a_duration_falls_into_the_first_bucket_that_it_does_not_exceed(seconds, bucket):
    durations = Durations().plus(seconds)

    assert [at for at, count in enumerate(durations.counts) if count] == [bucket]
    assert len(durations.counts) == len(BUCKETS) + 1
    assert durations.plus(2).seconds == seconds + 2
