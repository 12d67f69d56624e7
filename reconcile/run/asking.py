"""Ask a worker about settings, several questions at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_plugin_settings, validate_config
from reconcile.model.config import Config
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import Plugin, Validation
from reconcile.plan.draft import Draft
from reconcile.plugins.sensitive import is_sensitive
from reconcile.run.context import Context

_VALIDATIONS_AT_A_TIME: Final = 8

T = TypeVar("T")
U = TypeVar("U")


def read_plugins(connection: Connection, classes: Iterable[str]) -> Mapping[str, Plugin]:
    """Return the setting definitions of the classes that the worker knows."""
    names = tuple(classes)
    found = together(lambda name: get_plugin_settings(connection, name), names)
    return {name: plugin for name, plugin in zip(names, found, strict=True) if plugin is not None}


def learn_secrets_of(context: Context, draft: Draft, plugins: Mapping[str, Plugin]) -> None:
    """Teach the redactor what the connectors at hand keep secret, before a server speaks of it."""
    for change in draft.changes:
        plugin = plugins.get(change.class_name)
        for config in (change.config, change.live.config if change.live else None):
            if config is not None:
                context.redactor.learn(sensitive_values(config, plugin))


def sensitive_values(config: Config, plugin: Plugin | None = None) -> Iterator[str]:
    """Yield the values of a config that must not be shown."""
    settings = plugin.settings if plugin else {}
    for key, value in config.reveal().items():
        if config.reference(key) is not None or is_sensitive(key, value, settings.get(key)):
            yield value


def validated(
    connection: Connection, draft: Draft, mode: ValidationMode
) -> Mapping[str, Validation]:
    """Ask the worker to validate each config that would be written; return its answers by name."""
    if mode is not ValidationMode.LIVE:
        return {}
    configs = [
        (change.name, change.config) for change in draft.to_check if change.config is not None
    ]
    answers = together(lambda item: validate_config(connection, *item), configs)
    return {answer.connector: answer for answer in answers}


def together(function: Callable[[T], U], items: Sequence[T]) -> list[U]:
    """Call a function for each item, several at a time; results keep their order."""
    if len(items) <= 1:
        return [function(item) for item in items]
    pool = ThreadPoolExecutor(_VALIDATIONS_AT_A_TIME)
    try:
        return list(pool.map(function, items))
    finally:
        # An interruption does not wait for answers that nobody wants any more.
        pool.shutdown(wait=False, cancel_futures=True)
