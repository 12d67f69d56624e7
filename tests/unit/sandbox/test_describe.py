import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from reconcile.model.flavor import Flavor
from reconcile.sandbox.describe import cluster_block, started_text, status_document, status_text
from reconcile.sandbox.processes import Process
from reconcile.sandbox.spec import RealSpec, SimulatedSpec
from reconcile.sandbox.state import Access, Sandbox, plan_clusters

PROJECT = Path("/shop")
HOME = PROJECT / ".connectform" / "sandboxes"
PORTS = (21001, 21002, 21003, 21004)


def process(role, pid):
    return Process(role=role, pid=pid, started="s", log=Path("/l"), command=("java",))


def sandbox(name="default", *, access=None, ready=True, **settings):
    spec = RealSpec(**settings)
    roles = ["broker", *(f"worker-{number + 1}" for number in range(spec.workers * spec.clusters))]
    return Sandbox(
        directory=HOME / name,
        spec=spec,
        clusters=plan_clusters(spec, name, PORTS),
        access=access or Access(),
        bootstrap_servers="127.0.0.1:21009",
        processes=tuple(process(role, 100 + number) for number, role in enumerate(roles)),
        ready=ready,
    )


def alive(sandbox, *dead):
    return {process.role: process.role not in dead for process in sandbox.processes}


def test_an_open_sandbox_needs_a_url_only():
    assert yaml.safe_load(cluster_block(sandbox(), PROJECT)) == {
        "clusters": {"sandbox": {"url": "http://127.0.0.1:21001"}}
    }


def test_every_worker_and_every_cluster_is_in_the_block():
    block = yaml.safe_load(cluster_block(sandbox("shop", workers=2, clusters=2), PROJECT))
    assert block == {
        "clusters": {
            "shop": {"urls": ["http://127.0.0.1:21001", "http://127.0.0.1:21002"]},
            "shop-2": {"urls": ["http://127.0.0.1:21003", "http://127.0.0.1:21004"]},
        }
    }


def test_pages_of_metrics_are_in_the_block_and_in_the_status():
    clusters = plan_clusters(RealSpec(workers=2), "shop", (21001, 21002), (21003, 21004))
    shop = replace(sandbox("shop", workers=2), clusters=clusters)
    pages = ["http://127.0.0.1:21003/metrics", "http://127.0.0.1:21004/metrics"]

    block = yaml.safe_load(cluster_block(shop, PROJECT))
    assert block["clusters"]["shop"]["metrics"] == {"scrape": pages}
    assert status_document(shop, alive(shop))["clusters"][0]["metrics"] == pages


def guarded(folder):
    return sandbox(
        tls=True,
        client_certificate=True,
        basic_auth=True,
        access=Access(
            ca=folder / "tls" / "ca.pem",
            certificate=folder / "tls" / "client.pem",
            key=folder / "tls" / "client.key",
            username="sandbox",
            password_file=folder / "password",
            password="hush",
        ),
    )


def test_guards_are_named_by_paths_that_the_project_can_use():
    block = yaml.safe_load(cluster_block(guarded(HOME / "default"), PROJECT))
    here = ".connectform/sandboxes/default"
    assert block["clusters"]["sandbox"] == {
        "url": "https://127.0.0.1:21001",
        "tls": {
            "ca": f"{here}/tls/ca.pem",
            "cert": f"{here}/tls/client.pem",
            "key": f"{here}/tls/client.key",
        },
        "auth": {"basic": {"username": "sandbox", "password": f"${{{{ file.{here}/password }}}}"}},
    }


def test_a_password_outside_of_the_project_comes_from_a_variable():
    block = yaml.safe_load(cluster_block(guarded(Path("/elsewhere")), PROJECT))
    settings = block["clusters"]["sandbox"]
    assert settings["auth"]["basic"]["password"] == "${{ env.SANDBOX_PASSWORD }}"
    assert settings["tls"]["ca"] == "/elsewhere/tls/ca.pem"


def test_the_password_itself_is_never_told():
    guards = guarded(HOME / "default")
    told = started_text(guards, PROJECT) + status_text(guards, alive(guards))
    assert "hush" not in told + json.dumps(status_document(guards, alive(guards)))


def test_the_urls_come_first_one_on_each_line():
    lines = started_text(sandbox(workers=2), PROJECT).splitlines()
    assert lines[:3] == ["http://127.0.0.1:21001", "http://127.0.0.1:21002", ""]
    assert "127.0.0.1:21009" in lines[-1]


def test_the_status_names_every_process():
    some = sandbox(workers=2)
    assert status_text(some, alive(some, "worker-2")) == (
        "default: real, Kafka 4.3.1, 2 workers, degraded\n"
        "  broker      127.0.0.1:21009  running, pid 100\n"
        "  worker-1    http://127.0.0.1:21001  running, pid 101\n"
        "  worker-2    http://127.0.0.1:21002  not running\n"
    )


def test_the_state_follows_from_the_processes():
    some = sandbox()
    starting = sandbox(ready=False)
    assert status_document(some, alive(some))["state"] == "up"
    assert status_document(starting, alive(starting))["state"] == "starting"
    assert status_document(some, alive(some, "broker"))["state"] == "degraded"
    assert status_document(some, alive(some, "broker", "worker-1"))["state"] == "down"


def test_the_document_says_what_the_text_says():
    some = sandbox()
    document = status_document(some, alive(some))
    assert (document["name"], document["kind"], document["kafka_version"]) == (
        *("default", "real"),
        "4.3.1",
    )
    assert document["clusters"][0]["urls"] == ["http://127.0.0.1:21001"]
    assert document["processes"][0] == {"role": "broker", "pid": 100, "running": True}


def test_a_simulated_sandbox_is_one_process_with_all_urls():
    spec = SimulatedSpec(workers=2)
    some = Sandbox(
        directory=HOME / "demo",
        spec=spec,
        clusters=plan_clusters(spec, "demo", PORTS),
        processes=(process("simulated", 5),),
        ready=True,
    )
    text = status_text(some, alive(some))
    assert text.startswith("demo: simulated, Kafka 4.3.1, 2 workers, up\n")
    assert "http://127.0.0.1:21001 http://127.0.0.1:21002" in text
    assert "Kafka itself" not in started_text(some, PROJECT)


@pytest.mark.parametrize(
    ("flavor", "shown", "line"),
    [
        (Flavor.APACHE, "Kafka 3.9.1", {}),
        (Flavor.CONFLUENT_PLATFORM, "Confluent Platform 7.9.3-ce", {}),
        (Flavor.AIVEN, "Aiven, Kafka 3.9.1", {"flavor": "aiven"}),
    ],
)
def test_a_flavor_shows_and_what_the_url_does_not_tell_is_in_the_block(flavor, shown, line):
    spec = SimulatedSpec(version="3.9.1", flavor=flavor)
    some = Sandbox(directory=HOME / "demo", spec=spec, clusters=plan_clusters(spec, "demo", PORTS))
    assert status_text(some, {}).startswith(f"demo: simulated, {shown}, 1 worker, ")
    assert status_document(some, {})["flavor"] == flavor
    block = yaml.safe_load(cluster_block(some, PROJECT))["clusters"]["demo"]
    assert block == {"url": "http://127.0.0.1:21001", **line}
