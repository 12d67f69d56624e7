"""Rules about connectors to databases: Debezium's and the JDBC ones."""

import re
from collections.abc import Iterator
from typing import Final

from reconcile.lint.classes import JDBC_SINKS, JDBC_SOURCES, WITH_SCHEMA_HISTORY
from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel

_OLD_HISTORY: Final = "database.history"
_HISTORY: Final = "schema.history.internal"
_PREFIX: Final = "topic.prefix"
_OLD_NAMES: Final = ("database.server.name", "mongodb.name")
_LISTS: Final = ("database", "schema", "table", "column", "collection", "message.key")
_OLD_LIST: Final = re.compile(r"(?P<what>[a-z.]+)\.(?P<which>whitelist|blacklist)")
_NEW_LIST: Final = {"whitelist": "include.list", "blacklist": "exclude.list"}
_RENAMED: Final = {
    "database.server.name": _PREFIX,
    "mongodb.name": _PREFIX,
    "mongodb.hosts": "mongodb.connection.string",
    "sanitize.field.names": "field.name.adjustment.mode",
    "database.out.server.name": "database.out.server.name, with database.connection.adapter logminer in its place",
}
_RENAMED_VALUES: Final = {
    ("snapshot.mode", "schema_only"): "no_data",
    ("snapshot.mode", "schema_only_recovery"): "recovery",
    ("snapshot.mode", "never"): "no_data",
    ("plugin.name", "wal2json"): "pgoutput",
    ("plugin.name", "wal2json_rds"): "pgoutput",
    ("plugin.name", "wal2json_streaming"): "pgoutput",
    ("plugin.name", "wal2json_rds_streaming"): "pgoutput",
}
_DIALECT_OF_VALUE: Final = {
    "plugin.name": ("postgresql",),
    "snapshot.mode": ("mysql", "mariadb", "sqlserver", "oracle", "db2", "postgresql"),
}
_UNWRAP: Final = "io.debezium.transforms.ExtractNew"
_UNWRAP_RENAMED: Final = {
    "drop.tombstones": "delete.tombstone.handling.mode",
    "delete.handling.mode": "delete.tombstone.handling.mode",
    "add.source.fields": "add.fields",
    "operation.header": "add.headers: op",
}
_ELASTICSEARCH: Final = "io.confluent.connect.elasticsearch."
_ELASTICSEARCH_GONE: Final = (
    "type.name",
    "topic.index.map",
    "topic.schema.ignore",
    "topic.key.ignore",
)


def _deprecated(subject: Subject) -> Iterator[Fault]:
    yield from _deprecated_in_debezium(subject)
    if subject.class_name.startswith(_ELASTICSEARCH):
        for key in _ELASTICSEARCH_GONE:
            if key in subject.config:
                yield Fault(
                    key, f"{key} is gone from this connector, which ignores it", "remove it"
                )
    if "tasks.max.enforce" in subject.config:
        yield Fault(
            "tasks.max.enforce",
            "tasks.max.enforce is deprecated (KIP-1004)",
            "remove it, and set tasks.max to what the connector needs",
        )
    if "internal.key.converter" in subject.config:
        yield Fault(
            "internal.key.converter",
            "internal.key.converter is gone since Connect 3.0",
            "remove it",
        )
    for alias in subject.items("transforms"):
        if not subject.text(f"transforms.{alias}.type").startswith(_UNWRAP):
            continue
        for option, new in _UNWRAP_RENAMED.items():
            key = f"transforms.{alias}.{option}"
            if key in subject.config:
                yield Fault(key, f"{option} of this transform is deprecated", f"use {new}")


def _deprecated_in_debezium(subject: Subject) -> Iterator[Fault]:
    if not subject.dialect:
        return
    for key in subject.config:
        new = _new_name(key)
        if new and new not in subject.config and not _is_unused_history(subject, key):
            yield Fault(
                key, f"{key} belongs to Debezium 1, and later versions ignore it", f"write {new}"
            )
    for (key, value), new in _RENAMED_VALUES.items():
        if subject.text(key).lower() == value and subject.dialect in _DIALECT_OF_VALUE[key]:
            yield Fault(key, f'the value "{value}" of {key} is deprecated or gone', f"write {new}")


def _is_unused_history(subject: Subject, key: str) -> bool:
    return key.startswith(_OLD_HISTORY) and subject.dialect not in WITH_SCHEMA_HISTORY


def _new_name(key: str) -> str:
    """Return how Debezium 2 and later call a setting of Debezium 1, or an empty text."""
    if key in _RENAMED:
        return _RENAMED[key]
    if key == _OLD_HISTORY or key.startswith(f"{_OLD_HISTORY}."):
        return key.replace(_OLD_HISTORY, _HISTORY, 1)
    old = _OLD_LIST.fullmatch(key)
    return f"{old['what']}.{_NEW_LIST[old['which']]}" if old else ""


def _two_generations(subject: Subject) -> Iterator[Fault]:
    if not subject.dialect:
        return
    for key in subject.config:
        new = _new_name(key)
        if new and new in subject.config and not _is_unused_history(subject, key):
            yield Fault(key, f"{key} is set beside {new}, its name since Debezium 2")


def _no_prefix(subject: Subject) -> Iterator[Fault]:
    if subject.dialect and not any(subject.text(key) for key in (_PREFIX, *_OLD_NAMES)):
        yield Fault("", f"{subject.definition.name} has no {_PREFIX}")


def _no_history(subject: Subject) -> Iterator[Fault]:
    if subject.dialect not in WITH_SCHEMA_HISTORY:
        return
    other = subject.text(_HISTORY)
    if other and not other.endswith("KafkaSchemaHistory"):
        return
    old = f"{_OLD_HISTORY}.kafka.topic" in subject.config or subject.text(_OLD_HISTORY)
    missing = [
        key
        for key in (f"{_HISTORY}.kafka.topic", f"{_HISTORY}.kafka.bootstrap.servers")
        if not subject.text(key)
    ]
    if missing and not old:
        near = next(
            (
                key
                for key in subject.config
                if key.startswith(("schema.history.", "database.history"))
                and not key.startswith(f"{_HISTORY}.")
            ),
            "",
        )
        hint = f"settings of the history start with {_HISTORY}.kafka." if near else ""
        yield Fault(near, f"{' and '.join(missing)} {'are' if missing[1:] else 'is'} missing", hint)


def _unused_history(subject: Subject) -> Iterator[Fault]:
    if (
        not subject.dialect
        or subject.dialect in WITH_SCHEMA_HISTORY
        or subject.dialect in {"informix", "ibmi", "yashandb"}
    ):
        return
    for key in subject.with_prefix(f"{_HISTORY}.", f"{_OLD_HISTORY}."):
        yield Fault(
            key, f"{key} does nothing: the connector for {subject.dialect} keeps no schema history"
        )


def _include_and_exclude(subject: Subject) -> Iterator[Fault]:
    if not subject.dialect:
        return
    for what in _LISTS:
        include, exclude = f"{what}.include.list", f"{what}.exclude.list"
        if subject.text(include) and subject.text(exclude):
            yield Fault(exclude, f"{include} and {exclude} are both set")


def _slot_dropped(subject: Subject) -> Iterator[Fault]:
    key = "slot.drop.on.stop"
    if subject.dialect == "postgresql" and subject.is_on(key):
        yield Fault(key, "the replication slot is dropped whenever the connector stops")


def _upsert(subject: Subject) -> Iterator[Fault]:
    if subject.class_name not in JDBC_SINKS:
        return
    mode_key = "primary.key.mode" if subject.class_name.startswith("io.debezium.") else "pk.mode"
    mode = subject.text(mode_key).lower() or "none"
    if subject.text("insert.mode").lower() == "upsert" and mode == "none":
        yield Fault("insert.mode", f"upsert needs a key, and {mode_key} is none")
    if subject.is_on("delete.enabled") and mode != "record_key":
        yield Fault(
            "delete.enabled",
            f"delete.enabled needs {mode_key} record_key, not {mode}",
            f"set {mode_key} to record_key",
        )


def _bulk(subject: Subject) -> Iterator[Fault]:
    if subject.class_name in JDBC_SOURCES and subject.text("mode") in {"", "bulk"}:
        key = "mode" if "mode" in subject.config else ""
        yield Fault(key, "every poll copies the whole table again: mode is bulk")


RULES: Final = (
    Rule(
        code=Code.DEPRECATED_SETTING,
        title="A setting of the past",
        level=LintLevel.WARN,
        why="The setting was renamed or taken out. Newer versions of the connector ignore it or refuse to start, so an upgrade changes what the connector does.",
        fix="use the setting that took its place",
        check=ForConnector(_deprecated),
    ),
    Rule(
        code=Code.TWO_GENERATIONS,
        title="Old and new names of one setting together",
        level=LintLevel.WARN,
        why="Only one of the two is read, and which one depends on the version that is installed.",
        fix="keep the one that the installed version reads",
        check=ForConnector(_two_generations),
    ),
    Rule(
        code=Code.NO_TOPIC_PREFIX,
        title="A Debezium source without a topic prefix",
        level=LintLevel.ERROR,
        why="topic.prefix (database.server.name in Debezium 1) names the source in topics and offsets; the connector does not start without it.",
        fix="set topic.prefix, and never change it again",
        check=ForConnector(_no_prefix),
    ),
    Rule(
        code=Code.NO_SCHEMA_HISTORY,
        title="A schema history that is missing",
        level=LintLevel.ERROR,
        why="Connectors for MySQL, MariaDB, SQL Server, Oracle and Db2 keep the history of tables in a topic of their own, and do not start without it.",
        fix="set schema.history.internal.kafka.topic and schema.history.internal.kafka.bootstrap.servers",
        check=ForConnector(_no_history),
    ),
    Rule(
        code=Code.SCHEMA_HISTORY_UNUSED,
        title="A schema history that is never written",
        level=LintLevel.INFO,
        why="Connectors for PostgreSQL and MongoDB get schemas with the changes and keep no history. The settings are mostly left over from another connector.",
        fix="remove it",
        check=ForConnector(_unused_history),
    ),
    Rule(
        code=Code.INCLUDE_AND_EXCLUDE,
        title="An include list and an exclude list",
        level=LintLevel.ERROR,
        why="The two exclude each other, and Debezium rejects a connector with both.",
        fix="keep one of the two",
        check=ForConnector(_include_and_exclude),
    ),
    Rule(
        code=Code.SLOT_DROPPED_ON_STOP,
        title="A replication slot that does not survive a stop",
        level=LintLevel.WARN,
        why="A restart of the task drops the slot, and what is written meanwhile is never seen. Debezium's documentation keeps this setting for tests.",
        fix="remove it",
        check=ForConnector(_slot_dropped),
    ),
    Rule(
        code=Code.UPSERT_WITHOUT_KEY,
        title="An upsert or delete without a key",
        level=LintLevel.ERROR,
        why="A JDBC sink finds the row to change by a key, which it takes from where the primary key mode says. By default that is nowhere, and the task fails.",
        fix="set the primary key mode: record_key or record_value, with the fields",
        check=ForConnector(_upsert),
    ),
    Rule(
        code=Code.BULK_COPY,
        title="A source that copies everything again and again",
        level=LintLevel.INFO,
        why="A JDBC source in mode bulk keeps no offsets and writes each row at every poll.",
        fix="set mode to incrementing, timestamp or timestamp+incrementing where a column allows it",
        check=ForConnector(_bulk),
    ),
)
