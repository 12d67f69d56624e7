"""Rules about converters."""

import re
from collections.abc import Iterator
from typing import Final

from reconcile.lint.classes import JDBC_SINKS
from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel

_SIDES: Final = ("key.converter", "value.converter")
_VALUE: Final = "value.converter"
_NOT_ONE: Final = re.compile(r"(?:Serializer|Deserializer|Serde|Serdes\$\w+)$")
_OPTIONS: Final = (
    *("schemas.enable", "schema.registry.url", "apicurio.registry.url", "basic.auth.user.info"),
    *("basic.auth.credentials.source", "replace.null.with.default", "schemas.cache.size"),
    *("decimal.format", "enhanced.avro.schema.support"),
)
_WITH_REGISTRY: Final = frozenset(
    {
        "io.confluent.connect.avro.AvroConverter",
        "io.confluent.connect.protobuf.ProtobufConverter",
        "io.confluent.connect.json.JsonSchemaConverter",
    }
)
_STRATEGY: Final = "subject.name.strategy"
_CLASS_OR_PLACEHOLDER: Final = re.compile(r"(?:^|[.$])[A-Z]\w*$|\$\{")
_JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
_WITHOUT_SCHEMA: Final = frozenset(
    {
        "org.apache.kafka.connect.storage.StringConverter",
        "org.apache.kafka.connect.converters.ByteArrayConverter",
    }
)
_COLUMNAR: Final = ("ParquetFormat", "AvroFormat")
_KNOWN_TRANSFORMS: Final = ("org.apache.kafka.", "io.debezium.")
_MAY_MAKE_SCHEMAS: Final = ("HoistField",)


def _no_converter(subject: Subject) -> Iterator[Fault]:
    for key in (*_SIDES, "header.converter"):
        if _NOT_ONE.search(subject.text(key)):
            yield Fault(key, f"{subject.text(key)} is a class of Kafka clients, and no converter")


def _options_unused(subject: Subject) -> Iterator[Fault]:
    for side in _SIDES:
        if subject.text(side):
            continue
        for option in _OPTIONS:
            key = f"{side}.{option}"
            if key in subject.config:
                yield Fault(
                    key,
                    f"{key} does nothing: {side} is not set, and the workers' converter keeps its own settings",
                )


def _other_converter(subject: Subject) -> Iterator[Fault]:
    for side in _SIDES:
        written, key = subject.text(side), f"{side}.schemas.enable"
        if key in subject.config and written in _WITH_REGISTRY | _WITHOUT_SCHEMA:
            simple = written.rpartition(".")[2]
            yield Fault(
                key,
                f"{key} does nothing: it is an option of JsonConverter, and {simple} has none such",
            )


def _no_strategy(subject: Subject) -> Iterator[Fault]:
    for key in subject.config:
        written = subject.text(key)
        if key.endswith(_STRATEGY) and written and not _CLASS_OR_PLACEHOLDER.search(written):
            yield Fault(key, f"{key} is {subject.shown(key)}, which is no class")


def _no_registry(subject: Subject) -> Iterator[Fault]:
    for side in _SIDES:
        url = f"{side}.schema.registry.url"
        if subject.text(side) in _WITH_REGISTRY and url not in subject.config:
            simple = subject.text(side).rpartition(".")[2]
            yield Fault(side, f"{simple} needs {url}", f"add {url}")


def _sink_without_schema(subject: Subject) -> Iterator[Fault]:
    needs = _needs_schema(subject)
    converter = subject.text(_VALUE)
    if not needs or _may_add_schema(subject):
        return
    if converter in _WITHOUT_SCHEMA:
        yield Fault(
            _VALUE,
            f"{needs} needs records with a schema, and {converter.rpartition('.')[2]} gives none",
        )
    elif converter == _JSON and subject.is_off(f"{_VALUE}.schemas.enable"):
        yield Fault(
            f"{_VALUE}.schemas.enable",
            f"{needs} needs records with a schema, and JSON without schemas has none",
        )


def _needs_schema(subject: Subject) -> str:
    if subject.class_name in JDBC_SINKS:
        return subject.class_name.rpartition(".")[2]
    writer = subject.text("format.class").rpartition(".")[2]
    return (
        writer
        if writer in _COLUMNAR and subject.text("format.class").startswith("io.confluent.")
        else ""
    )


def _may_add_schema(subject: Subject) -> bool:
    for alias in subject.items("transforms"):
        written = subject.text(f"transforms.{alias}.type")
        if not written.startswith(_KNOWN_TRANSFORMS) or any(
            name in written for name in _MAY_MAKE_SCHEMAS
        ):
            return True
    return False


RULES: Final = (
    Rule(
        code=Code.NO_CONVERTER,
        title="A class that is no converter",
        level=LintLevel.ERROR,
        why="Serializers and deserializers belong to Kafka clients. Connect wants converters and rejects anything else.",
        fix="name a converter, org.apache.kafka.connect.storage.StringConverter for one",
        check=ForConnector(_no_converter),
    ),
    Rule(
        code=Code.CONVERTER_OPTIONS_UNUSED,
        title="Options without their converter",
        level=LintLevel.WARN,
        why="A connector that names no converter uses that of the workers, with the workers' settings. Options in the connector are then ignored.",
        fix="name the converter as well, or remove the options",
        check=ForConnector(_options_unused),
    ),
    Rule(
        code=Code.OPTION_OF_OTHER_CONVERTER,
        title="An option of another converter",
        level=LintLevel.INFO,
        why="schemas.enable tells JsonConverter whether each record carries its schema. Other converters ignore it.",
        fix="remove it",
        check=ForConnector(_other_converter),
    ),
    Rule(
        code=Code.NO_REGISTRY,
        title="A converter without its schema registry",
        level=LintLevel.ERROR,
        why="A connector that names its converter inherits none of the workers' converter settings, the address of the registry included.",
        fix="add the address of the schema registry",
        check=ForConnector(_no_registry),
    ),
    Rule(
        code=Code.SINK_WITHOUT_SCHEMA,
        title="A sink that needs schemas and gets none",
        level=LintLevel.ERROR,
        why="JDBC sinks make columns from the schema of a record, and Avro and Parquet files cannot be written without one. The first record stops the task.",
        fix="use a converter with schemas: Avro, Protobuf, JSON Schema, or JSON with schemas.enable true",
        check=ForConnector(_sink_without_schema),
    ),
    Rule(
        code=Code.NO_SUBJECT_STRATEGY,
        title="A subject name strategy that is no class",
        level=LintLevel.WARN,
        why="The setting names a class that makes the subject of a schema from the topic and the record. A subject itself, or any other text, fails as soon as the converter reads it, and does nothing where the converter is another one.",
        fix="name a class, such as io.confluent.kafka.serializers.subject.RecordNameStrategy, below key.converter or value.converter; without one, subjects are named by their topics",
        check=ForConnector(_no_strategy),
    ),
)
