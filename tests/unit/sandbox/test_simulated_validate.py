"""What the simulated cluster says about configs beside what is recorded of real workers."""

import pytest

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_providers import ProviderError, Providers
from tests.fake_clock import FakeClock
from tests.simulated import ask

DATABASE = {
    "connector.class": "io.example.jdbc.JdbcSinkConnector",
    "name": "db",
    "topics": "orders",
    "connection.url": "jdbc:postgresql://db/orders",
    "connection.password": "s3cret",
}


@pytest.fixture
def cluster():
    return SimulatedCluster(clock=FakeClock())


def validate(cluster, config):
    plugin = config["connector.class"]
    return ask(cluster, f"PUT /connector-plugins/{plugin}/config/validate", config)


def errors_of(found):
    values = (entry["value"] for entry in found.value["configs"])
    return {value["name"]: value["errors"] for value in values if value["errors"]}


def test_the_invented_database_sink_is_as_rich_as_a_real_one(cluster):
    definitions = ask(cluster, "GET /connector-plugins/JdbcSink/config").value
    own = [entry for entry in definitions if "Common" not in str(entry["group"])]
    assert len(own) > 35
    assert {entry["name"] for entry in own if entry["type"] == "PASSWORD"} == {
        "connection.password",
        "connection.ssl.keystore.password",
        "connection.ssl.truststore.password",
    }


def test_a_password_is_never_shown_by_a_validation(cluster):
    found = validate(cluster, DATABASE)
    assert found.value["error_count"] == 0
    assert b"s3cret" not in found.answer.body
    assert b"[hidden]" in found.answer.body


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"connection.url": "postgresql://db"}, "connection.url"),
        ({"insert.mode": "replace"}, "insert.mode"),
        ({"batch.size": "-1"}, "batch.size"),
        ({"retry.jitter": "much"}, "retry.jitter"),
        ({"auto.create": "yes"}, "auto.create"),
    ],
)
def test_errors_of_the_plugin_stand_at_their_key(cluster, change, key):
    found = errors_of(validate(cluster, {**DATABASE, **change}))
    assert list(found) == [key]


def test_a_host_that_cannot_be_reached_is_an_error_of_its_key(cluster):
    config = {
        "connector.class": "PostgresCdcSource",
        "name": "cdc",
        "database.hostname": "db.invalid",
        "database.user": "u",
        "database.dbname": "d",
        "topic.prefix": "shop",
    }
    assert list(errors_of(validate(cluster, config))) == ["database.hostname"]


def test_unknown_keys_are_not_listed_and_not_refused(cluster):
    found = validate(cluster, {**DATABASE, "batch.sise": "1"})
    assert found.value["error_count"] == 0
    assert "batch.sise" not in {entry["value"]["name"] for entry in found.value["configs"]}


def test_a_resolved_secret_shows_in_a_validation_and_nowhere_else():
    providers = Providers(files={"/run/db": {"url": "jdbc:secret"}}, env={"TOPIC": "orders"})
    cluster = SimulatedCluster(clock=FakeClock(), providers=providers)
    config = {**DATABASE, "connection.url": "${file:/run/db:url}", "topics": "${env:TOPIC}"}
    assert b"jdbc:secret" in validate(cluster, config).answer.body
    assert ask(cluster, "PUT /connectors/db/config", config).status == 201
    cluster.settle()
    assert b"jdbc:secret" not in ask(cluster, "GET /connectors?expand=info").answer.body
    assert b"jdbc:secret" not in ask(cluster, "GET /connectors/db/tasks").answer.body


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("${file:/f:k}", "value"),
        ("a-${file:/f:k}-b", "a-value-b"),
        ("${file:/f:nope}", "${file:/f:nope}"),
        ("${env:NAME}", "variable"),
        ("${env:NOPE}", "${env:NOPE}"),
        ("${vault:secret/db:password}", "${vault:secret/db:password}"),
        ("${topic}", "${topic}"),
    ],
)
def test_placeholders_of_known_providers_are_resolved_and_others_left_alone(text, seen):
    providers = Providers(files={"/f": {"k": "value"}}, env={"NAME": "variable"})
    assert providers.resolve({"key": text}) == {"key": seen}


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(ProviderError, match="/nope"):
        Providers().resolve({"key": "${file:/nope:k}"})


def test_providers_do_not_print_what_they_know():
    assert "hunter2" not in repr(Providers(files={"/f": {"k": "hunter2"}}, env={"N": "hunter2"}))
