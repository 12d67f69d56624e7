"""The names a plugin class goes by: Connect stores them as they were typed."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from reconcile.model.plugin import PluginInfo

CONNECTORS: Final = frozenset({"source", "sink"})
"""The kinds of plugin that a connector's class can be of."""

_SUFFIXES: Final[Mapping[str, str]] = {
    "source": "Connector",
    "sink": "Connector",
    "converter": "Converter",
    "header_converter": "HeaderConverter",
    "transformation": "Transformation",
    "predicate": "Predicate",
}


def class_aliases(
    plugins: Iterable[PluginInfo], kinds: Collection[str] = CONNECTORS
) -> Mapping[str, str]:
    """Return every way to write a class of some kinds, with the full name it stands for.

    As a worker does it: the simple name, and the simple name without `Connector` (or what else the
    kind is called); a name that two classes would share stands for neither. Nested classes other
    than connectors (`Cast$Value`) have their full name alone.
    """
    rows = sorted({(one.class_name, one.kind) for one in plugins if one.kind in kinds})
    owners: dict[str, set[str]] = {}
    for class_name, kind in rows:
        for short in _short_names(class_name, kind):
            owners.setdefault(short, set()).add(class_name)
    aliases = {short: next(iter(names)) for short, names in owners.items() if len(names) == 1}
    return {**aliases, **{class_name: class_name for class_name, _ in rows}}


def canonical(class_name: str, aliases: Mapping[str, str]) -> str:
    """Return the full name of a class as written, or what was written where it is unknown."""
    trimmed = class_name.strip()
    return aliases.get(trimmed, trimmed)


def kinds_of(class_name: str, plugins: Iterable[PluginInfo]) -> tuple[str, ...]:
    """Return whether a class by its full name is a source or a sink; empty where nothing tells."""
    kinds = {one.kind for one in plugins if one.class_name == class_name}
    return tuple(sorted(kinds & CONNECTORS))


def _short_names(class_name: str, kind: str) -> set[str]:
    if "$" in class_name and kind not in CONNECTORS:
        return set()
    simple = class_name.rpartition(".")[2].rpartition("$")[2]
    return {simple, simple.removesuffix(_SUFFIXES.get(kind, "")) or simple}
