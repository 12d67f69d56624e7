"""Check the families of settings that a config opens: transforms, predicates, converters, clients."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconcile.sandbox.simulated_configdef import Checked, Definition, check_value, invalid, items
from reconcile.sandbox.simulated_java import hash_order
from reconcile.sandbox.simulated_plugins import Plugin, Plugins
from reconcile.sandbox.simulated_versions import Features, satisfies

_INTERFACES = {
    "converter": "Converter",
    "header_converter": "HeaderConverter",
    "transformation": "Transformation",
    "predicate": "Predicate",
}
_CONVERTER_KINDS = {
    "key.converter": "converter",
    "value.converter": "converter",
    "header.converter": "header_converter",
}


class UnusableOverrideError(Exception):
    """A client setting cannot be parsed; Connect answers with this message and status 500."""


def resolve_class(
    checked: Checked, plugins: Plugins, kind: str, features: Features
) -> tuple[Checked, Plugin | None]:
    """Return a CLASS setting with its full class name, or with an error where it does not serve.

    Before 3.8 converters were taken as they came (KAFKA-13328).
    """
    if checked.value is None:
        return checked, None
    plugin = plugins.find(checked.value, kind)
    if plugin is not None:
        return replace(checked, value=plugin.class_name), plugin
    other = plugins.by_alias.get(checked.value)
    if other is not None and not features.checks_classes:
        return replace(checked, value=other.class_name), None
    if other is not None:
        found = (
            f"Class class {other.class_name} does not implement the {_INTERFACES[kind]} interface"
        )
        return replace(checked, value=other.class_name, errors=(*checked.errors, found)), None
    unknown = f"Class {checked.value} could not be found."
    error = invalid(checked.name, checked.value, unknown)
    return replace(checked, value=None, errors=(*checked.errors, error)), None


def stages(
    family: str, config: Mapping[str, str], plugins: Plugins, features: Features
) -> Iterator[Checked]:
    """Yield the settings of every transformation or predicate that the config names."""
    kind = {"transforms": "transformation", "predicates": "predicate"}[family]
    word = kind.capitalize()
    for alias in dict.fromkeys(items(config.get(family, ""))):
        prefix = f"{family}.{alias}."
        group = f"{family.capitalize()}: {alias}"
        type_of = _setting("type", "CLASS", group, 0, display=f"{word} type for {alias}")
        checked = check_value(replace(type_of, required=True), config, prefix=prefix)
        checked, plugin = resolve_class(checked, plugins, kind, features)
        if plugin is None and not features.checks_classes:
            checked = _not_of_kind(checked, word)
        yield replace(checked, recommended=class_names(plugins, kind))
        if features.plugin_versions:
            shown = f"{word} version for {alias}"
            version = _setting("plugin.version", "STRING", group, 1, display=shown)
            yield with_version(version, plugin, config, prefix=prefix)
        if plugin is None:
            continue
        own = plugin.definitions + (_CONDITIONS if family == "transforms" else ())
        first = 2 if features.plugin_versions else 1
        for order, definition in enumerate(sorted(own, key=_prominence), start=first):
            placed = replace(definition, group=group, order=order)
            yield check_value(placed, config, prefix=prefix)


def _not_of_kind(checked: Checked, word: str) -> Checked:
    shown = None if checked.value is None else f"class {checked.value}"
    error = invalid(checked.name, shown, f"Not a {word}")
    return replace(checked, errors=(*checked.errors, error))


def class_names(plugins: Plugins, kind: str) -> tuple[str, ...]:
    """Return the classes that Connect recommends for a setting that names one."""
    return tuple(plugin.class_name for plugin in plugins.of_kind(kind))


def with_version(
    definition: Definition,
    plugin: Plugin | None,
    config: Mapping[str, str],
    *,
    prefix: str = "",
) -> Checked:
    """Return a `plugin.version` setting: by default it is the version installed (KIP-891)."""
    if plugin is None:
        return check_value(definition, config, prefix=prefix)
    known = replace(definition, default=plugin.version)
    return replace(check_value(known, config, prefix=prefix), recommended=(plugin.version,))


def converters(
    config: Mapping[str, str], plugins: Plugins, features: Features
) -> Iterator[Checked]:
    """Yield the settings of every converter that the config names a class for."""
    for key, kind in _CONVERTER_KINDS.items():
        plugin = plugins.find(config.get(key, ""), kind)
        wanted = config.get(f"{key}.plugin.version") if features.plugin_versions else None
        if plugin is None or (wanted is not None and not satisfies(plugin.version, wanted)):
            continue
        prefix = f"{key}."
        given = {f"{prefix}converter.type": key.partition(".")[0], **config}
        by_name = {definition.name: definition for definition in plugin.definitions}
        for name in hash_order(by_name):
            yield check_value(by_name[name], given, prefix=prefix, embedded=False)


def overrides(config: Mapping[str, str], plugins: Plugins, *, kind: str) -> Iterator[Checked]:
    """Yield the client settings that the config overrides; the policy here allows all of them.

    Only the clients that the connector needs are looked at. Raises `UnusableOverrideError` for a
    setting that its client cannot parse.
    """
    for client in _clients_of(config, kind):
        prefix = f"{client}.override."
        for key in config:
            if not key.startswith(prefix):
                continue
            definition = plugins.clients[client].get(key.removeprefix(prefix))
            if definition is None:
                yield Checked(name=key, definition=None, value=config[key])
                continue
            checked = check_value(definition, config, prefix=prefix, embedded=False)
            if checked.errors:
                raise UnusableOverrideError(checked.errors[0])
            yield checked


def _clients_of(config: Mapping[str, str], kind: str) -> tuple[str, ...]:
    if kind == "source":
        return ("producer", *(["admin"] if config.get("topic.creation.groups") else []))
    dead_letters = config.get("errors.deadletterqueue.topic.name")
    return ("consumer", *(["admin", "producer"] if dead_letters else []))


def _prominence(definition: Definition) -> tuple[bool, int, str]:
    """Return the place of a setting among others: required, then important, then by name."""
    rank = ("HIGH", "MEDIUM", "LOW").index(definition.importance)
    return (not definition.required, rank, definition.name)


def _setting(name: str, kind: str, group: str, order: int, *, display: str) -> Definition:
    return Definition(
        name=name,
        type=kind,
        required=False,
        default=None,
        importance="HIGH",
        documentation=f"{display}.",
        group=group,
        order=order,
        width="LONG",
        display_name=display,
    )


_CONDITIONS = (
    Definition(
        name="negate",
        type="BOOLEAN",
        required=False,
        default="false",
        importance="MEDIUM",
        documentation="Whether the transformation applies where its predicate does not hold.",
    ),
    Definition(
        name="predicate",
        type="STRING",
        required=False,
        default=None,
        importance="MEDIUM",
        documentation="Alias of the predicate that decides to which records this applies.",
    ),
)
