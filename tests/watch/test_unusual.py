"""What is unusual is told while it lasts, and what is usual outlives a process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from reconcile.anomaly.detect import Sample, State, step
from reconcile.anomaly.profile import Metric, profile_for
from reconcile.watch.telling import watched_rows
from reconcile.watch.unusual import Series
from tests.unit.apply.mover import sink_at
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post, post_in

A_SECOND = 100
MINUTE = 60
DAYS = 9


@pytest.fixture
def post(tmp_path: Path, box: Inbox) -> Iterator[Post]:
    with post_in(tmp_path) as found:
        found.write_project(alerts=f"{{receivers: {{main: {{webhook: '{box.url}/hook'}}}}}}")
        found.declare("a")
        yield found


class Sink:
    """A sink whose offsets move as they are told to."""

    def __init__(self, post: Post) -> None:
        self.post, self.offset = post, 0
        post.cluster.set_offsets("a", sink_at(0))
        post.round()
        # Nine days of rounds are learned without making them.
        known = {"a": {Metric.THROUGHPUT: Series(state=learned(post))}}
        post.before = replace(post.before, known=known)

    def run(self, minutes: int, a_second: int) -> None:
        """Make a round each minute, in which so many records were committed each second."""
        for _ in range(minutes):
            self.offset += MINUTE * a_second
            self.post.cluster.set_offsets("a", sink_at(self.offset))
            self.post.round(MINUTE)


def learned(post: Post) -> State | None:
    noise = Random(1)  # noqa: S311  # noise, not secrecy
    state, end = None, post.clock.now().timestamp()
    for minutes in range(DAYS * 24 * 60, 0, -1):
        sample = Sample(end - MINUTE * minutes, noise.gauss(A_SECOND, 5))
        state, _ = step(state, sample, profile_for(Metric.THROUGHPUT))
    return state


def test_a_sink_that_moves_nothing_is_told_as_information_until_it_is_over(post, box):
    sink = Sink(post)
    sink.run(5, A_SECOND)
    assert box.statuses() == []

    sink.run(3, 0)
    (told,) = box.documents()
    (alert,) = told["alerts"]
    assert (alert["labels"]["alertname"], alert["labels"]["severity"]) == (
        "ThroughputUnusual",
        "info",
    )
    assert alert["annotations"]["summary"].startswith("lower than ever seen: 0 records/s, so far ")
    (row,) = watched_rows(post.before)
    assert row.note == alert["annotations"]["summary"]

    sink.run(60, A_SECOND)
    assert box.statuses() == [("resolved", "ThroughputUnusual", "a")]
    assert watched_rows(post.before)[0].note == ""


def test_a_sink_that_has_failed_has_one_alert_and_teaches_nothing(post, box):
    sink = Sink(post)
    sink.run(2, A_SECOND)
    before = post.before.known
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)
    sink.run(5, 0)

    assert box.statuses() == [("firing", "ConnectorFailed", "a")]
    assert post.before.known == before


def test_what_was_learned_is_kept_each_hour_and_forgotten_with_the_definition(post):
    sink = Sink(post)
    sink.run(61, A_SECOND)
    taught = post.before.known["a"][Metric.THROUGHPUT].state

    post.before = None
    sink.run(1, A_SECOND)
    kept = post.before.known["a"][Metric.THROUGHPUT].state
    assert taught is not None
    assert kept is not None
    assert kept.usual.learned >= DAYS * 24 - 1
    assert taught.at - kept.at < 3600

    (post.folder / "connectors/a.yaml").unlink()
    post.round(MINUTE)
    post.before = None
    post.round(MINUTE)
    assert post.before.known == {}
