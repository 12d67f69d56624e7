"""Judge a config as a worker does: for the validate endpoint and before every write."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconcile.sandbox.simulated_configdef import (
    Checked,
    check_value,
    definition_json,
    items,
)
from reconcile.sandbox.simulated_families import (
    UnusableOverrideError,
    converters,
    overrides,
    stages,
)
from reconcile.sandbox.simulated_framework import (
    framework_settings,
    plain_settings,
    version_refusal,
)
from reconcile.sandbox.simulated_java import hash_order, map_text
from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_providers import ProviderError
from reconcile.sandbox.simulated_rules import NotJudgedError, Rules
from reconcile.sandbox.simulated_versions import satisfies

_CONFIG_EXCEPTION = "org.apache.kafka.common.config.ConfigException"
_CONNECT_EXCEPTION = "org.apache.kafka.connect.errors.ConnectException"
_BAD_REQUEST = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"
_ADVICE = (
    "You can also find the above list of errors at the endpoint "
    "`/connector-plugins/{connectorType}/config/validate`"
)
NULL_VALUE = "Null value can not be supplied as the configuration value."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The settings that a config has or lacks, with their errors."""

    name: str
    groups: tuple[str, ...]
    settings: tuple[Checked, ...]

    @property
    def errors(self) -> tuple[str, ...]:
        """Return every error, in the order of the settings."""
        return tuple(error for checked in self.settings for error in checked.errors)


def judge(config: Mapping[str, str], rules: Rules) -> Judgement:
    """Return the judgement of a config; raises `NotJudgedError`."""
    try:
        seen = rules.providers.resolve(config)
    except ProviderError as problem:
        raise NotJudgedError(str(problem), status=500, exception=_CONFIG_EXCEPTION) from problem
    plugin = _connector_plugin(seen, rules)
    _refuse_unbounded(seen, rules)
    if _wrong_version(seen, plugin, rules):
        return _version_judgement(seen, plugin, rules)
    try:
        settings = tuple(_settings(seen, plugin, rules))
    except UnusableOverrideError as problem:
        raise NotJudgedError(str(problem), status=500, exception=_CONFIG_EXCEPTION) from problem
    settings = _with_rules(settings, seen, plugin, rules)
    return Judgement(name=config["connector.class"], groups=_groups(settings), settings=settings)


def refusal(messages: Iterable[str]) -> str:
    """Return the message with which a write refuses an invalid config."""
    errors = list(messages)
    intro = f"Connector configuration is invalid and contains the following {len(errors)} error(s):"
    return "\n".join([intro, *errors, _ADVICE])


def judgement_json(judgement: Judgement, *, order_field: str) -> dict[str, object]:
    """Return a judgement as the validate endpoint shows it."""
    return {
        "name": judgement.name,
        "error_count": len(judgement.errors),
        "groups": list(judgement.groups),
        "configs": [
            {
                "definition": checked.definition
                and definition_json(checked.definition, order_field=order_field),
                "value": {
                    "name": checked.name,
                    "value": checked.value,
                    "recommended_values": list(checked.recommended),
                    "errors": list(checked.errors),
                    "visible": checked.visible,
                },
            }
            for checked in judgement.settings
        ],
    }


def _connector_plugin(config: Mapping[str, str], rules: Rules) -> Plugin:
    name = config.get("connector.class")
    if name is None:
        shown = map_text({key: config[key] for key in hash_order(config)})
        raise NotJudgedError(
            f"Connector config {shown} contains no connector type",
            status=400,
            exception=_BAD_REQUEST,
        )
    plugin = rules.plugins.find(name)
    if plugin is not None:
        return plugin
    strict = rules.features.unknown_class_is_bad_request
    available = ", ".join(_described(entry) for entry in rules.plugins.connectors())
    raise NotJudgedError(
        "Failed to find any class that implements Connector and which name matches "
        f"{name}, available connectors are: {available}",
        status=400 if strict else 500,
        exception=f"{_BAD_REQUEST}: {_CONNECT_EXCEPTION}" if strict else _CONNECT_EXCEPTION,
    )


def _described(plugin: Plugin) -> str:
    return (
        f"PluginDesc{{klass=class {plugin.class_name}, name='{plugin.class_name}', "
        f"version='{plugin.version}', encodedVersion={plugin.version}, type={plugin.kind}, "
        f"typeName='{plugin.kind}', location='file:/connect/plugins/{plugin.folder}/'}}"
    )


def _wrong_version(config: Mapping[str, str], plugin: Plugin, rules: Rules) -> bool:
    wanted = config.get("connector.plugin.version")
    known = rules.features.plugin_versions
    return known and wanted is not None and not satisfies(plugin.version, wanted)


def _refuse_unbounded(config: Mapping[str, str], rules: Rules) -> None:
    wanted = config.get("connector.plugin.version", "")
    if rules.features.plugin_versions and wanted[:1] in {"[", "("} and wanted[-1] not in {"]", ")"}:
        raise NotJudgedError(f"Unbounded range: {wanted}", status=400, exception=_BAD_REQUEST)


def _version_judgement(config: Mapping[str, str], plugin: Plugin, rules: Rules) -> Judgement:
    message = version_refusal(plugin, config["connector.plugin.version"])
    touched = {"connector.class", "connector.plugin.version"}
    settings = tuple(
        replace(checked, errors=(*checked.errors, message)) if checked.name in touched else checked
        for checked in plain_settings(rules.plugins.common, config, plugin)
    )
    return Judgement(name=config["connector.class"], groups=_groups(settings), settings=settings)


def _settings(config: Mapping[str, str], plugin: Plugin, rules: Rules) -> Iterator[Checked]:
    own = {definition.name: definition for definition in plugin.definitions}
    settings = framework_settings(rules.plugins.framework(plugin.kind), config, plugin, rules)
    for checked in settings:
        # Where a plugin repeats a setting of the framework, its own word is the last.
        repeated = own.get(checked.name)
        yield check_value(repeated, config) if repeated else checked
    yield from stages("transforms", config, rules.plugins, rules.features)
    yield from stages("predicates", config, rules.plugins, rules.features)
    framework = {definition.name for definition in rules.plugins.framework(plugin.kind)}
    for definition in plugin.definitions:
        if definition.name not in framework:
            yield check_value(definition, config)
    if rules.features.validates_converters:
        yield from converters(config, rules.plugins, rules.features)
    yield from overrides(config, rules.plugins, kind=plugin.kind)


def _groups(settings: Iterable[Checked]) -> tuple[str, ...]:
    framework: dict[str, None] = {}
    nested: dict[str, None] = {}
    for checked in settings:
        group = checked.definition.group if checked.definition else None
        if group is not None:
            named = nested if ".converter." in checked.name else framework
            named[group] = None
    return (*framework, *(group for group in hash_order(nested) if group not in framework))


def _with_rules(
    settings: tuple[Checked, ...], config: Mapping[str, str], plugin: Plugin, rules: Rules
) -> tuple[Checked, ...]:
    """Return the settings with what the worker says about several of them together."""
    found: dict[str, str] = {}
    extra: list[Checked] = []
    if plugin.kind == "sink":
        found.update(_topic_errors(config))
        if found and not rules.features.checks_topics_kindly:
            message = next(iter(found.values()))
            raise NotJudgedError(message, status=500, exception=_CONFIG_EXCEPTION)
        group = config.get("consumer.override.group.id")
        clash = f"conflicts with Connect worker group {rules.group_id}"
        if group is not None and rules.features.checks_topics_kindly:
            key = "consumer.override.group.id"
            texts = (f"Consumer group {group} {clash}",) if group == rules.group_id else ()
            extra.append(Checked(name=key, definition=None, value=group, errors=texts))
        elif group is None and f"connect-{config.get('name')}" == rules.group_id:
            found["name"] = f"Consumer group for sink connector named {config['name']} {clash}"
    else:
        found.update(_delivery_errors(config))
    return (
        *extra,
        *(
            replace(checked, errors=(*checked.errors, found[checked.name]))
            if checked.name in found
            else checked
            for checked in settings
        ),
    )


def _delivery_errors(config: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if config.get("exactly.once.support", "").lower() == "required":
        found["exactly.once.support"] = (
            "This worker does not have exactly-once source support enabled."
        )
    if config.get("transaction.boundary", "").lower() == "connector":
        found["transaction.boundary"] = (
            "The connector does not support connector-defined transaction boundaries with the "
            "given configuration. Please reconfigure it to use a different transaction boundary "
            "definition."
        )
    return found


def _topic_errors(config: Mapping[str, str]) -> dict[str, str]:
    topics = items(config.get("topics", ""))
    pattern = config.get("topics.regex", "").strip()
    dead = config.get("errors.deadletterqueue.topic.name", "").strip()
    both = ("topics", "topics.regex")
    if topics and pattern:
        message = "topics and topics.regex are mutually exclusive options, but both are set."
        return dict.fromkeys(both, message)
    if not topics and not pattern:
        return dict.fromkeys(both, "Must configure one of topics or topics.regex")
    if dead and dead in topics:
        listed = ", ".join(topics)
        return {
            "topics": f"The DLQ topic '{dead}' may not be included in the list of topics "
            f"('topics=[{listed}]') consumed by the connector"
        }
    if dead and _matches(pattern, dead):
        return {
            "topics.regex": f"The DLQ topic '{dead}' may not be matched by the regex for the "
            f"topics ('topics.regex={pattern}') consumed by the connector"
        }
    return {}


def _matches(pattern: str, topic: str) -> bool:
    try:
        return bool(pattern) and re.fullmatch(pattern, topic) is not None
    except re.error:
        return False
