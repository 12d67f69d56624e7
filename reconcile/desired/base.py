"""Load what git declared at another commit."""

import io
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconcile.desired.git import archive, resolve_ref
from reconcile.desired.load import load_desired
from reconcile.desired.project import LoadedProject, load_project
from reconcile.errors import UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.desired import Desired
from reconcile.model.problem import Problem


def load_base(
    loaded: LoadedProject, ref: str, *, clusters: Sequence[str], environment: Mapping[str, str]
) -> tuple[str, Mapping[str, Desired]]:
    """Return the commit that a ref stands for, and what git declared there for each cluster.

    Secrets stay unresolved, and unusable definitions declare nothing. Raises UsageError where the
    commit is not in this repository, or has no usable project file.
    """
    root = loaded.project.root
    commit = resolve_ref(root, ref)
    if not commit:
        raise UsageError(_unknown(ref))
    with tempfile.TemporaryDirectory(prefix="connectform-base-") as folder:
        _unpack(root, commit, Path(folder))
        file = Path(folder, Path(loaded.project.path).name)
        if not file.is_file():
            raise usage(
                f"--base {ref}: there is no {file.name} in commit {commit[:12]}",
                hint="name a commit that has the project file",
            )
        before = load_project(file, Path(folder))
        known = [name for name in clusters if name in before.project.clusters]
        found = load_desired(
            before,
            clusters=known,
            environment=environment,
            secrets=False,
            keep_going=True,
            lenient=True,
        )
    nothing = {
        name: Desired(project=loaded.project.name, cluster=name, definitions={})
        for name in clusters
        if name not in known
    }
    return commit, {**found.clusters, **nothing}


def _unpack(root: str, commit: str, folder: Path) -> None:
    answer = archive(root, commit)
    if not answer.ok:
        raise usage(
            f"commit {commit[:12]} cannot be read: {answer.error}",
            hint="see whether `git archive` works in this folder",
        )
    try:
        with tarfile.open(fileobj=io.BytesIO(answer.out)) as files:
            files.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise usage(
            f"commit {commit[:12]} cannot be unpacked: {error}",
            hint="links that lead out of the project are not followed",
        ) from error


def _unknown(ref: str) -> Problem:
    return Problem(
        code=Code.USAGE,
        message=f"--base {ref}: git knows no such commit here",
        hint="in a pipeline, check out the whole history (fetch-depth: 0)",
    )
