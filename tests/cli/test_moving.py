"""Moves within and between clusters, and what stands against them, as whole processes."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconcile.clock import SystemClock
from reconcile.ledger import keys
from reconcile.ledger.lease import acquire
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.model.ledger import Lease
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_state import Offset
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Result, Workplace

CLOCK = SystemClock()
AT = Offset(partition={"filename": "in.txt"}, offset={"position": 4711})
SOURCE = "FileStreamSource"
FROM_EAST = "  movedFrom: {cluster: east, name: old}\n"


@dataclass(frozen=True, slots=True)
class Two:
    """A project on two clusters; `old` runs on east, and is to become `new` on west."""

    place: Workplace
    east: SimulatedCluster
    west: SimulatedCluster

    def declare(self, name: str, cluster: str, more: str = "", *, password: bool = False) -> None:
        secret = '    db.password: "${{ env.PW }}"\n' if password else ""
        self.place.write(
            f"connectors/{name}.yaml",
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {name}, clusters: [{cluster}]}}\nspec:\n  class: {SOURCE}\n"
            f"{more}  config:\n    topic: t\n    file: in.txt\n{secret}",
        )

    def withdraw(self, name: str) -> None:
        (self.place.folder / f"connectors/{name}.yaml").unlink()

    def given(self) -> None:
        """Let the project have applied the old connector, which has read something."""
        self.declare("old", "east")
        applied = apply(self.place, "--cluster", "east")
        assert applied.code == 0, applied.both
        self.east.set_offsets("old", (AT,))
        self.east.clear_requests()
        self.west.clear_requests()

    def history(self, name: str, cluster: str) -> list[dict[str, str]]:
        told = self.place.run("history", name, "--cluster", cluster, "--output", "json")
        return json.loads(told.out)["histories"][0]["changes"]

    def run_of(self, change: dict[str, str], cluster: str) -> dict[str, Any]:
        told = self.place.run("history", "--cluster", cluster, "--output", "json")
        runs = json.loads(told.out)["histories"][0]["runs"]
        return next(run for run in runs if run["id"] == change["run"])

    @property
    def writes(self) -> int:
        return self.east.writes + self.west.writes


def apply(place: Workplace, *arguments: str) -> Result:
    return place.run("apply", "--auto-approve", *arguments)


def quick(**more: object) -> SimulatedCluster:
    return SimulatedCluster(clock=CLOCK, timing=Timing.quick(), **more)


@contextmanager
def two_clusters(folder: Path, west: SimulatedCluster) -> Iterator[Two]:
    east = quick()
    with serve(east) as one, serve(west) as other:
        place = Workplace(folder=folder, cluster=west, url=other.url)
        place.write(
            "connectform.yaml",
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: tests}\n"
            'fingerprintKey: "${{ env.KEY }}"\nclusters:\n'
            f'  east: {{url: "{one.url}"}}\n  west: {{url: "{other.url}"}}\n',
        )
        here = Two(place, east, west)
        here.given()
        yield here


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with two_clusters(tmp_path, quick()) as found:
        yield found


@pytest.mark.parametrize(
    "way",
    [("--auto-approve", "--cluster", "west"), ("plan.json",)],
    ids=["planned now", "from a plan file"],
)
def test_a_connector_moves_to_another_cluster_and_both_ledgers_know(two: Two, way: list[str]):
    two.withdraw("old")
    two.declare("new", "west", FROM_EAST)
    two.place.run("plan", "--cluster", "west", "--out", "plan.json")
    (change,) = json.loads((two.place.folder / "plan.json").read_text())["plans"][0]["changes"]

    moved = two.place.run("apply", *way)

    assert moved.code == 0, moved.both
    assert change["precondition"]["exists"] is False
    assert change["origin"]["precondition"]["exists"] is True
    assert (set(two.east.configs()), set(two.west.configs())) == (set(), {"new"})
    assert two.west.offsets("new") == (AT,)
    assert [one["message"] for one in two.history("old", "east")] == ["", "moved to new on west"]
    assert [one["status"] for one in two.history("new", "west")] == ["applied"]
    (arrived,) = two.history("new", "west")
    for run in (two.run_of(arrived, "west"), two.run_of(arrived, "east")):
        assert run["actor"]
        assert run["finished_at"]
        assert run["counts"] == {"applied": 1}
    again = two.place.run("plan", "--all-clusters")
    assert "No changes. All 2 clusters match git." in again.out, again.both


@pytest.mark.parametrize(
    "by_hand", [{"file": "hand.txt"}, {"db.password": "by-hand-4711"}], ids=["a value", "a secret"]
)
def test_a_saved_move_is_stale_where_the_old_one_was_changed_by_hand(
    two: Two, by_hand: dict[str, str]
):
    environment = {"PW": "secret-4711", "KEY": "the key for all fingerprints"}
    two.declare("old", "east", password=True)
    two.place.run("apply", "--auto-approve", "--cluster", "east", **environment)
    two.withdraw("old")
    two.declare("new", "west", FROM_EAST, password=True)
    two.place.run("plan", "--cluster", "west", "--out", "plan.json", **environment)
    two.east.put("old", two.east.configs()["old"] | by_hand)
    two.east.settle()

    result = two.place.run("apply", "plan.json", **environment)

    assert result.code == 4, result.both
    assert "new was to be moved from old, which was changed since the plan was made" in result.err
    assert "[CF418]" in result.err
    assert two.west.configs() == {}
    assert two.east.target_of("old").value == "RUNNING"


def test_a_saved_move_takes_nothing_that_is_another_projects_by_now(two: Two):
    two.withdraw("old")
    two.declare("new", "west", FROM_EAST)
    two.place.run("plan", "--cluster", "west", "--out", "plan.json")
    ledger = SqliteStore(two.place.folder / ".connectform/east.db", place="east.db")
    key = keys.connector_key("old")
    record = json.loads(ledger.read(key)[key])
    ledger.swap({key: json.dumps({**record, "project": "others"})}, given={})

    result = two.place.run("apply", "plan.json")

    assert result.code == 3, result.both
    assert "old belongs to project others, says the ledger " in result.err
    assert "[CF421]" in result.err
    assert two.writes == 0


def test_it_is_refused_while_git_still_declares_the_old_one_there(two: Two):
    two.declare("new", "west", FROM_EAST)

    result = apply(two.place, "--cluster", "west")

    assert result.code == 1
    assert "git still declares old on cluster east" in result.both
    assert "[CF426]" in result.both
    assert two.writes == 0


def test_the_locks_of_both_clusters_are_taken_in_the_order_of_their_names(two: Two):
    two.withdraw("old")
    two.declare("new", "west", FROM_EAST)
    told = []
    for locked in (("east", "west"), ("west",)):
        stores = [
            SqliteStore(two.place.folder / f".connectform/{name}.db", place=name) for name in locked
        ]
        held = [acquire(store, lease(), clock=CLOCK, rng=random.Random(1)) for store in stores]  # noqa: S311
        told.append(apply(two.place, "--cluster", "west").err)
        for one in held:
            one.release()

    assert "the lock of .connectform/east.db" in told[0]
    assert "the lock of .connectform/west.db" in told[1]
    assert two.writes == 0


def lease() -> Lease:
    now = CLOCK.now()
    return Lease(
        id="another",
        project="tests",
        actor="ada",
        command="apply",
        host="elsewhere",
        process="1",
        since=now,
        expires=now + timedelta(minutes=1),
    )


@pytest.mark.parametrize("how", ["live", "off"])
def test_a_cluster_without_the_plugin_takes_no_connector_and_the_old_one_stays(
    tmp_path: Path, how: str
):
    with two_clusters(
        tmp_path, quick(only=["org.apache.kafka.connect.file.FileStreamSinkConnector"])
    ) as two:
        two.withdraw("old")
        two.declare("new", "west", FROM_EAST)

        result = apply(two.place, "--cluster", "west", "--validate", how)

        assert result.code == 1, result.both
        assert "[CF403]" in result.both
        assert two.writes == 0
        assert two.east.target_of("old").value == "RUNNING"


def test_a_sink_does_not_move_to_a_source_and_another_class_is_warned_of(workplace: Workplace):
    workplace.write_sink("old")
    apply(workplace)
    (workplace.folder / "connectors/old.yaml").unlink()
    path = workplace.write_sink("new", more="  movedFrom: old\n")
    sink = path.read_text()
    path.write_text(sink.replace("FileStreamSink", "FileStreamSource"))
    written = workplace.cluster.writes

    refused = apply(workplace)
    path.write_text(sink.replace("FileStreamSink", "VerifiableSink"))
    warned = workplace.run("plan")

    assert refused.code == 1, refused.both
    assert "old is a sink, and new would be a source" in refused.both
    assert "[CF426]" in refused.both
    assert workplace.cluster.writes == written
    assert warned.code == 0, warned.both
    assert "[CF430]" in warned.both


def test_what_is_not_there_cannot_be_moved_and_nothing_is_created(workplace: Workplace):
    workplace.write_sink("new", more="  movedFrom: old\n")

    result = apply(workplace)

    assert result.code == 1
    assert "there is no connector old on cluster local to move new from" in result.both
    assert "[CF426]" in result.both
    assert workplace.cluster.configs() == {}


def test_a_name_that_exists_is_not_moved_to(workplace: Workplace):
    paths = [workplace.write_sink(name) for name in ("old", "new")]
    apply(workplace)
    paths[0].unlink()
    workplace.write_sink("new", more="  movedFrom: old\n")
    workplace.cluster.clear_requests()

    result = apply(workplace)

    assert result.code == 1
    assert "new exists already, beside old that it should be moved from" in result.both
    assert workplace.cluster.writes == 0


def test_with_a_file_that_cannot_be_used_nothing_moves_and_the_rest_goes_on(workplace: Workplace):
    workplace.write_sink("old").rename(workplace.folder / "connectors/kept.yaml")
    apply(workplace)
    workplace.write("connectors/kept.yaml", "metadata: {name: [\n")
    workplace.write_sink("new", more="  movedFrom: old\n")
    workplace.write_sink("other")

    result = apply(workplace, "--keep-going")

    assert result.code == 5, result.both
    assert "new is not moved from old: some files could not be used" in result.out
    assert set(workplace.cluster.configs()) == {"old", "other"}


def test_what_moved_away_is_not_rolled_back_beside_where_it_went(two: Two):
    first = two.history("old", "east")[0]["run"]
    two.withdraw("old")
    two.declare("new", "west", FROM_EAST)
    moved = two.place.run("apply", "--auto-approve", "--cluster", "west")

    by_name = two.place.run("rollback", "old", "--cluster", "east", "--auto-approve")
    by_run = two.place.run("rollback", first, "--cluster", "east", "--auto-approve")

    assert moved.code == 0, moved.both
    assert by_name.code == 64
    assert "old moved to new on west" in by_name.err
    assert "declare it again with a movedFrom" in by_name.err
    assert by_run.code == 0, by_run.both
    assert "old moved to new on west" in by_run.out
    assert (set(two.east.configs()), set(two.west.configs())) == (set(), {"new"})
