"""Settings are read back in the way that suits the size of the cluster."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.options import ApplyOptions
from reconcile.apply.readback import amiss
from reconcile.model.plan import Change
from reconcile.sandbox import simulated_faults as faults
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    World,
    create,
    file_source,
    set_state,
    update,
    world,
)

OLD, NEW = file_source(), file_source(file="new.txt")


@contextmanager
def context_of(w: World) -> Iterator[Context]:
    with ThreadPoolExecutor(2) as pool:
        yield Context(
            connection=w.connection,
            release=(4, 3),
            clock=w.clock,
            rng=random.Random(1),  # noqa: S311  # jitter, repeatable
            options=ApplyOptions(),
            notify=w.observe,
            interrupt=w.interrupt,
            pool=pool,
        )


def flight(change: Change) -> Flight:
    return Flight(change=change, goal=RUNNING, steps=())


@pytest.mark.parametrize(("size", "path"), [(10, "?expand=info"), (5000, "/as-written")])
def test_what_differs_is_named_whichever_way_it_is_read(size: int, path: str) -> None:
    with world() as w, context_of(w) as context:
        w.given("as-written", NEW)
        w.given("other", OLD)
        w.given("theirs", file_source(topic="theirs"))
        changes = [
            update("as-written", OLD, NEW),
            update("other", OLD, NEW),
            update("theirs", OLD, NEW),
            create("absent", NEW),
            set_state("paused", RUNNING, PAUSED),
        ]
        found = amiss([flight(change) for change in changes], size, context)
        assert set(found) == {"other", "theirs", "absent"}
        assert {name for name, one in found.items() if one.theirs is not None} == {"theirs"}
        assert w.reads(f"/connectors{path}") == 1


def test_what_cannot_be_read_is_amiss() -> None:
    with world() as w, context_of(w) as context:
        w.given("a", NEW)
        w.cluster.inject(faults.forbidden())
        found = amiss([flight(update("a", OLD, NEW))], 1, context)
        assert set(found) == {"a"}
        assert "not allowed" in found["a"].reason


def test_states_alone_need_no_reading() -> None:
    with world() as w, context_of(w) as context:
        w.cluster.clear_requests()
        assert amiss([flight(set_state("a", RUNNING, PAUSED))], 1, context) == {}
        assert w.cluster.requests == []
