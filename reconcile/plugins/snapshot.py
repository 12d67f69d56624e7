"""Snapshots of a cluster's plugins as JSON documents, to be kept in git and read without it.

One document for each class, and a manifest of them. Nothing in them changes unless a plugin does:
all is in the order of names, and there are no times, addresses or ids.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from reconcile.model.flavor import Flavor, flavor_of
from reconcile.model.plugin import Catalog, Plugin, PluginInfo, Setting, SettingType
from reconcile.model.release import Release, release_of
from reconcile.plugins.aliases import CONNECTORS
from reconcile.plugins.sensitive import is_sensitive
from reconcile.plugins.versions import newest_last
from reconcile.redact import visible

FORMAT_VERSION: Final = "1.0"
MANIFEST: Final = "manifest.json"
PLUGIN_KIND: Final = "plugin"
MANIFEST_KIND: Final = "plugin_snapshots"

_REMEDY: Final = "if it was installed since, take new snapshots: connectform schema pull"
_FOLDERS: Final[Mapping[str, str]] = {
    "source": "connectors",
    "sink": "connectors",
    "converter": "converters",
    "header_converter": "converters",
    "transformation": "transforms",
    "predicate": "predicates",
}
_OTHERS: Final = "others"
_NAMES: Final = "|".join([*sorted(set(_FOLDERS.values())), _OTHERS])
_PATH: Final = re.compile(rf"(?:{_NAMES})/[A-Za-z0-9_.~$%-]+\.json")
_LONGEST_NAME: Final = 200
_TYPES: Final[Mapping[str, SettingType]] = {kind.value: kind for kind in SettingType}

_FLAVORS: Final = frozenset(flavor.value for flavor in Flavor)

_Json = Mapping[str, Any]


class SnapshotError(ValueError):
    """Tell why a snapshot cannot be used; the text quotes no more than names of fields."""


class NewerFormatError(SnapshotError):
    """Tell that a snapshot is of a format that only a newer connectform can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A class that a cluster has: its kinds, and its settings by version; None is not known."""

    class_name: str
    kinds: tuple[str, ...]
    versions: Mapping[str, Mapping[str, Setting] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Which Connect a snapshot is of, and the files of its plugins, from the manifest's folder."""

    cluster: str
    version: str
    flavor: Flavor
    files: tuple[str, ...]

    @property
    def release(self) -> Release:
        """Return the release of Apache Kafka that the workers amount to."""
        return release_of(self.version, self.flavor)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """All that is known of one cluster's plugins, without the cluster."""

    manifest: Manifest
    catalog: Catalog


def snapshot_of(manifest: Manifest, installed: Iterable[Installed]) -> Snapshot:
    """Return a snapshot of classes; without any but connectors, nothing is said of others."""
    infos: list[PluginInfo] = []
    plugins: dict[str, tuple[Plugin, ...]] = {}
    for one in installed:
        infos += [
            PluginInfo(class_name=one.class_name, kind=kind, version=version)
            for kind in one.kinds
            for version in one.versions
        ]
        known = {version: found for version, found in one.versions.items() if found is not None}
        plugins[one.class_name] = tuple(
            Plugin(class_name=one.class_name, settings=known[version], version=version)
            for version in newest_last(known)
        )
    catalog = Catalog(
        infos=tuple(infos),
        plugins=plugins,
        complete=any(info.kind not in CONNECTORS for info in infos),
        remedy=_REMEDY,
    )
    return Snapshot(manifest=manifest, catalog=catalog)


def file_of(installed: Installed) -> str | None:
    """Return the path of a class below the folder of its cluster, or None where it can have none.

    What a server calls a class is data: it becomes one file name of harmless characters.
    """
    name = quote(installed.class_name, safe="$", errors="surrogatepass")
    folder = _FOLDERS.get(min(installed.kinds, default=""), _OTHERS)
    path = f"{folder}/{name}.json"
    return path if len(name) <= _LONGEST_NAME and is_plugin_path(path) else None


def is_plugin_path(path: str) -> bool:
    """Tell whether a text can be the path of a plugin's file: one folder of ours, and a name."""
    return _PATH.fullmatch(path) is not None


def manifest_text(manifest: Manifest) -> str:
    """Return the document of a manifest."""
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "kind": MANIFEST_KIND,
            "cluster": manifest.cluster,
            "connect": {"version": manifest.version, "flavor": manifest.flavor.value},
            "files": sorted(manifest.files),
        }
    )


def plugin_text(installed: Installed) -> str:
    """Return the document of a class: its versions, the newest last, and their settings by name."""
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "kind": PLUGIN_KIND,
            "class": installed.class_name,
            "types": sorted(installed.kinds),
            "versions": [
                {"version": version, "settings": _settings(installed.versions[version])}
                for version in newest_last(installed.versions)
            ],
        }
    )


def read_manifest(text: str) -> Manifest:
    """Return a manifest from its document; raise SnapshotError."""
    document = _document(text, MANIFEST_KIND)
    connect = _mapping(document.get("connect"), "connect")
    files = tuple(_word(path, "files") for path in _list(document.get("files"), "files"))
    if not all(map(is_plugin_path, files)):
        raise SnapshotError("files names a path that connectform does not write")
    version = _word(connect.get("version"), "connect.version")
    flavor = _word(connect.get("flavor"), "connect.flavor")
    return Manifest(
        cluster=_word(document.get("cluster"), "cluster"),
        version=version,
        flavor=Flavor(flavor) if flavor in _FLAVORS else flavor_of(version),
        files=files,
    )


def read_plugin(text: str) -> Installed:
    """Return a class from its document; raise SnapshotError."""
    document = _document(text, PLUGIN_KIND)
    versions: dict[str, Mapping[str, Setting] | None] = {}
    for entry in _list(document.get("versions"), "versions"):
        row = _mapping(entry, "versions")
        settings = row.get("settings")
        versions[_word(row.get("version"), "version")] = (
            None if settings is None else _read_settings(_mapping(settings, "settings"))
        )
    return Installed(
        class_name=_word(document.get("class"), "class"),
        kinds=tuple(_word(kind, "types") for kind in _list(document.get("types"), "types")),
        versions=versions,
    )


def stored(setting: Setting) -> Setting:
    """Return a setting as a snapshot keeps it: without a default that could be a secret."""
    if setting.default and is_sensitive(setting.name, setting.default, setting):
        return replace(setting, default=None)
    return setting


def _settings(settings: Mapping[str, Setting] | None) -> Mapping[str, object] | None:
    if settings is None:
        return None
    return {name: _setting(stored(settings[name])) for name in sorted(settings)}


def _setting(setting: Setting) -> Mapping[str, object]:
    """Return what a setting has to say; what is as usual is left out."""
    entry: dict[str, object] = {"type": setting.type.value, "importance": setting.importance}
    if setting.required:
        entry["required"] = True
    if setting.default is not None:
        entry["default"] = setting.default
    if setting.recommended:
        entry["recommended"] = list(setting.recommended)
    if setting.group:
        entry["group"] = setting.group
    if setting.display_name not in {"", setting.name}:
        entry["display_name"] = setting.display_name
    if setting.documentation:
        entry["documentation"] = setting.documentation
    return entry


def _read_settings(entries: _Json) -> Mapping[str, Setting]:
    return {name: _read_setting(name, _mapping(entry, name)) for name, entry in entries.items()}


def _read_setting(name: str, entry: _Json) -> Setting:
    kind, default = entry.get("type"), entry.get("default")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise SnapshotError("a setting has a type that is none of Kafka's")
    recommended = _list(entry.get("recommended", []), "recommended")
    return Setting(
        name=name,
        type=_TYPES[kind],
        required=entry.get("required") is True,
        default=None if default is None else _word(default, "default"),
        importance=_word(entry.get("importance", "MEDIUM"), "importance"),
        documentation=visible(_word(entry.get("documentation", ""), "documentation")),
        group=visible(_word(entry.get("group", ""), "group")),
        display_name=visible(_word(entry.get("display_name", name), "display_name")),
        recommended=tuple(_word(value, "recommended") for value in recommended),
    )


def _text(document: _Json) -> str:
    # ASCII alone: no character of a server's can hide or reorder another in a diff.
    return json.dumps(document, indent=2) + "\n"


def _document(text: str, kind: str) -> _Json:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise SnapshotError("it is no JSON") from None
    found = _mapping(document, "document")
    version = found.get("format_version")
    if not isinstance(version, str) or found.get("kind") != kind:
        raise SnapshotError("it is no snapshot of connectform's")
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise NewerFormatError(f"it has the format {version[:20]}, and {FORMAT_VERSION} is known")
    return found


def _mapping(data: object, what: str) -> _Json:
    if not isinstance(data, dict):
        raise SnapshotError(f"{what} is no mapping")
    return data


def _list(data: object, what: str) -> list[object]:
    if not isinstance(data, list):
        raise SnapshotError(f"{what} is no list")
    return data


def _word(data: object, what: str) -> str:
    if not isinstance(data, str):
        raise SnapshotError(f"{what} is no text")
    return data
