"""Answer for the positions of connectors: where they begin and what may be written to them."""

import re
from collections.abc import Collection, Mapping

from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_state import Connector, Offset

_TOPIC, _PARTITION, _POSITION = "kafka_topic", "kafka_partition", "kafka_offset"


class OffsetsRejectedError(Exception):
    """The connector or its group does not take these offsets; the message is the answer."""

    def __init__(self, message: str, *, status: int = 500) -> None:
        super().__init__(message)
        self.status = status


def offsets_at_start(connector: Connector, plugin: Plugin | None) -> tuple[Offset, ...]:
    """Return the positions that a connector has committed soon after its tasks started.

    Sources begin with a position of their own; sinks have none until a record reached them.
    """
    if plugin is None or plugin.offset is None:
        return ()
    partition, offset = plugin.offset["partition"], plugin.offset["offset"]
    if not isinstance(partition, Mapping) or not isinstance(offset, Mapping):
        return ()
    filled = {key: _filled(value, connector.config or {}) for key, value in partition.items()}
    return (Offset(partition=filled, offset=offset),)


def altered(
    before: tuple[Offset, ...],
    wanted: tuple[Offset, ...],
    *,
    name: str,
    plugin: Plugin | None,
    topics: Collection[str],
) -> tuple[Offset, ...]:
    """Return the positions of a connector after an alteration.

    A source keeps a partition that it knew when its offset becomes null; a sink forgets it.
    Raises `OffsetsRejectedError` for what the plugin, or a sink's group, does not know; `topics`
    are those that exist.
    """
    if plugin is not None and plugin.kind == "sink":
        wanted = tuple(_sink_offset(entry, name, topics) for entry in wanted)
    else:
        for entry in wanted:
            _check_source(entry, plugin)
    sink = plugin is not None and plugin.kind == "sink"
    merged = {_identity(entry.partition): entry for entry in before}
    for entry in wanted:
        identity = _identity(entry.partition)
        if entry.offset is not None or (identity in merged and not sink):
            merged[identity] = entry
        else:
            merged.pop(identity, None)
    return tuple(merged.values())


def _check_source(entry: Offset, plugin: Plugin | None) -> None:
    if plugin is None or entry.offset is None or not plugin.offset_key:
        return
    if plugin.offset_key not in entry.partition:
        raise OffsetsRejectedError(
            f"Partition objects should contain the key '{plugin.offset_key}'"
        )
    key = plugin.offset_value
    if not key:
        return
    if key not in entry.offset:
        raise OffsetsRejectedError(
            f"Offset objects should either be null or contain the key '{key}'"
        )
    position = entry.offset[key]
    if not isinstance(position, int):
        raise OffsetsRejectedError(
            f"The value for the '{key}' key in the offset is expected to be a Long value"
        )
    if position < 0:
        raise OffsetsRejectedError(
            f"The value for the '{key}' key in the offset should be a non-negative value"
        )


def _sink_offset(entry: Offset, name: str, topics: Collection[str]) -> Offset:
    """Return a sink's position with numbers for what may be sent as text."""
    if not {_TOPIC, _PARTITION} <= set(entry.partition):
        raise OffsetsRejectedError(
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
            "'kafka_partition'",
            status=400,
        )
    topic = str(entry.partition[_TOPIC])
    partition = _whole(entry.partition[_PARTITION], "partition", "Partition values")
    where = {_PARTITION: partition, _TOPIC: topic}
    if entry.offset is None:
        return Offset(partition=where, offset=None)
    if _POSITION not in entry.offset:
        raise OffsetsRejectedError(
            "The offset for a sink connector should either be null or contain the key "
            "'kafka_offset'",
            status=400,
        )
    position = _whole(entry.offset[_POSITION], "offset", "Offset values")
    if position < 0:
        raise OffsetsRejectedError(f"Failed to modify offsets for sink connector {name}")
    if topic not in topics:
        raise OffsetsRejectedError(f"Failed to alter consumer group offsets for connector {name}")
    return Offset(partition=where, offset={_POSITION: position})


def _whole(value: object, what: str, plural: str) -> int:
    text = str(value)
    if re.fullmatch(r"-?\d+", text) is None:
        raise OffsetsRejectedError(
            f"Failed to parse the following Kafka {what} value in the provided offsets: "
            f"'{text}'. {plural} for sink connectors need to be integers.",
            status=400,
        )
    return int(text)


def _identity(partition: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, repr(value)) for key, value in partition.items()))


def _filled(template: object, config: Mapping[str, str]) -> object:
    if not isinstance(template, str):
        return template
    return re.sub(r"\$\{([^}]+)\}", lambda found: config.get(found[1], ""), template)
