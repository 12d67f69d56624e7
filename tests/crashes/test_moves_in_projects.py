"""A move that is killed anywhere, down to its last record, is finished and closed by a new plan."""

import contextlib
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.desired.project import load_project
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.reading import read_changes, read_memory
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.model.plan import ValidationMode
from reconcile.plan.document import plans_document
from reconcile.redact import Redactor
from reconcile.run.applying import carry_out
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.run.planning import Planned, PlanRequest, plan_clusters
from reconcile.run.saving import plan_saved, read_plan_file
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_state import Offset
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.unit.apply.mover import Fuse, Killed

pytestmark = pytest.mark.long

AT = Offset(partition={"filename": "in.txt"}, offset={"position": 4711})


@dataclass(frozen=True, slots=True)
class Brittle:
    """A lock whose process may end right after a record."""

    held: HeldLease
    fuse: Fuse

    def swap(self, entries: dict[str, str | None]) -> None:
        self.held.swap(entries)
        self.fuse()

    def remaining(self) -> float:
        return self.held.remaining()


@dataclass(slots=True)
class Place:
    """A project with a connector that is to be moved, within a cluster or from `west`."""

    folder: Path
    clusters: dict[str, SimulatedCluster]
    clock: FakeClock
    fuse: Fuse

    @property
    def origin(self) -> str:
        return "west" if "west" in self.clusters else "local"

    def define(self, name: str, more: str = "") -> None:
        clusters = self.origin if name == "old" else "local"
        (self.folder / "connectors/a.yaml").write_text(
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {name}, clusters: [{clusters}]}}\nspec:\n"
            f"  class: FileStreamSource\n{more}  config: {{topic: t, file: in.txt}}\n"
        )

    def context(self) -> Context:
        return Context(
            clock=self.clock,
            environment={},
            directory=self.folder,
            redactor=Redactor(),
            rng=random.Random(7),  # noqa: S311  # repeatable
            log=lambda event, **_: self.fuse() if event == "request" else None,
        )

    def save(self) -> None:
        request = PlanRequest(clusters=("local",), validation=ValidationMode.OFF)
        with plan_clusters(self.context(), load_project(None, self.folder), request) as planned:
            document = plans_document([item.plan for item in planned if isinstance(item, Planned)])
        (self.folder / "plan.json").write_text(json.dumps(document))

    def apply(self, *clusters: str, saved: bool = False) -> Sequence[ApplyResult]:
        context = self.context()
        lock = Lock(identity=identity_of(context, "apply", root=str(self.folder)))
        loaded = load_project(None, self.folder)
        if saved:
            plans = read_plan_file(context, Path("plan.json"))
            planning = plan_saved(context, loaded, plans, lock=lock)
        else:
            request = PlanRequest(clusters=clusters, validation=ValidationMode.OFF)
            planning = plan_clusters(context, loaded, request, lock=lock)
        with planning as planned:
            return [
                carry_out(
                    context,
                    self.brittle(item),
                    options=ApplyOptions(parallelism=1),
                    observe=lambda _event: None,
                    interrupt=Interrupt(),
                )
                for item in planned
            ]

    def brittle(self, item: object) -> Planned:
        assert isinstance(item, Planned), item
        leases = {
            name: Brittle(held, self.fuse) for name, held in item.leases.items() if held is not None
        }
        ledger = replace(item.ledger, lease=Brittle(item.ledger.lease, self.fuse))
        return replace(item, ledger=ledger, leases=leases)

    def store(self, cluster: str) -> SqliteStore:
        return SqliteStore(self.folder / f".connectform/{cluster}.db", place="ledger")

    def check_closed(self, point: int) -> None:
        assert "old" not in self.clusters[self.origin].configs(), point
        assert self.clusters["local"].offsets("new") == (AT,), point
        for cluster in self.clusters:
            memory = read_memory(self.store(cluster))
            assert memory.moves == (), (point, cluster)
            known = set(memory.records)
            assert known == ({"new"} if cluster == "local" else set()), (point, cluster)
        record = read_memory(self.store("local")).records["new"]
        assert (record.pending, record.applied is None) == (None, False), point
        last = read_changes(self.store(self.origin), "old")[-1]
        assert last.message == "moved to new on local", point


@contextmanager
def place(folder: Path, kind: str) -> Iterator[Place]:
    clock, fuse = FakeClock(), Fuse()
    names = ("local", "west") if kind == "between clusters" else ("local",)
    clusters = {name: SimulatedCluster(clock=clock, timing=Timing.quick()) for name in names}
    folder.mkdir()
    (folder / "connectors").mkdir()
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serve(one)).url for name, one in clusters.items()}
        lines = "".join(f'  {name}: {{url: "{url}"}}\n' for name, url in urls.items())
        (folder / "connectform.yaml").write_text(
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\nclusters:\n" + lines
        )
        here = Place(folder, clusters, clock, fuse)
        here.define("old")
        here.apply(here.origin)
        clusters[here.origin].set_offsets("old", (AT,))
        here.define(
            "new",
            f"  movedFrom: {{cluster: {here.origin}, name: old}}\n"
            if names[1:]
            else "  movedFrom: old\n",
        )
        yield here


@pytest.mark.parametrize("kind", ["within a cluster", "between clusters"])
def test_a_move_killed_anywhere_leaves_no_open_record_once_the_command_ran_again(
    tmp_path: Path, kind: str
) -> None:
    with place(tmp_path / "whole", kind) as p:
        p.fuse.events = 0
        p.apply("local")
        p.check_closed(-1)
        points = range(p.fuse.events)
    assert len(points) > 20
    for point in points:
        with place(tmp_path / str(point), kind) as p:
            p.fuse.left = point
            with contextlib.suppress(Killed):
                p.apply("local")
            p.fuse.left = None
            p.clock.advance(1.0)
            for cluster in p.clusters.values():
                cluster.settle()

            p.apply("local")
            p.check_closed(point)


@pytest.mark.parametrize("kind", ["within a cluster", "between clusters"])
def test_a_saved_move_killed_anywhere_is_finished_by_the_same_file(
    tmp_path: Path, kind: str
) -> None:
    with place(tmp_path / "whole", kind) as p:
        p.save()
        p.fuse.events = 0
        p.apply(saved=True)
        points = range(p.fuse.events)
    assert len(points) > 20
    for point in points:
        with place(tmp_path / str(point), kind) as p:
            p.save()
            p.fuse.left = point
            with contextlib.suppress(Killed):
                p.apply(saved=True)
            p.fuse.left = None
            p.clock.advance(1.0)
            for cluster in p.clusters.values():
                cluster.settle()

            p.apply(saved=True)
            p.check_closed(point)
            (result,) = p.apply(saved=True)
            assert result.count(OutcomeStatus.ALREADY_APPLIED) == 1, point


@pytest.mark.parametrize("kind", ["within a cluster", "between clusters"])
def test_a_move_that_lacks_its_last_record_is_closed_though_moved_from_is_gone(
    tmp_path: Path, kind: str
) -> None:
    with place(tmp_path / "whole", kind) as p:
        p.fuse.events = 0
        p.apply("local")
        points = range(p.fuse.events)
    for point in points[-8:]:
        with place(tmp_path / str(point), kind) as p:
            p.fuse.left = point
            with contextlib.suppress(Killed):
                p.apply("local")
            p.fuse.left = None
            if "old" in p.clusters[p.origin].configs():
                continue
            p.define("new")

            p.apply(*p.clusters)
            p.check_closed(point)
