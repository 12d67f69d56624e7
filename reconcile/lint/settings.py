"""Rules about topics, tasks and single settings of Connect's own."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final

from reconcile.lint.classes import JDBC_SINKS, JDBC_SOURCES, runs_one_task
from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.model.live import ConnectorKind
from reconcile.plugins.suggest import suggest, words_of

_TOPICS: Final = "topics"
_REGEX: Final = "topics.regex"
_TASKS: Final = "tasks.max"
_EVERYTHING: Final = frozenset({".*", ".+", "^.*$", "^.+$", "^.*", ".*$", "(.*)", "(.+)"})
_MISSPELT: Final = {
    **dict.fromkeys(
        (
            *("task.max", "tasks.maximum", "max.tasks", "tasks_max", "tasksMax", "taskMax"),
            *("task.maxs", "tasks-max", "maxTasks"),
        ),
        _TASKS,
    ),
    **dict.fromkeys(("connector-class", "connectorClass", "connector_class"), "connector.class"),
    **dict.fromkeys(("topic.regex", "topics.pattern", "topicsRegex"), _REGEX),
    **dict.fromkeys(("transform", "transformations"), "transforms"),
    "predicate": "predicates",
    "keyConverter": "key.converter",
    "valueConverter": "value.converter",
}
_ERRORS: Final = (
    "errors.tolerance",
    "errors.retry.timeout",
    "errors.retry.delay.max.ms",
    "errors.log.enable",
    "errors.log.include.messages",
    "errors.deadletterqueue.topic.name",
    "errors.deadletterqueue.topic.replication.factor",
    "errors.deadletterqueue.context.headers.enable",
)
_OWN_ERRORS: Final = frozenset({"errors.max.retries"})
_ERROR_ROOT: Final = re.compile(r"errors?\.(?:tolerance|retry|log|dead|dlq)", re.IGNORECASE)
_OF_TRANSFORMS: Final = frozenset(
    {
        *("drop.tombstones", "delete.handling.mode", "delete.tombstone.handling.mode"),
        *("add.fields", "add.headers", "unwrap.type", "route.by.field"),
    }
)
_BEFORE: Final = frozenset("_#/!;-")
"""What stands before a setting that was commented out; a dot makes a setting of something else."""

_JDBC: Final = (
    *("table.name.format", "collection.name.format", "insert.mode", "pk.mode", "pk.fields"),
    *("primary.key.mode", "primary.key.fields", "auto.create", "auto.evolve", "delete.enabled"),
    *("connection.url", "connection.user", "connection.username", "connection.password"),
    *("batch.size", "max.retries", "retry.backoff.ms", "fields.whitelist", "db.timezone"),
    *("dialect.name", "quote.sql.identifiers", "schema.evolution", "truncate.enabled"),
)
_SWITCHES: Final = frozenset(
    {
        "errors.log.enable",
        "errors.log.include.messages",
        "errors.deadletterqueue.context.headers.enable",
        "tasks.max.enforce",
    }
)
_SWITCH_ENDS: Final = (".enable", ".enabled", ".negate", ".schemas.enable")
_NEARLY: Final = frozenset(
    {
        *("yes", "no", "on", "off", "y", "n", "1", "0", "t", "f", "ture", "treu", "tru", "flase"),
        *("fasle", "fals", "enabled", "disabled", "enable", "disable"),
    }
)
_SPACE_IS_MEANT: Final = frozenset(
    {
        *("delimiter", "separator", "prefix", "suffix", "pattern", "regex", "format", "quote"),
        *("padding", "replacement", "expression", "condition", "query", "sql", "char"),
    }
)


def _no_topics(subject: Subject) -> Iterator[Fault]:
    if subject.kind is not ConnectorKind.SINK:
        return
    if not subject.text(_TOPICS) and not subject.text(_REGEX):
        key = _TOPICS if _TOPICS in subject.config else ""
        yield Fault(
            key, f"{subject.definition.name} reads no topic: topics and topics.regex are missing"
        )


def _both(subject: Subject) -> Iterator[Fault]:
    if subject.text(_TOPICS) and subject.text(_REGEX):
        yield Fault(_REGEX, "topics and topics.regex are both set, and Connect takes one alone")


def _topic_twice(subject: Subject) -> Iterator[Fault]:
    if subject.kind is ConnectorKind.SOURCE:
        return
    for topic, count in Counter(subject.items(_TOPICS)).items():
        if count > 1:
            yield Fault(_TOPICS, f'the topic "{topic}" is listed {count} times')


def _every_topic(subject: Subject) -> Iterator[Fault]:
    if subject.text(_REGEX) in _EVERYTHING:
        yield Fault(_REGEX, f"topics.regex {subject.shown(_REGEX)} matches every topic there is")


def _single_task(subject: Subject) -> Iterator[Fault]:
    tasks = subject.definition.tasks_range
    most = tasks.maximum if tasks else subject.number(_TASKS)
    reason = _one_task_because(subject)
    if most is not None and most > 1 and reason:
        message = f"tasks.max is {most}, and {reason} runs one task alone"
        yield Fault(_TASKS, message)


def _one_task_because(subject: Subject) -> str:
    simple = subject.class_name.rpartition(".")[2]
    if runs_one_task(subject.class_name):
        return simple
    if subject.class_name in JDBC_SOURCES and subject.text("query"):
        return f"{simple} with a query"
    names = subject.items("database.names")
    if subject.dialect == "sqlserver" and len(names) == 1 and "${" not in names[0]:
        return f"{simple} with one database"
    return ""


def _misspelt(subject: Subject) -> Iterator[Fault]:
    for key in subject.config:
        if key in _OF_TRANSFORMS and subject.dialect:
            message = f"{key} is a setting of a transform, and does nothing on the connector"
            yield Fault(key, message, f"write transforms.ALIAS.{key}")
            continue
        switched_off = _switched_off(subject, key)
        if switched_off:
            message = f"{key} is no setting of Connect, which ignores it"
            yield Fault(key, message, f"to do without {switched_off}, remove it: git remembers it")
            continue
        meant = _meant(key) or _meant_for_jdbc(subject, key)
        if meant and meant not in subject.config:
            message = f"{key} is no setting of Connect, which ignores it"
            yield Fault(key, message, f"did you mean {meant}?")


def _switched_off(subject: Subject, key: str) -> str:
    """Return the setting that something was written before, to comment it out."""
    known = (*_MISSPELT.values(), *_ERRORS, *(_JDBC if subject.class_name in JDBC_SINKS else ()))
    return next(
        (
            name
            for name in known
            if "." in name and key.endswith(name) and key.removesuffix(name)[-1:] in _BEFORE
        ),
        "",
    )


def _meant(key: str) -> str:
    if key in _MISSPELT:
        return _MISSPELT[key]
    if key in _ERRORS or key in _OWN_ERRORS or not _ERROR_ROOT.match(key):
        return ""
    words = frozenset(words_of(key))
    close = suggest(key, _ERRORS)
    inside = [known for known in _ERRORS if words <= frozenset(words_of(known))]
    return close or (inside[0] if inside else "")


def _meant_for_jdbc(subject: Subject, key: str) -> str:
    """Return the setting of a JDBC sink that has the same words in another order."""
    if subject.class_name not in JDBC_SINKS or key in _JDBC:
        return ""
    words = sorted(words_of(key))
    return next((known for known in _JDBC if sorted(words_of(known)) == words), "")


def _no_boolean(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        text = value.strip().lower()
        if (key in _SWITCHES or key.endswith(_SWITCH_ENDS)) and text in _NEARLY:
            yield Fault(key, f'{key} is "{text}", and Connect takes true or false alone')


def _surrounding_space(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        inner = value.strip()
        if not inner or inner == value or "\n" in inner:
            continue
        words = words_of(key)
        if words and not _SPACE_IS_MEANT.isdisjoint(words):
            continue
        what = "ends with a line break" if value.rstrip("\n") == inner else "has space around it"
        yield Fault(key, f"the value of {key} {what}")


def _invisible(subject: Subject) -> Iterator[Fault]:
    for key in subject.config:
        found = next((char for char in key if char.isspace() or _is_format(char)), "")
        if found:
            shown = "".join(char for char in key if not (char.isspace() or _is_format(char)))
            message = f"the key {shown} holds a character that is not seen, U+{ord(found):04X}"
            yield Fault(key, message)


def _is_format(char: str) -> bool:
    return unicodedata.category(char) == "Cf"


RULES: Final = (
    Rule(
        code=Code.NO_TOPICS,
        title="A sink without topics",
        level=LintLevel.ERROR,
        why="Connect rejects a sink that has neither topics nor topics.regex.",
        fix="name the topics in spec.config.topics",
        check=ForConnector(_no_topics),
    ),
    Rule(
        code=Code.TOPICS_TWICE,
        title="Both topics and topics.regex",
        level=LintLevel.ERROR,
        why="Connect rejects a sink that has both.",
        fix="keep one of the two",
        check=ForConnector(_both),
    ),
    Rule(
        code=Code.TOPIC_LISTED_TWICE,
        title="A topic is listed twice",
        level=LintLevel.WARN,
        why="The second entry does nothing; mostly another topic was meant.",
        fix="remove it, or write the topic that was meant",
        check=ForConnector(_topic_twice),
    ),
    Rule(
        code=Code.EVERY_TOPIC,
        title="A sink that reads every topic",
        level=LintLevel.WARN,
        why="A pattern without a fixed part also reads dead letter queues, the topics that Connect itself keeps and every topic that anybody creates tomorrow.",
        fix="begin the pattern with what the topics have in common",
        check=ForConnector(_every_topic),
    ),
    Rule(
        code=Code.SINGLE_TASK,
        title="More tasks than the class can run",
        level=LintLevel.WARN,
        why="The class reads one log, one slot or one query, and always makes one task. A higher number promises a throughput that never comes.",
        fix="set tasksMax to 1",
        check=ForConnector(_single_task),
    ),
    Rule(
        code=Code.MISSPELT_SETTING,
        title="A misspelt setting of Connect",
        level=LintLevel.WARN,
        why="Connect ignores settings that it does not know, so that the default holds.",
        fix="correct the spelling",
        check=ForConnector(_misspelt),
    ),
    Rule(
        code=Code.NO_BOOLEAN,
        title="Neither true nor false",
        level=LintLevel.WARN,
        why="YAML takes yes and on for true; Connect stores texts and takes nothing but true and false.",
        fix="write true or false",
        check=ForConnector(_no_boolean),
    ),
    Rule(
        code=Code.SURROUNDING_SPACE,
        title="Space around a value",
        level=LintLevel.WARN,
        why="Connect trims numbers, lists and classes, and keeps space in texts and passwords: a host or a password with a space at its end is another one.",
        fix="remove the space; in YAML, write >- or |- for a value on lines of its own",
        check=ForConnector(_surrounding_space),
    ),
    Rule(
        code=Code.INVISIBLE_CHARACTER,
        title="A key with a character that is not seen",
        level=LintLevel.ERROR,
        why="A space or a zero-width character, copied along from a page, makes another key of it. Connect ignores that without a word, and the default holds.",
        fix="type the key anew",
        check=ForConnector(_invisible),
    ),
)
