"""Check settings against the definitions of a plugin, without asking a worker."""

from collections.abc import Collection
from typing import Final

from reconcile.model.config import Config
from reconcile.model.plugin import Plugin, Setting, SettingError, SettingType
from reconcile.plugins.families import family_of
from reconcile.plugins.sensitive import is_sensitive
from reconcile.plugins.suggest import suggest

_BITS: Final = {SettingType.SHORT: 16, SettingType.INT: 32, SettingType.LONG: 64}
_GIVEN_ELSEWHERE: Final = frozenset({"name"})


def check_settings(config: Config, plugin: Plugin) -> tuple[SettingError, ...]:
    """Return what the definitions say against a config: missing settings and wrong types.

    Values that hold `${...}` are resolved by the worker alone, and so pass; so do unresolved
    secrets.
    """
    missing = [
        SettingError(key=setting.name, messages=(f"{setting.name} is required and has no default",))
        for setting in plugin.settings.values()
        if setting.required and setting.name not in config and setting.name not in _GIVEN_ELSEWHERE
    ]
    wrong = [
        SettingError(key=key, messages=(message,))
        for key, setting in plugin.settings.items()
        if (message := _type_message(config, key, setting))
    ]
    return tuple(sorted([*missing, *wrong], key=lambda error: error.key))


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


def _type_message(config: Config, key: str, setting: Setting) -> str:
    value = config.get(key)
    if value is None or "${" in value:
        return ""
    wanted = _wanted(setting.type, value.strip())
    if not wanted:
        return ""
    hidden = config.reference(key) is not None or is_sensitive(key, value, setting)
    return f"{key} must be {wanted}" + ("" if hidden else f', not "{value}"')


def _wanted(kind: SettingType, value: str) -> str:
    """Return what the type asks for where the value is not that, else an empty text."""
    match kind:
        case SettingType.BOOLEAN:
            return "" if value.lower() in {"true", "false"} else "true or false"
        case SettingType.SHORT | SettingType.INT | SettingType.LONG:
            bits = _BITS[kind]
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
