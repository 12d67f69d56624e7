"""Write the Maven projects that name the jars of a Kafka version or of a plugin."""

import hashlib
from collections.abc import Iterable

from reconcile.sandbox.spec import Plugin, major_minor

_KAFKA = "org.apache.kafka"
_MAVEN_PLUGINS = "org.apache.maven.plugins"
_KAFKA_ARTIFACTS = (
    "kafka_2.13",
    "kafka-tools",
    "connect-runtime",
    "connect-json",
    "connect-transforms",
    "connect-file",
    "connect-mirror",
    "connect-basic-auth-extension",
)
# Kafka 4 logs through log4j 2, but still against slf4j 1: hence the binding without a "2".
_LOG4J_2 = (
    Plugin(group="org.apache.logging.log4j", artifact="log4j-slf4j-impl", version="2.24.3"),
)
_EXPORTER = Plugin(group="io.prometheus.jmx", artifact="jmx_prometheus_javaagent", version="1.0.1")
_LOG4J_1 = (
    Plugin(group="org.slf4j", artifact="slf4j-reload4j", version="1.7.36"),
    Plugin(group="co.elastic.logging", artifact="log4j-ecs-layout", version="1.6.0"),
)


def runtime_pom(version: str) -> str:
    """Return the project whose dependencies are a broker and a Connect worker."""
    modern = major_minor(version) >= (4, 0)
    artifacts = (*_KAFKA_ARTIFACTS, *(("connect-test-plugins",) if modern else ()))
    jars = [Plugin(group=_KAFKA, artifact=artifact, version=version) for artifact in artifacts]
    return _pom("runtime", [*jars, *(_LOG4J_2 if modern else _LOG4J_1)])


def plugin_pom(plugin: Plugin) -> str:
    """Return the project whose dependencies are a plugin without the worker's own jars."""
    return _pom("plugin", [plugin], exclude=_KAFKA)


def exporter_pom() -> str:
    """Return the project whose one dependency is the agent that serves a worker's metrics."""
    return _pom("exporter", [_EXPORTER])


def folder_name(prefix: str, pom: str) -> str:
    """Return the name of a cache folder; it changes when the project does."""
    return f"{prefix}-{hashlib.sha256(pom.encode()).hexdigest()[:8]}"


def _pom(name: str, jars: Iterable[Plugin], *, exclude: str = "") -> str:
    dependencies = "\n".join(_dependency(jar, exclude) for jar in jars)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>connectform.sandbox</groupId>
  <artifactId>{name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{dependencies}
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>{_MAVEN_PLUGINS}</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.8.1</version>
      </plugin>
    </plugins>
  </build>
</project>
"""


def _dependency(jar: Plugin, exclude: str) -> str:
    exclusions = f"""
      <exclusions>
        <exclusion><groupId>{exclude}</groupId><artifactId>*</artifactId></exclusion>
      </exclusions>"""
    return f"""\
    <dependency>
      <groupId>{jar.group}</groupId>
      <artifactId>{jar.artifact}</artifactId>
      <version>{jar.version}</version>{exclusions if exclude else ""}
    </dependency>"""
