"""Find what a config speaks of among the plugins of a cluster."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from reconcile.model.plugin import Catalog, Plugin
from reconcile.plugins.aliases import class_aliases
from reconcile.plugins.suggest import suggest
from reconcile.plugins.versions import is_range, newest_last, satisfies

_CATALOGS_REMEMBERED: Final = 64


@lru_cache(maxsize=_CATALOGS_REMEMBERED)
def names_of(catalog: Catalog, kinds: frozenset[str]) -> Mapping[str, str]:
    """Return every way to write the classes of some kinds, with their full names."""
    return class_aliases(catalog.infos, kinds)


def likely(written: str, names: Iterable[str]) -> str | None:
    """Return the class that a misspelt name most likely meant: by its full or by its last name."""
    known = list(names)
    last = {name.rpartition(".")[2]: name for name in known}
    guess = suggest(written, known)
    if guess is None:
        found = written if written in last else suggest(written, last)
        guess = last[found] if found else None
    return guess


def versions_of(catalog: Catalog, class_name: str) -> tuple[str, ...]:
    """Return the versions of a class that the cluster has, the newest last."""
    found = (info.version for info in catalog.infos if info.class_name == class_name)
    return tuple(newest_last(version for version in found if version))


def plugin_of(catalog: Catalog, class_name: str, wanted: str = "") -> Plugin | None:
    """Return the newest version of a plugin whose settings are known and that is wanted.

    A wanted version with a placeholder in it can be any, and so can a version that nobody told.
    """
    known = catalog.plugins.get(class_name, ())
    anything = not wanted or "${" in wanted
    fitting = [
        one for one in known if anything or not one.version or satisfies(one.version, wanted)
    ]
    return fitting[-1] if fitting else None


def version_to_ask(catalog: Catalog, class_name: str, wanted: str) -> str:
    """Return which of several installed versions is wanted; "" stands for the newest."""
    versions = versions_of(catalog, class_name)
    fitting = [version for version in versions if wanted and satisfies(version, wanted)]
    return fitting[-1] if fitting and fitting[-1] != versions[-1] else ""


def with_plugins(catalog: Catalog, plugins: Iterable[Plugin]) -> Catalog:
    """Return a catalog that also knows these settings; a plugin without a version is the newest."""
    known: dict[str, dict[str, Plugin]] = {
        name: {one.version: one for one in found} for name, found in catalog.plugins.items()
    }
    for plugin in plugins:
        newest = versions_of(catalog, plugin.class_name)[-1:]
        version = plugin.version or next(iter(newest), "")
        known.setdefault(plugin.class_name, {})[version] = replace(plugin, version=version)
    return replace(
        catalog,
        plugins={
            name: tuple(found[version] for version in newest_last(found))
            for name, found in known.items()
        },
    )


def filled(catalog: Catalog, kept: Catalog, used: Iterable[str]) -> Catalog:
    """Return a catalog with what it lacks of the used classes from another, older one.

    A class that the cluster lists no more is left out; where it lists nothing at all, the other
    list counts, and used classes are known as they are written.
    """
    names = class_aliases(kept.infos, frozenset(info.kind for info in kept.infos))
    listed = {info.class_name for info in catalog.infos}
    plugins = dict(catalog.plugins)
    for name in used:
        found = kept.plugins.get(names.get(name, name), ())
        if found and not plugins.get(name) and (name in listed or not listed):
            plugins[name] = found
    if listed:
        return replace(catalog, plugins=plugins)
    return replace(kept, plugins={**kept.plugins, **plugins})


def version_refusal(catalog: Catalog, class_name: str, wanted: str) -> str:
    """Return what is wrong with a wanted version of an installed class, or an empty text."""
    versions = versions_of(catalog, class_name)
    if not wanted or "${" in wanted or not versions:
        return ""
    if not is_range(wanted):
        return f"{wanted} is no version, and no range such as [4.0,5.0)"
    if any(satisfies(version, wanted) for version in versions):
        return ""
    return f"there is no version {wanted} of {class_name}, only {', '.join(versions)}"
