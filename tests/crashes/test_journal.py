"""Wherever an apply with a journal is cut off, nothing is lost, and applying again ends it."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Change, Plan
from reconcile.sandbox.simulated_state import Offset, Target
from tests.unit.apply.journal import MemoryJournal
from tests.unit.apply.mover import Fuse, Killed
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    World,
    create,
    delete,
    file_source,
    update,
    world,
)

OLD, NEW = file_source(), file_source(file="new.txt")
HELD = (Offset(partition={"filename": "in.txt"}, offset={"position": 4711}),)
DONE = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


@dataclass(slots=True)
class Scene:
    w: World
    fuse: Fuse
    journal: MemoryJournal

    def changes(self) -> list[Change]:
        """Return what is left to do, as a plan made now has it."""
        live, changes = self.w.snapshot(), []
        if "new" not in live:
            changes.append(create("new", OLD, STOPPED))
        started = live["started"]
        if dict(started.config.reveal()) != NEW or started.target_state is not RUNNING:
            state = (started.target_state, RUNNING)
            before = dict(started.config.reveal())
            changes.append(update("started", before, NEW, None if state[0] is RUNNING else state))
        doomed = [name for name in ("gone", "forgotten") if name in live]
        resets = [replace(delete(name, OLD), reset_offsets=name == "forgotten") for name in doomed]
        return changes + resets

    def carry_out(self, plan: Plan) -> set[OutcomeStatus]:
        result = self.w.carry_out(plan, journal=self.journal, parallelism=1)
        return {outcome.status for outcome in result.outcomes}

    def check(self) -> None:
        assert self.w.cluster.configs().keys() == {"new", "started"}
        assert self.w.config("started") == NEW
        assert self.w.cluster.target_of("started") is Target.RUNNING
        assert self.w.cluster.target_of("new") is Target.STOPPED
        for name in ("gone", "forgotten"):
            (kept,) = self.journal.kept[name]
            assert (kept.partition, kept.offset) == (HELD[0].partition, HELD[0].offset)
        assert self.w.cluster.offsets("forgotten") == ()


@contextmanager
def scene() -> Iterator[Scene]:
    fuse = Fuse()
    with world(on_request=fuse) as w:
        w.given("started", OLD, PAUSED)
        for name in ("gone", "forgotten"):
            w.given(name, OLD)
            w.cluster.set_offsets(name, HELD)
        yield Scene(w, fuse, MemoryJournal(before=fuse, after=fuse))


def points() -> range:
    """Return all points at which the process can end: after a request, around a record."""
    with scene() as s:
        plan = s.w.plan(*s.changes())
        s.fuse.events = 0
        assert s.carry_out(plan) == {OutcomeStatus.APPLIED}
        s.check()
        return range(s.fuse.events)


def from_memory(plan: Plan) -> Plan:
    return plan


def from_file(plan: Plan) -> Plan:
    """Return a plan as it is read back: without the configs from before."""
    return replace(plan, changes=tuple(replace(change, before=None) for change in plan.changes))


@pytest.mark.parametrize("kept", [from_memory, from_file])
def test_an_apply_killed_anywhere_is_finished_by_the_same_plan(
    kept: Callable[[Plan], Plan],
) -> None:
    for point in points():
        with scene() as s:
            plan = kept(s.w.plan(*s.changes()))
            s.fuse.left = point
            with contextlib.suppress(Killed):
                s.carry_out(plan)
            s.fuse.left = None
            s.w.clock.advance(1.0)

            assert s.carry_out(plan) <= DONE, point
            s.check()


def test_an_apply_killed_anywhere_is_finished_by_a_new_plan() -> None:
    for point in points():
        with scene() as s:
            plan = s.w.plan(*s.changes())
            s.fuse.left = point
            with contextlib.suppress(Killed):
                s.carry_out(plan)
            s.fuse.left = None
            s.w.clock.advance(1.0)

            assert s.carry_out(s.w.plan(*s.changes())) <= DONE, point
            s.check()
            assert s.changes() == []


def test_nothing_is_written_that_was_not_intended_before() -> None:
    for point in points():
        with scene() as s:
            plan = s.w.plan(*s.changes())
            s.w.cluster.clear_requests()
            s.fuse.left = point
            with contextlib.suppress(Killed):
                s.carry_out(plan)

            written = {path.split("/")[2] for _, path in s.w.writes() if path.count("/") > 1}
            assert written <= set(s.journal.intended), point
