from xml.etree import ElementTree as ET

import pytest

from reconcile.sandbox.real_pom import exporter_pom, folder_name, plugin_pom, runtime_pom
from reconcile.sandbox.spec import VERSIONS, Plugin, parse_plugin

MAVEN = "{http://maven.apache.org/POM/4.0.0}"
DEBEZIUM = parse_plugin("io.debezium:debezium-connector-postgres:3.3.1.Final")


def dependencies(pom):
    root = ET.fromstring(pom)  # noqa: S314 - text of ours
    return [
        Plugin(
            group=each.findtext(f"{MAVEN}groupId"),
            artifact=each.findtext(f"{MAVEN}artifactId"),
            version=each.findtext(f"{MAVEN}version"),
        )
        for each in root.iter(f"{MAVEN}dependency")
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_jar_of_kafka_has_the_version_that_was_asked_for(version):
    kafka = [jar for jar in dependencies(runtime_pom(version)) if jar.group == "org.apache.kafka"]
    assert {jar.version for jar in kafka} == {version}
    assert {"connect-runtime", "connect-file", "connect-mirror"} <= {jar.artifact for jar in kafka}


@pytest.mark.parametrize(
    ("version", "has_mocks", "logging"),
    [
        ("4.3.1", True, "log4j-slf4j-impl"),
        ("3.9.1", False, "slf4j-reload4j"),
        ("3.6.2", False, "slf4j-reload4j"),
    ],
)
def test_test_plugins_and_logging_depend_on_the_version(version, has_mocks, logging):
    artifacts = {jar.artifact for jar in dependencies(runtime_pom(version))}
    assert ("connect-test-plugins" in artifacts) is has_mocks
    assert logging in artifacts


def test_a_plugin_comes_without_the_jars_that_the_worker_has():
    pom = plugin_pom(DEBEZIUM)
    assert dependencies(pom) == [DEBEZIUM]
    excluded = ET.fromstring(pom).find(f".//{MAVEN}exclusion")  # noqa: S314 - text of ours
    assert excluded.findtext(f"{MAVEN}groupId") == "org.apache.kafka"
    assert excluded.findtext(f"{MAVEN}artifactId") == "*"


def test_no_project_names_a_registry():
    for pom in (*map(runtime_pom, VERSIONS), plugin_pom(DEBEZIUM)):
        hosts = {line for line in pom.splitlines() if "://" in line and "xmlns" not in line}
        assert hosts == set()


def test_a_changed_project_gets_another_folder():
    assert folder_name("kafka", "a") == folder_name("kafka", "a")
    assert folder_name("kafka", "a") != folder_name("kafka", "b")


def test_the_exporter_comes_from_maven_in_one_version():
    assert [str(jar) for jar in dependencies(exporter_pom())] == [
        "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1"
    ]
