"""The names a connector class goes by: Connect stores it as it was typed."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.plugin import PluginInfo

_CONNECTOR_KINDS: Final = frozenset({"source", "sink"})
_SUFFIX: Final = "Connector"


def class_aliases(plugins: Iterable[PluginInfo]) -> Mapping[str, str]:
    """Return every way to write a connector class, with the full name it stands for.

    As a worker does it: the simple name, and the simple name without `Connector`; a name that two
    classes would share stands for neither.
    """
    classes = sorted({plugin.class_name for plugin in plugins if plugin.kind in _CONNECTOR_KINDS})
    owners: dict[str, set[str]] = {}
    for class_name in classes:
        for short in _short_names(class_name):
            owners.setdefault(short, set()).add(class_name)
    aliases = {short: next(iter(names)) for short, names in owners.items() if len(names) == 1}
    return {**aliases, **{class_name: class_name for class_name in classes}}


def canonical(class_name: str, aliases: Mapping[str, str]) -> str:
    """Return the full name of a class as written, or what was written where it is unknown."""
    trimmed = class_name.strip()
    return aliases.get(trimmed, trimmed)


def _short_names(class_name: str) -> set[str]:
    simple = class_name.rpartition(".")[2].rpartition("$")[2]
    return {simple, simple.removesuffix(_SUFFIX) or simple}
