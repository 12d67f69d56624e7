"""Find what a config speaks of among the plugins of a cluster."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from reconcile.model.plugin import Catalog, Plugin
from reconcile.plugins.aliases import class_aliases
from reconcile.plugins.versions import newest_last, satisfies

_CATALOGS_REMEMBERED: Final = 64


@lru_cache(maxsize=_CATALOGS_REMEMBERED)
def names_of(catalog: Catalog, kinds: frozenset[str]) -> Mapping[str, str]:
    """Return every way to write the classes of some kinds, with their full names."""
    return class_aliases(catalog.infos, kinds)


def versions_of(catalog: Catalog, class_name: str) -> tuple[str, ...]:
    """Return the versions of a class that the cluster has, the newest last."""
    found = (info.version for info in catalog.infos if info.class_name == class_name)
    return tuple(newest_last(version for version in found if version))


def plugin_of(catalog: Catalog, class_name: str, wanted: str = "") -> Plugin | None:
    """Return the newest version of a plugin whose settings are known and that is wanted.

    A version with a placeholder in it can be any: the newest is taken then.
    """
    known = catalog.plugins.get(class_name, ())
    open_to_all = not wanted or "${" in wanted
    fitting = [one for one in known if open_to_all or satisfies(one.version, wanted)]
    return fitting[-1] if fitting else None


def version_refusal(catalog: Catalog, class_name: str, wanted: str) -> str:
    """Return what is wrong with a wanted version of an installed class, or an empty text."""
    versions = versions_of(catalog, class_name)
    if not wanted or "${" in wanted or not versions:
        return ""
    if any(satisfies(version, wanted) for version in versions):
        return ""
    return f"there is no version {wanted} of {class_name}, only {', '.join(versions)}"
