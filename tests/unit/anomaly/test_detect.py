"""A series is judged one sample at a time, and never learns from an incident."""

import json
import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from reconcile.anomaly.detect import Finding, Sample, State, step
from reconcile.anomaly.profile import OPERATIONS, STANDARD, Metric, profile_for, stricter
from reconcile.anomaly.saved import from_saved, to_saved
from reconcile.anomaly.usual import Kind

MONDAY = 1_780_272_000.0
HOUR = 3600.0


def daily(step_at: int) -> float:
    """A value every ten minutes: a day of 100 to 300, with a little that is irregular."""
    hour = step_at / 6
    return 200 + 100 * math.sin(hour / 24 * 2 * math.pi) + step_at * 7 % 11


def samples(values: Iterable[float], start: int = 0) -> list[Sample]:
    return [Sample(MONDAY + (start + n) * 600, value) for n, value in enumerate(values)]


def run(
    state: State | None, series: list[Sample], profile=OPERATIONS
) -> tuple[State | None, list[Finding]]:
    found = []
    for sample in series:
        state, finding = step(state, sample, profile)
        found += [finding] if finding else []
    return state, found


def days(first: int, last: int) -> list[Sample]:
    return samples((daily(n) for n in range(first * 144, last * 144)), first * 144)


@pytest.fixture(scope="module")
def learned() -> State:
    state, found = run(None, days(0, 14))
    assert found == []
    assert state is not None
    return state


def test_a_stop_is_found_once_and_with_what_was_usual(learned: State) -> None:
    _, found = run(learned, samples([0.0] * 30, 14 * 144))

    assert len(found) == 1
    assert found[0].kind is Kind.HOUR
    assert found[0].expected == pytest.approx(200, rel=0.1)
    assert found[0].value == 0
    assert found[0].at <= MONDAY + 14 * 24 * HOUR + 3 * 600


def test_nothing_is_learned_while_an_incident_lasts(learned: State) -> None:
    open_, _ = run(learned, samples([0.0] * 5, 14 * 144))
    lasting, _ = run(open_, samples([0.0] * 100, 14 * 144 + 5))

    assert open_ is not None
    assert lasting is not None
    assert open_.incident is not None
    assert lasting.incident is not None
    assert lasting.incident.since == open_.incident.since
    for figure in ("level", "low", "high", "swing", "pull_spread", "offset", "samples", "hours"):
        assert getattr(lasting.usual, figure) == getattr(open_.usual, figure), figure


def test_an_incident_that_is_over_left_nothing_behind_and_a_second_one_is_found(
    learned: State,
) -> None:
    first, _ = run(learned, samples([0.0] * 50, 14 * 144))
    normal = samples((daily(n) for n in range(14 * 144 + 50, 15 * 144)), 14 * 144 + 50)
    over, found = run(first, normal)
    _, again = run(over, samples([0.0] * 20, 15 * 144))

    assert found == []
    assert over is not None
    assert over.incident is None
    assert over.usual.low == learned.usual.low
    assert len(again) == 1


def test_what_lasts_becomes_the_usual(learned: State) -> None:
    lasting = samples((daily(n) / 2 for n in range(14 * 144, 26 * 144)), 14 * 144)
    state, found = run(learned, lasting)

    assert len(found) == 1
    assert state is not None
    assert state.incident is None
    assert state.usual.high == learned.usual.high


def test_a_spike_is_beyond_everything_seen(learned: State) -> None:
    profile = replace(OPERATIONS, spreads=math.inf)
    _, found = run(learned, samples([3000.0], 14 * 144), profile)

    assert [finding.kind for finding in found] == [Kind.REACH]
    assert found[0].usual[1] < 320


def test_another_level_inside_of_what_was_seen_is_found() -> None:
    profile = replace(STANDARD, spreads=math.inf)
    state, early = run(None, samples([100.0 + n * 7 % 11 * 10 for n in range(2 * 144)]), profile)
    _, found = run(state, samples([110.0] * 72, 2 * 144), profile)

    assert early == []
    assert [finding.kind for finding in found] == [Kind.SHIFT]
    assert found[0].level == pytest.approx(150, abs=5)
    assert 110 < found[0].recent < 145


def test_nothing_is_found_while_it_learns() -> None:
    wild = [float(n % 7 == 0) * 1000 for n in range(7 * 144)]

    assert run(None, samples(wild))[1] == []


def test_departures_under_the_least_that_matters_are_none() -> None:
    lag = profile_for(Metric.LAG)
    state, _ = run(None, samples([0.1 + n % 3 / 100 for n in range(14 * 144)]), lag)

    assert run(state, samples([4.0] * 30, 14 * 144), lag)[1] == []
    assert len(run(state, samples([400.0] * 30, 14 * 144), lag)[1]) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_changes_nothing(learned: State, value: float) -> None:
    assert step(learned, Sample(learned.at + 600, value), OPERATIONS) == (learned, None)
    assert step(None, Sample(MONDAY, value), OPERATIONS) == (None, None)


def test_a_sample_that_is_not_newer_changes_nothing(learned: State) -> None:
    for at in (learned.at, learned.at - 60):
        assert step(learned, Sample(at, 0.0), OPERATIONS) == (learned, None)


def test_a_clock_that_was_set_back_does_not_blind_it(learned: State) -> None:
    state, _ = step(learned, Sample(learned.at - 24 * HOUR, 200.0), OPERATIONS)

    assert state is not None
    assert state.at == learned.at - 24 * HOUR


def test_the_state_does_not_grow(learned: State) -> None:
    later, _ = run(learned, days(14, 28))

    assert later is not None
    assert len(json.dumps(to_saved(later))) == pytest.approx(
        len(json.dumps(to_saved(learned))), rel=0.02
    )


def test_a_state_that_was_saved_goes_on_as_if_it_had_not_been(learned: State) -> None:
    open_, _ = run(learned, samples([0.0] * 5, 14 * 144))
    for state in (learned, open_):
        assert state is not None
        back = from_saved(json.loads(json.dumps(to_saved(state))))

        assert back == state
        rest = samples([0.0] * 200, 14 * 144 + 5)
        assert run(back, rest) == run(state, rest)


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 2},
        {"at": "noon"},
        {"at": True},
        {"quiet": float("nan")},
        {"usual": None},
        {"usual": {}},
        {"incident": []},
    ],
)
def test_a_state_that_is_damaged_or_of_another_version_is_learned_anew(
    learned: State, damage: dict[str, object]
) -> None:
    assert from_saved(to_saved(learned) | damage) is None


@pytest.mark.parametrize(
    "damage",
    [{"day": [0.0]}, {"week": "x" * 168}, {"hour": 168}, {"samples": -1}, {"level": None}],
)
def test_damage_deep_inside_is_seen(learned: State, damage: dict[str, object]) -> None:
    saved = to_saved(learned)
    usual = saved["usual"]
    assert isinstance(usual, dict)

    assert from_saved(saved | {"usual": usual | damage}) is None


def test_no_state_at_all_is_a_new_one() -> None:
    assert from_saved(None) is None
    assert from_saved({}) is None


def test_a_stricter_profile_finds_less(learned: State) -> None:
    dip = samples((daily(n) * 0.75 for n in range(14 * 144, 14 * 144 + 20)), 14 * 144)

    assert len(run(learned, dip)[1]) == 1
    assert run(learned, dip, stricter(OPERATIONS, 100))[1] == []
