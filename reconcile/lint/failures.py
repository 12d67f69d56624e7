"""Rules about records that fail: tolerance, dead letter queues, retries, logs."""

from collections.abc import Iterator
from typing import Final

from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.model.live import ConnectorKind
from reconcile.model.regexes import may_match

TOLERANCE: Final = "errors.tolerance"
DLQ: Final = "errors.deadletterqueue."
DLQ_TOPIC: Final = f"{DLQ}topic.name"
_HEADERS: Final = f"{DLQ}context.headers.enable"
_REPLICAS: Final = f"{DLQ}topic.replication.factor"
_LOG: Final = "errors.log.enable"
_MESSAGES: Final = "errors.log.include.messages"
_TIMEOUT: Final = "errors.retry.timeout"
_DELAY: Final = "errors.retry.delay.max.ms"
_REPLICATION: Final = "replication.factor"
_MILLISECONDS: Final = 1000


def _tolerates(subject: Subject) -> bool:
    return subject.text(TOLERANCE).lower() == "all"


# Sources that read a setting of Connect's queue themselves, for a queue of their own.
_OWN_QUEUE: Final = {"com.mongodb.kafka.connect.MongoSourceConnector": DLQ_TOPIC}


def _on_source(subject: Subject) -> Iterator[Fault]:
    if subject.kind is ConnectorKind.SOURCE:
        own = _OWN_QUEUE.get(subject.class_name)
        for key in subject.with_prefix(DLQ):
            if key == own:
                continue
            message = f"{key} does nothing: a source has no dead letter queue"
            yield Fault(key, message)


def _without_tolerance(subject: Subject) -> Iterator[Fault]:
    if subject.kind is ConnectorKind.SOURCE or not subject.text(DLQ_TOPIC):
        return
    if not _tolerates(subject):
        message = "the dead letter queue stays empty: without errors.tolerance all, the first record that cannot be converted stops the task"
        yield Fault(DLQ_TOPIC, message)


def _without_topic(subject: Subject) -> Iterator[Fault]:
    if subject.kind is ConnectorKind.SOURCE or subject.text(DLQ_TOPIC):
        return
    for key in (_HEADERS, _REPLICAS):
        if key in subject.config:
            yield Fault(key, f"{key} does nothing without {DLQ_TOPIC}")


def _among_topics(subject: Subject) -> Iterator[Fault]:
    topic = subject.text(DLQ_TOPIC)
    if not topic or "${" in topic or subject.kind is ConnectorKind.SOURCE:
        return
    if topic in subject.items("topics"):
        yield Fault(DLQ_TOPIC, f'the dead letter queue "{topic}" is among the topics that are read')
    elif may_match(subject.text("topics.regex"), topic):
        yield Fault(DLQ_TOPIC, f'topics.regex matches the dead letter queue "{topic}"')


def _silent_loss(subject: Subject) -> Iterator[Fault]:
    if not _tolerates(subject) or subject.is_on(_LOG):
        return
    if subject.kind is ConnectorKind.SOURCE or not subject.text(DLQ_TOPIC):
        message = "records that cannot be converted are dropped, and nothing tells of it"
        yield Fault(TOLERANCE, message)


def _dropped(subject: Subject) -> Iterator[Fault]:
    sink = subject.kind is ConnectorKind.SINK
    if sink and _tolerates(subject) and subject.is_on(_LOG) and not subject.text(DLQ_TOPIC):
        yield Fault(
            TOLERANCE, "records that cannot be converted are dropped, and logs alone tell of it"
        )


def _hasty_retry(subject: Subject) -> Iterator[Fault]:
    timeout = subject.number(_TIMEOUT)
    if timeout is not None and 0 < timeout < _MILLISECONDS:
        yield Fault(_TIMEOUT, f"{_TIMEOUT} is {timeout} milliseconds, less than a second")


def _without_headers(subject: Subject) -> Iterator[Fault]:
    useful = _tolerates(subject) and subject.kind is not ConnectorKind.SOURCE
    if useful and subject.text(DLQ_TOPIC) and not subject.is_on(_HEADERS):
        message = "records arrive in the dead letter queue without the reason why"
        yield Fault(DLQ_TOPIC, message)


def _log_of_nothing(subject: Subject) -> Iterator[Fault]:
    if subject.is_on(_MESSAGES) and not subject.is_on(_LOG):
        yield Fault(_MESSAGES, f"{_MESSAGES} does nothing without {_LOG}")


def _payloads(subject: Subject) -> Iterator[Fault]:
    if subject.is_on(_MESSAGES) and subject.is_on(_LOG):
        message = "keys, values and headers of records that fail are written to the workers' logs"
        yield Fault(_MESSAGES, message)


def _retry_of_nothing(subject: Subject) -> Iterator[Fault]:
    if _DELAY in subject.config and subject.text(_TIMEOUT) in {"", "0"}:
        yield Fault(_DELAY, f"{_DELAY} does nothing while {_TIMEOUT} is 0")


def _replication_keys(subject: Subject) -> Iterator[tuple[str, int]]:
    for key in subject.config:
        if not key.endswith(_REPLICATION) or (key.startswith(DLQ) and not subject.text(DLQ_TOPIC)):
            continue
        if subject.kind is ConnectorKind.SOURCE and key.startswith(DLQ):
            continue
        number = subject.number(key)
        if number is not None:
            yield key, number


def _over_brokers(subject: Subject) -> Iterator[Fault]:
    brokers = subject.facts.brokers
    if brokers is None:
        return
    for key, number in _replication_keys(subject):
        if number > brokers:
            yield Fault(key, f"{key} is {number}, and the cluster has {_brokers(brokers)}")
    is_default = subject.text(DLQ_TOPIC) and _REPLICAS not in subject.config
    if is_default and subject.kind is not ConnectorKind.SOURCE and brokers < 3:  # noqa: PLR2004  # Connect's default
        message = f"{_REPLICAS} is 3 unless set, and the cluster has {_brokers(brokers)}"
        yield Fault(DLQ_TOPIC, message)


def _single_replica(subject: Subject) -> Iterator[Fault]:
    if subject.facts.brokers == 1:
        return
    for key, number in _replication_keys(subject):
        if number == 1:
            yield Fault(key, f"{key} is 1: what is in the topic is lost with its broker")


def _brokers(number: int) -> str:
    return "1 broker" if number == 1 else f"{number} brokers"


RULES: Final = (
    Rule(
        code=Code.DLQ_ON_SOURCE,
        title="A dead letter queue on a source",
        level=LintLevel.WARN,
        why="Only sinks have dead letter queues (KIP-298). Connect ignores the settings on a source without a word, so that records believed to be kept are not.",
        fix="remove it; on a source, errors.log.enable tells of records that were skipped",
        check=ForConnector(_on_source),
    ),
    Rule(
        code=Code.DLQ_WITHOUT_TOLERANCE,
        title="A dead letter queue that stays empty",
        level=LintLevel.WARN,
        why="Errors of converters and transforms are reported only where they are tolerated. Without errors.tolerance all the task fails and nothing is written to the queue (what the connector itself reports is written, and then the task fails as well).",
        fix="set errors.tolerance to all, or remove the dead letter queue",
        check=ForConnector(_without_tolerance),
    ),
    Rule(
        code=Code.DLQ_WITHOUT_TOPIC,
        title="Settings of a dead letter queue that does not exist",
        level=LintLevel.WARN,
        why="Without a topic there is no dead letter queue, whatever else is set for it.",
        fix=f"set {DLQ_TOPIC}, or remove the rest",
        check=ForConnector(_without_topic),
    ),
    Rule(
        code=Code.DLQ_AMONG_TOPICS,
        title="A connector that reads its own dead letter queue",
        level=LintLevel.ERROR,
        why="Connect rejects such a connector: what fails would come back for ever.",
        fix="give the queue a name that the connector does not read, or narrow topics.regex",
        check=ForConnector(_among_topics),
    ),
    Rule(
        code=Code.SILENT_LOSS,
        title="Records are lost in silence",
        level=LintLevel.ERROR,
        why="With errors.tolerance all, a record that cannot be converted or transformed is skipped and its offset committed. Without a dead letter queue and without a log entry nobody can know which records are missing.",
        fix="add a dead letter queue (on a sink), or errors.log.enable, or set errors.tolerance to none",
        check=ForConnector(_silent_loss),
    ),
    Rule(
        code=Code.DLQ_WITHOUT_HEADERS,
        title="A dead letter queue without reasons",
        level=LintLevel.INFO,
        why="Without headers a record in the queue says neither where it came from nor what was wrong with it.",
        fix=f"set {_HEADERS} to true",
        check=ForConnector(_without_headers),
    ),
    Rule(
        code=Code.LOG_OF_NOTHING,
        title="A log that is not written",
        level=LintLevel.WARN,
        why=f"{_MESSAGES} says what a log entry holds; entries are written only with {_LOG}.",
        fix=f"set {_LOG} to true, or remove it",
        check=ForConnector(_log_of_nothing),
    ),
    Rule(
        code=Code.PAYLOADS_IN_LOGS,
        title="Payloads in the workers' logs",
        level=LintLevel.INFO,
        why="Logs are kept longer and read by more people than topics. Personal data should not be in them.",
        fix=f"set {_MESSAGES} to false where records hold personal data",
        check=ForConnector(_payloads),
    ),
    Rule(
        code=Code.RETRY_OF_NOTHING,
        title="A delay between retries that never happen",
        level=LintLevel.WARN,
        why=f"{_TIMEOUT} is 0 unless set: nothing is tried again, whatever the delay.",
        fix=f"set {_TIMEOUT} (milliseconds; -1 is for ever), or remove the delay",
        check=ForConnector(_retry_of_nothing),
    ),
    Rule(
        code=Code.RECORDS_DROPPED,
        title="Records are dropped",
        level=LintLevel.WARN,
        why="With errors.tolerance all and no dead letter queue, a record that cannot be converted is gone once its topic forgets it. A line in a log names it, and cannot be replayed.",
        fix="add a dead letter queue",
        check=ForConnector(_dropped),
    ),
    Rule(
        code=Code.HASTY_RETRY,
        title="A retry that gives up at once",
        level=LintLevel.WARN,
        why=f"{_TIMEOUT} counts milliseconds. A value below 1000 was mostly meant as seconds.",
        fix="write milliseconds, or spec.errors.retry.timeout with a unit (60s)",
        check=ForConnector(_hasty_retry),
    ),
    Rule(
        code=Code.REPLICAS_OVER_BROKERS,
        title="More replicas than brokers",
        level=LintLevel.ERROR,
        why="Kafka refuses to create such a topic, and the task fails as it starts. Known only where lint.clusters in the project file says how many brokers there are.",
        fix="set a replication factor that the cluster can hold",
        check=ForConnector(_over_brokers),
    ),
    Rule(
        code=Code.SINGLE_REPLICA,
        title="A topic with one replica",
        level=LintLevel.INFO,
        why="A topic that is created with one replica is gone with its broker. Silent where lint.clusters says that there is one broker alone.",
        fix="set it to 3 where the cluster has three brokers",
        check=ForConnector(_single_replica),
    ),
)
