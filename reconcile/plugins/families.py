"""Keys that come in families: no definition lists them, their prefix alone is known."""

from collections.abc import Container
from typing import Final

_PASSED_ON: Final = (
    "topic.creation.",
    "producer.override.",
    "consumer.override.",
    "admin.override.",
    "schema.history.internal.",
    "schema.history.",
    "signal.consumer.",
    "signal.kafka.",
    "driver.",
    "database.",
    "topic.",
    "iceberg.",
    "camel.",
    "parquet.",
    "confluent.topic.",
    "reporter.",
    "offset.storage.",
)
_NAMED: Final = ("transforms.", "predicates.")


def family_of(key: str, keys: Container[str]) -> str:
    """Return the prefix of the family that a key belongs to, or an empty text.

    Transforms and predicates count by name (`transforms.unwrap.`); a key below another key whose
    value is a class (`value.converter.schemas.enable` below `value.converter`) belongs to that
    class; the rest are prefixes that Connect or well-known connectors pass on as they are.
    """
    for prefix in _NAMED:
        if key.startswith(prefix):
            alias = key[len(prefix) :].partition(".")[0]
            return f"{prefix}{alias}."
    head = key
    while "." in head:
        head = head.rpartition(".")[0]
        if head.endswith(("converter", "partitioner", "class", "format")) and head in keys:
            return f"{head}."
    return next((prefix for prefix in _PASSED_ON if key.startswith(prefix)), "")
