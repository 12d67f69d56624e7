"""A moved connector loses no record and doubles none, whatever is written while it moves."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconcile.apply.execute import apply_plan
from reconcile.apply.options import ApplyOptions
from reconcile.clock import SystemClock
from reconcile.connect import writes
from reconcile.connect.connection import Connection, open_connection
from reconcile.connect.failures import WriteFailure
from reconcile.connect.reads import get_offsets, list_names
from reconcile.live.snapshot import take_snapshot
from reconcile.model.config import Config
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, Origin, Plan, Reason, StateChange
from reconcile.model.project import Access
from reconcile.model.release import INITIAL_STATE
from reconcile.plan.digest import precondition_of
from reconcile.redact import Redactor
from reconcile.sandbox.state import Sandbox
from tests.sandbox_command import wait_for
from tests.unit.apply.journal import MemoryJournal

pytestmark = pytest.mark.real
CLOCK = SystemClock()
TEXT = "org.apache.kafka.connect.storage.StringConverter"
KINDS = ("source", "sink")


@dataclass(kw_only=True)
class Pipe:
    """Lines go from one file through a topic into another; `moving` is one of the connectors."""

    connection: Connection
    folder: Path
    kind: str
    prefix: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    written: list[str] = field(default_factory=list)
    journal: MemoryJournal = field(default_factory=lambda: MemoryJournal(cluster="here"))

    def name(self, short: str) -> str:
        return f"{self.prefix}-{short}"

    def config(self, kind: str, **more: str) -> dict[str, str]:
        file = self.folder / ("in.txt" if kind == "source" else "out.txt")
        topic = {"topic": self.prefix} if kind == "source" else {"topics": self.prefix}
        start = {} if kind == "source" else {"consumer.override.auto.offset.reset": "earliest"}
        return {
            "connector.class": f"FileStream{kind.capitalize()}",
            "tasks.max": "1",
            "file": str(file),
            "key.converter": TEXT,
            "value.converter": TEXT,
            **topic,
            **start,
            **more,
        }

    def append(self, lines: int = 1) -> None:
        """Write lines for the source to read."""
        new = [f"line {len(self.written) + n}" for n in range(lines)]
        with (self.folder / "in.txt").open("a", encoding="ascii") as file:
            file.write("".join(f"{text}\n" for text in new))
        self.written += new

    def arrived(self) -> list[str]:
        """Return the lines that came out, in the order of their numbers."""
        out = self.folder / "out.txt"
        lines = out.read_text(encoding="ascii").splitlines() if out.exists() else []
        return sorted(lines, key=lambda text: int(text.rpartition(" ")[2]))

    def flows(self) -> bool:
        """Wait for all lines to arrive, once each."""
        assert wait_for(lambda: len(self.arrived()) >= len(self.written))
        return self.arrived() == self.written

    def move(self, name: str, origin: str) -> Outcome:
        """Move a connector, while lines are written at every record of the journal."""
        plan = self.plan(name, origin)
        result = apply_plan(
            plan,
            self.connection,
            clock=CLOCK,
            rng=random.Random(7),  # noqa: S311 - jitter, repeatable
            options=ApplyOptions(),
            journal=self.journal,
        )
        return result.outcomes[0]

    def plan(self, name: str, origin: str) -> Plan:
        names = (self.name(name), self.name(origin))
        state = take_snapshot(self.connection, names=names, clock=CLOCK)
        live, old = state.connectors.get(names[0]), state.connectors[names[1]]
        begun = next(iter(self.journal.moves.values()), None)
        before = begun.state if begun else old.target_state
        change = Change(
            action=Action.MOVE,
            name=names[0],
            class_name=f"FileStream{self.kind.capitalize()}",
            reason=Reason.MOVED,
            precondition=precondition_of(live),
            state=StateChange(before=None, after=before),
            origin=Origin(
                name=names[1],
                cluster="here",
                precondition=precondition_of(old, state=before),
                state=before,
            ),
            config=Config(self.config(self.kind)),
        )
        return Plan(
            project="tests",
            cluster="here",
            identity=state.identity,
            created_at=CLOCK.now(),
            changes=(change,),
            in_sync=0,
            declared=1,
        )

    def names(self) -> set[str]:
        """Return the short names of the connectors that are there."""
        found = list_names(self.connection)
        return {
            name.removeprefix(f"{self.prefix}-") for name in found if name.startswith(self.prefix)
        }

    def put(self, short: str, config: dict[str, str]) -> None:
        """Create a connector by hand."""
        insist(writes.put_config, self.connection, self.name(short), Config(config))

    def delete(self, *shorts: str) -> None:
        for short in shorts:
            insist(writes.delete_connector, self.connection, self.name(short))

    def start(self) -> None:
        """Start both connectors, and see lines flow."""
        self.append(100)
        self.put("old", self.config(self.kind))
        self.put("other", self.config("sink" if self.kind == "source" else "source"))
        assert self.flows()

    def leave_offsets_of(self, short: str) -> None:
        """Let a connector of this name read something else, and delete it; Connect keeps offsets."""
        topic, (into, out) = f"{self.prefix}-2", (self.folder / "in2.txt", self.folder / "out2.txt")
        into.write_text("one\ntwo\n", encoding="ascii")
        source = self.config("source", file=str(into), topic=topic)
        sink = self.config("sink", file=str(out), topics=topic)
        self.put(short if self.kind == "source" else "feeder", source)
        self.put(short if self.kind == "sink" else "drain", sink)
        assert wait_for(lambda: out.exists() and out.read_text(encoding="ascii") == "one\ntwo\n")
        insist(writes.stop, self.connection, self.name(short))
        assert wait_for(lambda: bool(get_offsets(self.connection, self.name(short))))
        self.delete(*(self.names() - {"old", "other"}))
        assert wait_for(lambda: self.names() == {"old", "other"})


def insist(write: Callable[..., object], *arguments: object) -> None:
    """Write until it is accepted; a rebalance refuses any write for a moment."""

    def accepted() -> bool:
        try:
            write(*arguments)
        except WriteFailure:
            return False
        return True

    assert wait_for(accepted)


@pytest.fixture(params=KINDS)
def pipe(request: pytest.FixtureRequest, real_cluster: Sandbox, tmp_path: Path) -> Iterator[Pipe]:
    """Lines that flow through a source and a sink, one of which is to be moved."""
    access = Access(cluster="here", urls=(real_cluster.url,))
    rng = random.Random(1)  # noqa: S311 - jitter, repeatable
    with open_connection(access, redactor=Redactor(), clock=CLOCK, rng=rng) as connection:
        if connection.worker.identity.release < INITIAL_STATE:
            pytest.skip("a plan refuses moves here: connectors cannot be created stopped")
        pipe = Pipe(connection=connection, folder=tmp_path, kind=request.param)
        pipe.start()
        pipe.journal.before = lambda: pipe.append(5)
        yield pipe
        pipe.delete(*pipe.names())


def cut_off_after(pipe: Pipe, step: MoveStep) -> None:
    """Let the lock end once a step is recorded."""

    def cut() -> None:
        if pipe.journal.steps[-1:] == [step]:
            pipe.journal.objection = "the lock is about to end"

    pipe.journal.after = cut
    assert pipe.move("new", "old").status is OutcomeStatus.UNSETTLED
    pipe.journal.after, pipe.journal.objection = (lambda: None), ""
    assert pipe.names() == {"old", "new", "other"}
    pipe.append(5)


def test_no_record_is_lost_or_doubled(pipe: Pipe) -> None:
    outcome = pipe.move("new", "old")
    pipe.append(20)

    assert outcome.status is OutcomeStatus.APPLIED, outcome.problems
    assert pipe.flows()
    assert pipe.names() == {"new", "other"}
    assert pipe.journal.moves == {}


def test_nor_where_connect_kept_offsets_of_an_earlier_namesake(pipe: Pipe) -> None:
    pipe.leave_offsets_of("new")
    outcome = pipe.move("new", "old")
    pipe.append(20)

    assert outcome.status is OutcomeStatus.APPLIED, outcome.problems
    assert pipe.flows()
    offsets = get_offsets(pipe.connection, pipe.name("new")) or ()
    assert sum(one.offset is not None for one in offsets) == 1


@pytest.mark.parametrize("step", [MoveStep.CREATED, MoveStep.OFFSETS_WRITTEN, MoveStep.STARTED])
def test_nor_where_the_move_is_cut_off_and_goes_on(pipe: Pipe, step: MoveStep) -> None:
    cut_off_after(pipe, step)
    outcome = pipe.move("new", "old")
    pipe.append(20)

    assert outcome.status is OutcomeStatus.APPLIED, outcome.problems
    assert pipe.flows()
    assert pipe.names() == {"new", "other"}


@pytest.mark.parametrize("step", [MoveStep.CREATED, MoveStep.OFFSETS_WRITTEN, MoveStep.STARTED])
def test_nor_where_it_is_cut_off_and_taken_back(pipe: Pipe, step: MoveStep) -> None:
    cut_off_after(pipe, step)
    outcome = pipe.move("old", "new")
    pipe.append(20)

    assert outcome.status is OutcomeStatus.APPLIED, outcome.problems
    assert pipe.flows()
    assert pipe.names() == {"old", "other"}
