"""Workers and brokers that are lost: outcomes say what is known, and the next run converges."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.processes import is_alive
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
from tests.requirements import require_real
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real
CLOCK = SystemClock()
OLD = [f"old-{number:02}" for number in range(10)]
NEW = [f"new-{number:02}" for number in range(24)]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A project on the three workers; some of its connectors are live, in an older form."""

    place: Workplace
    sandbox: Sandbox
    prefix: str

    def name(self, short: str) -> str:
        return f"{self.prefix}-{short}"

    def write(self, *names: str, file: str) -> None:
        """Write definitions of connectors that run one task each."""
        for short in names:
            self.place.write_sink(self.name(short), file=str(self.place.folder / file))

    def apply(self) -> Result:
        return self.place.run("apply", "--auto-approve")

    def read(self, path: str, worker: int = 3) -> dict:
        """Read from a worker that nobody kills."""
        with urlopen(f"{self.sandbox.urls[worker - 1]}{path}") as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def configs(self) -> dict[str, dict[str, str]]:
        """Return the stored configs of this scene, by short name."""
        infos = self.read("/connectors?expand=info")
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
            return self.read("/health")["status"] == "healthy"
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
def scene(
    three_workers: Sandbox, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Scene]:
    """Ten connectors that are live and to be changed, and two dozen to be created."""
    urls = ", ".join(f'"{url}"' for url in three_workers.urls)
    place = Workplace(tmp_path, None, "")
    place.write(
        "connectform.yaml",
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: trouble}\n"
        f"clusters:\n  here:\n    urls: [{urls}]\n    ownership: {{owns: ['*'], prune: owned}}\n"
        "    limits: {maxDeletes: 99, maxDeletePercent: 100, maxUpdatePercent: 100}\n",
    )
    prefix = f"t{abs(hash(request.node.name)) % 10_000}"
    found = Scene(place=place, sandbox=three_workers, prefix=prefix)
    found.write(*OLD, file="old.txt")
    applied = found.apply()
    assert applied.code == 0, applied.both
    found.write(*OLD, *NEW, file="new.txt")
    yield found
    make_whole(three_workers)


def make_whole(sandbox: Sandbox) -> None:
    """Start again what a test has ended."""
    now = load(sandbox.directory) or sandbox
    if not is_alive(now.process(BROKER)):
        start_broker(now, CLOCK)
    for worker in (1, 2, 3):
        if not is_alive(now.process(worker_role(worker))):
            start_worker(now, worker, CLOCK)


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


def test_a_broker_stopped_during_apply(scene: Scene):
    process = scene.place.start("apply", "--auto-approve", "--parallelism", "3")
    assert wait_for(lambda: len(scene.configs()) >= len(OLD) + 4)

    stop_broker(scene.sandbox, CLOCK)
    out, err = process.communicate(timeout=280)

    assert process.returncode == 5, out + err
    found = scene.outcomes()
    assert (
        {"unsettled", "not-attempted"}
        <= set(found.values())
        <= {
            "applied",
            "unsettled",
            "not-attempted",
        }
    )
    assert "[CF505]" in err
    scene.assert_honest("new.txt")

    start_broker(scene.sandbox, CLOCK)
    assert wait_for(scene.is_healthy)
    scene.assert_converges("new.txt")
