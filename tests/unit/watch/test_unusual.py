"""What is unusual about the flow through connectors: noticed round by round, and forgotten."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from reconcile.anomaly.profile import Metric
from reconcile.model.metrics import ConnectorLag, Flow, Throughput
from reconcile.watch.unusual import Known, notice, unusual

START = datetime(2026, 3, 2, tzinfo=UTC)
EVERY = timedelta(seconds=30)
DAYS = 9
ROUNDS = DAYS * 24 * 120


def flow(records: float) -> Flow:
    return Flow(
        throughput=Throughput(records=records, errors=0.0), lag=ConnectorLag(seconds=records / 50)
    )


def after_rounds(
    known: Known, values: list[float], first: int, *, well: frozenset[str] = frozenset({"orders"})
) -> Known:
    for number, value in enumerate(values, first):
        known = notice(
            known,
            {"orders": flow(value)},
            declared={"orders"},
            well=well,
            now=START + number * EVERY,
        )
    return known


@pytest.fixture(scope="module")
def learned() -> Known:
    noise = Random(1)  # noqa: S311  # noise, not secrecy
    return after_rounds({}, [noise.gauss(100, 5) for _ in range(ROUNDS)], 0)


def test_what_is_usual_is_no_news(learned: Known) -> None:
    assert unusual(learned["orders"]) == {}


def test_throughput_that_breaks_down_is_told_in_words_until_it_is_over(learned: Known) -> None:
    down = after_rounds(learned, [0.0] * 20, ROUNDS)
    up = after_rounds(down, [100.0] * 140, ROUNDS + 20)

    words = unusual(down["orders"])[Metric.THROUGHPUT]
    assert words.startswith("lower than ever seen: 52.6 records/s, so far ")
    assert unusual(up["orders"]) == {}


def test_two_rounds_a_minute_are_one_sample_of_their_mean() -> None:
    known = after_rounds({}, [100.0, 50.0, 150.0], 0)

    state = known["orders"][Metric.THROUGHPUT].state
    assert state is not None
    assert (state.usual.low, state.usual.high) == (100.0, 100.0)
    assert state.at == (START + 2 * EVERY).timestamp()


def test_a_connector_that_is_not_well_teaches_nothing(learned: Known) -> None:
    assert after_rounds(learned, [0.0] * 20, ROUNDS, well=frozenset()) == learned


def test_what_is_not_known_changes_nothing(learned: Known) -> None:
    now = START + ROUNDS * EVERY
    nothing = {"orders": Flow()}

    assert notice(learned, {}, declared={"orders"}, well={"orders"}, now=now) == learned
    assert notice(learned, nothing, declared={"orders"}, well={"orders"}, now=now) == learned


def test_a_connector_that_is_no_longer_declared_is_forgotten(learned: Known) -> None:
    now = START + ROUNDS * EVERY

    assert notice(learned, {}, declared=(), well=(), now=now) == {}
