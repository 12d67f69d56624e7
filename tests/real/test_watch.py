"""A real worker fails and is mended: watching restarts it when it is due, and says so."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.sandbox.state import Sandbox
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
