"""The settings that a config opens itself: of its transforms, predicates and converters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from reconcile.model.config import Config
from reconcile.model.plugin import Catalog, Plugin, Setting, SettingError, SettingType
from reconcile.plugins.aliases import CONNECTORS
from reconcile.plugins.catalog import likely, names_of, plugin_of, version_refusal

CONVERTERS: Final[Mapping[str, frozenset[str]]] = {
    "key.converter": frozenset({"converter"}),
    "value.converter": frozenset({"converter"}),
    "header.converter": frozenset({"header_converter"}),
}
"""The settings that name a converter, and the kinds of plugin that serve there."""

STAGES: Final[Mapping[str, str]] = {"transforms": "transformation", "predicates": "predicate"}
"""The settings that list stages of a pipeline, and the kind of plugin that each stage is."""

_VERSION: Final = "plugin.version"
_SETTINGS_REMEMBERED: Final = 4096
_CONDITIONS: Final = (
    Setting(name="predicate", type=SettingType.STRING),
    Setting(name="negate", type=SettingType.BOOLEAN, default="false"),
)
# What Connect itself tells a converter: nobody has to.
_TOLD: Final = "converter.type"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A place in a config where a class is named, with the prefix of that class's settings."""

    key: str
    prefix: str
    kinds: frozenset[str]
    version_key: str
    own: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """All settings that a config can have, by full key, and what is wrong with its classes."""

    settings: Mapping[str, Setting]
    errors: tuple[SettingError, ...] = ()


def expand(config: Config, plugin: Plugin, catalog: Catalog) -> Expanded:
    """Return the settings of a connector with those of all that it names.

    A class of which nothing is known opens no settings, and what stands below its prefix is left
    alone.
    """
    settings = dict(plugin.settings)
    errors: list[SettingError] = []
    for slot in _slots(config):
        for setting in slot.own:
            settings.setdefault(f"{slot.prefix}{setting.name}", _below(slot.prefix, setting))
        wrong = _slot_error(config, slot, catalog)
        if wrong:
            errors.append(wrong)
            continue
        nested = _plugin_in(config, slot, catalog)
        for setting in nested.settings.values() if nested else ():
            settings.setdefault(f"{slot.prefix}{setting.name}", _below(slot.prefix, setting))
    return Expanded(settings=settings, errors=tuple(errors))


def nested_classes(config: Config, catalog: Catalog) -> Iterator[str]:
    """Yield the full names of the installed classes that a config names beside its connector's."""
    for slot in _slots(config):
        written = (config.get(slot.key) or "").strip()
        full = names_of(catalog, slot.kinds).get(written)
        if full is not None:
            yield full


def class_error(
    written: str, catalog: Catalog, kinds: frozenset[str] = CONNECTORS, *, what: str = "connector"
) -> tuple[str, str | None]:
    """Return what is wrong with a class as written, and what it may have meant; "" for nothing."""
    names = names_of(catalog, kinds)
    if not written or "${" in written or written in names or not names or not catalog.complete:
        return "", None
    return f"there is no {what} class {written}", likely(written, names)


def _slots(config: Config) -> Iterator[_Slot]:
    for key, kinds in CONVERTERS.items():
        if key in config:
            version_key = f"{key}.{_VERSION}"
            yield _Slot(key=key, prefix=f"{key}.", kinds=kinds, version_key=version_key)
    for family, kind in STAGES.items():
        listed = config.get(family) or ""
        own = (_stage_type(kind), Setting(name=_VERSION, type=SettingType.STRING))
        for alias in dict.fromkeys(part.strip() for part in listed.split(",")):
            if not alias or "${" in listed:
                continue
            prefix = f"{family}.{alias}."
            yield _Slot(
                key=f"{prefix}type",
                prefix=prefix,
                kinds=frozenset({kind}),
                version_key=f"{prefix}{_VERSION}",
                own=(*own, *(_CONDITIONS if kind == "transformation" else ())),
            )


def _stage_type(kind: str) -> Setting:
    return Setting(
        name="type", type=SettingType.CLASS, required=True, documentation=f"The {kind} to use."
    )


def _slot_error(config: Config, slot: _Slot, catalog: Catalog) -> SettingError | None:
    written = (config.get(slot.key) or "").strip()
    kind = min(slot.kinds).replace("_", " ")
    message, guess = class_error(written, catalog, slot.kinds, what=kind)
    if message:
        return SettingError(key=slot.key, messages=(message,), meant=guess or "")
    full = names_of(catalog, slot.kinds).get(written, written)
    wanted = (config.get(slot.version_key) or "").strip()
    refusal = version_refusal(catalog, full, wanted)
    return SettingError(key=slot.version_key, messages=(refusal,)) if refusal else None


def _plugin_in(config: Config, slot: _Slot, catalog: Catalog) -> Plugin | None:
    written = (config.get(slot.key) or "").strip()
    full = names_of(catalog, slot.kinds).get(written, written)
    return plugin_of(catalog, full, (config.get(slot.version_key) or "").strip())


@lru_cache(maxsize=_SETTINGS_REMEMBERED)
def _below(prefix: str, setting: Setting) -> Setting:
    told = setting.name == _TOLD and setting.required
    required = setting.required and not told
    return replace(setting, name=f"{prefix}{setting.name}", required=required)
