"""Ask a worker about settings, several questions at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_plugin_settings, list_plugins, validate_config
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import NotOffered, Plugin, Validation
from reconcile.model.problem import Problem, Severity
from reconcile.plan.draft import Draft
from reconcile.plugins.aliases import class_aliases
from reconcile.plugins.sensitive import is_sensitive
from reconcile.redact import visible
from reconcile.run.context import Context

_VALIDATIONS_AT_A_TIME: Final = 8

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[V]):
    """What a cluster tells of its plugins, by class name, and what it keeps back."""

    values: Mapping[str, V]
    problems: tuple[Problem, ...] = ()


def read_aliases(connection: Connection) -> Told[str]:
    """Return every way to write a connector class of the worker, with its full name."""
    found = list_plugins(connection)
    if not isinstance(found, NotOffered):
        return Told(values=class_aliases(found))
    message = (
        f"cluster {connection.cluster} does not list its plugins: {found.reason}; classes are"
        " compared as they are written"
    )
    return Told(values={}, problems=(_kept_back(message, "write each class as it is live"),))


def read_plugins(connection: Connection, classes: Iterable[str]) -> Told[Plugin]:
    """Return the setting definitions of the classes that the worker knows."""
    names = tuple(classes)
    found = together(lambda name: get_plugin_settings(connection, name), names)
    answers = dict(zip(names, found, strict=True))
    plugins = {name: one for name, one in answers.items() if isinstance(one, Plugin)}
    missing = {name: one for name, one in answers.items() if isinstance(one, NotOffered)}
    if not missing:
        return Told(values=plugins)
    message = (
        f"cluster {connection.cluster}: the settings of {visible(', '.join(missing))} could not be"
        f" checked by definitions: {next(iter(missing.values())).reason}"
    )
    hint = "what is secret is told by the names and values of settings alone then"
    return Told(values=plugins, problems=(_kept_back(message, hint),))


def _kept_back(message: str, hint: str) -> Problem:
    return Problem(
        code=Code.VALIDATION_SKIPPED, message=message, hint=hint, severity=Severity.NOTICE
    )


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
