"""Real workers, 4.3.1 and 3.6.2: the levels of their loggers, and what they log."""

import json
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from reconcile.clock import SystemClock
from reconcile.connect.connection import Connection, open_connection
from reconcile.connect.reads import get_logger, get_loggers
from reconcile.model.project import Access
from reconcile.redact import Redactor
from reconcile.sandbox.real_cluster import real_sandbox, worker_log
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import Sandbox
from tests.cli.harness import Workplace
from tests.real_clusters import real_versions
from tests.requirements import require_real

pytestmark = pytest.mark.real

VERSIONS = [version for version in ("4.3.1", "3.6.2") if version in real_versions()]
RUNTIME = "org.apache.kafka.connect.runtime"
HERDER = f"{RUNTIME}.distributed"
WORKER = f"{RUNTIME}.Worker"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two workers, and a project that knows both."""

    sandbox: Sandbox
    place: Workplace

    def level(self, worker: int, logger: str) -> str:
        """Return the level that a worker itself says a logger has."""
        with self.connected(worker) as connection:
            found = get_logger(connection, logger)
            return found.level if found is not None else ""

    def levels(self, worker: int) -> dict[str, str]:
        with self.connected(worker) as connection:
            return {one.name: one.level for one in get_loggers(connection)}

    def connected(self, worker: int) -> Connection:
        return open_connection(  # type: ignore[return-value]
            Access(cluster="pair", urls=(self.sandbox.urls[worker],)),
            redactor=Redactor(),
            clock=SystemClock(),
            rng=random.Random(1),  # noqa: S311  # spreads waits, guards nothing
        )


@pytest.fixture(scope="module", params=VERSIONS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    require_real()
    folder = tmp_path_factory.mktemp("loggers")
    with real_sandbox(RealSpec(version=request.param, workers=2, heartbeat_ms=300)) as sandbox:
        place = Workplace(folder=folder, cluster=None, url=sandbox.url)
        place.write_project(f"    loggers: {{{HERDER}: WARN}}\n", urls=sandbox.urls)
        (folder / "connectors").mkdir()
        yield Pair(sandbox, place)


def test_a_level_is_set_on_every_worker_for_a_time_and_each_gets_its_own_back(pair: Pair):
    other = pair.sandbox.urls[1]
    alone = pair.place.run("loggers", "set", WORKER, "ERROR", "--worker", other, "--auto-approve")
    assert alone.code == 0, alone.err
    assert [pair.level(0, WORKER), pair.level(1, WORKER)] == ["INFO", "ERROR"]

    with pair.place.start(
        "loggers", "set", RUNTIME, "DEBUG", "--for", "10m", "--auto-approve"
    ) as run:
        said = ""
        while "come back" not in said:
            said += run.stderr.readline()
        during = [pair.level(0, RUNTIME), pair.level(1, RUNTIME), pair.level(1, WORKER)]
        run.send_signal(signal.SIGTERM)
        err = run.communicate(timeout=120)[1]

    assert during == ["DEBUG", "DEBUG", "DEBUG"]
    assert run.returncode == 130, said + err
    assert "are back" in err
    assert ("do not tell each other" in said) is pair.sandbox.spec.version.startswith("3.6")
    after = [pair.level(0, RUNTIME), pair.level(0, WORKER), pair.level(1, WORKER)]
    assert after == ["INFO", "INFO", "ERROR"]
    for worker in (0, 1):
        debug = {name for name, level in pair.levels(worker).items() if level == "DEBUG"}
        assert not {name for name in debug if name.startswith(RUNTIME)}


def test_levels_that_are_declared_are_applied_to_every_worker(pair: Pair):
    first = pair.place.run("loggers", "apply", "--auto-approve", "--output", "json")
    assert first.code == 0, first.err
    (cluster,) = json.loads(first.out)["clusters"]
    assert [change["after"] for change in cluster["changes"]] == ["WARN", "WARN"]
    assert [pair.level(0, HERDER), pair.level(1, HERDER)] == ["WARN", "WARN"]
    assert pair.place.run("loggers", "apply").code == 0, "there is nothing left to ask about"

    shown = pair.place.run("loggers", "get", HERDER)
    assert "declared WARN" in shown.out, shown.both
    unknown = pair.place.run("loggers", "get", "no.such.Logger")
    assert (unknown.code, "CF440" in unknown.err) == (1, True)


def test_each_line_of_a_log_is_json_and_says_of_which_connector_it_speaks(pair: Pair):
    pair.place.write_sink("orders", file="missing/out.txt")
    pair.place.run("apply", "--auto-approve")

    entries = []
    for worker in (0, 1):
        lines = worker_log(pair.sandbox, worker + 1).read_text("utf-8").splitlines()
        assert [line for line in lines if not line.startswith("{")] == []
        entries += [json.loads(line) for line in lines]

    contexts = {entry.get("connector.context", "").strip() for entry in entries}
    assert {"[orders|worker]", "[orders|task-0]"} <= contexts
    (*_, failure) = (entry for entry in entries if "NoSuchFile" in str(entry))
    assert (failure["log.level"], failure["connector.context"]) == ("ERROR", "[orders|task-0] ")
    assert "\n\tat " in failure["error.stack_trace"]
    assert all(entry["@timestamp"] and entry["log.logger"] for entry in entries)
