import json
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.flavor import Flavor
from reconcile.sandbox.processes import Process
from reconcile.sandbox.spec import RealSpec, SimulatedSpec, parse_plugin
from reconcile.sandbox.state import (
    STATE_FILE,
    Access,
    Kind,
    Sandbox,
    from_json,
    load,
    plan_clusters,
    save,
    to_json,
)

BROKER = Process(role="broker", pid=7, started="boot/9", log=Path("/l"), command=("java", "-x"))


def real(directory):
    return Sandbox(
        directory=directory,
        spec=RealSpec(
            version="3.9.1",
            workers=2,
            clusters=2,
            plugins=(parse_plugin("io.debezium:debezium-connector-postgres:3.3.1.Final"),),
            tls=True,
            client_certificate=True,
            basic_auth=True,
            heartbeat_ms=300,
            rebalance_delay_ms=60_000,
            metrics=True,
        ),
        clusters=plan_clusters(RealSpec(workers=2, clusters=2), "shop", (1, 2, 3, 4), (5, 6, 7, 8)),
        access=Access(
            ca=directory / "ca.pem",
            certificate=directory / "client.pem",
            key=directory / "client.key",
            username="sandbox",
            password_file=directory / "password",
            password="hush",
        ),
        bootstrap_servers="127.0.0.1:9",
        kafka_cluster_id="abc",
        processes=(BROKER,),
        ready=True,
    )


def simulated(directory):
    spec = SimulatedSpec(version="3.6.2", workers=2, port=8083)
    clusters = plan_clusters(spec, "demo", (8083, 8084))
    return Sandbox(directory=directory, spec=spec, clusters=clusters)


def test_a_real_sandbox_is_the_same_after_saving_and_loading(tmp_path):
    sandbox = real(tmp_path)
    sandbox.access.password_file.write_text("hush", encoding="utf-8")
    save(sandbox)
    assert load(tmp_path) == sandbox
    assert sandbox.kind is Kind.REAL


def test_a_simulated_sandbox_is_the_same_after_saving_and_loading(tmp_path):
    save(simulated(tmp_path))
    assert load(tmp_path) == simulated(tmp_path)
    assert simulated(tmp_path).kind is Kind.SIMULATED


@pytest.mark.parametrize("flavor", Flavor)
def test_the_flavor_of_a_sandbox_is_kept(tmp_path, flavor):
    sandbox = replace(simulated(tmp_path), spec=SimulatedSpec(flavor=flavor))
    save(sandbox)
    assert load(tmp_path).spec.flavor is flavor


def test_a_sandbox_of_before_there_were_flavors_is_apaches(tmp_path):
    document = to_json(simulated(tmp_path))
    del document["spec"]["flavor"]
    assert from_json(document, tmp_path) == simulated(tmp_path)


def test_the_password_is_neither_in_the_state_file_nor_in_the_repr(tmp_path):
    sandbox = real(tmp_path)
    save(sandbox)
    assert "hush" not in (tmp_path / STATE_FILE).read_text(encoding="utf-8")
    assert "hush" not in repr(sandbox)


def test_where_there_is_no_state_file_there_is_no_sandbox(tmp_path):
    assert load(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 99}', '{"format": 1, "kind": "imaginary"}']
)
def test_a_broken_state_file_is_named(tmp_path, text):
    (tmp_path / STATE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SandboxError) as raised:
        load(tmp_path)
    (problem,) = raised.value.problems
    assert problem.code is Code.SANDBOX_NOT_RUNNING
    assert problem.location.path == str(tmp_path / STATE_FILE)


def test_unknown_fields_of_a_spec_are_refused(tmp_path):
    document = to_json(simulated(tmp_path))
    document["spec"]["colour"] = "red"
    with pytest.raises(TypeError):
        from_json(json.loads(json.dumps(document)), tmp_path)


def test_a_process_that_starts_again_takes_the_place_of_the_old_one(tmp_path):
    again = replace(BROKER, pid=8)
    sandbox = real(tmp_path).with_process(again)
    assert sandbox.processes == (again,)
    assert sandbox.process("broker") is again
    assert sandbox.process("worker-1") is None


def test_clusters_share_out_the_ports_in_order():
    first, second = plan_clusters(RealSpec(workers=2, clusters=2), "a b/c", (1, 2, 3, 4))
    assert first.urls == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert second.urls == ("http://127.0.0.1:3", "http://127.0.0.1:4")
    assert (first.group, second.group) == ("connect-a-b-c-1", "connect-a-b-c-2")
