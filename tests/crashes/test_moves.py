"""Wherever a move is cut off, the next run finishes it or takes it back, and no position is lost."""

import pytest

from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import OutcomeStatus
from tests.unit.apply.mover import DONE, KINDS, Mover, mover, points, stop_after


def there_and_cut_off(m: Mover) -> None:
    """Leave a move that lacks nothing but the end of the old connector."""
    stop_after(m, MoveStep.STARTED, m.forth())
    assert m.old.exists
    assert m.new.exists
    m.pass_time()


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_anywhere_is_finished_by_a_new_plan(kind: str) -> None:
    for point in points(kind, Mover.forward):
        with mover(kind) as m:
            m.killed_at(point, m.forth())
            m.finish(m.new)
            # Where only the last record is missing there is nothing left to plan.
            assert not m.journal.moves or m.journal.steps[-1] is MoveStep.STARTED, point


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_anywhere_is_finished_by_the_same_plan(kind: str) -> None:
    for point in points(kind, Mover.forward):
        with mover(kind) as m:
            change = m.forth()
            m.killed_at(point, change)

            assert m.apply(change).status in DONE, point
            m.check_arrived(m.new)
            assert m.journal.moves == {}, point
            assert m.apply(change).status is OutcomeStatus.ALREADY_APPLIED


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_again_and_again_comes_to_its_end(kind: str) -> None:
    with mover(kind) as m:
        change = m.forth()
        for point in range(200):
            if m.is_at(m.new):
                break
            m.killed_at(point, change)

        m.check_arrived(m.new)


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_anywhere_can_be_taken_back_while_the_old_one_is_there(kind: str) -> None:
    for point in points(kind, Mover.forward):
        with mover(kind) as m:
            m.killed_at(point, m.forth())
            if not m.old.exists or not m.new.exists:
                continue  # done already, or nothing to take back but the stop

            m.finish(m.old)
            assert m.journal.moves == {} or m.journal.steps[-1] is MoveStep.STARTED, point


@pytest.mark.parametrize("kind", KINDS)
def test_taking_back_killed_anywhere_is_finished_by_the_next_run(kind: str) -> None:
    def back(m: Mover) -> None:
        there_and_cut_off(m)
        m.fuse.events = 0
        m.apply(m.back(), m.old)

    for point in points(kind, back):
        with mover(kind) as m:
            there_and_cut_off(m)
            m.killed_at(point, m.back(), m.old)

            m.finish(m.old)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mind_that_is_changed_twice_arrives_where_it_wanted_at_last(kind: str) -> None:
    def back(m: Mover) -> None:
        there_and_cut_off(m)
        m.fuse.events = 0
        m.apply(m.back(), m.old)

    for point in points(kind, back):
        with mover(kind) as m:
            there_and_cut_off(m)
            m.killed_at(point, m.back(), m.old)
            if not m.old.exists or not m.new.exists:
                continue

            m.finish(m.new)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_taken_back_from_every_step_and_back_again(kind: str) -> None:
    steps = (MoveStep.CREATED, MoveStep.OFFSETS_WRITTEN, MoveStep.STARTED)
    for first in steps:
        for second in (MoveStep.BEGUN, MoveStep.OFFSETS_READ, *steps):
            with mover(kind) as m:
                stop_after(m, first, m.forth())
                m.pass_time()
                stop_after(m, second, m.back(), m.old)
                m.pass_time()
                if m.new.exists:
                    m.finish(m.new)
                else:
                    m.check_arrived(m.old)
