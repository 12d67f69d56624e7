"""Take snapshots of the plugins of clusters, and write the schema that editors complete with."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_plugin_settings, get_recommended, list_plugins
from reconcile.desired.files import read_text
from reconcile.desired.project import LoadedProject
from reconcile.desired.schemas import DEFINITION, read_schemas
from reconcile.errors import ClusterError, ConnectformError, DefinitionError
from reconcile.model.codes import Code
from reconcile.model.flavor import flavor_of
from reconcile.model.plugin import NotOffered, Plugin, PluginInfo, Setting, SettingType
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.release import PLUGIN_VERSIONS
from reconcile.plugins.aliases import CONNECTORS
from reconcile.plugins.editor_schema import editor_schema, schema_text
from reconcile.plugins.snapshot import (
    MANIFEST,
    Installed,
    Manifest,
    file_of,
    manifest_text,
    plugin_text,
)
from reconcile.redact import one_line, visible
from reconcile.run.asking import together
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.output import write_file
from reconcile.run.snapshots import find_manifest, read_class, read_snapshot

EDITOR_SCHEMA: Final = "connector.schema.json"
"""The schema for editors, beside the snapshots it was made from."""

_MOST_PROPOSED: Final = 200
_LONGEST_SHOWN: Final = 80
_VERSION: Final = "plugin.version"
_LISTED_ONLY: Final = "the worker lists it, and does not find it"
_OF_ONE_PLUGIN: Final = frozenset(
    {Code.SERVER_ERROR, Code.UNEXPECTED_ANSWER, Code.TIMED_OUT, Code.REJECTED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What became of the snapshot of one cluster: files written, left as they were, and removed.

    `complete` unless the settings of a class could not be had.
    """

    cluster: str
    version: str
    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = True


_Known = Mapping[tuple[str, str], Mapping[str, Setting]]
"""The settings that an earlier snapshot holds, by class and version."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a cluster tells of one version of a class, and what it does not."""

    info: PluginInfo
    plugin: Plugin | None
    problem: Problem | None = None
    kept_back: NotOffered | None = None


def pull(context: Context, loaded: LoadedProject, cluster: str, folder: Path) -> Pulled:
    """Write the snapshot of one cluster below a folder; nothing is written where all is as it was.

    Of the files that are there, those that an earlier snapshot wrote and this one has no use for
    are removed, and no others. What could not be had stays as it was known of the same version.
    Raises ClusterError where the cluster does not tell its plugins or any of their settings, and
    DefinitionError where a newer connectform wrote what is there.
    """
    before = _files_before(loaded, folder, cluster)
    known = _known(before.values())
    with connect_to(context, loaded, cluster) as connection:
        identity = connection.worker.identity
        infos = list_plugins(connection, connectors_only=False)
        if isinstance(infos, NotOffered):
            raise ClusterError(_not_told(cluster, infos))
        if not infos:
            raise ClusterError(_none_listed(cluster))
        several = identity.release >= PLUGIN_VERSIONS
        answers = together(
            lambda info: _ask(connection, info, known, several=several), _each_once(infos)
        )
    kept_back = [answer.kept_back for answer in answers if answer.kept_back]
    if kept_back and not any(answer.plugin for answer in answers):
        raise ClusterError(_not_told(cluster, kept_back[0]))
    files, left_out = _files(cluster, _installed(infos, answers, known))
    manifest = Manifest(
        cluster=cluster,
        version=identity.version,
        flavor=identity.flavor
        or flavor_of(identity.version, loaded.project.clusters[cluster].urls),
        files=tuple(sorted(files)),
    )
    written = [
        path
        for path, text in (*sorted(files.items()), (MANIFEST, manifest_text(manifest)))
        if _is_written(folder, f"{cluster}/{path}", text)
    ]
    unused = sorted(before.keys() - files.keys())
    removed = [path for path in unused if _is_removed(folder, f"{cluster}/{path}")]
    told = (answer.problem for answer in answers if answer.problem)
    return Pulled(
        cluster=cluster,
        version=identity.version,
        written=tuple(written),
        unchanged=len(files) + 1 - len(written),
        removed=tuple(removed),
        problems=(*told, *left_out),
        complete=not any(answer.problem and answer.plugin is None for answer in answers),
    )


def write_editor_schema(
    loaded: LoadedProject, folder: Path
) -> tuple[Path, bool, tuple[Problem, ...]]:
    """Write the schema of definitions that knows the plugins of all snapshots there are.

    Returns its path, whether it changed, and what is wrong with snapshots that could not be read.
    """
    catalogs = []
    problems: list[Problem] = []
    for cluster in loaded.project.clusters:
        try:
            snapshot = read_snapshot(loaded.project, folder, cluster)
        except DefinitionError as error:
            problems += (replace(one, severity=Severity.WARNING) for one in error.problems)
            continue
        if snapshot is not None:
            catalogs.append(snapshot.catalog)
    schema = editor_schema(read_schemas()[DEFINITION], catalogs)
    text = schema_text(schema)
    return folder / EDITOR_SCHEMA, _is_written(folder, EDITOR_SCHEMA, text), tuple(problems)


def _each_once(infos: Iterable[PluginInfo]) -> Sequence[PluginInfo]:
    """Return one row for each version of a class: a converter can serve headers as well."""
    rows = {(info.class_name, info.version): info for info in reversed(tuple(infos))}
    return [rows[key] for key in sorted(rows)]


def _ask(connection: Connection, info: PluginInfo, known: _Known, *, several: bool) -> _Answer:
    """Ask for the settings of one version of a class; a plugin that fails does not keep the rest."""
    version = info.version if several else ""
    before = known.get((info.class_name, info.version), {})
    try:
        plugin = get_plugin_settings(connection, info.class_name, version=version)
    except ClusterError as error:
        if error.problems[0].code not in _OF_ONE_PLUGIN:
            raise
        return _Answer(info, None, _unknown(info, error.problems[0].message, before))
    if isinstance(plugin, NotOffered):
        return _Answer(info, None, _unknown(info, plugin.reason, before), plugin)
    if plugin is None:
        return _Answer(info, None, _unknown(info, _LISTED_ONLY, before) if before else None)
    if info.kind not in CONNECTORS:
        return _Answer(info, plugin)
    proposed = get_recommended(connection, info.class_name, version=version)
    problem = None
    if proposed is None:
        problem = _unproposed(info)
        proposed = {name: setting.recommended for name, setting in before.items()}
    settings = {
        name: replace(setting, recommended=_proposed(setting, proposed))
        for name, setting in plugin.settings.items()
    }
    return _Answer(info, replace(plugin, settings=settings), problem)


def _proposed(setting: Setting, proposed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is proposed for a text; classes and versions are known from the list of plugins."""
    if setting.type is not SettingType.STRING or setting.name.endswith(_VERSION):
        return ()
    return proposed.get(setting.name, ())[:_MOST_PROPOSED]


def _installed(
    infos: Iterable[PluginInfo], answers: Iterable[_Answer], known: _Known
) -> list[Installed]:
    kinds: dict[str, set[str]] = {}
    for info in infos:
        kinds.setdefault(info.class_name, set()).add(info.kind)
    versions: dict[str, dict[str, Mapping[str, Setting] | None]] = {}
    for answer in answers:
        name, version = answer.info.class_name, answer.info.version
        settings = answer.plugin.settings if answer.plugin else known.get((name, version))
        versions.setdefault(name, {})[version] = settings
    return [
        Installed(class_name=name, kinds=tuple(sorted(kinds[name])), versions=versions[name])
        for name in sorted(versions)
    ]


def _files(cluster: str, installed: Iterable[Installed]) -> tuple[dict[str, str], list[Problem]]:
    """Return the files of a snapshot by path, and which classes can have none."""
    files: dict[str, str] = {}
    taken: set[str] = set()
    problems = []
    for one in installed:
        path = file_of(one)
        # Some file systems do not tell a.B from a.b.
        if path is None or path.casefold() in taken:
            problems.append(_unkept(cluster, one.class_name))
            continue
        taken.add(path.casefold())
        files[path] = plugin_text(one)
    return files, problems


def _files_before(
    loaded: LoadedProject, folder: Path, cluster: str
) -> Mapping[str, Installed | None]:
    """Return the files that an earlier snapshot wrote, and what they say if they can be read."""
    try:
        manifest = find_manifest(loaded.project, folder, cluster)
    except DefinitionError as error:
        if any(problem.code is Code.NEWER_SNAPSHOT for problem in error.problems):
            raise
        return {}
    files = manifest.files if manifest else ()
    return {path: read_class(loaded.project, folder / cluster / path) for path in files}


def _known(before: Iterable[Installed | None]) -> _Known:
    return {
        (one.class_name, version): settings
        for one in before
        if one is not None
        for version, settings in one.versions.items()
        if settings is not None
    }


def _is_written(folder: Path, path: str, text: str) -> bool:
    """Write a file unless it holds this text already, and tell whether it was written."""
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ConnectformError(_leads_away(target))
    if target.is_file() and read_text(str(target), path) == text:
        return False
    write_file(target, text)
    return True


def _is_removed(folder: Path, path: str) -> bool:
    """Remove a file of an earlier snapshot, and tell whether it was there."""
    target = folder / path
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise ConnectformError(_leads_away(target))
    try:
        target.unlink()
    except FileNotFoundError:
        return False
    with suppress(OSError):
        target.parent.rmdir()
    return True


def _not_told(cluster: str, kept_back: NotOffered) -> Problem:
    return Problem(
        code=Code.UNSUPPORTED_VERSION,
        message=f"cluster {cluster} does not tell what its plugins are: {kept_back.reason}",
        hint="ask whoever runs the cluster to let GET /connector-plugins and below through",
    )


def _none_listed(cluster: str) -> Problem:
    return Problem(
        code=Code.UNEXPECTED_ANSWER,
        message=f"cluster {cluster} lists no plugin at all, and every worker has some",
        hint="see what answers GET /connector-plugins; the snapshot was left as it is",
    )


def _unknown(info: PluginInfo, reason: str, before: Mapping[str, Setting]) -> Problem:
    hint = (
        "what the snapshot says of this version stays; pull again"
        if before
        else "the class is kept without them, and its settings are not checked"
    )
    return Problem(
        code=Code.VALIDATION_SKIPPED,
        message=visible(
            f"the settings of {info.class_name} {info.version} could not be had: {reason}"
        ),
        hint=hint,
    )


def _unproposed(info: PluginInfo) -> Problem:
    return Problem(
        code=Code.VALIDATION_SKIPPED,
        message=visible(
            f"the values that {info.class_name} {info.version} proposes could not be had"
        ),
        hint="those that the snapshot has stay; without any, every value of the right type passes",
        severity=Severity.NOTICE,
    )


def _unkept(cluster: str, class_name: str) -> Problem:
    return Problem(
        code=Code.UNUSABLE_NAME,
        message=f"the class {one_line(class_name)[:_LONGEST_SHOWN]} of cluster {cluster} is left"
        " out: no file can be called like it, or another one is already",
        hint="rename the class, or live without its settings here",
        severity=Severity.WARNING,
    )


def _leads_away(path: Path) -> Problem:
    return Problem(
        code=Code.FILE_OUTSIDE_PROJECT,
        message="nothing is written there: a symbolic link leads out of the folder of snapshots",
        location=Location(str(path)),
        hint="remove the link",
    )
