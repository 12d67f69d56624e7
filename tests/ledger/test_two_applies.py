"""Two applies on one cluster never interleave: one waits for the other, or is told of it by name."""

import random
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.desired.project import load_project
from reconcile.errors import LedgerError
from reconcile.ledger.reading import read_runs
from reconcile.model.codes import Code
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import ValidationMode
from reconcile.redact import Redactor
from reconcile.run.applying import carry_out
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock, opened_store
from reconcile.run.planning import Planned, PlanRequest, plan_clusters
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.spec import VERSIONS
from tests.fake_clock import FakeClock
from tests.ledger.places import git
from tests.real_clusters import SharedSandbox, real_id

ROOT = Path(__file__).parents[2]
NAMES = ("orders", "refunds")
PATIENCE = 60.0
KINDS = [
    "sqlite",
    "git",
    "git-remote",
    pytest.param("kafka", id=f"kafka-{real_id(VERSIONS[0])}", marks=pytest.mark.real),
]


@dataclass(frozen=True, slots=True)
class Stand:
    """A cluster, and the folders from which two people apply to it under one ledger."""

    cluster: SimulatedCluster
    clock: FakeClock
    folders: tuple[Path, Path]

    def declare(self, file: str) -> None:
        for folder in set(self.folders):
            (folder / "connectors").mkdir(exist_ok=True)
            for name in NAMES:
                (folder / f"connectors/{name}.yaml").write_text(
                    "apiVersion: connectform/v1\nkind: Connector\n"
                    f"metadata: {{name: {name}}}\nspec:\n  class: FileStreamSink\n  tasksMax: 1\n"
                    f"  config: {{topics: t, file: {file}}}\n"
                )


class Turns:
    """A clock that all share, on which who waits for the lock wakes as soon as it is given back."""

    def __init__(self, shared: FakeClock) -> None:
        self._shared = shared
        self.now, self.monotonic = shared.now, shared.monotonic
        self.holds = False
        self.waits = threading.Event()
        self.free = threading.Event()

    def sleep(self, seconds: float) -> None:
        if self.holds:
            self._shared.sleep(seconds)
            return
        self.waits.set()
        assert self.free.wait(PATIENCE)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applies, and what came of it: outcomes, or the problem that was in the way."""

    name: str
    folder: Path
    clock: Turns
    ended: threading.Event
    came: list[object]

    @property
    def context(self) -> Context:
        return Context(
            clock=self.clock,
            environment={"GITHUB_ACTOR": self.name},
            directory=self.folder,
            redactor=Redactor(),
            rng=random.Random(self.name),  # noqa: S311  # repeatable
            log=lambda _event, **_more: None,
        )

    def apply(self, timeout: float, at_work: Callable[[], None]) -> None:
        """Apply, and do `at_work` while the lock is held and nothing is written yet."""
        context = self.context
        identity = identity_of(context, "apply", root=str(self.folder))
        loaded = load_project(None, self.folder)
        request = PlanRequest(clusters=("local",), validation=ValidationMode.OFF)
        lock = Lock(identity=identity, timeout=timeout, local=True)
        try:
            with plan_clusters(context, loaded, request, lock=lock) as (item,):
                assert isinstance(item, Planned), item
                self.clock.holds = True
                if item.plan.changes:
                    at_work()
                self.came.append(
                    carry_out(
                        context,
                        item,
                        options=ApplyOptions(parallelism=1),
                        observe=lambda _event: None,
                        interrupt=Interrupt(),
                    ).count(OutcomeStatus.APPLIED)
                )
        except LedgerError as error:
            self.came.append(error.problems[0])
        finally:
            self.ended.set()


@pytest.fixture(params=KINDS)
def stand(
    request: pytest.FixtureRequest, shared_sandbox: SharedSandbox, tmp_path: Path
) -> Iterator[Stand]:
    """A project whose ledger is kept in each place in turn."""
    ledger, more = request.param.partition("-")[0], ""
    folders = (tmp_path / "first",) * 2
    match request.param:
        case "git-remote":
            folders = (tmp_path / "first", tmp_path / "second")
            git(tmp_path, "init", "--quiet", "--bare", "remote.git")
            for folder in folders:
                git(tmp_path, "clone", "--quiet", "remote.git", folder.name)
        case "git":
            git(tmp_path, "init", "--quiet", "first")
        case "kafka":
            servers = shared_sandbox.of(VERSIONS[0]).bootstrap_servers
            ledger = f'"kafka:applies-{uuid.uuid4().hex[:8]}"'
            more = f', kafka: {{bootstrap.servers: "{servers}"}}'
        case _:
            pass
    clock = FakeClock()
    cluster = SimulatedCluster(clock=clock, timing=Timing.quick())
    with serve(cluster) as server:
        for folder in set(folders):
            folder.mkdir(exist_ok=True)
            (folder / "connectform.yaml").write_text(
                "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\nclusters:\n"
                f'  local: {{url: "{server.url}", ledger: {ledger}{more},'
                " limits: {maxUpdatePercent: 100}}\n"
            )
        yield Stand(cluster, clock, folders)


def test_of_two_applies_one_waits_or_is_told_of_the_other(stand: Stand) -> None:
    rounds(stand, 10)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_of_two_applies_one_waits_or_is_told_of_the_other_every_time(stand: Stand) -> None:
    rounds(stand, 50)


def rounds(stand: Stand, number: int) -> None:
    """Let two apply at once: in every other round the second waits, else it is told."""
    for turn in range(number):
        stand.declare(f"file-{turn}")
        stand.cluster.clear_requests()
        both = [
            Applicant(name, folder, Turns(stand.clock), threading.Event(), [])
            for name, folder in zip(("ada", "grace"), stand.folders, strict=True)
        ]
        together(both, waiting=turn % 2 == 1)

        assert stand.cluster.writes == len(NAMES)
        assert {config["file"] for config in stand.cluster.configs().values()} == {f"file-{turn}"}
        winner, other = sorted(both, key=lambda one: one.came != [len(NAMES)])
        assert winner.came == [len(NAMES)]
        if turn % 2:
            assert other.came == [0]
        else:
            assert_told(other, of=winner.name)
    assert_recorded(stand, number)


def together(both: list[Applicant], *, waiting: bool) -> None:
    start = threading.Barrier(2)

    def run(me: Applicant, other: Applicant) -> None:
        start.wait()
        seen = other.clock.waits if waiting else other.ended
        me.apply(PATIENCE if waiting else 0.0, lambda: _await(seen))
        other.clock.free.set()

    first, second = both
    threads = [
        threading.Thread(target=run, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _await(seen: threading.Event) -> None:
    assert seen.wait(PATIENCE), "the other neither waited nor was told"


def assert_told(told: Applicant, *, of: str) -> None:
    (problem,) = told.came
    assert problem.code is Code.LOCKED
    assert problem.message.startswith(f"{of} (apply of shop, on ")


def assert_recorded(stand: Stand, number: int) -> None:
    """Look whether the ledger has one whole run for each round."""
    folder = stand.folders[0]
    loaded = load_project(None, folder)
    someone = Applicant("ada", folder, Turns(stand.clock), threading.Event(), [])
    with opened_store(someone.context, loaded, "local") as store:
        runs = read_runs(store)
    assert [run.counts for run in runs] == [{"applied": len(NAMES)}] * number
    ends: list[datetime | None] = [run.finished_at for run in runs]
    assert None not in ends


@pytest.mark.parametrize("kind", ["sqlite", "git"])
def test_of_two_processes_that_ask_at_once_one_gets_the_lock(kind: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with asking(kind, tmp_path, "ada") as first, asking(kind, tmp_path, "grace") as second:
        for _ in range(10):
            assert sorted(answers(first, second)) == ["CF804", "held"]
            assert answers(first, second) == ["free", "free"]


@contextmanager
def asking(kind: str, folder: Path, actor: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that asks for the lock at each line that it is given."""
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.ledger.asking", kind, str(folder), actor],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process


def answers(*processes: "subprocess.Popen[str]") -> list[str]:
    """Give each process a line, and return what they say."""
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    said = []
    for process in processes:
        assert process.stdout
        said.append(process.stdout.readline().strip())
    return said
