"""Find out what settings there are: from the cluster, and from snapshots where it keeps them back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_plugin_settings
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import Catalog, Plugin
from reconcile.model.problem import Problem, Severity
from reconcile.model.project import Project
from reconcile.plan.draft import Draft
from reconcile.plugins.catalog import filled, plugin_of, version_to_ask, with_plugins
from reconcile.plugins.check import VERSION_KEY
from reconcile.plugins.expand import nested_classes
from reconcile.plugins.snapshot import Snapshot
from reconcile.plugins.stale import stale_problems
from reconcile.redact import visible
from reconcile.run.asking import Listed, read_plugins, together
from reconcile.run.snapshots import read_snapshot, snapshot_folder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of the settings that a draft is about; `plugins` by class as in the draft."""

    catalog: Catalog
    plugins: Mapping[str, Plugin]
    problems: tuple[Problem, ...] = ()


def read_definitions(
    connection: Connection, project: Project, listed: Listed, draft: Draft
) -> Known:
    """Return the setting definitions of all classes of a draft.

    Where definitions alone are to judge, those of the transforms, predicates and converters that
    the configs name are read as well, and those of the versions they want. What the cluster keeps
    back comes from its snapshot in git, as far as there is one.
    """
    mode = draft.options.validation
    by_definitions = mode is ValidationMode.SCHEMA
    nested = frozenset(_nested(draft, listed.catalog)) if by_definitions else frozenset()
    told = read_plugins(connection, [*draft.classes, *sorted(nested)])
    catalog = with_plugins(listed.catalog, told.values.values())
    if by_definitions:
        catalog = with_plugins(catalog, _of_versions(connection, draft, catalog))
    snapshot, problems = None, (*listed.problems, *told.problems)
    if draft.classes and mode is not ValidationMode.OFF:
        snapshot, trouble = _snapshot(project, connection.cluster)
        problems = (*problems, *trouble)
    if snapshot is None:
        return Known(catalog=catalog, plugins=told.values, problems=problems)
    used = [*draft.classes, *nested]
    whole = filled(catalog, snapshot.catalog, used)
    plugins = {name: found for name in draft.classes if (found := plugin_of(whole, name))}
    if told.missing and all(whole.plugins.get(name) for name in told.missing):
        problems = (*listed.problems, _from_snapshot(connection.cluster, told.missing))
    stale = stale_problems(connection.cluster, snapshot.catalog, listed.catalog, used)
    return Known(catalog=whole, plugins={**plugins, **told.values}, problems=(*problems, *stale))


def _nested(draft: Draft, listed: Catalog) -> Iterator[str]:
    for change in draft.to_check:
        if change.config is not None:
            yield from nested_classes(change.config, listed)


def _of_versions(connection: Connection, draft: Draft, catalog: Catalog) -> Iterable[Plugin]:
    """Return the settings of older versions that connectors want."""
    wanted = {
        (change.class_name, version)
        for change in draft.to_check
        if change.config is not None
        and (asked := (change.config.get(VERSION_KEY) or "").strip())
        and (version := version_to_ask(catalog, change.class_name, asked))
    }
    pairs = sorted(wanted)
    found = together(lambda pair: get_plugin_settings(connection, pair[0], version=pair[1]), pairs)
    return [
        replace(plugin, version=version)
        for (_, version), plugin in zip(pairs, found, strict=True)
        if isinstance(plugin, Plugin)
    ]


def _snapshot(project: Project, cluster: str) -> tuple[Snapshot | None, tuple[Problem, ...]]:
    """Return the snapshot of a cluster; one that cannot be used is no reason not to plan."""
    folder = snapshot_folder(project, None, Path())
    try:
        return read_snapshot(project, folder, cluster), ()
    except DefinitionError as error:
        return None, tuple(
            replace(problem, severity=Severity.WARNING) for problem in error.problems
        )


def _from_snapshot(cluster: str, missing: Mapping[str, str]) -> Problem:
    names = visible(", ".join(missing))
    return Problem(
        code=Code.VALIDATION_SKIPPED,
        message=f"cluster {cluster}: the settings of {names} are known from its plugin snapshot"
        f" alone: {next(iter(missing.values()))}",
        hint="the snapshot may be older than the plugins of the cluster",
        severity=Severity.NOTICE,
    )
