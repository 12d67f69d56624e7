"""GitHub's workflow commands: annotations in a log, and outputs in a file.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import posixpath
from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.problem import Location, Problem, Severity
from reconcile.redact import visible

MOST: Final = 10
"""How many annotations of one kind GitHub shows for a step."""

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_RANKS: Final = tuple(Severity)


def annotations(problems: Iterable[Problem], *, directory: str = "") -> list[str]:
    """Return a command for each of the gravest problems, and a count of the rest.

    `directory` is where the paths of problems count from, within the repository.
    """
    every = list(dict.fromkeys(problems))
    paths = [problem.location.path if problem.location else "" for problem in every]
    turns = {path: turn for turn, path in reversed([*enumerate(paths)])}
    found = sorted(every, key=lambda problem: _order(problem, turns))
    lines = [_annotation(problem, directory) for problem in found[:MOST]]
    rest = len(found) - MOST
    if rest > 0:
        noun = "problem" if rest == 1 else "problems"
        text = f"and {rest} more {noun}: see the summary of this job"
        lines.append(command("notice", text, {"title": "connectform"}))
    return lines


def _order(problem: Problem, turns: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Return the gravest first, then file after file as they were first named, from above."""
    place = problem.location or Location("")
    rank = _RANKS.index(problem.severity)
    return (rank, turns[place.path], place.line, place.column)


def command(name: str, data: str, properties: Mapping[str, str]) -> str:
    """Return one workflow command on one line, which no text in it can end or extend."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_data(data)}"


def outputs(values: Mapping[str, str], *, delimiter: str) -> str:
    """Return lines for GITHUB_OUTPUT; the delimiter must be one that nobody can guess."""
    for value in values.values():
        if delimiter in value:
            raise AssertionError("the delimiter is part of a value")
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())


def _annotation(problem: Problem, directory: str) -> str:
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    place = _place(problem.location, directory)
    properties = {**place, "title": problem.code.value}
    return command(_COMMANDS[problem.severity], f"{problem.message}{hint}", properties)


def _place(location: Location | None, directory: str) -> Mapping[str, str]:
    if location is None:
        return {}
    path = posixpath.normpath(posixpath.join(directory, location.path))
    if path.startswith(("/", "..")):
        return {}
    line = {"line": str(location.line), "col": str(location.column)} if location.line else {}
    return {"file": path, **line}


def _data(text: str) -> str:
    safe = visible(text).replace("%", "%25")
    return safe.replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
