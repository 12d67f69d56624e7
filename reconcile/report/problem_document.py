"""Problems as a JSON document."""

from collections.abc import Iterable

from reconcile.model.problem import Problem


def problems_document(problems: Iterable[Problem]) -> dict[str, object]:
    """Return problems with their places, for editors and pipelines (`schemas/problems.schema.json`)."""
    return {
        "format_version": "1.0",
        "kind": "problems",
        "problems": [problem_entry(problem) for problem in problems],
    }


def problem_entry(problem: Problem) -> dict[str, object]:
    """Return one problem as JSON."""
    place = problem.location
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "connector": problem.connector or None,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
