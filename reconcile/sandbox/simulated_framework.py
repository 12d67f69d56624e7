"""Check the settings that every connector has, whatever its plugin."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconcile.sandbox.simulated_configdef import Checked, Definition, check_value
from reconcile.sandbox.simulated_families import class_names, resolve_class, with_version
from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_rules import Rules
from reconcile.sandbox.simulated_versions import satisfies, version_range


def framework_settings(
    definitions: Iterable[Definition], config: Mapping[str, str], plugin: Plugin, rules: Rules
) -> Iterator[Checked]:
    """Yield the framework's settings of a connector.

    From 4.1 on converters and versions have the worker's own as defaults (KIP-891).
    """
    named: dict[str, Plugin | None] = {"connector": plugin}
    for definition in definitions:
        owner = definition.name.removesuffix(".plugin.version")
        if owner != definition.name:
            checked = _version(definition, owner, named[owner], config)
        elif definition.type == "CLASS":
            checked, named[owner] = _converter(definition, config, rules)
        else:
            checked = check_value(definition, config)
        if rules.features.plugin_versions:
            checked = _with_refusal(checked, owner, named.get(owner), config)
        yield checked


def plain_settings(
    definitions: Iterable[Definition], config: Mapping[str, str], plugin: Plugin
) -> Iterator[Checked]:
    """Yield the framework's settings of a connector whose version is not installed."""
    for definition in definitions:
        owner = definition.name.removesuffix(".plugin.version")
        if owner == definition.name:
            yield check_value(definition, config)
        else:
            installed = plugin if owner == "connector" else None
            yield _version(definition, owner, installed, config)


def version_refusal(plugin: Plugin, wanted: str) -> str:
    """Return what Connect says where no installed version of a plugin is in the range."""
    # A converter is installed as a header converter as well, and so counted twice.
    installed = [plugin.version] * (2 if plugin.kind == "converter" else 1)
    return (
        f"Plugin {plugin.class_name} not found that matches the version range "
        f"{version_range(wanted)}, available versions: [{', '.join(installed)}]"
    )


def _version(
    definition: Definition, owner: str, plugin: Plugin | None, config: Mapping[str, str]
) -> Checked:
    """Return a version setting; without a class that it could belong to it is not shown."""
    shown = plugin is not None or bool(config.get(owner))
    return replace(with_version(definition, plugin, config), visible=shown)


def _converter(
    definition: Definition, config: Mapping[str, str], rules: Rules
) -> tuple[Checked, Plugin | None]:
    kind = "header_converter" if definition.name == "header.converter" else "converter"
    if not rules.features.plugin_versions:
        checked = check_value(definition, config)
        checked, plugin = resolve_class(checked, rules.plugins, kind, rules.features)
        return _loaded(checked, config, rules), plugin
    known = replace(definition, default=rules.converters[definition.name])
    checked, plugin = resolve_class(check_value(known, config), rules.plugins, kind, rules.features)
    checked = replace(checked, recommended=class_names(rules.plugins, kind))
    return _loaded(checked, config, rules), plugin


def _loaded(checked: Checked, config: Mapping[str, str], rules: Rules) -> Checked:
    """Return a converter setting with the error of a name that has space around it.

    Its definition trims the name, but from 3.8 on the converter is loaded by the name as sent.
    """
    sent = config.get(checked.name, "")
    if sent == sent.strip() or checked.errors or not rules.features.validates_converters:
        return checked
    return replace(checked, errors=(f"Failed to load class {sent}: {sent}",))


def _with_refusal(
    checked: Checked, owner: str, plugin: Plugin | None, config: Mapping[str, str]
) -> Checked:
    """Return a converter setting with what is wrong about the version that is asked for."""
    wanted = config.get(f"{owner}.plugin.version")
    if owner == "connector" or plugin is None or wanted is None:
        return checked
    if satisfies(plugin.version, wanted):
        return checked
    return replace(checked, errors=(*checked.errors, version_refusal(plugin, wanted)))
