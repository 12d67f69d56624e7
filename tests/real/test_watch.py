"""A real worker fails or hangs and is mended: watching restarts it when it is due, and says so."""

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from confluent_kafka import Producer

from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.model.health import Health
from reconcile.redact import Redactor
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.sandbox.state import Sandbox
from reconcile.watch.loop import watch_store
from reconcile.watch.rounds import Round, Seat, make_round
from tests.real import stand as stands
from tests.real.stand import Stand
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real

RETRIED = "[{match: NoSuchFile, action: retry}]"


@pytest.fixture
def real_stand(real_cluster: Sandbox, tmp_path: Path) -> Iterator[Stand]:
    with stands.real(real_cluster.spec.version, real_cluster.url, tmp_path) as stand:
        yield stand


def test_a_sink_whose_folder_was_missing_comes_back_by_itself(real_stand: Stand, tmp_path: Path):
    name, folder = f"{real_stand.prefix}-sink", tmp_path / "missing"
    real_stand.write_project("watch: {every: 1s}\n")
    restart = f"{{enabled: true, backoff: {{initial: 2s, factor: 1}}, classify: {RETRIED}}}"
    real_stand.place.write_sink(name, file=str(folder / "out.txt"), more=f"  restart: {restart}\n")
    assert real_stand.place.run("apply", "--auto-approve").code != 0
    assert wait_for(lambda: real_stand.states(name) == {"RUNNING", "FAILED"})

    rehearsed = real_stand.place.run("watch", "--dry-run")
    process = real_stand.place.start("watch")
    folder.mkdir()
    try:
        assert wait_for(lambda: real_stand.states(name) == {"RUNNING"})
    finally:
        process.terminate()
    out, err = process.communicate(timeout=60)
    after = real_stand.place.run("watch", "--once")

    assert (rehearsed.code, process.returncode, after.code) == (2, 0, 0), out + err + after.both
    assert f"{name}: unhealthy" in rehearsed.out
    assert f"{name}: unhealthy" in out
    assert f"{name}: healthy" in after.out
    assert {run["command"] for run in runs(real_stand)} == {"apply", "watch"}


def runs(stand: Stand) -> list[dict[str, str]]:
    """Return the runs that the history knows, the oldest first."""
    text = stand.place.run("history", "--output", "json").out
    return json.loads(text)["histories"][0]["runs"]


class SkippingClock(SystemClock):
    """The machine's clock, of which a test can skip some time."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.skipped)

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped


@contextmanager
def watched(stand: Stand) -> Iterator[Callable[[float], Round]]:
    """Yield what lets some seconds pass and makes a round, of rounds that write nothing."""
    folder, clock = stand.place.folder, SkippingClock()
    context = Context(
        clock=clock,
        environment={},
        directory=folder,
        redactor=Redactor(),
        rng=random.Random(1),  # noqa: S311  # jitter, not secrecy
    )
    loaded = load_project(None, folder)
    lock = Lock(identity=identity_of(context, "watch", root=loaded.project.root))
    seat = Seat(context=context, loaded=loaded, cluster="here", lock=lock)
    before: list[Round | None] = [None]
    with watch_store(seat) as store:

        def look(seconds: float) -> Round:
            clock.skipped += seconds
            found = make_round(seat, before[0], store, None)
            assert found.problems == ()
            before[0] = found
            return found

        yield look


def write_records(servers: str, topic: str, *, count: int) -> None:
    """Write records of a thousand characters."""
    producer = Producer({"bootstrap.servers": servers})
    for _ in range(count):
        producer.produce(topic, json.dumps("x" * 1000).encode())
    assert producer.flush(30) == 0


def drain(pipe: int) -> None:
    """Read what there is in a pipe."""
    with suppress(BlockingIOError):
        while os.read(pipe, 1 << 16):
            pass


def test_a_sink_that_hangs_is_stalled_and_well_again_once_it_moves(
    real_stand: Stand, real_cluster: Sandbox, tmp_path: Path
):
    """Its file is a pipe that nobody reads: it runs, and cannot write a record any more."""
    name, servers = f"{real_stand.prefix}-hangs", real_cluster.bootstrap_servers
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    real_stand.write_project(cluster=f"    kafka: {{bootstrap.servers: '{servers}'}}\n")
    path = real_stand.place.write_sink(name, file=str(tmp_path / "pipe"))
    path.write_text(path.read_text().replace("topics: lines", f"topics: {name}"))
    write_records(servers, name, count=3)
    assert real_stand.place.run("apply", "--auto-approve").code == 0

    def health(found: Round) -> Health:
        return found.judged.verdicts[name].health

    def left_over(found: Round) -> int | None:
        lag = found.flows.connectors[name].lag
        return lag.records if lag is not None else None

    with watched(real_stand) as look:
        assert wait_for(lambda: left_over(look(0)) == 0)
        write_records(servers, name, count=300)
        hanging = [look(30) for _ in range(14)]
        states = real_stand.states(name)

        def has_moved() -> bool:
            drain(pipe)
            return left_over(look(0)) == 0

        assert wait_for(has_moved)
        after = look(30)
    os.close(pipe)

    assert states == {"RUNNING"}
    assert health(hanging[0]) is Health.HEALTHY
    assert health(hanging[-1]) is Health.STALLED
    assert 0 < left_over(hanging[-1]) <= 300
    assert health(after) is Health.HEALTHY
