"""Connectors move to another name with their offsets, and lose nothing wherever they are cut off."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from reconcile.apply.steps import Step
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, Origin, Precondition, Reason, StateChange
from reconcile.plan.digest import precondition_of
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_state import Offset, Target
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.world import RUNNING, World, file_source, world

APPLIED, ALREADY = OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
SOURCE_OFFSETS = (Offset(partition={"filename": "in.txt"}, offset={"position": 4711}),)
SINK_OFFSETS = (
    Offset(partition={"kafka_topic": "lines", "kafka_partition": 0}, offset={"kafka_offset": 42}),
)


def file_sink(**more: str) -> dict[str, str]:
    return {
        "connector.class": SINK,
        "tasks.max": "1",
        "file": "out.txt",
        "topics": "lines",
        **more,
    }


KINDS = {
    "source": (file_source(), file_source(topic="lines-2"), SOURCE_OFFSETS),
    "sink": (file_sink(), file_sink(file="new.txt"), SINK_OFFSETS),
}


class Killed(BaseException):
    """The end of the process."""


@dataclass(slots=True)
class Fuse:
    """End the process at its n-th event: a request whose answer it does not see, or a record."""

    left: int | None = None
    events: int = 0

    def __call__(self, _: object = None) -> None:
        self.events += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


@dataclass(slots=True)
class Mover:
    """A cluster with a connector `old` to be moved, and the journal of the runs that do it."""

    w: World
    fuse: Fuse
    before: dict[str, str]
    after: dict[str, str]
    offsets: tuple[Offset, ...]
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def move(self, name: str, origin: str, config: dict[str, str]) -> Change:
        """Return the move as a plan made now has it."""
        live = self.w.snapshot()
        begun = next(iter(self.journal.moves.values()), None)
        state = begun.state if begun else live[origin].target_state
        return Change(
            action=Action.MOVE,
            name=name,
            class_name=config["connector.class"],
            reason=Reason.MOVED,
            precondition=precondition_of(live.get(name)),
            state=StateChange(before=None, after=state),
            origin=Origin(
                name=origin,
                cluster="local",
                precondition=precondition_of(live[origin], state=state),
                state=state,
            ),
            config=Config(config),
        )

    def apply(self, change: Change) -> Outcome:
        (outcome,) = self.carry_out(change).outcomes
        return outcome

    def carry_out(self, change: Change) -> ApplyResult:
        plan = replace(self.w.plan(), changes=(change,))
        return self.w.carry_out(plan, parallelism=1, journal=self.journal)

    def forward(self) -> Outcome:
        return self.apply(self.move("new", "old", self.after))

    def finish(self, name: str, origin: str, config: dict[str, str]) -> None:
        """Plan and apply as often as it takes, as a pipeline would."""
        for _ in range(3):
            if origin not in self.w.snapshot():
                break
            self.apply(self.move(name, origin, config))
            self.w.clock.advance(30.0)
        assert set(self.w.cluster.configs()) == {name}
        assert self.w.config(name) == config
        assert self.w.cluster.target_of(name) is Target.RUNNING
        assert self.w.cluster.offsets(name) == self.offsets

    def old(self) -> None:
        assert self.w.states("old")[0] == "RUNNING"


@contextmanager
def mover(kind: str = "source") -> Iterator[Mover]:
    before, after, offsets = KINDS[kind]
    fuse = Fuse()
    with world(on_request=fuse) as w:
        w.given("lines-source", file_source())
        w.cluster.remove("lines-source")
        w.given("old", before)
        w.cluster.set_offsets("old", offsets)
        w.cluster.settle()
        journal = MemoryJournal(before=fuse, after=fuse)
        yield Mover(w, fuse, before, after, offsets, journal)


@pytest.mark.parametrize("kind", KINDS)
def test_a_moved_connector_goes_on_where_it_was_under_its_new_name(kind: str) -> None:
    with mover(kind) as m:
        outcome = m.forward()

        assert outcome.status is APPLIED, outcome.problems
        assert set(m.w.cluster.configs()) == {"new"}
        assert m.w.config("new") == m.after
        assert m.w.states("new") == ("RUNNING", "RUNNING")
        assert m.w.cluster.offsets("new") == m.offsets
        assert m.journal.steps == list(MoveStep)
        assert m.journal.moves == {}


def test_the_new_one_never_runs_before_it_has_the_offsets() -> None:
    with mover() as m:
        seen: list[object] = []

        def look() -> None:
            if "RUNNING" in m.w.states("new")[1:]:
                seen.append(m.w.cluster.offsets("new"))

        m.w.clock.on_step.append(look)
        m.forward()

        assert seen
        assert all(offsets == m.offsets for offsets in seen)


@pytest.mark.parametrize("state", [TargetState.PAUSED, TargetState.STOPPED])
def test_it_comes_to_the_state_that_it_had(state: TargetState) -> None:
    with mover() as m:
        m.w.cluster.set_target("old", Target(state.value.upper()))
        m.w.cluster.settle()

        assert m.forward().status is APPLIED
        assert m.w.cluster.target_of("new") is Target(state.value.upper())
        assert m.w.cluster.offsets("new") == m.offsets


def points(kind: str, run: Callable[[Mover], object]) -> int:
    """Return at how many points something can be cut off."""
    with mover(kind) as m:
        m.fuse.events = 0
        run(m)
        return m.fuse.events


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_anywhere_is_finished_by_the_next_run(kind: str) -> None:
    for point in range(points(kind, lambda m: m.forward())):
        with mover(kind) as m:
            change = m.move("new", "old", m.after)
            m.fuse.left = point
            with contextlib.suppress(Killed):
                m.carry_out(change)
            m.fuse.left = None
            m.w.clock.advance(1.0)

            m.finish("new", "old", m.after)
            assert m.journal.moves == {} or _only_recorded_is_left(m), point


def _only_recorded_is_left(m: Mover) -> bool:
    """Finish the record of a move whose last write was not seen to succeed."""
    change = replace(
        m.move("new", "new", m.after),
        origin=Origin(
            name="old", cluster="local", precondition=Precondition(exists=True), state=RUNNING
        ),
    )
    return m.apply(change).status is ALREADY and m.journal.moves == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_move_killed_anywhere_can_be_taken_back_while_the_old_one_is_there(kind: str) -> None:
    for point in range(points(kind, lambda m: m.forward())):
        with mover(kind) as m:
            change = m.move("new", "old", m.after)
            m.fuse.left = point
            with contextlib.suppress(Killed):
                m.carry_out(change)
            m.fuse.left = None
            m.w.clock.advance(1.0)
            live = m.w.snapshot()
            if "old" not in live or "new" not in live:
                continue  # done already, or nothing to take back but the stop

            m.finish("old", "new", m.before)


@pytest.mark.parametrize("kind", KINDS)
def test_taking_back_killed_anywhere_is_finished_by_the_next_run(kind: str) -> None:
    def half_moved(m: Mover) -> None:
        m.w.cluster.inject(faults.dropped("DELETE /connectors/*"))
        m.journal.objection = ""
        change = m.move("new", "old", m.after)
        stop_at_delete(m, change)

    def back(m: Mover) -> None:
        half_moved(m)
        m.fuse.events = 0
        m.apply(m.move("old", "new", m.before))

    for point in range(points(kind, back)):
        with mover(kind) as m:
            half_moved(m)
            m.fuse.left = point
            with contextlib.suppress(Killed):
                m.carry_out(m.move("old", "new", m.before))
            m.fuse.left = None
            m.w.clock.advance(1.0)

            m.finish("old", "new", m.before)


def stop_at_delete(m: Mover, change: Change) -> None:
    """Carry a move out until only the old connector is to be deleted, and cut it off there."""

    def cut() -> None:
        if m.journal.moves.get("new") and m.journal.moves["new"].step is MoveStep.STARTED:
            m.journal.objection = "the lock is about to end"

    m.journal.after, usual = cut, m.journal.after
    m.carry_out(change)
    m.journal.after, m.journal.objection = usual, ""
    m.w.cluster.clear_faults()
    assert set(m.w.cluster.configs()) == {"old", "new"}


def test_records_that_the_new_one_read_meanwhile_come_back_with_it() -> None:
    with mover() as m:
        stop_at_delete(m, m.move("new", "old", m.after))
        further = (Offset(partition={"filename": "in.txt"}, offset={"position": 5000}),)
        m.w.cluster.set_offsets("new", further)
        m.offsets = further

        m.finish("old", "new", m.before)


def test_an_old_one_that_was_started_again_is_read_anew() -> None:
    with mover() as m:
        change = m.move("new", "old", m.after)
        m.journal.after = lambda: _object_after(m, MoveStep.CREATED)
        m.carry_out(change)
        m.journal.objection = ""
        further = (Offset(partition={"filename": "in.txt"}, offset={"position": 5000}),)
        m.w.cluster.set_target("old", Target.RUNNING)
        m.w.cluster.settle()
        m.w.cluster.set_offsets("old", further)
        m.offsets = further

        m.journal.after = lambda: None
        m.finish("new", "old", m.after)


def _object_after(m: Mover, step: MoveStep) -> None:
    if m.journal.steps[-1:] == [step]:
        m.journal.objection = "the lock is about to end"


def test_a_new_one_that_fails_leaves_the_old_one_there() -> None:
    with mover() as m:

        def fail_when_started(_: object) -> None:
            if "new" in m.w.cluster.configs() and m.w.cluster.target_of("new") is Target.RUNNING:
                m.w.cluster.fail_task("new", 0, "java.lang.RuntimeException: no", for_good=True)

        m.w.observers.append(fail_when_started)
        outcome = m.forward()

        assert outcome.status is OutcomeStatus.FAILED
        assert "taking the rename back in git" in outcome.problems[0].hint
        assert set(m.w.cluster.configs()) == {"old", "new"}
        assert m.w.cluster.target_of("old") is Target.STOPPED


def test_a_connector_of_the_new_name_that_is_not_ours_is_left_alone() -> None:
    with mover() as m:
        change = m.move("new", "old", m.after)
        m.w.given("new", file_source(file="other.txt"))
        outcome = m.apply(change)

        assert outcome.status is OutcomeStatus.FAILED
        assert m.w.config("new") == file_source(file="other.txt")
        assert m.w.cluster.target_of("old") is Target.RUNNING


def test_nothing_is_begun_that_cannot_be_recorded() -> None:
    with mover() as m:
        m.journal.objection = "the lock is about to end"
        outcome = m.forward()

        assert outcome.status is OutcomeStatus.NOT_ATTEMPTED
        assert m.w.writes() == []
        assert Step.STOP not in outcome.problems
