"""Tell without reading them whether files have changed."""

import os
from collections.abc import Iterable, Mapping

from reconcile.desired.files import find_files
from reconcile.desired.project import LoadedProject

Stamps = Mapping[str, tuple[int, ...] | None]
"""What the system keeps of each file and changes with its content; None where there is none."""


def take_stamps(loaded: LoadedProject, more: Iterable[str] = ()) -> Stamps:
    """Return the stamps of all files that definitions are made from, and of `more`.

    Symbolic links are followed: a mounted folder is exchanged by turning one. Two changes within a
    tick of the file system's clock can leave the same stamp.
    """
    project = loaded.project
    paths, _ = find_files(project.definitions_root, project.definitions)
    return {path: _stamp(path) for path in (project.path, *paths, *more)}


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # ten thousand Path objects are slow
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
