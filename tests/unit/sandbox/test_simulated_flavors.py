"""What sets the Connect of others apart; the sources stand in `simulated_flavors`."""

import base64

import pytest

from reconcile.model.flavor import Flavor
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.simulated import SINK, ask

MASK = "••••••••••••"
COUNT = "__internal.config.version"
JDBC = {
    "connector.class": "JdbcSink",
    "topics": "t",
    "connection.url": "jdbc:x",
    "connection.password": "s3cret",
    "consumer.override.sasl.jaas.config": "${file:/run/secrets:jaas}",
}
# version of Apache Kafka -> (what Confluent's workers report, masks, counts config writes)
CONFLUENT = [
    ("3.6.2", "7.6.0-ce", False, False),
    ("7.9.2-ce", "7.9.2-ce", False, False),
    ("3.9.1", "7.9.3-ce", True, False),
    ("7.9.3-ccs", "7.9.3-ccs", False, False),
    ("8.0.0-ce", "8.0.0-ce", True, True),
    ("4.3.1", "8.3.0-ce", True, True),
]


def a_cluster(flavor: Flavor, version: str, **settings: object) -> SimulatedCluster:
    return SimulatedCluster(
        clock=FakeClock(), timing=Timing.instant(), flavor=flavor, version=version, **settings
    )


def configs_shown(cluster: SimulatedCluster, name: str) -> list[dict[str, str]]:
    """Return a config as every endpoint that has it answers it."""
    return [
        ask(cluster, f"GET /connectors/{name}/config").value,
        ask(cluster, f"GET /connectors/{name}").value["config"],
        ask(cluster, "GET /connectors?expand=info").value[name]["info"]["config"],
    ]


@pytest.mark.parametrize(("version", "reported", "masks", "counts"), CONFLUENT)
def test_confluent_platform_masks_and_counts_from_some_version_on(version, reported, masks, counts):
    cluster = a_cluster(Flavor.CONFLUENT_PLATFORM, version)
    cluster.put("db", JDBC)

    assert ask(cluster, "GET /").value["version"] == reported
    hidden = dict.fromkeys(("connection.password", "consumer.override.sasl.jaas.config"), MASK)
    expected = {
        **JDBC,
        "name": "db",
        **(hidden if masks else {}),
        **({COUNT: "1"} if counts else {}),
    }
    assert configs_shown(cluster, "db") == [expected] * 3
    assert cluster.configs()["db"] == {**JDBC, "name": "db"}


@pytest.mark.parametrize("version", ["3.6.2", "3.9.1", "4.3.1"])
@pytest.mark.parametrize("flavor", [Flavor.APACHE, Flavor.AIVEN])
def test_apache_and_aiven_show_configs_as_they_are_stored(flavor, version):
    cluster = a_cluster(flavor, version)
    cluster.put("db", JDBC)

    assert ask(cluster, "GET /").value["version"] == version
    assert configs_shown(cluster, "db") == [{**JDBC, "name": "db"}] * 3


def test_the_answer_to_a_write_is_masked_and_task_configs_are_not():
    cluster = a_cluster(Flavor.CONFLUENT_PLATFORM, "4.3.1")
    jaas = {"consumer.override.sasl.jaas.config": "s3cret"}

    written = ask(cluster, "PUT /connectors/sink/config", {**SINK, **jaas})
    cluster.settle()
    tasks = ask(cluster, "GET /connectors/sink/tasks").value

    assert written.value["config"]["consumer.override.sasl.jaas.config"] == MASK
    assert {task["config"]["consumer.override.sasl.jaas.config"] for task in tasks} == {"s3cret"}


def test_every_config_write_counts_and_nothing_else_does():
    cluster = a_cluster(Flavor.CONFLUENT_PLATFORM, "4.3.1")

    def count() -> str:
        return ask(cluster, "GET /connectors/sink/config").value[COUNT]

    ask(cluster, "POST /connectors", {"name": "sink", "config": SINK})
    assert count() == "1"
    ask(cluster, "PUT /connectors/sink/config", SINK)
    ask(cluster, "PATCH /connectors/sink/config", {"file": "new.txt"})
    assert count() == "3"
    ask(cluster, "PUT /connectors/sink/pause")
    ask(cluster, "POST /connectors/sink/restart?includeTasks=true")
    assert count() == "3"


def test_a_mask_that_is_written_back_is_stored_as_it_is():
    cluster = a_cluster(Flavor.CONFLUENT_PLATFORM, "3.9.1")
    ask(
        cluster, "PUT /connectors/sink/config", {**SINK, "consumer.override.sasl.jaas.config": MASK}
    )
    assert cluster.configs()["sink"]["consumer.override.sasl.jaas.config"] == MASK


PLATFORM = "/v1/project/shop/service/connect"
USERS = {"avnadmin": "s3cret"}
BEARER = {"authorization": "Bearer token"}
BASIC = {"authorization": "Basic " + base64.b64encode(b"avnadmin:s3cret").decode()}


def test_aiven_answers_connect_at_one_address_and_its_platform_api_at_another():
    cluster = a_cluster(Flavor.AIVEN, "3.9.1", users=USERS)
    cluster.put("sink", SINK)
    cluster.settle()

    assert ask(cluster, "GET /connectors").status == 401
    assert ask(cluster, "GET /connectors", **BASIC).value == ["sink"]
    assert ask(cluster, "GET /admin/loggers", **BASIC).status == 200
    listed = ask(cluster, f"GET {PLATFORM}/connectors", **BEARER).value
    assert [entry["name"] for entry in listed["connectors"]] == ["sink"]
    status = ask(cluster, f"GET {PLATFORM}/connectors/sink/status", **BEARER).value
    assert status["status"]["state"] == "RUNNING"
    plugins = ask(cluster, f"GET {PLATFORM}/available-connectors", **BEARER).value["plugins"]
    assert "org.apache.kafka.connect.file.FileStreamSinkConnector" in {p["class"] for p in plugins}


@pytest.mark.parametrize("path", ["", "/", "/connectors/sink/offsets", "/connectors/nope/status"])
def test_the_platform_api_has_nothing_else_and_errors_of_its_own_form(path):
    found = ask(a_cluster(Flavor.AIVEN, "3.9.1"), f"GET {PLATFORM}{path}", **BEARER)

    assert found.status == 404
    assert found.value.keys() == {"errors", "message"}


def test_the_platform_api_wants_a_token():
    found = ask(
        a_cluster(Flavor.AIVEN, "3.9.1", users=USERS), f"GET {PLATFORM}/connectors", **BASIC
    )

    message = "Missing (expired) db token"
    assert found.status == 401
    assert found.value == {"errors": [{"message": message, "status": 401}], "message": message}


@pytest.mark.parametrize("flavor", [Flavor.APACHE, Flavor.CONFLUENT_PLATFORM])
def test_others_know_no_platform_api(flavor):
    found = ask(a_cluster(flavor, "3.9.1"), f"GET {PLATFORM}/connectors", **BEARER)

    assert (found.status, found.message) == (404, "HTTP 404 Not Found")
