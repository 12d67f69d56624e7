"""Rules about connectors that get in each other's way."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from reconcile.lint.rule import Fault, ForCluster, Rule
from reconcile.lint.subject import ClusterSubject, Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.model.live import ConnectorKind

Found: TypeAlias = Iterable[tuple[Subject, Fault]]

_GROUP: Final = "consumer.override.group.id"
_SLOT: Final = "slot.name"
_SERVER_ID: Final = "database.server.id"
_PREFIX: Final = ("topic.prefix", "database.server.name", "mongodb.name")
_HISTORY: Final = ("schema.history.internal.kafka.topic", "database.history.kafka.topic")
_MYSQL: Final = frozenset({"mysql", "mariadb"})
_PUNCTUATION: Final = str.maketrans("", "", "._-")


def _later(
    cluster: ClusterSubject, key_of: Callable[[Subject], object]
) -> Iterator[tuple[Subject, Subject]]:
    """Return each connector that shares a key with an earlier one, and that one."""
    first: dict[object, Subject] = {}
    for subject in cluster.subjects:
        key = key_of(subject)
        if not key:
            continue
        if key in first:
            yield subject, first[key]
        else:
            first[key] = subject


def _shared_group(cluster: ClusterSubject) -> Found:
    def group(subject: Subject) -> object:
        if subject.kind is ConnectorKind.SOURCE:
            return ""
        return subject.text(_GROUP) or f"connect-{subject.definition.name}"

    for subject, other in _later(cluster, group):
        key = _GROUP if _GROUP in subject.config else ""
        yield (
            subject,
            Fault(
                key,
                f"{_name(subject)} and {_name(other)} read in one consumer group, {group(subject)}",
            ),
        )


def _same_settings(cluster: ClusterSubject) -> Found:
    def everything(subject: Subject) -> object:
        config = subject.config
        return frozenset((key, subject.text(key)) for key in config)

    for subject, other in _later(cluster, everything):
        yield subject, Fault("", f"{_name(subject)} has the very settings of {_name(other)}")


def _shared_slot(cluster: ClusterSubject) -> Found:
    def slot(subject: Subject) -> object:
        if subject.dialect != "postgresql":
            return ""
        return (subject.text(_SLOT) or "debezium", *_database(subject, "database.dbname"))

    for subject, other in _later(cluster, slot):
        key = _SLOT if _SLOT in subject.config else ""
        name = subject.text(_SLOT) or "debezium"
        yield (
            subject,
            Fault(key, f"{_name(subject)} and {_name(other)} read one replication slot, {name}"),
        )


def _shared_server_id(cluster: ClusterSubject) -> Found:
    def server_id(subject: Subject) -> object:
        written = subject.text(_SERVER_ID) if subject.dialect in _MYSQL else ""
        return (written, *_database(subject)) if written else ""

    for subject, other in _later(cluster, server_id):
        yield (
            subject,
            Fault(
                _SERVER_ID,
                f"{_name(subject)} and {_name(other)} call themselves server {subject.text(_SERVER_ID)}",
            ),
        )


def _shared_prefix(cluster: ClusterSubject) -> Found:
    def prefix(subject: Subject) -> object:
        return _first(subject, _PREFIX)[1] if subject.dialect else ""

    for subject, other in _later(cluster, prefix):
        key, value = _first(subject, _PREFIX)
        yield (
            subject,
            Fault(key, f'{_name(subject)} and {_name(other)} share the topic prefix "{value}"'),
        )


def _shared_history(cluster: ClusterSubject) -> Found:
    def history(subject: Subject) -> object:
        return _first(subject, _HISTORY)[1] if subject.dialect else ""

    for subject, other in _later(cluster, history):
        key, value = _first(subject, _HISTORY)
        yield (
            subject,
            Fault(
                key,
                f"{_name(subject)} and {_name(other)} keep their schema history in one topic, {value}",
            ),
        )


def _confusable(cluster: ClusterSubject) -> Found:
    def plain(subject: Subject) -> object:
        return _name(subject).lower().translate(_PUNCTUATION)

    for subject, other in _later(cluster, plain):
        yield (
            subject,
            Fault(
                "",
                f"the names {_name(subject)} and {_name(other)} differ in case and punctuation alone",
            ),
        )


def _database(subject: Subject, *more: str) -> tuple[str, ...]:
    """Return which server a connector reads, as it is written."""
    return tuple(subject.text(key) for key in ("database.hostname", "database.port", *more))


def _first(subject: Subject, keys: Iterable[str]) -> tuple[str, str]:
    return next(((key, subject.text(key)) for key in keys if subject.text(key)), ("", ""))


def _name(subject: Subject) -> str:
    return subject.definition.name


RULES: Final = (
    Rule(
        code=Code.SHARED_GROUP,
        title="Two sinks in one consumer group",
        level=LintLevel.WARN,
        why="Members of a group share out its partitions: each sink gets a part of the records, and the offsets of both stand in one place.",
        fix="give each sink a group of its own; without consumer.override.group.id it has one",
        check=ForCluster(_shared_group),
    ),
    Rule(
        code=Code.SAME_SETTINGS,
        title="Two connectors with the same settings",
        level=LintLevel.WARN,
        why="Both do the same work, so that everything is read and written twice. Mostly a copy was never finished.",
        fix="change what the second was made for, or remove it; for more throughput raise tasksMax",
        check=ForCluster(_same_settings),
    ),
    Rule(
        code=Code.SHARED_SLOT,
        title="Two sources on one replication slot",
        level=LintLevel.ERROR,
        why="PostgreSQL lets one reader have a slot. The second connector fails, or takes changes from the first. Without slot.name it is called debezium.",
        fix="give each connector a slot.name of its own",
        check=ForCluster(_shared_slot),
    ),
    Rule(
        code=Code.SHARED_SERVER_ID,
        title="Two sources with one server id",
        level=LintLevel.ERROR,
        why="MySQL takes them for one replica and disconnects the older one, again and again.",
        fix="give each connector a database.server.id of its own",
        check=ForCluster(_shared_server_id),
    ),
    Rule(
        code=Code.SHARED_TOPIC_PREFIX,
        title="Two sources with one topic prefix",
        level=LintLevel.WARN,
        why="The prefix names a source in its topics, metrics and schemas. Two with the same write into each other's topics, heartbeats included.",
        fix="give each connector a topic.prefix of its own",
        check=ForCluster(_shared_prefix),
    ),
    Rule(
        code=Code.SHARED_SCHEMA_HISTORY,
        title="Two sources with one schema history",
        level=LintLevel.ERROR,
        why="A connector reads the history from start to end when it starts. Tables of another connector in it slow that down or break it; Debezium wants a topic for each.",
        fix="give each connector a history topic of its own",
        check=ForCluster(_shared_history),
    ),
    Rule(
        code=Code.CONFUSABLE_NAMES,
        title="Names that are easily confused",
        level=LintLevel.INFO,
        why="In metrics, files and topic names dots, dashes and underscores often become one, and capitals are lost.",
        fix="rename one",
        check=ForCluster(_confusable),
    ),
)
