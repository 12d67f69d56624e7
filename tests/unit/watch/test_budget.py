"""Restarts of a whole cluster: a budget, and one that is tried first when most fail at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.model.restart import Backoff, RestartBudget, RestartPolicy
from reconcile.watch.budget import Book, Candidate, decide
from reconcile.watch.restarts import Ruling, Seen
from reconcile.watch.saved import read_book, write_book

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
POLICY = RestartPolicy(enabled=True, backoff=Backoff(initial=timedelta(), jitter=0), attempts=None)
BUDGET = RestartBudget(per_minute=2, concurrent=2)


def cluster(failed, well=(), kept=(), policy=POLICY):
    return {
        name: Candidate(
            policy=policy,
            seen=Seen(failed=name in failed),
            kept="held by ada" if name in kept else "",
        )
        for name in sorted({*failed, *well, *kept})
    }


def round_(book, candidates, now=NOW, budget=BUDGET, suspended=""):
    done = decide(book, candidates, budget, now, lambda: 0.0, suspended=suspended)
    assert read_book(write_book(done.book)) == done.book
    return done


def test_no_more_restarts_are_made_than_the_budget_has():
    candidates = cluster(failed="abcd", well="efghij")

    first = round_(Book(), candidates)
    again = round_(first.book, candidates, NOW + SECOND)
    later = round_(again.book, candidates, NOW + MINUTE)

    assert first.restart == ("a", "b")
    assert again.restart == ()
    assert again.standings["c"].waits_for == "the budget of the cluster is spent for now"
    assert again.standings["c"].ruling is Ruling.DUE
    assert later.restart == ("c", "d")


def test_restarts_whose_effect_is_still_to_come_count():
    budget = RestartBudget(per_minute=60, concurrent=1)
    first = round_(Book(), cluster(failed="ab", well="cdef"), budget=budget)
    failed = round_(first.book, cluster(failed="ab", well="cdef"), NOW + SECOND, budget)
    came_back = round_(failed.book, cluster(failed="b", well="acdef"), NOW + 2 * SECOND, budget)

    assert (first.restart, failed.restart, came_back.restart) == (("a",), (), ("b",))


def test_what_is_held_is_left_alone_and_says_so():
    done = round_(Book(), cluster(failed="ab", kept="a", well="cde"))

    assert done.restart == ("b",)
    assert done.standings["a"].waits_for == "held by ada"


def test_nothing_is_restarted_while_the_cluster_is_suspended():
    done = round_(Book(), cluster(failed="a", well="bcd"), suspended="the workers rebalance")

    assert done.restart == ()
    assert done.standings["a"].waits_for == "the workers rebalance"
    assert done.book.attempts["a"].failing == NOW


def test_when_most_fail_at_once_one_is_tried_and_then_the_rest_follows():
    names = "abcdefgh"
    first = round_(Book(), cluster(failed=names))
    waiting = round_(first.book, cluster(failed=names[1:], well="a"), NOW + 30 * SECOND)
    back = round_(waiting.book, cluster(failed=names[1:], well="a"), NOW + 60 * SECOND)
    closed = round_(back.book, cluster(failed="fgh", well="abcde"), NOW + 120 * SECOND)

    assert first.restart == ("a",)
    assert waiting.restart == ()
    assert "one is tried first" in waiting.standings["b"].waits_for
    assert back.restart == ("b", "c")
    assert back.book.breaker is not None
    assert closed.book.breaker is None


def test_one_that_runs_lets_the_rest_follow_before_its_records_have_moved():
    policy, names = replace(POLICY, progress_within=5 * MINUTE), "abcdefgh"
    first = round_(Book(), cluster(failed=names, policy=policy))
    back = cluster(failed=names[1:], well="a", policy=policy)

    assert first.restart == ("a",)
    assert round_(first.book, back, NOW + MINUTE).restart == ("b", "c")


def test_a_canary_that_fails_again_is_followed_by_another_after_longer_waits():
    names = "abcdefgh"
    book, restarts = Book(), []
    for minute in range(40):
        done = round_(book, cluster(failed=names), NOW + minute * MINUTE)
        book = done.book
        restarts += [(minute, name) for name in done.restart]

    assert [minute for minute, _ in restarts] == [0, 2, 6, 14, 30]
    assert len({name for _, name in restarts}) == 5


def test_a_canary_that_is_gone_counts_as_failed():
    first = round_(Book(), cluster(failed="abcdefgh"))
    gone = round_(first.book, cluster(failed="bcdefgh"), NOW + MINUTE)

    assert gone.restart == ()
    assert gone.book.breaker.probes == 1


def test_a_clock_that_goes_back_makes_the_wait_for_a_canary_longer_and_ends_it():
    names = "abcdefgh"
    tried = round_(Book(), cluster(failed=names)).book
    before = NOW - timedelta(days=1)

    set_back = round_(tried, cluster(failed=names[1:], well="a"), before)
    released = round_(set_back.book, cluster(failed=names[1:], well="a"), before + MINUTE)
    failed = round_(set_back.book, cluster(failed=names), before + MINUTE)
    another = round_(failed.book, cluster(failed=names), before + 2 * MINUTE)

    assert (set_back.restart, released.restart) == ((), ("b", "c"))
    assert (failed.restart, another.restart) == ((), ("b",))


def test_what_is_held_is_no_part_of_a_storm():
    held = round_(Book(), cluster(failed="abcdef", kept="abcdef", well="gh"))
    half = round_(Book(), cluster(failed="abcdef", kept="abc", well="gh"))
    few = round_(Book(), cluster(failed="abcdef", kept="abcd", well="g"))

    assert held.book.breaker is None
    assert half.book.breaker is not None
    assert half.restart == ("d",)
    assert few.book.breaker is None


def test_what_is_no_longer_held_and_still_ill_fails_at_once():
    names = "abcdefgh"
    held = round_(Book(), cluster(failed=names, kept=names))
    freed = {
        name: replace(one, freed=True) for name, one in cluster(failed=names[:6], well="gh").items()
    }

    done = round_(held.book, freed, NOW + 60 * MINUTE)

    assert held.restart == ()
    assert done.book.breaker is not None
    assert done.restart == ("a",)


@pytest.mark.parametrize(("failed", "well"), [("abc", ""), ("ab", "cd"), ("a", "bcdefg")])
def test_few_failures_or_few_connectors_open_no_breaker(failed, well):
    assert round_(Book(), cluster(failed=failed, well=well)).book.breaker is None


def test_failures_that_came_one_after_the_other_open_no_breaker():
    book, names = Book(), "abcdefgh"
    for minute, count in enumerate(range(1, 9)):
        done = round_(
            book,
            cluster(failed=names[:count], well=names[count:]),
            NOW + 2 * minute * MINUTE,
            suspended="the workers rebalance",
        )
        book = done.book
    assert book.breaker is None


def test_a_connector_that_is_gone_or_was_always_well_is_not_remembered():
    first = round_(Book(), cluster(failed="a", well="bcde"))
    gone = round_(first.book, cluster(failed="", well="bcde"), NOW + SECOND)

    assert first.book.attempts.keys() == {"a"}
    assert gone.book.attempts == {}
