"""Whatever fails and whenever connectform dies: restarts keep to what is declared."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from reconcile.model.restart import Backoff, RestartBudget, RestartPolicy
from reconcile.watch.budget import Book, Candidate, decide
from reconcile.watch.pulse import UNKNOWN, Pulse
from reconcile.watch.restarts import Seen
from reconcile.watch.saved import read_book, write_book
from tests.laws.law import law

START = datetime(2027, 1, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAMES = "abcdef"

policies = st.builds(
    RestartPolicy,
    enabled=st.just(True),  # noqa: FBT003  # a strategy
    backoff=st.builds(
        Backoff,
        initial=st.timedeltas(timedelta(0), timedelta(minutes=2)),
        factor=st.sampled_from([1.0, 1.5, 2.0, 3.0]),
        maximum=st.timedeltas(timedelta(seconds=1), timedelta(minutes=10)),
        jitter=st.sampled_from([0.0, 0.2, 1.0]),
    ),
    attempts=st.none() | st.integers(1, 6),
    reset_after=st.none() | st.timedeltas(timedelta(0), timedelta(minutes=10)),
    progress_within=st.none() | st.timedeltas(timedelta(0), timedelta(minutes=10)),
)
budgets = st.builds(RestartBudget, per_minute=st.integers(1, 5), concurrent=st.integers(1, 4))
rounds = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sets(st.sampled_from(NAMES)),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["idle", "stuck", "moves"])),
        st.sampled_from(["", "", "", "before it is kept", "before it is done"]),
    ),
    max_size=60,
)


def pulse(flow: str, now: datetime) -> Pulse:
    """Return the pulse of a connector that is idle, stuck or moves; UNKNOWN for another."""
    match flow:
        case "idle":
            return Pulse(left=False)
        case "stuck":
            return Pulse(left=True)
        case "moves":
            return Pulse(left=True, moved_after=now)
        case _:
            return UNKNOWN


@law(policies, budgets, rounds, st.integers(), examples=100)
def test_restarts_keep_to_budget_spacing_and_attempts_through_every_crash(
    policy, budget, course, seed
):
    rng = random.Random(seed)  # noqa: S311  # jitter, not secrecy
    kept, now = write_book(Book()), START
    made: list[datetime] = []
    own: dict[str, list[datetime]] = {name: [] for name in NAMES}
    for seconds, failed, flows, dies in course:
        now += timedelta(seconds=seconds)
        candidates = {
            name: Candidate(
                policy=policy,
                seen=Seen(failed=name in failed, pulse=pulse(flows.get(name, ""), now)),
            )
            for name in NAMES
        }
        book = read_book(kept)
        done = decide(book, candidates, budget, now, rng.random)
        for name in NAMES:
            if done.book.attempts.get(name) is None:
                own[name] = []
        if dies == "before it is kept":
            continue
        kept = write_book(done.book)
        if dies == "before it is done":
            continue
        for name in done.restart:
            assert name in failed or (
                flows.get(name) == "stuck"
                and policy.progress_within is not None
                and now - book.attempts[name].last >= policy.progress_within
            )
            own[name].append(now)
            made.append(now)
            count = done.book.attempts[name].count
            assert policy.attempts is None or count <= policy.attempts
            assert count >= len(own[name])
        for name, times in own.items():
            for number, (one, next_) in enumerate(pairwise(times), 1):
                assert next_ - one >= policy.backoff.delay(number), name
        last_minute = [moment for moment in made if now - moment < MINUTE]
        assert len(last_minute) <= budget.per_minute
