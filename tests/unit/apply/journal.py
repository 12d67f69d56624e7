"""A journal in memory, which outlives the runs that write into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.connect.answers import ConnectorOffset
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.outcome import Outcome
from reconcile.model.plan import Change
from tests.fake_clock import FakeClock

Offsets = Sequence[ConnectorOffset]


def _nothing() -> None:
    """Let it pass."""


@dataclass(slots=True, kw_only=True)
class MemoryJournal:
    """What was intended, done, kept and moved; `before` and `after` are called around each record."""

    cluster: str = "local"
    intended: list[str] = field(default_factory=list)
    concluded: dict[str, Outcome] = field(default_factory=dict)
    kept: dict[str, tuple[ConnectorOffset, ...]] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    steps: list[MoveStep] = field(default_factory=list)
    objection: str = ""
    before: Callable[[], None] = _nothing
    after: Callable[[], None] = _nothing
    looking: Callable[[], None] = _nothing

    def intend(self, changes: Sequence[Change]) -> None:
        self.before()
        self.intended += [change.name for change in changes]
        self.after()

    def conclude(self, outcomes: Sequence[tuple[Change, Outcome]]) -> None:
        self.before()
        self.concluded.update({change.name: outcome for change, outcome in outcomes})
        self.after()

    def keep_offsets(self, offsets: Mapping[str, Offsets]) -> None:
        self.before()
        self.kept.update({name: tuple(found) for name, found in offsets.items()})
        self.after()

    def move_of(self, change: Change) -> Move | None:
        self.looking()
        ends = {change.name, change.origin.name if change.origin else ""}
        found = [move for move in self.moves.values() if {move.name, move.to_name} == ends]
        return found[0] if found else None

    def advance(self, changes: Mapping[Change, Offsets], step: MoveStep) -> None:
        self.before()
        self.steps.append(step)
        for change, offsets in changes.items():
            self._advance(change, offsets, step)
        self.after()

    def _advance(self, change: Change, offsets: Offsets, step: MoveStep) -> None:
        origin = change.origin
        assert origin is not None
        self.moves.pop(origin.name, None)
        self.moves.pop(change.name, None)
        if step is MoveStep.DONE:
            return
        self.moves[change.name] = Move(
            name=origin.name,
            to_name=change.name,
            cluster=origin.cluster,
            to_cluster=self.cluster,
            project="shop",
            state=origin.state,
            step=step,
            offsets=tuple((one.partition, one.offset) for one in offsets),
            at=FakeClock().now(),
        )

    def obstacle(self) -> str:
        return self.objection
