from pathlib import Path

import pytest

from reconcile.sandbox.real_properties import (
    Ports,
    Stores,
    WorkerPlace,
    broker_properties,
    jaas,
    logging_file,
    properties,
    worker_properties,
)
from reconcile.sandbox.spec import VERSIONS, RealSpec

PORTS = Ports(workers=(20001, 20002), broker=20003, controller=20004)
PLACE = WorkerPlace(group="connect-x-1", port=20001, broker_port=20003, plugins=Path("/p"))
STORES = Stores(keys=Path("/k.p12"), trust=Path("/t.p12"), password="hush")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "k=plain\n"),
        ("C:\\kafka", "k=C:\\\\kafka\n"),
        ("/home/zoë", "k=/home/zo\\u00eb\n"),
        ("🦀", "k=\\ud83e\\udd80\n"),
        ("a=b:c #d", "k=a=b:c #d\n"),
    ],
)
def test_values_are_written_as_java_reads_them(value, written):
    assert properties({"k": value}) == written


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_listens_on_loopback_only(version):
    spec = RealSpec(version=version)
    broker = broker_properties(spec, PORTS, Path("/d"))
    worker = worker_properties(spec, PLACE)
    addresses = [*broker["listeners"].split(","), worker["listeners"]]
    assert addresses == [
        "PLAINTEXT://127.0.0.1:20003",
        "CONTROLLER://127.0.0.1:20004",
        "http://127.0.0.1:20001",
    ]
    assert worker["bootstrap.servers"] == "127.0.0.1:20003"


def test_share_groups_are_configured_where_they_exist():
    keys = {v: set(broker_properties(RealSpec(version=v), PORTS, Path("/d"))) for v in VERSIONS}
    extra = {key for key in keys["4.3.1"] if key.startswith("share.")}
    assert len(extra) == 2
    assert keys["3.9.1"] == keys["3.6.2"] == keys["4.3.1"] - extra


def test_topics_and_group_belong_to_the_cluster():
    settings = worker_properties(RealSpec(), PLACE)
    assert settings["group.id"] == "connect-x-1"
    topics = {settings[f"{kind}.storage.topic"] for kind in ("config", "offset", "status")}
    assert topics == {"connect-x-1-config", "connect-x-1-offset", "connect-x-1-status"}


def test_an_open_worker_knows_nothing_of_tls_or_passwords():
    settings = worker_properties(RealSpec(), PLACE)
    assert not [key for key in settings if "ssl" in key or "extension" in key]
    assert "heartbeat.interval.ms" not in settings


@pytest.mark.parametrize(("asked", "client_auth"), [(True, "required"), (False, "none")])
def test_tls_brings_both_stores_and_asks_for_certificates_only_on_demand(asked, client_auth):
    place = WorkerPlace(group="g", port=1, broker_port=2, plugins=Path("/p"), stores=STORES)
    settings = worker_properties(RealSpec(tls=True, client_certificate=asked), place)
    assert settings["listeners"] == "https://127.0.0.1:1"
    assert settings["rest.advertised.listener"] == "https"
    assert settings["listeners.https.ssl.keystore.location"] == "/k.p12"
    assert settings["listeners.https.ssl.truststore.location"] == "/t.p12"
    assert settings["listeners.https.ssl.client.auth"] == client_auth


def test_basic_auth_and_heartbeat_are_set_where_asked_for():
    settings = worker_properties(RealSpec(basic_auth=True, heartbeat_ms=300), PLACE)
    assert settings["rest.extension.classes"].endswith("BasicAuthSecurityRestExtension")
    assert settings["heartbeat.interval.ms"] == "300"


def test_the_password_of_the_stores_is_not_shown():
    assert "hush" not in repr(STORES)


def test_the_login_file_is_quoted():
    assert 'file="/a b/\\"q\\"/users"' in jaas(Path('/a b/"q"/users'))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_documentation_gives_the_layout_that_the_sandbox_logs_with(version):
    _, text, _ = logging_file(version)
    page = Path("docs/loggers.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line not in page] == []


def test_each_logging_library_gets_its_own_file_and_flag():
    assert logging_file("4.3.1")[::2] == ("log4j2.properties", "-Dlog4j2.configurationFile=")
    assert logging_file("3.9.1")[::2] == ("log4j.properties", "-Dlog4j.configuration=file:")
