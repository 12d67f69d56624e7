"""Lint the definitions of the corpus, and read what they say should be found."""

import re
from datetime import date
from pathlib import Path

from reconcile.desired.load import load_desired
from reconcile.desired.project import load_project
from reconcile.lint.check import Ignoring, lint_definitions
from reconcile.model.problem import Problem, errors_in

ROOT = Path(__file__).parent
PROJECTS = ("main", "small")
TODAY = date(2027, 1, 4)

Place = tuple[str, int, str]

_HERE = re.compile(r"# expect: (?P<codes>CF\d{3}(?: CF\d{3})*)")
_BELOW = re.compile(r"# expect below: (?P<codes>CF\d{3}(?: CF\d{3})*)")


def lint_folder(folder: Path) -> tuple[tuple[Problem, ...], tuple[Problem, ...], int]:
    """Return the findings in a project, errors of loading, and how many definitions it has."""
    loaded = load_project(None, folder)
    found = load_desired(
        loaded,
        clusters=tuple(loaded.project.clusters),
        environment={},
        secrets=False,
        keep_going=True,
    )
    refused = tuple(
        dict.fromkeys(
            problem
            for desired in found.clusters.values()
            for problem in errors_in(desired.problems)
        )
    )
    names = {name for desired in found.clusters.values() for name in desired.definitions}
    findings = lint_definitions(
        {name: desired.definitions.values() for name, desired in found.clusters.items()},
        loaded.project.lint,
        Ignoring(comments=found.ignores, today=TODAY),
        complete=True,
    )
    return findings, refused, len(names)


def expected(folder: Path) -> set[Place]:
    """Return what the files of a project say should be found, and where."""
    places: set[Place] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".yaml":
            places |= _said_in(name, path.read_text())
        elif path.suffix == ".expected":
            json_name = name.replace(".expected", ".json")
            entries = (line.split() for line in path.read_text().splitlines())
            places |= {(json_name, int(line), code) for line, code in entries}
    return places


def _said_in(name: str, text: str) -> set[Place]:
    return {
        (name, number + below, code)
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, below in ((_HERE, 0), (_BELOW, 1))
        for found in pattern.finditer(line)
        for code in found["codes"].split()
    }


def places_of(problems: tuple[Problem, ...]) -> list[Place]:
    """Return where problems are, and which."""
    return [
        (problem.location.path, problem.location.line, problem.code.value)
        if problem.location
        else ("", 0, problem.code.value)
        for problem in problems
    ]
