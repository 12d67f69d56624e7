"""A repository with a project file and definitions, in a folder of the test."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reconcile.desired.checks import Checker
from reconcile.desired.kinds import read_document
from reconcile.desired.load import LoadedDesired, load_desired, read_documents
from reconcile.desired.manifest import Found
from reconcile.desired.nodes import Shapes
from reconcile.desired.project import LoadedProject, load_project
from reconcile.desired.schemas import DEFINITION, read_schemas
from reconcile.errors import DefinitionError
from reconcile.model.plan import Selection
from reconcile.model.problem import Problem

PROJECT = """\
apiVersion: connectform/v1
kind: Project
metadata: {name: shop}
clusters:
  local: {url: "http://127.0.0.1:8083", vars: {HOST: db.local}}
  prod: {url: "https://connect.example.com", vars: {HOST: db.prod}}
"""

CONNECTOR = """\
apiVersion: connectform/v1
kind: Connector
metadata: {name: orders}
spec:
  class: FileStreamSink
  config:
    topics: orders
"""


def repository(
    folder: Path, files: Mapping[str, str | bytes], *, project: str = PROJECT
) -> LoadedProject:
    """Write the files, and load the project."""
    (folder / "connectors").mkdir(exist_ok=True)
    for name, content in {"connectform.yaml": project, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_project(None, folder)


def load(
    loaded: LoadedProject,
    *,
    clusters: Sequence[str] = ("local",),
    environment: Mapping[str, str] | None = None,
    secrets: bool = True,
    selection: Selection | None = None,
    keep_going: bool = False,
) -> LoadedDesired:
    """Load what should be, with defaults that suit tests."""
    return load_desired(
        loaded,
        clusters=clusters,
        environment=environment or {},
        secrets=secrets,
        selection=selection or Selection(),
        keep_going=keep_going,
    )


def problems_with(
    folder: Path, files: Mapping[str, str | bytes], *, project: str = PROJECT
) -> list[str]:
    """Return all problems of a repository as `path:line:column code message`."""
    try:
        found = load(repository(folder, files, project=project), clusters=("local",))
    except DefinitionError as error:
        return lines_of(error.problems)
    return lines_of(found.clusters["local"].problems)


def lines_of(problems: Iterable[Problem]) -> list[str]:
    """Return problems as short lines."""
    return [f"{problem.location} {problem.code} {problem.message}" for problem in problems]


def read_one(text: str, name: str = "connectors/a.yaml") -> Found:
    """Read the one document of a text."""
    reading = read_documents(text, name, Shapes())
    assert not reading.problems, reading.problems
    (document,) = reading.documents
    return read_document(document, Checker(read_schemas(), DEFINITION))
