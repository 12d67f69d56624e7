"""Workers and brokers that are lost: outcomes say what is known, and the next run converges."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.sandbox.processes import Process, is_alive, kill
from reconcile.sandbox.real_cluster import (
    kill_worker,
    real_sandbox,
    start_broker,
    start_worker,
    stop_broker,
)
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import BROKER, Sandbox, load, worker_role
from tests.cli.harness import Result, Workplace
from tests.ledger.places import kafka_place
from tests.requirements import require_real
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real
CLOCK = SystemClock()
OLD = [f"old-{number:02}" for number in range(6)]
NEW = [f"new-{number:02}" for number in range(18)]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A project on the three workers; some of its connectors are live, in an older form."""

    place: Workplace
    sandbox: Sandbox
    prefix: str

    def name(self, short: str) -> str:
        return f"{self.prefix}-{short}"

    def write(self, *names: str, file: str) -> None:
        """Write definitions of connectors with one task each."""
        for short in names:
            self.place.write_sink(self.name(short), file=str(self.place.folder / file))

    def apply(self) -> Result:
        return self.place.run("apply", "--auto-approve")

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Ask a worker that nobody kills."""
        request = Request(  # noqa: S310 - loopback
            f"{self.sandbox.urls[2]}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request) as answer:  # noqa: S310 - loopback
            content = answer.read()
        return json.loads(content) if content else None

    def accepts(self, path: str, method: str, body: object = None) -> bool:
        """Write, and tell whether it was accepted; a rebalance refuses any write for a moment."""
        try:
            self.ask(path, method, body)
        except HTTPError as error:
            return error.code == HTTPStatus.NOT_FOUND and method == "DELETE"
        return True

    def put(self, short: str) -> bool:
        """Create a connector by hand, as it was before."""
        config = {
            "connector.class": "FileStreamSink",
            "tasks.max": "1",
            "topics": "lines",
            "file": str(self.place.folder / "old.txt"),
        }
        path = f"/connectors/{self.name(short)}/config"
        return wait_for(lambda: self.accepts(path, "PUT", config))

    def delete(self, short: str) -> bool:
        """Delete a connector by hand."""
        return wait_for(lambda: self.accepts(f"/connectors/{self.name(short)}", "DELETE"))

    def configs(self) -> dict[str, dict[str, str]]:
        """Return the stored configs of this scene, by short name."""
        infos = self.ask("/connectors?expand=info")
        return {
            name.removeprefix(f"{self.prefix}-"): entry["info"]["config"]
            for name, entry in infos.items()
            if name.startswith(self.prefix)
        }

    def outcomes(self) -> dict[str, str]:
        """Return how each change ended, by short name."""
        return {
            name.removeprefix(f"{self.prefix}-"): status
            for name, status in self.place.outcomes().items()
        }

    def is_healthy(self) -> bool:
        try:
            return self.ask("/health")["status"] == "healthy"
        except HTTPError:
            return False

    def assert_honest(self, file: str) -> None:
        """Check what the result says against what is stored."""
        configs = self.configs()
        for short, status in self.outcomes().items():
            written = configs.get(short, {}).get("file", "").endswith(f"/{file}")
            match status:
                case "applied" | "already-applied":
                    assert written, short
                case "not-attempted":
                    assert not written, short
                case _:
                    assert status == "unsettled", short

    def assert_converges(self, file: str) -> None:
        """Check that the same command again brings all in line."""
        again = self.apply()
        assert again.code == 0, again.both
        planned = self.place.run("plan")
        assert "No changes." in planned.out, planned.both
        assert {Path(config["file"]).name for config in self.configs().values()} == {file}
        assert set(self.configs()) == {*OLD, *NEW}


@pytest.fixture(scope="module")
def three_workers() -> Iterator[Sandbox]:
    require_real()
    with real_sandbox(RealSpec(workers=3, heartbeat_ms=300)) as sandbox:
        yield sandbox


@pytest.fixture
def scene(three_workers: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """A few connectors that are live and to be changed, and more to be created."""
    urls = ", ".join(f'"{url}"' for url in three_workers.urls)
    place = Workplace(tmp_path, None, "")
    place.write(
        "connectform.yaml",
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: trouble}\n"
        f"clusters:\n  here:\n    urls: [{urls}]\n    limits: {{maxUpdatePercent: 100}}\n",
    )
    found = Scene(place=place, sandbox=three_workers, prefix=uuid.uuid4().hex[:6])
    found.write(*OLD, *NEW, file="new.txt")
    with ThreadPoolExecutor(24) as pool:
        assert all(pool.map(found.put, OLD))
        assert wait_for(lambda: set(found.configs()) == set(OLD))
        yield found
        make_whole(three_workers)
        assert all(pool.map(found.delete, found.configs()))


def process_of(sandbox: Sandbox, role: str) -> Process:
    """Return a process of the sandbox as it is now: tests end some and start them again."""
    process = (load(sandbox.directory) or sandbox).process(role)
    assert process is not None
    return process


def make_whole(sandbox: Sandbox) -> None:
    """Start again what a test has ended."""
    if not is_alive(process_of(sandbox, BROKER)):
        start_broker(sandbox, CLOCK)
    for worker in (1, 2, 3):
        if not is_alive(process_of(sandbox, worker_role(worker))):
            start_worker(sandbox, worker, CLOCK)


@pytest.mark.parametrize("worker", [1, 2], ids=["the one spoken to", "another one"])
def test_a_worker_killed_during_apply(scene: Scene, worker: int):
    process = scene.place.start("apply", "--auto-approve", "--parallelism", "3")
    assert wait_for(lambda: len(scene.configs()) >= len(OLD) + 4)

    kill_worker(scene.sandbox, worker, CLOCK)
    out, err = process.communicate(timeout=240)

    assert process.returncode in {0, 5}, out + err
    assert (process.returncode == 0) == (set(scene.outcomes().values()) == {"applied"})
    scene.assert_honest("new.txt")
    scene.assert_converges("new.txt")


def test_a_broker_stopped_before_apply(scene: Scene):
    stop_broker(scene.sandbox, CLOCK)

    result = scene.apply()

    assert result.code == 1, result.both
    assert "[CF312]" in result.err
    assert "cluster here takes no writes now: its worker is unhealthy" in result.err
    assert set(scene.outcomes().values()) == {"not-attempted"}
    assert set(scene.configs()) == set(OLD)
    scene.assert_honest("new.txt")


def test_a_broker_lost_during_apply(scene: Scene):
    # What was created and does not run yet will not without a broker: no use in waiting for it.
    process = scene.place.start(
        "apply", "--auto-approve", "--parallelism", "2", "--settle-timeout", "10"
    )
    assert wait_for(lambda: len(scene.configs()) >= len(OLD) + 4)

    kill([process_of(scene.sandbox, BROKER)], CLOCK)
    out, err = process.communicate(timeout=280)

    assert process.returncode == 5, out + err
    found = scene.outcomes()
    assert {"unsettled", "not-attempted"} <= set(found.values())
    assert "failed" not in found.values()
    assert "[CF505]" in err
    scene.assert_honest("new.txt")

    start_broker(scene.sandbox, CLOCK)
    assert wait_for(scene.is_healthy)
    scene.assert_converges("new.txt")


def test_a_ledger_whose_broker_dies_is_told_and_goes_on_with_what_it_had(three_workers: Sandbox):
    place = kafka_place(three_workers.bootstrap_servers, f"ledger-{uuid.uuid4().hex[:6]}")
    store = place.open()
    assert store.swap({"run/1": "a"}, given={"run/1": None})

    kill([process_of(three_workers, BROKER)], CLOCK)
    try:
        with pytest.raises(LedgerError) as caught:
            store.swap({"run/2": "b"}, given={"run/1": "a"})
    finally:
        make_whole(three_workers)

    (problem,) = caught.value.problems
    assert problem.code is Code.LEDGER_UNWRITABLE
    assert dict(place.open().read("run/")) == {"run/1": "a"}
    assert store.swap({"run/2": "c"}, given={"run/1": "a", "run/2": None})
    assert dict(place.open().read("run/")) == {"run/1": "a", "run/2": "c"}
    store.close()
