"""Whether a connector moves, as far as anybody can tell."""

from datetime import UTC, datetime, timedelta

import pytest

from reconcile.health.rollup import Progress
from reconcile.model.metrics import ConnectorLag, Flow, Standing, Throughput
from reconcile.watch.pulse import UNKNOWN, Pulse, Times, pulse_of, unseen

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIMES = Times(began=NOW - 60 * MINUTE, looked=NOW, measured=NOW, span=MINUTE / 2)
STUCK = Progress(moved_at=NOW - 9 * MINUTE, waiting=True)


def lag(idle: float | None, standing: Standing = Standing.FINE) -> Flow:
    return Flow(lag=ConnectorLag(records=0 if idle is None else 9, idle=idle, standing=standing))


def rate(records: float | None, active: float | None = None) -> Flow:
    return Flow(throughput=Throughput(records=records, active=active))


def pulse(flow, *, source=False, placed=None, old=UNKNOWN):
    return pulse_of(flow, TIMES, source=source, placed=placed, old=old)


@pytest.mark.parametrize(
    ("flow", "moved_after", "left", "stalled"),
    [
        pytest.param(lag(None), NOW, False, False, id="caught up"),
        pytest.param(lag(60.0), NOW - MINUTE, True, False, id="behind, and moving"),
        pytest.param(lag(600.0, Standing.STALLED), NOW - 10 * MINUTE, True, True, id="stalled"),
        pytest.param(lag(600.0, Standing.STOPPED), NOW - 10 * MINUTE, True, True, id="stopped"),
        pytest.param(lag(3600.0), None, True, False, id="never moved as far as anybody saw"),
    ],
)
def test_a_sink_moves_as_its_commits_do(flow, moved_after, left, stalled):
    found = pulse(flow)

    assert (found.moved_after, found.left) == (moved_after, left)
    assert found.stall.waiting is stalled


@pytest.mark.parametrize("flow", [Flow(), rate(None), rate(0.0), Flow(lag=ConnectorLag(seconds=9))])
@pytest.mark.parametrize("source", [False, True])
def test_what_is_idle_or_unknown_is_not_stalled(flow, source):
    assert pulse(flow, source=source) == UNKNOWN


def test_a_source_that_is_done_with_its_records_is_no_longer_stalled_whatever_else_is_unseen():
    done = pulse(rate(0.0, active=0.0), source=True, old=Pulse(stall=STUCK))

    assert done.stall == Progress(moved_at=NOW, waiting=False)
    assert unseen(done, Pulse(stall=STUCK), 5 * MINUTE) == done


def test_records_that_were_counted_have_moved_since_the_reading_before():
    assert pulse(rate(5.0)).moved_after == NOW - MINUTE / 2
    assert pulse(rate(5.0), placed=NOW - MINUTE).moved_after == NOW - MINUTE / 2
    assert pulse(rate(0.0), placed=NOW - MINUTE).moved_after == NOW - MINUTE


def test_a_source_whose_records_are_under_way_and_are_not_written_is_stalled():
    first = pulse(rate(0.0, active=7.0), source=True)
    later = pulse(rate(0.0, active=7.0), source=True, old=Pulse(stall=STUCK))
    moving = pulse(rate(3.0, active=7.0), source=True, old=Pulse(stall=STUCK))

    assert first.stall == Progress(moved_at=NOW, waiting=True)
    assert later.stall == STUCK
    assert moving.stall == Progress(moved_at=NOW, waiting=True)
    assert (
        pulse(rate(0.0, active=7.0), old=Pulse(stall=STUCK)).stall is None
    )  # a sink may keep them


def test_time_in_which_nobody_could_look_does_not_count():
    old = Pulse(left=True, stall=STUCK)

    assert unseen(UNKNOWN, old, 5 * MINUTE).stall == Progress(
        moved_at=NOW - 4 * MINUTE, waiting=True
    )
    assert unseen(UNKNOWN, UNKNOWN, 5 * MINUTE) == UNKNOWN
    assert unseen(pulse(lag(None)), old, 5 * MINUTE) == pulse(lag(None))
