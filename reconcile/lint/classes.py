"""What the class of a connector tells: source or sink, its family, whether one task is all it runs.

From the documentation of the connectors: Debezium ("tasks.max"), Confluent JDBC, MirrorMaker 2,
kafka-connect-file.
"""

from typing import Final

from reconcile.model.live import ConnectorKind

_DEBEZIUM: Final = "io.debezium.connector."
_DIALECTS: Final = {
    f"{_DEBEZIUM}mysql.MySqlConnector": "mysql",
    f"{_DEBEZIUM}mariadb.MariaDbConnector": "mariadb",
    f"{_DEBEZIUM}postgresql.PostgresConnector": "postgresql",
    f"{_DEBEZIUM}sqlserver.SqlServerConnector": "sqlserver",
    f"{_DEBEZIUM}oracle.OracleConnector": "oracle",
    f"{_DEBEZIUM}mongodb.MongoDbConnector": "mongodb",
    f"{_DEBEZIUM}db2.Db2Connector": "db2",
    f"{_DEBEZIUM}db2as400.As400RpcConnector": "ibmi",
    f"{_DEBEZIUM}informix.InformixConnector": "informix",
    f"{_DEBEZIUM}spanner.SpannerConnector": "spanner",
    f"{_DEBEZIUM}vitess.VitessConnector": "vitess",
    f"{_DEBEZIUM}cassandra.CassandraConnector": "cassandra",
    f"{_DEBEZIUM}yashandb.YashanDbConnector": "yashandb",
}
_BY_SHORT_NAME: Final = {
    short: dialect
    for name, dialect in _DIALECTS.items()
    for simple in (name.rpartition(".")[2],)
    for short in (simple, simple.removesuffix("Connector"))
}
WITH_SCHEMA_HISTORY: Final = frozenset({"mysql", "mariadb", "sqlserver", "oracle", "db2"})
"""Dialects that keep a schema history topic."""

_SINGLE_TASK_DIALECTS: Final = frozenset({"mysql", "mariadb", "postgresql", "oracle", "db2"})
_SINGLE_TASK_CLASSES: Final = frozenset(
    {
        "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector",
        "io.debezium.connector.informix.InformixConnector",
        "io.confluent.connect.salesforce.SalesforcePushTopicSourceConnector",
        "io.confluent.connect.salesforce.SalesforceCdcSourceConnector",
        "io.confluent.connect.salesforce.SalesforcePlatformEventSourceConnector",
        "com.mongodb.kafka.connect.MongoSourceConnector",
    }
)
_FILE_STREAM: Final = {
    "FileStreamSource": "org.apache.kafka.connect.file.FileStreamSourceConnector",
    "FileStreamSourceConnector": "org.apache.kafka.connect.file.FileStreamSourceConnector",
    "FileStreamSink": "org.apache.kafka.connect.file.FileStreamSinkConnector",
    "FileStreamSinkConnector": "org.apache.kafka.connect.file.FileStreamSinkConnector",
}
JDBC_SINKS: Final = frozenset(
    {
        "io.confluent.connect.jdbc.JdbcSinkConnector",
        "io.aiven.connect.jdbc.JdbcSinkConnector",
        "io.debezium.connector.jdbc.JdbcSinkConnector",
    }
)
JDBC_SOURCES: Final = frozenset(
    {
        "io.confluent.connect.jdbc.JdbcSourceConnector",
        "io.aiven.connect.jdbc.JdbcSourceConnector",
    }
)


def full_name(class_name: str) -> str:
    """Return the full name of a class of Kafka's own; others stay as they are written."""
    return _FILE_STREAM.get(class_name, class_name)


def kind_of(class_name: str) -> ConnectorKind:
    """Return whether a class is a source or a sink, as far as its name says."""
    simple = class_name.rpartition(".")[2]
    base = simple.removesuffix("Connector")
    if base.endswith("Sink"):
        return ConnectorKind.SINK
    if base.endswith("Source") or dialect_of(class_name) or base.startswith("Mirror"):
        return ConnectorKind.SOURCE
    return ConnectorKind.UNKNOWN


def dialect_of(class_name: str) -> str:
    """Return the database of a Debezium source, or an empty text."""
    if "." in class_name:
        return _DIALECTS.get(class_name, "")
    return _BY_SHORT_NAME.get(class_name, "")


def runs_one_task(class_name: str) -> bool:
    """Tell whether a class never runs more than one task, whatever `tasks.max` says."""
    return class_name in _SINGLE_TASK_CLASSES or dialect_of(class_name) in _SINGLE_TASK_DIALECTS
