"""Load what git declared at another commit."""

import io
import os
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.desired.git import archive, folder_in, has_file, resolve_ref, run_git
from reconcile.desired.load import load_desired
from reconcile.desired.project import PROJECT_FILES, LoadedProject, load_project
from reconcile.errors import DefinitionError, UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.desired import Desired
from reconcile.model.problem import Location, Problem, Severity


def load_base(
    loaded: LoadedProject, ref: str, *, clusters: Sequence[str], environment: Mapping[str, str]
) -> tuple[str, Mapping[str, Desired]]:
    """Return the commit that a ref stands for, and what git declared there for each cluster.

    Secrets stay unresolved, and unusable definitions declare nothing. A commit without the project
    file declares nothing either, with a notice. Raises UsageError where the commit is not in this
    repository, or its project file is not usable.
    """
    root = loaded.project.root
    commit = _commit_of(root, ref)
    name = _project_file(loaded, commit)
    if name is None:
        notices = (_absent(loaded, ref, commit),)
        return commit, {cluster: _nothing(loaded, cluster, notices) for cluster in clusters}
    with tempfile.TemporaryDirectory(prefix="connectform-base-") as folder:
        before = _load_project(root, commit, Path(folder), name, ref)
        found = load_desired(
            before,
            clusters=[cluster for cluster in clusters if cluster in before.project.clusters],
            environment=environment,
            secrets=False,
            keep_going=True,
            lenient=True,
        ).clusters
    return commit, {name: found.get(name) or _nothing(loaded, name) for name in clusters}


def _commit_of(root: str, ref: str) -> str:
    commit = resolve_ref(root, ref)
    if commit:
        return commit
    answer = run_git(root, "rev-parse", "--git-dir")
    if not answer.ok:
        reason = answer.error.partition("\n")[0]
        raise usage(
            f"--base {ref}: git does not answer here: {reason}",
            hint="run this in a clone of the repository, with git installed",
        )
    raise usage(
        f"--base {ref}: git knows no such commit here",
        hint="in a pipeline, check out the whole history (fetch-depth: 0)",
    )


def _project_file(loaded: LoadedProject, commit: str) -> str | None:
    """Return how the project file was called at a commit, or None where there was none."""
    project = loaded.project
    name = Path(project.path).name
    names = (name, *PROJECT_FILES) if name in PROJECT_FILES else (name,)
    return next((each for each in names if has_file(project.root, commit, each)), None)


def _load_project(root: str, commit: str, folder: Path, name: str, ref: str) -> LoadedProject:
    _unpack(root, commit, folder / "project")
    try:
        before = load_project(folder / "project" / name, folder)
        if any(_leads_out(entry) for entry in before.project.definitions):
            top, prefix = folder_in(root)
            _unpack(top, commit, folder / "whole")
            before = load_project(folder / "whole" / prefix / name, folder)
    except DefinitionError as error:
        told = [
            replace(problem, message=f"--base {ref}: {problem.message}")
            for problem in error.problems
        ]
        raise UsageError(*told) from error
    return before


def _leads_out(entry: str) -> bool:
    return os.path.normpath(entry).startswith(os.pardir)


def _unpack(root: str, commit: str, folder: Path) -> None:
    answer = archive(root, commit)
    if not answer.ok:
        raise usage(
            f"commit {commit[:12]} cannot be read: {answer.error}",
            hint="see whether `git archive` works in this folder",
        )
    try:
        with tarfile.open(fileobj=io.BytesIO(answer.out)) as files:
            files.extractall(folder, filter=_inside)  # noqa: S202  # nothing leads out of it
    except (tarfile.TarError, OSError) as error:
        raise usage(
            f"commit {commit[:12]} cannot be unpacked: {error}",
            hint="see whether there is room in the folder for temporary files",
        ) from error


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave out links that lead out of the folder: they are not followed in a checkout either."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _nothing(loaded: LoadedProject, cluster: str, problems: tuple[Problem, ...] = ()) -> Desired:
    return Desired(project=loaded.project.name, cluster=cluster, definitions={}, problems=problems)


def _absent(loaded: LoadedProject, ref: str, commit: str) -> Problem:
    name = Path(loaded.project.path).name
    return Problem(
        code=Code.NO_PROJECT_FILE,
        message=f"--base {ref}: commit {commit[:12]} has no {name}, so everything is new",
        location=Location(name),
        hint="name a commit that has the project file, if this one is not meant",
        severity=Severity.NOTICE,
    )
