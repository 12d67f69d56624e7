"""Count over the rounds of one cluster what Prometheus is to see grow."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.expose.names import BUCKETS, ErrorKind, Outcome
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.watch.facts import is_of_cluster
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round

_DEFINITIONS = ("CF1", "CF2")
_LEDGERS = "CF8"


@dataclass(frozen=True, slots=True)
class Count:
    """A counter, and when it began at 0."""

    since: datetime
    value: int = 0

    def plus(self, number: int) -> "Count":
        """Return the counter after so many more."""
        return replace(self, value=self.value + number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How many rounds took how long: one number for each bucket, and one for all that took longer."""

    counts: tuple[int, ...] = (0,) * (len(BUCKETS) + 1)
    seconds: float = 0.0

    def plus(self, seconds: float) -> "Durations":
        """Return them with one round more."""
        at = bisect_left(BUCKETS, seconds)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return Durations(counts=counts, seconds=self.seconds + seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted: restarts by connector and reason, what receivers took, failed rounds.

    A counter is there from when it can grow, so that its first step is seen.
    """

    errors: Mapping[ErrorKind, Count]
    restarts: Mapping[tuple[str, str], Count] = field(default_factory=dict)
    posts: Mapping[tuple[str, Outcome], Count] = field(default_factory=dict)
    durations: Durations = Durations()
    last_success: datetime | None = None


def no_counts(now: datetime) -> Counts:
    """Return what is counted before the first round."""
    return Counts(errors={kind: Count(now) for kind in ErrorKind})


def counted(before: Counts, found: Round, now: datetime) -> Counts:
    """Return the counts with one round more; connectors and receivers that are gone are forgotten."""
    kind = error_kind(found)
    errors = dict(before.errors)
    if kind is not None:
        errors[kind] = errors[kind].plus(1)
    well = not found.trouble
    return Counts(
        errors=errors,
        restarts=_restarts(before.restarts, found, now),
        posts=_posts(before.posts, found, now),
        durations=before.durations
        if found.seconds is None
        else before.durations.plus(found.seconds),
        last_success=now if well else before.last_success,
    )


def stands_by(found: Round) -> bool:
    """Tell whether another instance watches the cluster."""
    return any(problem.code is Code.WATCHED for problem in found.problems)


def error_kind(found: Round) -> ErrorKind | None:
    """Return what kept a round from being made; None where it was made, or another one makes it."""
    if not found.trouble or stands_by(found):
        return None
    return _kind(found.trouble[0])


def _kind(problem: Problem) -> ErrorKind:
    if is_of_cluster(problem):
        return ErrorKind.CLUSTER
    if problem.code.value.startswith(_DEFINITIONS):
        return ErrorKind.DEFINITIONS
    return ErrorKind.LEDGER if problem.code.value.startswith(_LEDGERS) else ErrorKind.OTHER


def _restarts(
    before: Mapping[tuple[str, str], Count], found: Round, now: datetime
) -> Mapping[tuple[str, str], Count]:
    if found.reading is None:
        return before
    known = found.reading.live.connectors.keys() | found.judged.definitions.keys()
    after = {key: count for key, count in before.items() if key[0] in known}
    for name, standing in found.standings.items():
        if standing.ruling in {Ruling.WELL, Ruling.OFF}:
            continue
        key = (name, found.judged.candidates[name].seen.failure.value)
        count = after.get(key, Count(now))
        made = name in found.restarts and found.result is not None
        after[key] = count.plus(1) if made else count
    return after


def _posts(
    before: Mapping[tuple[str, Outcome], Count], found: Round, now: datetime
) -> Mapping[tuple[str, Outcome], Count]:
    if found.firing is None:
        return before
    return {
        (name, outcome): before.get((name, outcome), Count(now)).plus(number)
        for name, post in found.posts.items()
        for outcome, number in (
            (Outcome.DELIVERED, post.taken),
            (Outcome.FAILED, post.failed),
        )
    }
