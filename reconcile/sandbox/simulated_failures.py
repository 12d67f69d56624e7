"""Say which configs fail once they run, when, and with what trace."""

from collections.abc import Mapping
from dataclasses import dataclass

_DEAD_LETTERS = "errors.deadletterqueue.topic"
_LONG_CONVERTER = "LongConverter"
_NEEDS_DEFAULTS = (
    "topic.creation.default.replication.factor",
    "topic.creation.default.partitions",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure to come: `delay` seconds after the start, 0 for during it."""

    trace: str
    delay: float = 0.0


def connector_failure(config: Mapping[str, str], *, kind: str) -> Failure | None:
    """Return how the connector instance of this config fails, if it does."""
    if kind == "source" and config.get("topic.creation.groups"):
        for key in _NEEDS_DEFAULTS:
            if key not in config:
                return Failure(trace=_missing_default_trace(key))
    if config.get("mock_mode") == "connector-failure":
        return Failure(trace=_mock_trace("MockConnector"), delay=_mock_delay(config))
    return None


def task_failure(config: Mapping[str, str], *, task_class: str, brokers: int) -> Failure | None:
    """Return how a task of this config fails, if it does.

    A real mock sink fails only once it was given a record; here its topics are never empty.
    """
    if config.get("mock_mode") == "task-failure":
        return Failure(trace=_mock_task_trace(task_class), delay=_mock_delay(config))
    path = config.get("file", "")
    if task_class.endswith(".FileStreamSinkTask") and path.startswith("/nonexistent"):
        return Failure(trace=_missing_file_trace(path))
    dead_letters = config.get(f"{_DEAD_LETTERS}.name", "")
    copies = config.get(f"{_DEAD_LETTERS}.replication.factor", "3")
    if dead_letters and copies.isdecimal() and int(copies) > brokers:
        return Failure(trace=_dead_letter_trace(dead_letters))
    converter = config.get("value.converter", "")
    if "topics" in config and converter.endswith(_LONG_CONVERTER):
        tolerated = config.get("errors.tolerance", "none") == "all"
        return None if tolerated else Failure(trace=_conversion_trace())
    return None


def _mock_delay(config: Mapping[str, str]) -> float:
    text = config.get("delay_ms", "")
    return int(text) / 1000 if text.isdecimal() else 0.0


def _mock_trace(class_name: str) -> str:
    return (
        f"java.lang.RuntimeException\n\tat org.apache.kafka.connect.tools.{class_name}"
        f".lambda$start$0({class_name}.java:69)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
    )


def _mock_task_trace(task_class: str) -> str:
    short = task_class.rpartition(".")[2]
    if "Source" in short:
        return (
            f"java.lang.RuntimeException\n\tat {task_class}.poll({short}.java:58)\n"
            "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        )
    return (
        "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to "
        "unrecoverable exception.\n"
        "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        f"Caused by: java.lang.RuntimeException\n\tat {task_class}.put({short}.java:52)\n"
        "\t... 10 more\n"
    )


def _missing_file_trace(path: str) -> str:
    return (
        f"org.apache.kafka.connect.errors.ConnectException: Couldn't find or create file '{path}' "
        "for FileStreamSinkTask\n"
        "\tat org.apache.kafka.connect.file.FileStreamSinkTask.start(FileStreamSinkTask.java:74)\n"
        "\tat org.apache.kafka.connect.runtime.WorkerTask.run(WorkerTask.java:298)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        f"Caused by: java.nio.file.NoSuchFileException: {path}\n"
        "\tat java.base/sun.nio.fs.UnixException.translateToIOException(UnixException.java:92)\n"
        "\t... 10 more\n"
    )


def _missing_default_trace(key: str) -> str:
    return (
        f'org.apache.kafka.common.config.ConfigException: Missing required configuration "{key}" '
        "which has no default value.\n"
        "\tat org.apache.kafka.common.config.ConfigDef.parseValue(ConfigDef.java:537)\n"
        "\tat org.apache.kafka.connect.runtime.Worker.startConnector(Worker.java:336)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
    )


def _dead_letter_trace(topic: str) -> str:
    return (
        "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue "
        f"with topic={topic}\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        "Caused by: org.apache.kafka.common.errors.InvalidReplicationFactorException: Unable to "
        "replicate the partition 3 time(s)\n\t... 10 more\n"
    )


def _conversion_trace() -> str:
    return (
        "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n"
        "\tat org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator"
        ".execAndHandleError(RetryWithToleranceOperator.java:259)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
        "Caused by: org.apache.kafka.connect.errors.DataException: Failed to deserialize data for "
        "topic: Size of data received by LongDeserializer is not 8\n"
        "\t... 13 more\n"
    )
