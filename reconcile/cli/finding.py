"""Findings in the files of a project, on their way into reports."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconcile.cli.rendering import Findings, Reports, findings_writers, write_reports
from reconcile.cli.shell import Shell
from reconcile.desired.git import folder_in
from reconcile.desired.project import LoadedProject
from reconcile.errors import DefinitionError
from reconcile.model.problem import Problem


def findings_in(
    loaded: LoadedProject, problems: Sequence[Problem], *, connectors: Sequence[str], phase: str
) -> Findings:
    """Return what a check found, with where the project stands in its repository."""
    return Findings(
        problems=problems,
        connectors=connectors,
        phase=phase,
        directory=folder_in(loaded.project.root)[1],
        project_file=Path(loaded.project.path).name,
    )


@contextmanager
def reporting_files(shell: Shell, reports: Reports, *, phase: str) -> Iterator[None]:
    """Write reports of what keeps a project file from being read, and let it stop the run."""
    try:
        yield
    except DefinitionError as error:
        folder = shell.context.directory / (shell.project or Path("any")).parent
        found = Findings(problems=error.problems, phase=phase, directory=folder_in(str(folder))[1])
        write_reports(shell, reports, findings_writers(found))
        raise
