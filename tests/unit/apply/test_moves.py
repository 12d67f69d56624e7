"""Connectors move to another name or cluster, and go on where they were."""

from dataclasses import replace

import pytest

from reconcile.apply.events import ChangeStarted, Finished, Waiting
from reconcile.apply.options import OnError
from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.problem import Problem
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_state import Offset, Target
from tests.unit.apply.mover import KINDS, Mover, Side, mover, source_at, stop_after
from tests.unit.apply.world import file_source

APPLIED, ALREADY = OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED
FAILED, UNSETTLED = OutcomeStatus.FAILED, OutcomeStatus.UNSETTLED
NOT_ATTEMPTED = OutcomeStatus.NOT_ATTEMPTED
HERE_TOO = (Offset(partition={"filename": "left-over.txt"}, offset={"position": 99}),)


def no_record() -> None:
    message = "the ledger cannot be written"
    raise LedgerError(Problem(code=Code.LEDGER_UNWRITABLE, message=message))


def fail_new_when_started(m: Mover) -> None:
    def look(_: object) -> None:
        if m.new.exists and m.new.target is Target.RUNNING:
            m.w.cluster.fail_task(m.new.name, 0, "java.lang.RuntimeException: no", for_good=True)

    m.w.observers.append(look)


@pytest.mark.parametrize("kind", KINDS)
def test_a_moved_connector_goes_on_where_it_was(kind: str) -> None:
    with mover(kind) as m:
        outcome = m.forward()

        assert outcome.status is APPLIED, outcome.problems
        assert outcome.written
        m.check_arrived(m.new)
        assert m.w.states(m.new.name) == ("RUNNING", "RUNNING")
        assert m.journal.steps == list(MoveStep)
        assert m.journal.moves == {}
        assert m.journal.concluded == {m.new.name: outcome}


def test_the_new_one_never_runs_before_it_has_the_offsets() -> None:
    with mover() as m:
        seen: list[object] = []

        def look() -> None:
            if "RUNNING" in m.w.states("new")[1:]:
                seen.append(m.new.offsets)

        m.w.clock.on_step.append(look)
        m.forward()

        assert seen
        assert all(offsets == m.offsets for offsets in seen)


def test_the_old_one_and_the_new_one_never_run_at_the_same_time() -> None:
    with mover() as m:
        both: list[object] = []

        def look() -> None:
            states = [m.w.states(name)[1:] for name in ("old", "new")]
            if all("RUNNING" in tasks for tasks in states):
                both.append(states)

        m.w.clock.on_step.append(look)
        m.forward()

        assert both == []


@pytest.mark.parametrize("target", [Target.PAUSED, Target.STOPPED])
@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_to_the_state_that_it_had(kind: str, target: Target) -> None:
    with mover(kind, target) as m:
        assert m.forward().status is APPLIED
        m.check_arrived(m.new, target)


def test_it_comes_to_the_state_that_git_asks_for() -> None:
    with mover() as m:
        change = m.forth()
        assert change.state is not None
        asked = replace(change, state=replace(change.state, after=TargetState.PAUSED))

        assert m.apply(asked).status is APPLIED
        m.check_arrived(m.new, Target.PAUSED)


def test_one_without_offsets_moves_without_any() -> None:
    with mover(target=Target.STOPPED) as m:
        m.w.cluster.set_offsets("old", ())

        assert m.forward().status is APPLIED
        assert m.new.offsets == ()


@pytest.mark.parametrize("positions", [(), source_at(4711)])
def test_what_connect_kept_of_an_earlier_namesake_is_not_gone_on_from(
    positions: tuple[Offset, ...],
) -> None:
    with mover(target=Target.STOPPED) as m:
        m.w.cluster.set_offsets("old", positions)
        m.w.cluster.set_offsets("new", (*source_at(5), *HERE_TOO))

        assert m.forward().status is APPLIED
        assert m.new.offsets == positions


def test_one_move_begins_and_ends_once_for_those_who_watch() -> None:
    with mover() as m:
        m.forward()

        names = [e.name for e in m.w.events if isinstance(e, ChangeStarted)]
        ends = [e.outcome.name for e in m.w.events if isinstance(e, Finished)]
        waited = {name for e in m.w.events if isinstance(e, Waiting) for name, _ in e.reasons}
        assert (names, ends, waited) == (["new"], ["new"], {"new"})


def test_many_moves_go_side_by_side() -> None:
    with mover() as m:
        pairs = [
            (Side(m.w, f"old-{n}", m.old.config), Side(m.w, f"new-{n}", m.new.config))
            for n in range(4)
        ]
        for n, (old, _) in enumerate(pairs):
            m.w.given(old.name, old.config)
            m.w.cluster.set_offsets(old.name, source_at(n))
        plan = replace(m.w.plan(), changes=tuple(m.move(new, old) for old, new in pairs))
        began = m.w.clock.monotonic()
        result = m.w.carry_out(plan, journal=m.journal)
        together = m.w.clock.monotonic() - began

        assert result.count(APPLIED) == len(pairs)
        assert [new.offsets for _, new in pairs] == [source_at(n) for n in range(4)]
        assert m.journal.steps == list(MoveStep)
        began = m.w.clock.monotonic()
        m.forward()
        assert together < 2 * (m.w.clock.monotonic() - began)


def test_records_that_the_new_one_read_meanwhile_come_back_with_it() -> None:
    with mover() as m:
        stop_after(m, MoveStep.STARTED, m.forth())
        m.position = 5000
        m.w.cluster.set_offsets("new", m.offsets)

        m.finish(m.old)


@pytest.mark.parametrize(
    "step", [MoveStep.OFFSETS_READ, MoveStep.CREATED, MoveStep.OFFSETS_WRITTEN]
)
@pytest.mark.parametrize("stopped_again", [False, True])
def test_an_old_one_that_was_started_again_is_read_anew(
    step: MoveStep, *, stopped_again: bool
) -> None:
    with mover() as m:
        stop_after(m, step, m.forth())
        m.old.set_target(Target.RUNNING)
        m.position = 5000
        m.w.cluster.set_offsets("old", m.offsets)
        if stopped_again:
            m.old.set_target(Target.STOPPED)

        m.finish(m.new)


def test_an_old_one_that_was_started_again_keeps_its_offsets_when_the_move_is_taken_back() -> None:
    with mover() as m:
        stop_after(m, MoveStep.OFFSETS_WRITTEN, m.forth())
        m.old.set_target(Target.RUNNING)
        m.position = 5000
        m.w.cluster.set_offsets("old", m.offsets)

        m.finish(m.old)


def test_a_new_one_that_ran_and_was_stopped_by_hand_keeps_its_offsets() -> None:
    with mover() as m:
        stop_after(m, MoveStep.OFFSETS_WRITTEN, m.forth())
        m.position = 5000
        m.w.cluster.set_offsets("new", m.offsets)

        m.finish(m.new)


def test_one_that_ran_is_never_set_back_to_what_the_old_one_has() -> None:
    with mover() as m:
        stop_after(m, MoveStep.OFFSETS_WRITTEN, m.forth())
        m.w.cluster.set_offsets("old", source_at(5000))
        m.position = 6000
        m.w.cluster.set_offsets("new", m.offsets)

        m.finish(m.new)


def test_an_old_one_deleted_by_hand_on_the_way_is_gone_on_from_by_what_was_read() -> None:
    with mover() as m:
        change = m.forth()
        stop_after(m, MoveStep.CREATED, change)
        m.w.cluster.remove("old")
        m.w.clock.advance(30.0)

        assert m.apply(change).status is APPLIED
        m.check_arrived(m.new)
        assert m.journal.moves == {}


def test_a_new_one_that_fails_leaves_the_old_one_there() -> None:
    with mover() as m:
        fail_new_when_started(m)
        outcome = m.forward()

        assert outcome.status is FAILED
        assert outcome.problems[0].code is Code.TASK_FAILED
        assert "old is stopped and kept" in outcome.problems[0].message
        assert "taking the rename back in git" in outcome.problems[0].hint
        assert m.old.target is Target.STOPPED
        assert m.new.offsets == m.offsets


def test_the_old_one_is_kept_for_as_long_as_the_new_one_fails() -> None:
    with mover() as m:
        fail_new_when_started(m)
        m.forward()
        again = m.forward()

        assert again.status is FAILED
        assert m.old.exists
        m.w.observers.clear()
        m.w.cluster.heal("new")
        m.new.set_target(Target.STOPPED)
        m.finish(m.new)


def test_a_new_one_that_fails_after_it_was_started_keeps_the_old_one_too() -> None:
    with mover() as m:
        stop_after(m, MoveStep.STARTED, m.forth())
        m.w.cluster.fail_task("new", 0, "java.lang.RuntimeException: no", for_good=True)
        m.w.cluster.settle()

        assert m.forward().status is FAILED
        assert m.old.exists


def test_one_that_fails_does_not_cut_others_off_that_are_on_their_way() -> None:
    with mover() as m:
        m.w.given("second", m.old.config)
        m.w.cluster.set_offsets("second", source_at(7))
        other = m.move(Side(m.w, "other", m.new.config), Side(m.w, "second", m.old.config))
        m.w.cluster.inject(faults.forbidden("PATCH /connectors/new/offsets"))
        plan = replace(m.w.plan(), changes=(m.forth(), other))
        result = m.w.carry_out(plan, journal=m.journal, parallelism=2, on_error=OnError.STOP)

        assert [outcome.status for outcome in result.outcomes] == [FAILED, APPLIED]
        assert m.w.cluster.offsets("other") == source_at(7)


def test_a_connector_of_the_new_name_that_is_not_ours_is_left_alone() -> None:
    with mover() as m:
        change = m.forth()
        m.w.given("new", file_source(file="other.txt"))
        outcome = m.apply(change)

        assert outcome.status is FAILED
        assert m.w.config("new") == file_source(file="other.txt")
        assert m.old.target is Target.RUNNING


def test_a_new_one_that_somebody_started_too_early_is_left_alone() -> None:
    with mover() as m:
        stop_after(m, MoveStep.CREATED, m.forth())
        m.new.set_target(Target.RUNNING)
        m.w.cluster.clear_requests()
        outcome = m.forward()

        assert outcome.status is FAILED
        assert outcome.problems[0].hint.startswith("stop new, then apply again")
        assert m.w.writes() == []
        m.new.set_target(Target.STOPPED)
        m.finish(m.new)


@pytest.mark.parametrize("what", ["changed", "changed to paused", "deleted"])
def test_an_old_one_that_is_not_as_planned_is_left_alone(what: str) -> None:
    with mover() as m:
        change = m.forth()
        match what:
            case "changed":
                m.w.given("old", file_source(file="other.txt"))
            case "deleted":
                m.w.cluster.remove("old")
            case _:
                m.old.set_target(Target.PAUSED)
        outcome = m.apply(change)

        assert outcome.status is FAILED
        assert outcome.problems[0].code is Code.CHANGED_MEANWHILE
        assert what in outcome.problems[0].message
        assert m.w.writes() == []


def test_the_connector_of_a_cluster_that_nobody_reads_is_never_looked_for_here() -> None:
    with mover() as m:
        change = m.forth()
        assert change.origin is not None
        outcome = m.apply(replace(change, origin=replace(change.origin, cluster="west")))

        assert outcome.status is NOT_ATTEMPTED
        assert outcome.problems[0].code is Code.CANNOT_MOVE
        assert m.w.writes() == []


def test_settings_are_written_to_a_new_one_that_an_earlier_run_made_otherwise() -> None:
    with mover() as m:
        stop_after(m, MoveStep.CREATED, m.forth())
        wanted = file_source(topic="lines-3")
        m.new = replace(m.new, config=wanted)

        m.finish(m.new)
        assert m.w.config("new") == wanted


def test_nothing_is_begun_while_the_lock_is_about_to_end() -> None:
    with mover() as m:
        m.journal.objection = "the lock is about to end"
        outcome = m.forward()

        assert outcome.status is NOT_ATTEMPTED
        assert m.w.writes() == []


@pytest.mark.parametrize("step", list(MoveStep)[:-1])
def test_a_lock_that_ends_cuts_a_move_off_and_says_how_far_it_has_come(step: MoveStep) -> None:
    with mover() as m:
        outcome = stop_after(m, step, m.forth())
        if step is MoveStep.BEGUN:
            assert outcome.status is NOT_ATTEMPTED
            assert m.w.writes() == []
            return

        assert outcome.status is UNSETTLED
        assert outcome.problems[0].code is Code.LOCK_LOST
        assert "the lock is about to end" in outcome.problems[0].message
        assert "old" in outcome.problems[0].message
        assert m.old.target is Target.STOPPED


@pytest.mark.parametrize("record", range(2, 6))
def test_a_step_that_cannot_be_recorded_is_not_followed_by_another(record: int) -> None:
    with mover() as m:
        counted = [0]

        def count() -> None:
            counted[0] += 1
            if counted[0] > record:
                no_record()

        usual, m.journal.before = m.journal.before, count
        result = m.carry_out(m.forth())
        m.journal.before = usual

        (outcome,) = result.outcomes
        assert outcome.status is UNSETTLED
        assert result.problems[0].code is Code.LEDGER_UNWRITABLE
        assert m.old.exists
        m.finish(m.new)


def test_nothing_is_moved_that_cannot_be_recorded() -> None:
    with mover() as m:
        m.journal.before = no_record
        result = m.carry_out(m.forth())

        assert result.outcomes[0].status is NOT_ATTEMPTED
        assert [problem.code for problem in result.problems] == [Code.LEDGER_UNWRITABLE]
        assert m.w.writes() == []


def test_what_was_moved_is_moved_though_its_end_cannot_be_recorded() -> None:
    with mover() as m:

        def last() -> None:
            if not m.old.exists:
                no_record()

        m.journal.before = last
        result = m.carry_out(m.forth())

        assert result.outcomes[0].status is APPLIED
        assert result.problems[0].code is Code.LEDGER_UNWRITABLE
        m.check_arrived(m.new)


def test_a_move_that_cannot_be_looked_up_in_the_ledger_is_not_begun() -> None:
    with mover() as m:
        m.journal.looking = no_record
        result = m.carry_out(m.forth())

        assert result.outcomes[0].status is NOT_ATTEMPTED
        assert result.problems[0].code is Code.LEDGER_UNWRITABLE
        assert m.w.writes() == []


def test_the_old_one_is_not_stopped_for_a_class_that_the_cluster_lacks() -> None:
    with mover() as m:
        lacking = replace(m.forth(), class_name="no.such.Class")
        outcome = m.apply(lacking)

        assert outcome.status is FAILED
        assert [problem.code for problem in outcome.problems] == [Code.UNKNOWN_CLASS]
        assert m.w.writes() == []
        assert m.old.target is Target.RUNNING
