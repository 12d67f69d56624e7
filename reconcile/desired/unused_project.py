"""The project file beside definitions that nobody has reviewed: it is not used, and looked at."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from reconcile.desired.files import read_text
from reconcile.desired.nodes import Shapes
from reconcile.desired.yaml_reader import read_yaml
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.project import Project

_MOST_NAMED: Final = 5
_NOTHING: Final = object()


def other_project_file(root: str, project: Project) -> str:
    """Return where a folder would have the project file."""
    return str(Path(root, Path(project.path).name))


def differing_project_file(project: Project) -> list[Problem]:
    """Say so where the folder of the definitions has another project file than the one in use."""
    if not project.definitions_from:
        return []
    name = Path(project.path).name
    other = read_text(other_project_file(project.definitions_from, project), name)
    ours = read_text(project.path, name)
    if other == ours:
        return []
    named = (
        _differing(ours, other, name) if isinstance(ours, str) and isinstance(other, str) else []
    )
    first, rest = named[:_MOST_NAMED], len(named) - _MOST_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    what = f" (other: {', '.join(first)}{more})" if named else ""
    return [
        Problem(
            code=Code.OTHER_PROJECT_FILE,
            message=f"{name} is another one beside these definitions{what}, and is not used for"
            " this plan",
            location=Location(name),
            hint="what it changes shows once it is merged; merge it before what needs it",
            severity=Severity.NOTICE,
        )
    ]


def _differing(ours: str, theirs: str, name: str) -> list[str]:
    """Return the settings that differ; nothing where a file cannot be read, or only looks otherwise."""
    readings = [read_yaml(text, name, Shapes()) for text in (ours, theirs)]
    if any(reading.problems or len(reading.documents) != 1 for reading in readings):
        return []
    one, two = (reading.documents[0].tree for reading in readings)
    return [".".join(path) for path in _paths(one, two)]


def _paths(one: object, two: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for key in dict.fromkeys((*one, *two)):
            yield from _paths(one.get(key, _NOTHING), two.get(key, _NOTHING), (*path, str(key)))
    elif one != two:
        yield path
