"""Read the plugin snapshots that a repository keeps."""

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from reconcile.desired.files import read_text, shown
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.project import Project
from reconcile.plugins.snapshot import (
    MANIFEST,
    Installed,
    Manifest,
    NewerFormatError,
    Snapshot,
    SnapshotError,
    read_manifest,
    read_plugin,
    snapshot_of,
)

T = TypeVar("T")

_PULL: Final = "connectform schema pull"
_AGAIN: Final = f"take new ones: {_PULL}"


def snapshot_folder(project: Project, chosen: Path | None, cwd: Path) -> Path:
    """Return the folder of the snapshots: the one chosen, from `cwd`, else the project's."""
    if chosen is not None:
        return Path(os.path.normpath(cwd / chosen))
    return Path(os.path.normpath(Path(project.root, project.snapshots)))


def read_snapshot(project: Project, folder: Path, cluster: str) -> Snapshot | None:
    """Return the snapshot of a cluster, or None where there is none.

    Raises DefinitionError with all files of it that cannot be used.
    """
    home = folder / cluster
    manifest = find_manifest(project, folder, cluster)
    if manifest is None:
        return None
    found: list[Installed] = []
    problems: list[Problem] = []
    for file in manifest.files:
        one = _read(project, home / file, read_plugin)
        if isinstance(one, Problem):
            problems.append(one)
        else:
            found.append(one)
    if problems:
        raise DefinitionError(*problems)
    return snapshot_of(manifest, found)


def find_manifest(project: Project, folder: Path, cluster: str) -> Manifest | None:
    """Return the manifest of a cluster's snapshots, or None where there is none.

    Raises DefinitionError where it cannot be used.
    """
    path = folder / cluster / MANIFEST
    if not os.path.lexists(path):
        return None
    found = _read(project, path, read_manifest)
    if isinstance(found, Problem):
        raise DefinitionError(found)
    return found


def read_class(project: Project, path: Path) -> Installed | None:
    """Return what one file of a snapshot says of its class, or None where it cannot be used."""
    found = _read(project, path, read_plugin)
    return None if isinstance(found, Problem) else found


def no_snapshot(project: Project, folder: Path, clusters: Collection[str]) -> Problem:
    """Return the notice that clusters have no snapshots, and how to get them."""
    several = len(clusters) > 1
    names = f"clusters {', '.join(clusters)}" if several else f"cluster {', '.join(clusters)}"
    return Problem(
        code=Code.NO_SNAPSHOT,
        message=f"there is no plugin snapshot of {names} in {shown(str(folder), project.root)}:"
        " settings are not checked against the definitions of plugins",
        hint=f"{_PULL} writes them, to be kept in git",
        severity=Severity.NOTICE,
    )


def _read(project: Project, path: Path, parse: Callable[[str], T]) -> T | Problem:
    name = shown(str(path), project.root)
    text = read_text(str(path), name)
    if isinstance(text, Problem):
        return replace(text, code=Code.UNUSABLE_SNAPSHOT, hint=_AGAIN)
    try:
        return parse(text)
    except NewerFormatError as error:
        hint = "upgrade connectform here: a newer one wrote it"
        return _unusable(Code.NEWER_SNAPSHOT, name, str(error), hint)
    except SnapshotError as error:
        return _unusable(Code.UNUSABLE_SNAPSHOT, name, str(error), _AGAIN)


def _unusable(code: Code, name: str, reason: str, hint: str) -> Problem:
    return Problem(
        code=code,
        message=f"this plugin snapshot cannot be used: {reason}",
        location=Location(name),
        hint=hint,
    )
