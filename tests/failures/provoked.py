"""Failures that are provoked on a real Kafka and Connect, and what each is about.

`tests/failures/recorded` holds the trace that each left on Kafka 4.3.1, so that they are classified
without Java as well; `tests/real/test_failures.py` provokes them anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.model.health import FailureClass

# The words are those of a topic that is not there: nothing in the trace tells one from the other.
MISTAKEN = {"brokers that are not there": FailureClass.CONFIGURATION}

RECORDED = Path(__file__).parent / "recorded"

_NETWORK, _CONFIGURATION = FailureClass.NETWORK, FailureClass.CONFIGURATION
_DATA, _AUTHORISATION = FailureClass.DATA_FORMAT, FailureClass.AUTHORISATION
_PLUGIN, _UNKNOWN = FailureClass.PLUGIN_MISSING, FailureClass.UNKNOWN

_TOOLS = "org.apache.kafka.connect.tools"
_MIRROR = "org.apache.kafka.connect.mirror.MirrorSourceConnector"
_CONVERTERS = "org.apache.kafka.connect.converters"


@dataclass(frozen=True, slots=True)
class Provocation:
    """A connector that fails: `{folder}`, `{topic}` and `{name}` in its config are filled in.

    The topic holds lines of text that are no JSON, and JSON without a schema.
    """

    failure: FailureClass
    config: Mapping[str, str] = field(default_factory=dict)


def _sink(failure: FailureClass, **more: str) -> Provocation:
    return Provocation(
        failure,
        {
            "connector.class": "FileStreamSink",
            "topics": "{topic}",
            "file": "{folder}/out.txt",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            **{key.replace("__", "$").replace("_", "."): value for key, value in more.items()},
        },
    )


def _transform(failure: FailureClass, transform: str, **more: str) -> Provocation:
    kind = f"org.apache.kafka.connect.transforms.{transform}"
    settings = {f"transforms_t_{key}": value for key, value in more.items()}
    return _sink(failure, transforms="t", transforms_t_type=kind, **settings)


def _source(failure: FailureClass, **more: str) -> Provocation:
    return Provocation(
        failure,
        {
            "connector.class": "FileStreamSource",
            "file": "{folder}/in.txt",
            "topic": "{topic}-from-source",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "producer.override.max.block.ms": "3000",
            **{key.replace("_", "."): value for key, value in more.items()},
        },
    )


PROVOCATIONS: Mapping[str, Provocation] = {
    "a file in no folder": _sink(_CONFIGURATION, file="/nonexistent/x"),
    "a folder for a file": _sink(_CONFIGURATION, file="{folder}"),
    "a file that nobody may write": _sink(_AUTHORISATION, file="/sys/x"),
    "text read as JSON": _sink(
        _DATA, value_converter="org.apache.kafka.connect.json.JsonConverter"
    ),
    "text read as a long": _sink(_DATA, value_converter=f"{_CONVERTERS}.LongConverter"),
    "text read as a double": _sink(_DATA, value_converter=f"{_CONVERTERS}.DoubleConverter"),
    "text cast to a number": _transform(_DATA, "Cast$Value", spec="int32"),
    "text that is no time": _transform(
        _DATA, "TimestampConverter$Value", target_type="Timestamp", format="yyyy-MM-dd"
    ),
    "a field of text": _transform(_DATA, "ExtractField$Value", field="id"),
    "a field into text": _transform(_DATA, "InsertField$Value", static_field="a", static_value="b"),
    "a topic with a bad name": _source(_CONFIGURATION, topic="not a name!"),
    "a topic with a bad name by a transform": _source(
        _CONFIGURATION,
        transforms="r",
        transforms_r_type="org.apache.kafka.connect.transforms.RegexRouter",
        transforms_r_regex=".*",
        transforms_r_replacement="not a name!",
    ),
    "more replicas than brokers": _source(
        _CONFIGURATION,
        topic="{topic}-replicas",
        topic_creation_default_replication_factor="3",
        topic_creation_default_partitions="1",
    ),
    "a dead letter queue with more replicas than brokers": _sink(
        _CONFIGURATION,
        errors_tolerance="all",
        errors_deadletterqueue_topic_name="{topic}-dlq",
    ),
    "a record that is too large": _source(_CONFIGURATION, producer_override_max_request_size="10"),
    "no offset and no reset policy": _sink(
        _CONFIGURATION, consumer_override_auto_offset_reset="none"
    ),
    "brokers that are not there": _source(
        _NETWORK, producer_override_bootstrap_servers="127.0.0.1:1"
    ),
    "brokers without an address": _source(
        _CONFIGURATION, producer_override_bootstrap_servers="nowhere.invalid:9092"
    ),
    "a login that is not set up": _source(
        _CONFIGURATION,
        producer_override_security_protocol="SASL_PLAINTEXT",
        producer_override_sasl_mechanism="PLAIN",
    ),
    "TLS to a port without it": _source(_CONFIGURATION, producer_override_security_protocol="SSL"),
    "a trust store that is not there": _source(
        _CONFIGURATION,
        producer_override_security_protocol="SSL",
        producer_override_ssl_truststore_location="/nonexistent/trust.jks",
    ),
    "an unknown acknowledgement": _source(_CONFIGURATION, producer_override_acks="some"),
    "an interceptor that is not there": _source(
        _PLUGIN, producer_override_interceptor_classes="com.example.Missing"
    ),
    "an assignor that is not there": _sink(
        _PLUGIN, consumer_override_partition_assignment_strategy="com.example.Missing"
    ),
    "a connector that gives up": Provocation(
        _UNKNOWN,
        {
            "connector.class": f"{_TOOLS}.MockSourceConnector",
            "mock_mode": "connector-failure",
            "delay_ms": "100",
        },
    ),
    "a task that gives up": Provocation(
        _UNKNOWN,
        {
            "connector.class": f"{_TOOLS}.MockSourceConnector",
            "mock_mode": "task-failure",
            "delay_ms": "100",
        },
    ),
    "a mirror of brokers without an address": Provocation(
        _CONFIGURATION,
        {
            "connector.class": _MIRROR,
            "source.cluster.alias": "a",
            "target.cluster.alias": "b",
            "source.cluster.bootstrap.servers": "nowhere.invalid:9092",
            "target.cluster.bootstrap.servers": "nowhere.invalid:9092",
        },
    ),
    "a mirror without brokers": Provocation(
        _CONFIGURATION,
        {
            "connector.class": _MIRROR,
            "source.cluster.alias": "a",
            "target.cluster.alias": "b",
        },
    ),
}

# Debezium's connector for PostgreSQL 3.0.7 on PostgreSQL 15, provoked once and recorded.
DEBEZIUM: Mapping[str, FailureClass] = {
    "a database whose user may not publish": _AUTHORISATION,
    "a publication that is not there": _CONFIGURATION,
    "a decoder that the database has not": _CONFIGURATION,
    "a slot that another one holds": _CONFIGURATION,
    "no slot left in the database": FailureClass.RESOURCES,
    "a password that was changed": FailureClass.AUTHENTICATION,
    "a database that went away": _NETWORK,
}


def recording(what: str) -> Path:
    """Return the file that holds the trace of a failure."""
    return RECORDED / f"{what.replace(' ', '-')}.txt"
