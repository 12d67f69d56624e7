"""Whatever git, hands, holds, crashes and applies do to each other, each is told from the others."""

import contextlib
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import strategies as st

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.desired.project import LoadedProject, load_project
from reconcile.errors import ConnectformError
from reconcile.ledger import keys, writing
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.model.ledger import Hold
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Cause, Plan, ValidationMode
from reconcile.redact import Redactor
from reconcile.run.applying import carry_out
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.run.planning import Planned, PlanRequest, plan_clusters
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.laws.law import law

pytestmark = pytest.mark.long

NAMES = ("orders-a", "orders-b")
FILES = ("x", "y", "z")
LEGACY = {"connector.class": "FileStreamSink", "topics": "t", "file": "legacy", "tasks.max": "1"}
Operation = tuple[str, str | None, str | int | None]
DECLARE = st.tuples(st.just("declare"), st.sampled_from(NAMES), st.sampled_from(FILES))
HAND = st.tuples(st.just("change by hand"), st.sampled_from(NAMES), st.sampled_from(FILES))
APPLY = st.tuples(st.just("apply"), st.none(), st.none())
OPERATIONS = st.one_of(
    DECLARE,
    HAND,
    APPLY,
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("delete by hand"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("hold"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("release"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("crash"), st.none(), st.integers(min_value=0, max_value=30)),
)


class Killed(BaseException):
    """The end of the process, as far as a run can tell."""


@dataclass(slots=True)
class Place:
    """A project with its ledger on a cluster, and what a bystander knows of both."""

    folder: Path
    cluster: SimulatedCluster
    clock: FakeClock
    applied: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    fuse: int | None = None

    def log(self, event: str, **_: object) -> None:
        if event == "request" and self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise Killed

    @property
    def context(self) -> Context:
        return Context(
            clock=self.clock,
            environment={},
            directory=self.folder,
            redactor=Redactor(),
            rng=random.Random(7),  # noqa: S311  # repeatable
            log=self.log,
        )

    @property
    def project(self) -> LoadedProject:
        return load_project(None, self.folder)

    def live(self) -> dict[str, str]:
        return {name: config["file"] for name, config in self.cluster.configs().items()}

    @contextmanager
    def planned(self) -> Iterator[Planned]:
        context, loaded = self.context, self.project
        lock = Lock(identity=identity_of(context, "apply", root=str(self.folder)))
        request = PlanRequest(clusters=("local",), validation=ValidationMode.OFF)
        with plan_clusters(context, loaded, request, lock=lock) as (item,):
            assert isinstance(item, Planned), item
            yield item

    def run(self, operation: str, name: str, value: str | int | None) -> None:
        match operation:
            case "declare":
                self.declared[name] = str(value)
                self.define(name, str(value))
            case "remove":
                self.declared.pop(name, None)
                (self.folder / f"connectors/{name}.yaml").unlink(missing_ok=True)
            case "change by hand":
                if name in self.live():
                    self.cluster.put(name, {**LEGACY, "file": str(value)})
            case "delete by hand":
                if name in self.live():
                    self.cluster.remove(name)
            case "hold" | "release":
                self.hold(name, held=operation == "hold")
            case "apply":
                self.apply()
            case "crash":
                self.crash(int(value or 0))
        self.cluster.settle()

    def define(self, name: str, file: str) -> None:
        (self.folder / f"connectors/{name}.yaml").write_text(
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {name}}}\nspec:\n  class: FileStreamSink\n  tasksMax: 1\n"
            f"  config: {{topics: t, file: {file}}}\n"
        )

    def hold(self, name: str, *, held: bool) -> None:
        (self.held.add if held else self.held.discard)(name)
        entry = Hold(name=name, reason="r", by="ada", since=self.clock.now())
        store = SqliteStore(self.folder / ".connectform/local.db", place="ledger")
        store.swap({keys.hold_key(name): writing.hold_text(entry) if held else None}, given={})

    def apply(self) -> None:
        with self.planned() as item:
            self.check_causes(item.plan)
            before = self.live()
            result = carry_out(
                self.context,
                item,
                options=ApplyOptions(parallelism=1),
                observe=lambda _event: None,
                interrupt=Interrupt(),
            )
        assert result.problems == ()
        assert result.count(OutcomeStatus.APPLIED) == len(item.plan.changes), result.outcomes
        self.cluster.settle()
        for name in self.held:
            assert self.live().get(name) == before.get(name)
        self.remember()
        with self.planned() as again:
            assert again.plan.changes == ()

    def crash(self, point: int) -> None:
        self.fuse = point
        with contextlib.suppress(Killed, ConnectformError), self.planned() as item:
            carry_out(
                self.context,
                item,
                options=ApplyOptions(parallelism=1),
                observe=lambda _event: None,
                interrupt=Interrupt(),
            )
        self.fuse = None
        self.clock.advance(1.0)
        self.uncertain.update(NAMES)

    def remember(self) -> None:
        """Note what a completed apply leaves as last applied.

        A hold forbids to write to a connector, not to see that git and the cluster agree on it.
        """
        live = self.live()
        for name in NAMES:
            if name in self.held and live.get(name) != self.declared.get(name):
                continue
            self.uncertain.discard(name)
            if name in self.declared:
                self.applied[name] = self.declared[name]
            elif name not in live:
                self.applied.pop(name, None)

    def check_causes(self, plan: Plan) -> None:
        live = self.live()
        for change in (*plan.changes, *(item.change for item in plan.withheld)):
            assert change.name in NAMES
            if change.name in self.uncertain:
                continue
            if change.action is Action.UPDATE and change.name in self.applied:
                wanted = self.expected(change.name, live)
                assert [key.cause for key in change.keys] == [wanted], change.name
            if change.action is Action.CREATE:
                wanted = Cause.LIVE if change.name in self.applied else Cause.GIT
                unknown = {None} if not self.applied else set()
                assert change.cause in {wanted, *unknown}, change.name

    def expected(self, name: str, live: dict[str, str]) -> Cause:
        before = self.applied[name]
        git, hand = self.declared[name] != before, live[name] != before
        return Cause.BOTH if git and hand else Cause.GIT if git else Cause.LIVE


@contextmanager
def place() -> Iterator[Place]:
    clock = FakeClock()
    cluster = SimulatedCluster(clock=clock, timing=Timing.real())
    cluster.put("legacy", LEGACY)
    cluster.settle()
    with tempfile.TemporaryDirectory() as name, serve(cluster) as server:
        folder = Path(name)
        (folder / "connectors").mkdir()
        (folder / "connectform.yaml").write_text(
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\nclusters:\n"
            f'  local: {{url: "{server.url}", ownership: {{owns: ["orders-*"], prune: owned}},'
            " limits: {maxDeletes: 9, maxDeletePercent: 100, maxUpdatePercent: 100}}\n"
        )
        yield Place(folder, cluster, clock)


# Without something applied there is nothing to tell apart.
BEGINNING = [("declare", name, "x") for name in NAMES] + [("apply", None, None)]


def check(*, begun: bool, operations: Sequence[Operation]) -> None:
    with place() as here:
        for operation in [*(BEGINNING if begun else ()), *operations]:
            here.run(*operation)
            assert here.cluster.configs()["legacy"] == {**LEGACY, "name": "legacy"}
        here.apply()
        free = [name for name in NAMES if name not in here.held]
        live = here.live()
        assert {name: live.get(name) for name in free} == {
            name: here.declared.get(name) for name in free
        }


@law(st.booleans(), st.lists(OPERATIONS, min_size=2, max_size=12), examples=100)
def test_every_interleaving_ends_as_git_says_and_knows_who_did_what(begun, operations):
    check(begun=begun, operations=operations)


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(
            [
                ("delete by hand", "orders-a", None),
                ("hold", "orders-a", None),
                ("remove", "orders-a", None),
                ("apply", None, None),
                ("declare", "orders-a", "x"),
            ],
            id="gone on both sides, and declared anew",
        ),
        pytest.param(
            [
                ("hold", "orders-a", None),
                ("declare", "orders-a", "y"),
                ("change by hand", "orders-a", "y"),
                ("apply", None, None),
                ("change by hand", "orders-a", "z"),
            ],
            id="the same on both sides, and changed by hand after that",
        ),
    ],
)
def test_what_git_and_the_cluster_agree_on_is_remembered_of_a_held_connector_too(operations):
    check(begun=True, operations=operations)
