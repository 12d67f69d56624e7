"""Tell without reading them whether files have changed, or are being changed just now."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reconcile.desired.files import Stamp, find_files, stamp_of
from reconcile.desired.project import LoadedProject

Stamps = Mapping[str, Stamp | None]
"""The stamps of files by path; None where there is none."""

_LONGEST: Final = timedelta(minutes=1)
_GIT_FOLDER: Final = "gitdir:"


def take_stamps(loaded: LoadedProject, more: Iterable[str] = ()) -> Stamps:
    """Return the stamps of all files that definitions are made from, and of `more`."""
    project = loaded.project
    paths, _ = find_files(project.definitions_root, project.definitions)
    return {path: stamp_of(path) for path in (project.path, *paths, *more)}


def is_whole(loaded: LoadedProject, stamps: Stamps, now: datetime) -> bool:
    """Tell whether a project file is that of the stamps, and git is not at work on the checkout.

    Git holds `index.lock` as long as it writes files; one that is older than a minute was left
    behind by a git that has ended.
    """
    lock = _git_folder(Path(loaded.project.root)) / "index.lock"
    try:
        begun = datetime.fromtimestamp(lock.stat().st_mtime, UTC)
    except OSError:
        begun = None
    at_work = begun is not None and abs(now - begun) < _LONGEST
    return not at_work and stamps[loaded.project.path] == loaded.stamp


def _git_folder(root: Path) -> Path:
    """Return where git keeps what it knows of a checkout; a work tree of many says where that is."""
    found = next(
        (path for folder in (root, *root.parents) if (path := folder / ".git").exists()), None
    )
    if found is None or found.is_dir():
        return found or root
    try:
        text = found.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return root
    return found.parent / text.removeprefix(_GIT_FOLDER).strip()
