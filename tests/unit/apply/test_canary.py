"""Some changes can go first, and the others only if these go well."""

import pytest

from reconcile.apply.options import Canary, parse_canary
from reconcile.errors import UsageError
from reconcile.model.outcome import OutcomeStatus
from reconcile.sandbox import simulated_faults as faults
from tests.unit.apply.world import (
    RUNNING,
    STOPPED,
    World,
    create,
    delete,
    file_source,
    in_wave,
    mock_source,
    set_state,
    update,
    world,
)

APPLIED, NOT_ATTEMPTED = OutcomeStatus.APPLIED, OutcomeStatus.NOT_ATTEMPTED
GOOD = file_source()
FAILS = mock_source(mock_mode="task-failure", delay_ms="500")


def created(w: World) -> list[str]:
    """Return the names of connectors in the order in which batches of them were created."""
    return [name for name in w.cluster.configs() if name.startswith("c")]


@pytest.mark.parametrize(
    ("text", "canary"),
    [
        ("1", Canary(1)),
        ("30", Canary(30)),
        (" 10% ", Canary(10, percent=True)),
        ("100%", Canary(100, percent=True)),
        ("250", Canary(250)),
    ],
)
def test_a_canary_is_a_number_or_a_share(text: str, canary: Canary) -> None:
    assert parse_canary(text) == canary


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-1", "1.5", "%", "10%%", "many", "٣"])
def test_anything_else_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_canary(text)


@pytest.mark.parametrize(
    ("canary", "changes", "first"),
    [("3", 10, 3), ("3", 2, 3), ("10%", 10, 1), ("10%", 11, 2), ("1%", 5, 1), ("100%", 7, 7)],
)
def test_a_share_is_rounded_up(canary: str, changes: int, first: int) -> None:
    assert parse_canary(canary).of(changes) == first


@pytest.mark.parametrize("canary", ["2", "40%"])
def test_where_a_canary_fails_nothing_else_is_begun(canary: str) -> None:
    with world() as w:
        w.given("gone", GOOD)
        changes = [
            create("c0", GOOD),
            create("c1", FAILS),
            *(create(f"c{n}", GOOD) for n in (2, 3)),
        ]
        result = w.apply(*changes, in_wave(1, delete("gone")), canary=parse_canary(canary))

        assert [str(outcome.status) for outcome in result.outcomes] == [
            "applied",
            "failed",
            *["not-attempted"] * 3,
        ]
        assert "c1 went first as a canary" in result.outcomes[2].problems[0].message
        assert w.cluster.configs().keys() == {"gone", "c0", "c1"}


def test_where_canaries_settle_all_others_follow() -> None:
    with world() as w:
        w.given("gone", GOOD)
        seen: list[int] = []
        w.clock.on_step.append(lambda: seen.append(len(created(w))))
        changes = [create(f"c{n}", GOOD) for n in range(4)]
        result = w.apply(*changes, delete("gone"), canary=Canary(1))

        assert result.count(APPLIED) == 5
        # A connector settles in 3 seconds, so there was one alone for that long.
        assert seen.count(1) > 250
        assert w.cluster.configs().keys() == {f"c{n}" for n in range(4)}


def test_a_canary_that_was_applied_before_counts_as_well() -> None:
    with world() as w:
        w.given("c0", GOOD)
        result = w.apply(create("c0", GOOD), create("c1", GOOD), canary=Canary(1))

        assert [str(outcome.status) for outcome in result.outcomes] == [
            "already-applied",
            "applied",
        ]


def test_a_canary_whose_outcome_is_unknown_holds_the_others_back() -> None:
    with world() as w:
        w.cluster.inject(faults.dropped("POST /connectors", times=None))
        result = w.apply(create("c0", GOOD), create("c1", GOOD), canary=Canary(1))

        assert [str(outcome.status) for outcome in result.outcomes] == [
            "unsettled",
            "not-attempted",
        ]


def test_deletes_and_states_are_no_canaries() -> None:
    with world() as w:
        w.given("a-state", GOOD)
        w.given("b", GOOD)
        changes = [set_state("a-state", RUNNING, STOPPED), update("b", GOOD, FAILS)]
        result = w.apply(*changes, canary=Canary(1))

        assert [str(outcome.status) for outcome in result.outcomes] == ["not-attempted", "failed"]
        assert w.states("a-state")[0] == "RUNNING"


def test_the_first_wave_that_writes_has_the_canaries() -> None:
    with world() as w:
        w.given("gone", GOOD)
        changes = [in_wave(-1, delete("gone", GOOD)), create("c0", FAILS), create("c1", GOOD)]
        result = w.apply(*changes, in_wave(1, create("c2", GOOD)), canary=Canary(1))

        assert [str(outcome.status) for outcome in result.outcomes] == [
            "applied",
            "failed",
            "not-attempted",
            "not-attempted",
        ]


def test_canaries_are_of_one_wave_alone() -> None:
    with world() as w:
        changes = [
            create("c0", GOOD),
            in_wave(1, create("c1", FAILS)),
            in_wave(1, create("c2", GOOD)),
        ]
        result = w.apply(*changes, canary=Canary(2))

        assert [str(outcome.status) for outcome in result.outcomes] == [
            "applied",
            "failed",
            "applied",
        ]
