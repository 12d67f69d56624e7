"""Write the workflows that users copy."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata, resources
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from reconcile.ci.pipeline import ForgeKind
from reconcile.desired.git import default_branch, folder_in
from reconcile.errors import UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.run.output import write_file

_ACTION: Final = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}|\./[\w./-]*", re.ASCII)
_WHEEL: Final = re.compile(
    r"(?:(?P<name>[\w.-]+(?:\[[\w,.-]+\])?) ?@ ?)?(?P<file>[\w./:%+~-]+\.whl(?:#sha256=[0-9a-f]{64})?)"
    r"|[\w.-]+(?:\[[\w,.-]+\])?==[\w.!+-]+",
    re.ASCII,
)
_BRANCH: Final = re.compile(r"[\w./-]+", re.ASCII)
_DIRECTORY: Final = re.compile(r"[\w.][\w./-]*", re.ASCII)
_DIRECTORY_PLACE: Final = "@DIRECTORY@"
_STAMP: Final = "release.json"
_GITHUB: Final = "github.com"
_FILES: Final[Mapping[ForgeKind, tuple[tuple[str, str], ...]]] = {
    ForgeKind.GITHUB: tuple(
        (f".github/workflows/{name}.yml", f"github/{name}.yml")
        for name in ("plan", "apply", "drift")
    ),
    ForgeKind.GITLAB: ((".gitlab/connectform.gitlab-ci.yml", "gitlab/connectform.gitlab-ci.yml"),),
}


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a pipeline; `branch` is what is applied on merging to it."""

    paths: tuple[Path, ...]
    branch: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A repository, where in it the project stands ("" for its root), and its default branch."""

    root: Path
    directory: str
    branch: str


def scaffold_ci(directory: Path, kind: ForgeKind, *, action: str = "", wheel: str = "") -> Written:
    """Write the files of a pipeline at the root of the repository that a project's folder is in.

    `action` is what GitHub's workflows use, `owner/name@COMMIT`; by default the commit that this
    connectform was made from. `wheel` is what pip installs on GitLab, pinned; by default the wheel
    of this release. A folder outside of any repository is taken for the root of a new one, whose
    branch is main. Raises UsageError where a file stands there already, or something is not known.
    """
    place = _place_of(directory)
    texts = {
        place.root / path: _text(name, kind, place, action, wheel) for path, name in _FILES[kind]
    }
    existing = [path for path in texts if path.exists()]
    if existing:
        raise UsageError(*(_exists(path.relative_to(place.root)) for path in existing))
    for path, text in texts.items():
        write_file(path, text)
    return Written(tuple(texts), place.branch)


def _place_of(directory: Path) -> _Place:
    there = next(path for path in (directory, *directory.absolute().parents) if path.is_dir())
    top, prefix = folder_in(str(there))
    if not top:
        return _Place(directory, "", "main")
    below = directory.absolute().relative_to(there.absolute())
    place = _Place(Path(top), (PurePosixPath(prefix) / below).as_posix(), default_branch(top))
    if place.directory == ".":
        place = replace(place, directory="")
    if not _BRANCH.fullmatch(place.branch):
        raise usage(
            f"the branch {place.branch} cannot stand in a workflow"
            if place.branch
            else "this repository has no default branch that is known here",
            hint="git remote set-head origin --auto asks the remote; or check the branch out",
        )
    if place.directory and not _DIRECTORY.fullmatch(place.directory):
        raise usage(
            f"the folder {place.directory} cannot stand in a workflow",
            hint="call it by letters, digits, '.', '_' and '-'",
        )
    return place


def _text(name: str, kind: ForgeKind, place: _Place, action: str, wheel: str) -> str:
    github = kind is ForgeKind.GITHUB
    filled = {
        "@ACTION@": _chosen_action(action) if github else "",
        "@WHEEL@": "" if github else _chosen_wheel(wheel),
        "@BRANCH@": place.branch,
        "@BELOW@": f"/{place.directory}" if place.directory else "",
        _DIRECTORY_PLACE: place.directory,
    }
    # What names the folder is left out where the project stands at the root.
    rows = _template(name).splitlines(keepends=True)
    text = "".join(row for row in rows if place.directory or _DIRECTORY_PLACE not in row)
    for mark, value in filled.items():
        text = text.replace(mark, value)
    return text


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


def _chosen_wheel(given: str) -> str:
    """Return what pip installs: one file or version, and text that is safe in YAML and a shell."""
    found = _WHEEL.fullmatch(given or _released_wheel())
    if found is None and not given:
        raise usage(
            "this connectform was not made by a release, so its wheel has no known address",
            hint="give --wheel URL#sha256=..., the address of a wheel with its checksum",
        )
    if found is None:
        raise usage(
            f"--wheel {given} is not one file or one version",
            hint="write https://.../connectform-VERSION-py3-none-any.whl#sha256=..., or"
            " connectform[kafka]==VERSION where your index holds it",
        )
    bare = found["file"] and not found["name"]
    return f"connectform[kafka] @ {found[0]}" if bare and "://" in found[0] else found[0]


def _stamp() -> Mapping[str, str] | None:
    """Return what a release wrote down of itself, or None where there was none."""
    stamp = resources.files("reconcile.ci") / _STAMP
    return json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else None


def _released_wheel() -> str:
    found = _stamp()
    if found is None:
        return ""
    version = found["version"]
    place = f"https://{_GITHUB}/{found['repository']}/releases/download/v{version}"
    return f"{place}/connectform-{version}-py3-none-any.whl"


def _released_action() -> str:
    """Return the action of this release, or of the commit that pip installed from; else nothing."""
    found = _stamp()
    if found is not None:
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


def _exists(path: PurePath) -> Problem:
    return Problem(
        code=Code.FILE_EXISTS,
        message=f"{path} exists already; nothing was written",
        hint="move it away first, and compare",
    )
