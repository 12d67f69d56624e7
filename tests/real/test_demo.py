"""The demo on real Kafka, and a cluster that asks for everything: TLS, client certificate, password."""

import json
import os
import subprocess
import sys

import pytest

from reconcile.sandbox.processes import is_alive
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec
from tests.cli.harness import ROOT, Workplace
from tests.real_clusters import real_versions
from tests.requirements import require_real
from tests.sandbox_command import left_running

pytestmark = pytest.mark.real
PASSWORD_VARIABLE = "CONNECT_PASSWORD"


@pytest.fixture(autouse=True)
def _real():
    require_real()


@pytest.mark.parametrize("version", real_versions())
def test_the_demo_runs_on_real_kafka_and_leaves_nothing(version, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", "demo", "--real", "--kafka-version", version],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout
    assert f"Connect {version}" in done.stdout
    assert "Three lines written to" in done.stdout
    assert "No changes." in done.stdout
    assert "Drift: 1 changed, 0 missing, 1 in another state." in done.stdout
    # Both the sandbox and the project lived below the folder for temporary files.
    assert left_running(tmp_path) == []
    assert [*tmp_path.iterdir()] == []


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A worker behind TLS that wants a client certificate and a password."""
    require_real()
    spec = RealSpec(
        version=real_versions()[0],
        tls=True,
        client_certificate=True,
        basic_auth=True,
        heartbeat_ms=300,
    )
    with real_sandbox(spec, directory=tmp_path_factory.mktemp("guarded") / "x") as sandbox:
        yield sandbox
        assert all(map(is_alive, sandbox.processes))


@pytest.fixture
def place(guarded, tmp_path):
    """A project that has all that the worker asks for."""
    found = Workplace(tmp_path, None, guarded.url)
    write_project(found, guarded)
    found.write_sink("orders-sink", file=f"{tmp_path}/out.txt", more="  state: running\n")
    return found


def write_project(place, sandbox, *, ca=None, certificate=True):
    access = sandbox.access
    password = f"${{{{ env.{PASSWORD_VARIABLE} }}}}"
    own = f", cert: {access.certificate}, key: {access.key}" if certificate else ""
    place.write_project(
        f"    auth: {{basic: {{username: {access.username}, password: '{password}'}}}}\n"
        f"    tls: {{ca: {ca or access.ca}{own}}}\n"
        "    ownership: {owns: ['orders-*']}\n"
    )


def run(place, sandbox, *arguments, password=None):
    given = {PASSWORD_VARIABLE: password or sandbox.access.password}
    result = place.run(*arguments, **given)
    assert sandbox.access.password not in result.both
    return result


def test_all_commands_work_behind_tls_client_certificate_and_password(place, guarded):
    planned = run(place, guarded, "plan", "--detailed-exitcode")
    assert planned.code == 2, planned.both
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.out

    applied = run(place, guarded, "apply", "--auto-approve")
    assert applied.code == 0, applied.both
    assert run(place, guarded, "drift").code == 0

    status = json.loads(run(place, guarded, "status", "--output", "json").out)
    (connector,) = status["clusters"][0]["connectors"]
    assert (connector["name"], connector["state"]) == ("orders-sink", "RUNNING")

    assert run(place, guarded, "pause", "orders-sink", "--auto-approve").code == 0
    drifted = run(place, guarded, "drift")
    assert drifted.code == 2, drifted.both
    assert "orders-sink has been paused" in drifted.out

    assert run(place, guarded, "export", "--dir", "elsewhere").code == 0
    assert run(place, guarded, "explain", "FileStreamSink", "file").code == 0
    (place.folder / "connectors" / "orders-sink.yaml").unlink()
    select = ("--select", "name=orders-sink")  # the last one goes only by name
    pruned = run(place, guarded, "apply", "--prune", "--auto-approve", *select)
    assert pruned.code == 0, pruned.both
    assert "1 destroyed" in pruned.err


def test_a_wrong_password_is_named(place, guarded):
    planned = run(place, guarded, "plan", password="guessed-wrong")

    assert (planned.code, planned.out) == (1, "")
    assert "CF303" in planned.err
    assert "guessed-wrong" not in planned.both


def test_a_certificate_of_another_authority_is_named(place, guarded, tmp_path):
    other = tmp_path / "other.pem"
    asked = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-days", "1")
    files = ("-keyout", str(tmp_path / "other.key"), "-out", str(other))
    subprocess.run(("openssl", *asked, *files), check=True, capture_output=True)
    write_project(place, guarded, ca=other)

    planned = run(place, guarded, "plan")

    assert (planned.code, planned.out) == (1, "")
    assert "CF305" in planned.err


def test_a_missing_client_certificate_is_named(place, guarded):
    write_project(place, guarded, certificate=False)

    planned = run(place, guarded, "plan")

    assert (planned.code, planned.out) == (1, "")
    assert "certificate" in planned.err
    assert "CF305" in planned.err
