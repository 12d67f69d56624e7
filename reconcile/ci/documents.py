"""Read the JSON documents of other commands: plans, drift, outcomes and problems."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.drift import Drift, NotCompared
from reconcile.model.outcome import ApplyResult
from reconcile.model.plan import Plan
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.report_parse import read_drift, read_failure, read_result
from reconcile.plan.saved import plans_in
from reconcile.run.context import Context

_SHAPE_ERRORS: Final = (KeyError, TypeError, ValueError, AttributeError)
_AGAIN: Final = "write it again with --json-out FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the files of one command line hold, in their order; `paths` are those of plans.

    `failures` are clusters that have no plan, `unknown` those of which nobody can tell whether they
    drifted.
    """

    plans: tuple[Plan, ...] = ()
    failures: tuple[NotCompared, ...] = ()
    drifts: tuple[Drift, ...] = ()
    unknown: tuple[NotCompared, ...] = ()
    results: tuple[ApplyResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    paths: tuple[str, ...] = ()

    def __add__(self, other: "Documents") -> "Documents":
        """Return what both hold."""
        return Documents(
            plans=self.plans + other.plans,
            failures=self.failures + other.failures,
            drifts=self.drifts + other.drifts,
            unknown=self.unknown + other.unknown,
            results=self.results + other.results,
            problems=self.problems + other.problems,
            paths=self.paths + other.paths,
        )

    @property
    def findings(self) -> tuple[Problem, ...]:
        """Return every problem of every document, each once, refusals first."""
        parts = (
            *(plan.refusals for plan in self.plans),
            self.problems,
            *(plan.problems for plan in self.plans),
            *(failure.problems for failure in (*self.failures, *self.unknown)),
            *(drift.problems for drift in self.drifts),
            *(result.problems for result in self.results),
            *(outcome.problems for result in self.results for outcome in result.outcomes),
        )
        first = {_told(problem): problem for part in reversed(parts) for problem in part}
        return tuple(dict.fromkeys(first[_told(problem)] for part in parts for problem in part))

    @property
    def beside(self) -> tuple[Problem, ...]:
        """Return what checks of files found, and no plan says itself."""
        plans = [plan.problems for plan in self.plans]
        failures = [failure.problems for failure in self.failures]
        told = {_told(problem) for found in (*plans, *failures) for problem in found}
        return tuple(problem for problem in self.problems if _told(problem) not in told)

    def findings_about(self, plan: Plan) -> tuple[Problem, ...]:
        """Return what checks of files found about what a plan changes, and no plan says itself."""
        changes = (*plan.changes, *(item.change for item in plan.withheld))
        names = {change.name for change in changes}
        return tuple(problem for problem in self.beside if problem.connector in names)


def read_documents(context: Context, paths: Sequence[Path]) -> Documents:
    """Return what all the files hold; raise DefinitionError for one that cannot be used."""
    found = Documents()
    for path in paths:
        found += _read(context.directory / path, str(path))
    return found


def _read(file: Path, path: str) -> Documents:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "it is no JSON, or was cut off") from error
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind == "plan":
        plans = tuple(saved.plan for saved in plans_in(document, path))
        failures = tuple(map(read_failure, document.get("failures", ())))
        return Documents(plans=plans, failures=failures, paths=(path,))
    try:
        return _other(kind, document)
    except _SHAPE_ERRORS as error:
        raise _unusable(path, "it does not have the form of a document of connectform") from error


def _other(kind: str | None, document: Mapping[str, Any]) -> Documents:
    match kind:
        case "drift":
            return Documents(
                drifts=tuple(map(read_drift, document["drifts"])),
                unknown=tuple(map(read_failure, document["failures"])),
            )
        case "outcome":
            return Documents(results=tuple(map(read_result, document["results"])))
        case "problems":
            return Documents(problems=tuple(map(_problem, document["problems"])))
        case _:
            raise ValueError(kind)


def _told(problem: Problem) -> tuple[object, ...]:
    """Return what a problem is known by: plans and checks of files give different hints."""
    return (problem.code, problem.message, problem.location, problem.connector)


def _problem(entry: Mapping[str, Any]) -> Problem:
    path = entry["path"]
    place = Location(str(path), int(entry["line"] or 0), int(entry["column"] or 0))
    return Problem(
        code=Code(entry["code"]),
        message=str(entry["message"]),
        location=place if path else None,
        hint=str(entry["hint"]),
        severity=Severity(entry["severity"]),
        connector=str(entry["connector"] or ""),
    )


def _unusable(path: str, reason: str) -> DefinitionError:
    return DefinitionError(
        Problem(
            code=Code.UNUSABLE_DOCUMENT,
            message=f"this file cannot be used: {reason}",
            location=Location(path),
            hint=_AGAIN,
        )
    )
