"""Rules about settings that are given in the wrong place, or to the wrong client."""

from collections.abc import Iterator
from typing import Final

from reconcile.lint.failures import DLQ_TOPIC
from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import ClientOverrides, LintLevel
from reconcile.model.live import ConnectorKind

_PRODUCER: Final = "producer.override."
_CONSUMER: Final = "consumer.override."
_ADMIN: Final = "admin.override."
_CREATION: Final = "topic.creation."
_SOURCE_ONLY: Final = ("exactly.once.support", "transaction.boundary", "offsets.storage.topic")
_CONSUMER_ONLY: Final = frozenset(
    {
        *("max.poll.records", "max.poll.interval.ms", "auto.offset.reset", "fetch.min.bytes"),
        *("fetch.max.bytes", "fetch.max.wait.ms", "max.partition.fetch.bytes", "isolation.level"),
        *("group.id", "group.instance.id", "session.timeout.ms", "heartbeat.interval.ms"),
        *("partition.assignment.strategy", "enable.auto.commit", "exclude.internal.topics"),
    }
)
_PRODUCER_ONLY: Final = frozenset(
    {
        *("acks", "batch.size", "linger.ms", "compression.type", "max.request.size", "retries"),
        *("buffer.memory", "max.block.ms", "enable.idempotence", "delivery.timeout.ms"),
        *("max.in.flight.requests.per.connection", "transactional.id", "partitioner.class"),
    }
)
_NEEDS_PREFIX: Final = {
    **dict.fromkeys(
        (
            *("max.poll.records", "max.poll.interval.ms", "auto.offset.reset"),
            *("max.partition.fetch.bytes", "isolation.level", "enable.auto.commit"),
        ),
        _CONSUMER,
    ),
    **dict.fromkeys(("max.request.size", "acks", "enable.idempotence"), _PRODUCER),
}
_COMPRESSION: Final = "compression.type"
_OWN_CLIENTS: Final = ("Mirror", "Replicator", "KafkaSource")
_PRINCIPAL: Final = frozenset({"sasl.jaas.config", "sasl.mechanism", "security.protocol"})
_WORKER: Final = frozenset(
    {
        *("bootstrap.servers", "group.id", "plugin.path", "config.storage.topic"),
        *("offset.storage.topic", "status.storage.topic", "config.storage.replication.factor"),
        *("offset.storage.replication.factor", "status.storage.replication.factor"),
        *("offset.flush.interval.ms", "offset.flush.timeout.ms", "rest.port", "rest.host.name"),
        *("rest.advertised.host.name", "rest.advertised.port", "listeners", "config.providers"),
        *("connector.client.config.override.policy", "exactly.once.source.support"),
        *("scheduled.rebalance.max.delay.ms", "topic.creation.enable", "internal.key.converter"),
        *("internal.value.converter", "offset.storage.partitions", "status.storage.partitions"),
    }
)
_DEFAULT: Final = ("topic.creation.default.replication.factor", "topic.creation.default.partitions")


def _other_side(subject: Subject) -> Iterator[Fault]:
    kind = subject.kind
    for key in subject.config:
        if (
            kind is ConnectorKind.SINK
            and key.startswith((_CREATION, *_SOURCE_ONLY))
            and key != "topic.creation.enable"
        ):
            yield Fault(key, f"{key} does nothing: it is for sources, and this is a sink")
        elif kind is ConnectorKind.SOURCE and key == "topics.regex":
            yield Fault(key, f"{key} does nothing: it is for sinks, and this is a source")


def _override_of_nothing(subject: Subject) -> Iterator[Fault]:
    if subject.kind is ConnectorKind.SINK and not subject.text(DLQ_TOPIC):
        for key in subject.with_prefix(_PRODUCER):
            yield Fault(
                key,
                f"{key} does nothing: a sink produces to its dead letter queue alone, and has none",
            )
    if subject.kind is ConnectorKind.SOURCE and not subject.text("offsets.storage.topic"):
        for key in subject.with_prefix(_CONSUMER):
            yield Fault(key, f"{key} does nothing: a source reads no topic")


def _other_client(subject: Subject) -> Iterator[Fault]:
    for key in subject.with_prefix(_PRODUCER):
        if key.removeprefix(_PRODUCER) in _CONSUMER_ONLY:
            yield Fault(
                key, f"{key.removeprefix(_PRODUCER)} is a setting of consumers, given to a producer"
            )
    for key in subject.with_prefix(_CONSUMER):
        if key.removeprefix(_CONSUMER) in _PRODUCER_ONLY:
            yield Fault(
                key, f"{key.removeprefix(_CONSUMER)} is a setting of producers, given to a consumer"
            )


def _refused(subject: Subject) -> Iterator[Fault]:
    policy = subject.facts.overrides
    if policy is None or policy is ClientOverrides.ALL:
        return
    for key in subject.with_prefix(_PRODUCER, _CONSUMER, _ADMIN):
        rest = key.partition(".override.")[2]
        if policy is ClientOverrides.NONE or rest not in _PRINCIPAL:
            cluster = subject.definition.cluster
            yield Fault(
                key,
                f"the workers of {cluster} refuse {key}: their override policy is {policy.value}",
            )


def _without_prefix(subject: Subject) -> Iterator[Fault]:
    simple = subject.class_name.rpartition(".")[2]
    if simple.startswith(_OWN_CLIENTS):
        return
    wanted = dict(_NEEDS_PREFIX)
    if subject.dialect:
        wanted[_COMPRESSION] = _PRODUCER
    for key in subject.config:
        if key in wanted:
            message = f"{key} is a setting of Kafka clients, and reaches none without a prefix"
            yield Fault(key, message, f"write {wanted[key]}{key}")


def _worker_setting(subject: Subject) -> Iterator[Fault]:
    if subject.class_name.rpartition(".")[2].startswith(_OWN_CLIENTS):
        return
    for key in subject.config:
        if key in _WORKER:
            hint = (
                "the connector's own setting is exactly.once.support"
                if key == "exactly.once.source.support"
                else ""
            )
            yield Fault(
                key, f"{key} is a setting of workers, and does nothing on a connector", hint
            )


def _exactly_once(subject: Subject) -> Iterator[Fault]:
    boundary = subject.text("transaction.boundary").lower()
    if (
        subject.kind is not ConnectorKind.SINK
        and "transaction.boundary.interval.ms" in subject.config
        and boundary != "interval"
    ):
        yield Fault(
            "transaction.boundary.interval.ms",
            "transaction.boundary.interval.ms does nothing unless transaction.boundary is interval",
        )
    if (
        subject.text("exactly.once.support").lower() != "required"
        or subject.kind is ConnectorKind.SINK
    ):
        return
    if subject.is_off(f"{_PRODUCER}enable.idempotence"):
        yield Fault(
            f"{_PRODUCER}enable.idempotence",
            "exactly once is required, and the producer is told not to be idempotent",
        )
    if subject.text(f"{_PRODUCER}acks") in {"0", "1"}:
        yield Fault(
            f"{_PRODUCER}acks",
            "exactly once is required, and the producer does not wait for all replicas",
        )
    if subject.text(f"{_PRODUCER}transactional.id"):
        yield Fault(
            f"{_PRODUCER}transactional.id",
            "exactly once is required, and Connect chooses the transactional id itself",
        )
    if subject.text("errors.tolerance").lower() == "all":
        yield Fault(
            "errors.tolerance",
            "exactly once is required, and records that cannot be converted are skipped",
        )


def _creation_incomplete(subject: Subject) -> Iterator[Fault]:
    keys = [key for key in subject.with_prefix(_CREATION) if key != "topic.creation.enable"]
    if subject.kind is ConnectorKind.SINK or not keys:
        return
    missing = [key for key in _DEFAULT if key not in subject.config]
    if missing:
        yield Fault(
            keys[0],
            f"topics cannot be created: {' and '.join(missing)} {'are' if missing[1:] else 'is'} missing",
        )
    groups = subject.items(f"{_CREATION}groups")
    for group in groups:
        if f"{_CREATION}{group}.include" not in subject.config and group != "default":
            yield Fault(
                f"{_CREATION}groups", f"the group {group} of topic.creation.groups has no include"
            )
    strangers: dict[str, str] = {}
    for key in keys:
        group = key.removeprefix(_CREATION).partition(".")[0]
        if key != f"{_CREATION}groups" and group not in (*groups, "default"):
            strangers.setdefault(group, key)
    for group, key in strangers.items():
        yield Fault(
            key, f"the group {group} is not listed in topic.creation.groups and does nothing"
        )


RULES: Final = (
    Rule(
        code=Code.OTHER_SIDE,
        title="A setting for the other kind of connector",
        level=LintLevel.WARN,
        why="Connect ignores settings of sources on sinks and the other way round. A sink with exactly.once.support, for one, is no safer than without.",
        fix="remove it",
        check=ForConnector(_other_side),
    ),
    Rule(
        code=Code.OVERRIDE_OF_NOTHING,
        title="An override that reaches no client",
        level=LintLevel.WARN,
        why="A sink has a producer only for its dead letter queue, a source a consumer only for an offsets topic of its own.",
        fix="remove it, or give it to the other client",
        check=ForConnector(_override_of_nothing),
    ),
    Rule(
        code=Code.OVERRIDE_OF_OTHER_CLIENT,
        title="A setting of the other Kafka client",
        level=LintLevel.WARN,
        why="Clients ignore settings that they do not know, with a line in the workers' logs at best.",
        fix="change the prefix to the client that knows the setting",
        check=ForConnector(_other_client),
    ),
    Rule(
        code=Code.OVERRIDE_REFUSED,
        title="An override that the workers refuse",
        level=LintLevel.ERROR,
        why="connector.client.config.override.policy decides what connectors may override: None nothing, Principal the credentials. Known only where lint.clusters in the project file says so.",
        fix="remove it, or have the policy of the workers changed",
        check=ForConnector(_refused),
    ),
    Rule(
        code=Code.CLIENT_SETTING_WITHOUT_PREFIX,
        title="A client setting without its prefix",
        level=LintLevel.WARN,
        why="A connector passes settings to its Kafka clients by producer.override., consumer.override. and admin.override. alone.",
        fix="add the prefix",
        check=ForConnector(_without_prefix),
    ),
    Rule(
        code=Code.WORKER_SETTING,
        title="A setting of workers on a connector",
        level=LintLevel.WARN,
        why="Workers read their own file. On a connector such a setting is ignored.",
        fix="remove it, and set it on the workers where it is wanted",
        check=ForConnector(_worker_setting),
    ),
    Rule(
        code=Code.EXACTLY_ONCE_THAT_IS_NOT,
        title="Exactly once that is not",
        level=LintLevel.WARN,
        why="KIP-618 gives exactly-once delivery to sources whose producer is idempotent, waits for all replicas and is left to Connect's transactions. Settings that contradict it fail, or quietly take the promise back.",
        fix="remove the setting that contradicts it",
        check=ForConnector(_exactly_once),
    ),
    Rule(
        code=Code.TOPIC_CREATION_INCOMPLETE,
        title="Topic creation that is incomplete",
        level=LintLevel.ERROR,
        why="With any topic.creation setting, Connect wants replication factor and partitions of the default group, and an include for each listed group (KIP-158). What is missing is found when the connector starts, and it fails.",
        fix="complete the groups",
        check=ForConnector(_creation_incomplete),
    ),
)
