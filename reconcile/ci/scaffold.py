"""Write the workflows that users copy."""

import json
import re
from collections.abc import Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from reconcile import __version__
from reconcile.ci.pipeline import ForgeKind
from reconcile.errors import UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.run.output import write_file

_ACTION: Final = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}|\./[\w./-]*", re.ASCII)
_ACTION_PLACE: Final = "@ACTION@"
_WHEEL_PLACE: Final = "@WHEEL@"
_STAMP: Final = "release.json"
_GITHUB: Final = "github.com"
_FILES: Final[Mapping[ForgeKind, Mapping[str, str]]] = {
    ForgeKind.GITHUB: {
        ".github/workflows/plan.yml": "github/plan.yml",
        ".github/workflows/apply.yml": "github/apply.yml",
        ".github/workflows/drift.yml": "github/drift.yml",
    },
    ForgeKind.GITLAB: {".gitlab/connectform.gitlab-ci.yml": "gitlab/connectform.gitlab-ci.yml"},
}


def scaffold_ci(
    directory: Path, kind: ForgeKind, *, action: str = "", wheel: str = ""
) -> list[str]:
    """Write the files of a pipeline; return their paths, relative to the directory.

    `action` is what GitHub's workflows use, `owner/name@COMMIT`; by default the commit that this
    connectform was made from. `wheel` is what pip installs on GitLab. Raises UsageError where a file
    stands there already, or no commit is known.
    """
    chosen = _chosen_action(action) if kind is ForgeKind.GITHUB else ""
    package = wheel or f"connectform[kafka]=={__version__}"
    texts = {
        path: _template(name).replace(_ACTION_PLACE, chosen).replace(_WHEEL_PLACE, package)
        for path, name in _FILES[kind].items()
    }
    existing = [path for path in texts if (directory / path).exists()]
    if existing:
        raise UsageError(*(_exists(path) for path in existing))
    for path, text in texts.items():
        write_file(directory / path, text)
    return list(texts)


def _template(name: str) -> str:
    folder = resources.files("reconcile.ci") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _chosen_action(given: str) -> str:
    """Return what `uses:` says: pinned by commit, since tags can be moved."""
    action = given or _released_action()
    name = action.partition("  # ")[0]
    if _ACTION.fullmatch(name):
        return action
    if not given:
        raise usage(
            "this connectform was not made by a release, so its action has no known address",
            hint="give --action OWNER/connectform@COMMIT, with all 40 digits of the commit",
        )
    raise usage(
        f"--action {given} is not pinned to a commit",
        hint="write OWNER/connectform@COMMIT, with all 40 digits of the commit: tags can be moved",
    )


def _released_action() -> str:
    """Return the action of this release, or of the commit that pip installed from; else nothing."""
    stamp = resources.files("reconcile.ci") / _STAMP
    if stamp.is_file():
        found = json.loads(stamp.read_text(encoding="utf-8"))
        return f"{found['repository']}@{found['commit']}  # v{found['version']}"
    try:
        text = metadata.distribution("connectform").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return ""
    return _installed_action(json.loads(text)) if text else ""


def _installed_action(origin: Mapping[str, Any]) -> str:
    """Return the action for an installation from git (PEP 610)."""
    commit = str((origin.get("vcs_info") or {}).get("commit_id", ""))
    parts = urlsplit(str(origin.get("url", "")))
    name = parts.path.strip("/").removesuffix(".git")
    return f"{name}@{commit}" if commit and parts.hostname == _GITHUB else ""


def _exists(path: str) -> Problem:
    return Problem(
        code=Code.FILE_EXISTS,
        message=f"{path} exists already; nothing was written",
        hint="move it away first, and compare",
    )
