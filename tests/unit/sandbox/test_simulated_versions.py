"""How releases differ, and what a JVM shows through."""

import pytest

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_java import hash_order, map_text, string_hash
from reconcile.sandbox.simulated_versions import features_of, release_of, satisfies
from tests.fake_clock import FakeClock
from tests.simulated import SINK, ask


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("4.3.1", (4, 3)),
        ("3.6.2", (3, 6)),
        ("3.7.0.redhat-00003", (3, 7)),
        ("7.6.0-ccs", (3, 6)),
        ("7.9.1-ce", (3, 9)),
        ("8.0.0-ccs", (4, 0)),
        ("4.4.0-SNAPSHOT", (4, 4)),
        ("unknown", (0, 0)),
    ],
)
def test_the_release_behind_a_version_is_that_of_apache_kafka(version, release):
    assert release_of(version) == release


@pytest.mark.parametrize(
    ("version", "missing"),
    [
        ("3.6.2", {"initial_state", "patch_config", "health", "restarts_tasks_on_any_change"}),
        ("3.7.2", {"patch_config", "health", "restarts_tasks_on_any_change"}),
        ("3.8.1", {"health", "restarts_tasks_on_any_change"}),
        ("3.9.1", set()),
        ("4.3.1", set()),
    ],
)
def test_features_come_with_their_releases(version, missing):
    features = features_of(version)
    asked = ("initial_state", "patch_config", "health", "restarts_tasks_on_any_change")
    assert {name for name in asked if not getattr(features, name)} == missing


@pytest.mark.parametrize(
    ("line", "body", "statuses"),
    [
        ("GET /health", None, {"3.6.2": 404, "3.9.1": 200, "4.3.1": 200}),
        ("PATCH /connectors/sink/config", {"a": "b"}, {"3.6.2": 405, "3.9.1": 200, "4.3.1": 200}),
        ("GET /connectors/sink/tasks-config", None, {"3.6.2": 200, "3.9.1": 200, "4.3.1": 404}),
        ("GET /connectors/a%2Fb", None, {"3.6.2": 404, "3.9.1": 404, "4.3.1": 400}),
        (
            "POST /connectors",
            {"name": "x", "config": SINK, "initial_state": "STOPPED"},
            {"3.6.2": 500, "3.9.1": 201, "4.3.1": 201},
        ),
        ("PUT /connectors/x/config", {"connector.class": "No"}, {"3.9.1": 500, "4.3.1": 400}),
        (
            "GET /connector-plugins/JsonConverter/config?version=1",
            None,
            {"3.9.1": 200, "4.3.1": 400},
        ),
    ],
)
def test_each_release_answers_in_its_own_way(line, body, statuses):
    for version, status in statuses.items():
        cluster = SimulatedCluster(clock=FakeClock(), version=version)
        cluster.put("sink", SINK)
        cluster.settle()
        assert ask(cluster, line, body).status == status, version


@pytest.mark.parametrize(("version", "shown"), [("4.0.1", False), ("4.1.1", True), ("4.3.1", True)])
def test_versions_are_in_the_status_from_41_on(version, shown):
    cluster = SimulatedCluster(clock=FakeClock(), version=version)
    cluster.put("sink", SINK)
    cluster.settle()
    assert ("version" in cluster.state_of("sink")["tasks"][0]) is shown


@pytest.mark.parametrize(
    ("version", "wanted", "inside"),
    [
        ("4.3.1", "4.3.1", True),
        ("4.3.1", "4.3", False),
        ("4.3.1", "[4.0,5.0)", True),
        ("5.0", "[4.0,5.0)", False),
        ("4.0", "(4.0,5.0]", False),
        ("5.0.0", "(4.0,5.0]", True),
        ("9.9", "[4.0,)", True),
        ("1.0", "(,2.0]", True),
    ],
)
def test_plugin_versions_are_matched_against_maven_ranges(version, wanted, inside):
    assert satisfies(version, wanted) is inside


def test_strings_hash_as_they_do_in_java():
    # "Aa" and "BB" are the textbook collision; 2112 is their hash code.
    assert string_hash("Aa") == string_hash("BB") == 2112
    assert string_hash("") == 0


def test_names_come_in_the_order_of_a_java_map():
    keys = ["connector.class", "tasks.max", "file", "topic", "flag", "num", "name"]
    found = hash_order(keys)
    assert found == ["connector.class", "file", "flag", "tasks.max", "num", "name", "topic"]
    assert sorted(hash_order(str(number) for number in range(100))) == sorted(map(str, range(100)))


def test_maps_print_as_they_do_in_java():
    assert map_text({"name": "x", "topic": "a"}) == "{name=x, topic=a}"
