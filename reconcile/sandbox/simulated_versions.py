"""Say what each release of Kafka Connect can do and how it differs."""

import re
from dataclasses import dataclass

_CONFLUENT_OFFSET = 4
_FIRST_CONFLUENT = (5, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The differences between releases that a client of the REST API can see."""

    release: tuple[int, int]
    initial_state: bool
    loggers_know_scope: bool
    loggers_tell_changes: bool
    timeouts_name_the_stage: bool
    patch_config: bool
    validates_converters: bool
    checks_classes: bool
    checks_topics_kindly: bool
    hides_source: bool
    health: bool
    restarts_tasks_on_any_change: bool
    plugin_versions: bool
    strict_paths: bool
    tasks_config: bool
    unknown_class_is_bad_request: bool
    order_field: str


def release_of(version: str) -> tuple[int, int]:
    """Return the Apache Kafka release behind a version text, vendor suffixes included.

    Confluent Platform 7.X carries Apache Kafka 3.X and 8.X carries 4.X.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        return (0, 0)
    release = (int(found[1]), int(found[2]))
    if release >= _FIRST_CONFLUENT:
        return (release[0] - _CONFLUENT_OFFSET, release[1])
    return release


def features_of(version: str) -> Features:
    """Return the features of a release; the KIP or issue that brought each one is named here."""
    release = release_of(version)
    return Features(
        release=release,
        initial_state=release >= (3, 7),  # KIP-980
        loggers_know_scope=release >= (3, 7),  # KIP-976
        loggers_tell_changes=release >= (4, 0),
        timeouts_name_the_stage=release >= (3, 7),  # KAFKA-15563
        patch_config=release >= (3, 8),  # KIP-477
        validates_converters=release >= (3, 8),  # KAFKA-13328, KAFKA-13329
        checks_classes=release >= (3, 8),  # KAFKA-13328
        checks_topics_kindly=release >= (3, 7),  # KAFKA-13327
        hides_source=release >= (3, 8),
        health=release >= (3, 9),  # KIP-1017
        restarts_tasks_on_any_change=release >= (3, 9),  # KAFKA-9228
        plugin_versions=release >= (4, 1),  # KIP-891
        strict_paths=release >= (4, 0),  # Jetty 12
        tasks_config=release < (4, 0),  # KIP-661, removed
        unknown_class_is_bad_request=release >= (4, 0),
        order_field="order_in_group" if release >= (4, 2) else "order",
    )


def version_range(wanted: str) -> str:
    """Return a wanted plugin version as the range that it means: a bare version is exact."""
    text = wanted.strip()
    return text if text[:1] in {"[", "("} else f"[{text},{text}]"


def satisfies(version: str, wanted: str) -> bool:
    """Return whether a plugin version lies in a Maven range such as `[4.0,5.0)` (KIP-891)."""
    text = version_range(wanted)
    low, _, high = text[1:-1].partition(",")
    if not text.endswith(("]", ")")):
        return False
    found = _numbers(version)
    above = not low or _numbers(low) < found or (text[0] == "[" and _numbers(low) == found)
    below = not high or found < _numbers(high) or (text[-1] == "]" and _numbers(high) == found)
    return above and below


def _numbers(version: str) -> tuple[int, ...]:
    parts = tuple(int(part) for part in re.findall(r"\d+", version))
    return parts + (0,) * (4 - len(parts))
