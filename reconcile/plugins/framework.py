"""What Connect itself says against settings that every connector has; definitions do not tell it.

The rules stand in Connect's own ConnectorConfig, SourceConnectorConfig and SinkConnectorConfig.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Final

from reconcile.model.config import Config
from reconcile.model.plugin import SettingError
from reconcile.plugins.suggest import suggest

_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "errors.tolerance": ("none", "all"),
    "config.action.reload": ("none", "restart"),
}
_ONE_OF_IN_ANY_CASE: Final[Mapping[str, tuple[str, ...]]] = {
    "exactly.once.support": ("requested", "required"),
    "transaction.boundary": ("poll", "interval", "connector"),
}
_AT_LEAST: Final[Mapping[str, int]] = {"tasks.max": 1, "transaction.boundary.interval.ms": 0}
_ALIASES: Final = ("transforms", "predicates", "topic.creation.groups")
_TOPICS: Final = "topics"
_REGEX: Final = "topics.regex"
_DEAD_LETTERS: Final = "errors.deadletterqueue.topic.name"


def allowed_values(key: str) -> tuple[str, ...]:
    """Return the only values that Connect takes for a setting of its own; nothing where it is open."""
    return _ONE_OF.get(key) or _ONE_OF_IN_ANY_CASE.get(key, ())


def least_value(key: str) -> int | None:
    """Return the least number that Connect takes for a setting of its own, if there is one."""
    return _AT_LEAST.get(key)


def framework_errors(config: Config, known: Container[str]) -> Iterator[SettingError]:
    """Yield what Connect would refuse among the settings that a connector has by its definition."""
    for key, allowed in (*_ONE_OF.items(), *_ONE_OF_IN_ANY_CASE.items()):
        value = _value(config, key)
        if key not in known or value is None:
            continue
        compared = value if key in _ONE_OF else value.lower()
        if compared not in allowed:
            said = f'{key} must be one of {", ".join(allowed)}, not "{value}"'
            meant = suggest(value, allowed) or ""
            yield SettingError(key=key, messages=(said,), meant=meant)
    for key, least in _AT_LEAST.items():
        value = _value(config, key)
        if key in known and value is not None and _is_below(value, least):
            said = f'{key} must be at least {least}, not "{value}"'
            yield SettingError(key=key, messages=(said,))
    for key in _ALIASES:
        names = _items(_value(config, key))
        twice = sorted({name for name in names if names.count(name) > 1})
        if key in known and twice:
            yield SettingError(key=key, messages=(f"{key} names {', '.join(twice)} twice",))
    if _TOPICS in known and _REGEX in known:
        yield from _topic_errors(config)


def _topic_errors(config: Config) -> Iterator[SettingError]:
    """Yield what is wrong with the topics of a sink; Connect says it of both settings."""
    has_topics, has_regex = (_is_set(config, key) for key in (_TOPICS, _REGEX))
    if not has_topics and not has_regex:
        said = "Must configure one of topics or topics.regex"
        yield SettingError(key=_TOPICS, messages=(said,))
    elif has_topics and has_regex:
        said = "topics and topics.regex are mutually exclusive options, but both are set."
        yield SettingError(key=_REGEX, messages=(said,))
    dead = _value(config, _DEAD_LETTERS)
    if dead and dead in _items(_value(config, _TOPICS)):
        said = f"{_DEAD_LETTERS} is {dead}, which the connector reads from"
        yield SettingError(key=_DEAD_LETTERS, messages=(said,))


def _value(config: Config, key: str) -> str | None:
    """Return a value that can be judged: no placeholder, nothing made from a secret."""
    value = config.get(key)
    if value is None or "${" in value or config.reference(key) is not None:
        return None
    return value.strip()


def _is_set(config: Config, key: str) -> bool:
    value = config.get(key)
    return key in config and (value is None or bool(value.strip()))


def _items(value: str | None) -> list[str]:
    return [part for part in map(str.strip, (value or "").split(",")) if part]


def _is_below(value: str, least: int) -> bool:
    digits = value.removeprefix("-").removeprefix("+")
    return digits.isascii() and digits.isdigit() and int(value) < least
