"""A connector to be moved, on one cluster or between two, and the runs that do it or are killed."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from reconcile.model.config import Config
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, Origin, Plan, Reason, StateChange
from reconcile.plan.digest import precondition_of
from reconcile.sandbox.simulated_state import Offset, Target
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.world import WatchedClock, World, file_source, world

SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
DONE = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


def file_sink(**more: str) -> dict[str, str]:
    return {
        "connector.class": SINK,
        "tasks.max": "1",
        "file": "out.txt",
        "topics": "lines",
        **more,
    }


def source_at(position: int) -> tuple[Offset, ...]:
    return (Offset(partition={"filename": "in.txt"}, offset={"position": position}),)


def sink_at(position: int) -> tuple[Offset, ...]:
    partition = {"kafka_topic": "lines", "kafka_partition": 0}
    return (Offset(partition=partition, offset={"kafka_offset": position}),)


KINDS = ("source", "sink", "between clusters")


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


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a move: where the connector is, what it is called and how it is set up."""

    w: World
    name: str
    config: dict[str, str]

    @property
    def exists(self) -> bool:
        return self.name in self.w.cluster.configs()

    @property
    def target(self) -> Target:
        return self.w.cluster.target_of(self.name)

    @property
    def offsets(self) -> tuple[Offset, ...]:
        found = self.w.cluster.offsets(self.name)
        return tuple(one for one in found if one.offset is not None)

    def set_target(self, target: Target) -> None:
        self.w.cluster.set_target(self.name, target)
        self.w.cluster.settle()


@dataclass(slots=True)
class Mover:
    """A connector `old` to become `new`, the journal of all runs, and the position it is at."""

    old: Side
    new: Side
    fuse: Fuse
    at: Callable[[int], tuple[Offset, ...]]
    position: int = 4711
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    @property
    def w(self) -> World:
        return self.new.w

    @property
    def offsets(self) -> tuple[Offset, ...]:
        return self.at(self.position)

    def move(self, to: Side, origin: Side) -> Change:
        """Return the move as a plan made now has it."""
        live, there = to.w.snapshot().get(to.name), origin.w.snapshot()[origin.name]
        begun = next(iter(self.journal.moves.values()), None)
        state = begun.state if begun else there.target_state
        return Change(
            action=Action.MOVE,
            name=to.name,
            class_name=to.config["connector.class"],
            reason=Reason.MOVED,
            precondition=precondition_of(live),
            state=StateChange(before=None, after=state),
            origin=Origin(
                name=origin.name,
                cluster=origin.w.connection.cluster,
                precondition=precondition_of(there, state=state),
                state=state,
            ),
            config=Config(to.config),
        )

    def forth(self) -> Change:
        return self.move(self.new, self.old)

    def back(self) -> Change:
        return self.move(self.old, self.new)

    def carry_out(self, change: Change, to: Side | None = None, **options: object) -> ApplyResult:
        to = to or self.new
        origin = self.old if to is self.new else self.new
        self.journal.cluster = to.w.connection.cluster
        plan: Plan = replace(to.w.plan(), changes=(change,))
        elsewhere = origin.w.connection
        return to.w.carry_out(
            plan,
            journal=self.journal,
            origins={elsewhere.cluster: elsewhere},
            **{"parallelism": 1, **options},
        )

    def apply(self, change: Change, to: Side | None = None, **options: object) -> Outcome:
        (outcome,) = self.carry_out(change, to, **options).outcomes
        return outcome

    def forward(self, **options: object) -> Outcome:
        return self.apply(self.forth(), **options)

    def killed_at(self, point: int, change: Change, to: Side | None = None) -> None:
        """Carry a move out until the process ends, and let records arrive before the next run."""
        self.fuse.left = point
        with contextlib.suppress(Killed):
            self.carry_out(change, to)
        self.fuse.left = None
        self.pass_time()

    def pass_time(self) -> None:
        """Let time pass: what runs goes further, and never do both run."""
        self.w.clock.advance(1.0)
        self.old.w.cluster.settle()
        self.new.w.cluster.settle()
        running = [
            side for side in (self.old, self.new) if side.exists and side.target is Target.RUNNING
        ]
        assert len(running) < 2, "both run"
        for side in running:
            assert side.offsets == self.offsets, "it runs from another position"
            self.position += 100
            side.w.cluster.set_offsets(side.name, self.offsets)

    def is_at(self, to: Side) -> bool:
        origin = self.old if to is self.new else self.new
        return to.exists and not origin.exists

    def check_arrived(self, to: Side, target: Target = Target.RUNNING) -> None:
        assert self.is_at(to)
        assert to.w.config(to.name) == to.config
        assert to.target is target
        assert to.offsets == self.offsets

    def finish(self, to: Side) -> None:
        """Plan anew and apply as often as it takes, as a pipeline would."""
        origin = self.old if to is self.new else self.new
        for _ in range(3):
            if not origin.exists:
                break
            self.apply(self.move(to, origin), to)
        self.check_arrived(to)


@contextmanager
def mover(kind: str = "source", target: Target = Target.RUNNING) -> Iterator[Mover]:
    """Yield a mover whose old connector is at its position, in its state."""
    fuse, clock = Fuse(), WatchedClock()
    with ExitStack() as stack:
        here = stack.enter_context(world(on_request=fuse, clock=clock))
        there = here
        if kind == "between clusters":
            there = stack.enter_context(world(on_request=fuse, clock=clock, name="west"))
        is_sink = kind == "sink"
        before, after = file_source(), file_source(topic="lines-2")
        if is_sink:
            before, after = file_sink(), file_sink(file="new.txt")
        names = ("lines", "lines") if here is not there else ("old", "new")
        old, new = Side(there, names[0], before), Side(here, names[1], after)
        here.given("writes-the-topic", file_source())
        here.cluster.remove("writes-the-topic")
        there.given(old.name, before)
        journal = MemoryJournal(before=fuse, after=fuse)
        m = Mover(old, new, fuse, sink_at if is_sink else source_at, journal=journal)
        there.cluster.set_offsets(old.name, m.offsets)
        there.cluster.settle()
        if target is not Target.RUNNING:
            old.set_target(target)
        yield m


def points(kind: str, run: Callable[[Mover], object]) -> range:
    """Return all points at which something can be cut off."""
    with mover(kind) as m:
        m.fuse.events = 0
        run(m)
        return range(m.fuse.events)


def stop_after(m: Mover, step: MoveStep, change: Change, to: Side | None = None) -> Outcome:
    """Carry a move out until a step is recorded, and cut it off there."""
    usual = m.journal.after

    def cut() -> None:
        if m.journal.steps[-1:] == [step]:
            m.journal.objection = "the lock is about to end"

    m.journal.after = cut
    outcome = m.apply(change, to)
    m.journal.after, m.journal.objection = usual, ""
    return outcome
