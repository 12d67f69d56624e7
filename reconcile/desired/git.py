"""Ask git which commit the files are of."""

import subprocess
from typing import Final

_SECONDS: Final = 10.0


def commit_of(path: str) -> str:
    """Return the hash of the commit checked out in a folder, or nothing where there is none."""
    return _git(path, "rev-parse", "--verify", "--quiet", "HEAD").strip()


def is_dirty(path: str) -> bool:
    """Tell whether files in a folder differ from its commit; new files count."""
    return bool(_git(path, "status", "--porcelain", "--", "."))


def _git(path: str, *arguments: str) -> str:
    """Return what git prints, or nothing where git or a repository is missing."""
    command = ("git", "-C", path, *arguments)
    try:
        done = subprocess.run(  # noqa: S603  # no shell; the arguments are ours
            command, capture_output=True, check=False, timeout=_SECONDS, text=True, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
