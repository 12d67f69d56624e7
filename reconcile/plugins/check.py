"""Check settings against the definitions of plugins, without asking a worker."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.model.config import Config
from reconcile.model.plugin import Catalog, Setting, SettingError, SettingType
from reconcile.plugins.catalog import plugin_of, version_refusal
from reconcile.plugins.expand import expand
from reconcile.plugins.families import family_of
from reconcile.plugins.framework import framework_errors
from reconcile.plugins.sensitive import is_sensitive
from reconcile.plugins.suggest import suggest

BITS: Final = {SettingType.SHORT: 16, SettingType.INT: 32, SettingType.LONG: 64}
"""How many bits a whole number of each type has."""

_GIVEN_ELSEWHERE: Final = frozenset({"name"})
_MOST_PROPOSED: Final = 12

VERSION_KEY: Final = "connector.plugin.version"
"""The setting that chooses the version of a connector's plugin (KIP-891, Connect 4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What definitions say against a config, and all keys that they know; none where none is known."""

    errors: tuple[SettingError, ...] = ()
    known: frozenset[str] = frozenset()


def check_config(config: Config, class_name: str, catalog: Catalog) -> Checked:
    """Return what the definitions of a connector and of all that it names say against a config.

    `class_name` is the full name. Where the wanted version is not there, nothing else is judged:
    another version may have other settings.
    """
    wanted = (config.get(VERSION_KEY) or "").strip()
    refusal = version_refusal(catalog, class_name, wanted)
    if refusal:
        return Checked(errors=(SettingError(key=VERSION_KEY, messages=(refusal,)),))
    plugin = plugin_of(catalog, class_name, wanted)
    if plugin is None:
        return Checked()
    expanded = expand(config, plugin, catalog)
    errors = [
        *expanded.errors,
        *framework_errors(config, plugin.settings),
        *check_settings(config, expanded.settings),
    ]
    return Checked(errors=_ordered(errors), known=frozenset(expanded.settings))


def check_settings(config: Config, settings: Mapping[str, Setting]) -> tuple[SettingError, ...]:
    """Return what is missing, of the wrong type, or none of the values that are proposed.

    Values that hold `${...}` are resolved by the worker alone, and so pass; so do unresolved
    secrets.
    """
    missing = [
        SettingError(key=key, messages=(f"{key} is required and has no default",))
        for key, setting in settings.items()
        if setting.required and key not in config and key not in _GIVEN_ELSEWHERE
    ]
    wrong = [
        found for key, setting in settings.items() if (found := _value_error(config, key, setting))
    ]
    return _ordered([*missing, *wrong])


def _ordered(errors: Iterable[SettingError]) -> tuple[SettingError, ...]:
    """Return what is wrong in the order of keys, and of each key what was said first."""
    first: dict[str, SettingError] = {}
    for error in errors:
        first.setdefault(error.key, error)
    return tuple(first[key] for key in sorted(first))


def unknown_keys(config: Config, known: Collection[str]) -> tuple[tuple[str, str | None], ...]:
    """Return the keys that no definition lists, each with the key it most likely meant.

    Connect ignores such keys silently (KAFKA-10600). A key of a family counts only where it looks
    like a misspelt member of the same family.
    """
    keys = config.keys()
    strangers = [key for key in keys if key not in known and key not in _GIVEN_ELSEWHERE]
    if not strangers or not known:
        return ()
    present = frozenset(keys)
    guesses = [(key, _meant(key, known, present)) for key in strangers]
    return tuple(
        (key, guess) for key, guess in guesses if guess is not None or not family_of(key, present)
    )


def _meant(key: str, known: Collection[str], present: frozenset[str]) -> str | None:
    family = family_of(key, present)
    free = [candidate for candidate in known if candidate not in present]
    if not family:
        return suggest(key, free)
    members = [name[len(family) :] for name in free if name.startswith(family)]
    member = suggest(key[len(family) :], members)
    return f"{family}{member}" if member else None


def _value_error(config: Config, key: str, setting: Setting) -> SettingError | None:
    value = config.get(key)
    if value is None or "${" in value:
        return None
    text = value.strip()
    wanted, odd = _wanted(setting.type, text), _is_odd(text, setting)
    if not wanted and not odd:
        return None
    hidden = config.reference(key) is not None or is_sensitive(key, value, setting)
    if wanted:
        said = f"{key} must be {wanted}" + ("" if hidden else f', not "{value}"')
        return SettingError(key=key, messages=(said,))
    if hidden:
        return None
    proposed = ", ".join(setting.recommended[:_MOST_PROPOSED])
    more = ", ..." if len(setting.recommended) > _MOST_PROPOSED else ""
    return SettingError(
        key=key,
        messages=(f'{key} is "{value}", and the plugin proposes: {proposed}{more}',),
        meant=suggest(text, setting.recommended) or "",
        advice=True,
    )


def _is_odd(value: str, setting: Setting) -> bool:
    """Tell whether a plugin proposes values for a text, and this is none of them, in any case."""
    if not value or setting.type is not SettingType.STRING or not setting.recommended:
        return False
    return value.lower() not in {text.lower() for text in setting.recommended}


def _wanted(kind: SettingType, value: str) -> str:
    """Return what the type asks for where the value is not that, else an empty text."""
    match kind:
        case SettingType.BOOLEAN:
            return "" if value.lower() in {"true", "false"} else "true or false"
        case SettingType.SHORT | SettingType.INT | SettingType.LONG:
            bits = BITS[kind]
            return "" if _is_whole(value, bits) else f"a whole number of {bits} bits"
        case SettingType.DOUBLE:
            return "" if _is_number(value) else "a number"
        case SettingType.CLASS:
            return "" if value else "the name of a class"
        case SettingType.STRING | SettingType.LIST | SettingType.PASSWORD:
            return ""


def _is_whole(value: str, bits: int) -> bool:
    digits = value[1:] if value[:1] in {"+", "-"} else value
    if not (digits.isascii() and digits.isdigit()):
        return False
    bound = 1 << (bits - 1)
    return -bound <= int(value) < bound


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return "_" not in value
