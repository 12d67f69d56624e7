"""What GitLab shows in a merge request: counts of a plan, and problems as code quality.

https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform and
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from reconcile.model.plan import Action, Plan
from reconcile.model.problem import Problem, Severity
from reconcile.redact import one_line
from reconcile.report.problem_key import keyed

_SEVERITIES: Final = {
    Severity.ERROR: "critical",
    Severity.WARNING: "minor",
    Severity.NOTICE: "info",
}


def plan_counts(plans: Iterable[Plan]) -> dict[str, int]:
    """Return how much the plans of a run create, update and delete, all clusters together.

    States, restarts and moves count as updates.
    """
    actions = Counter(change.action for plan in plans for change in plan.changes)
    created, deleted = actions[Action.CREATE], actions[Action.DELETE]
    return {"create": created, "update": actions.total() - created - deleted, "delete": deleted}


def code_quality(
    problems: Iterable[Problem], *, project_file: str, directory: str = ""
) -> list[dict[str, Any]]:
    """Return problems as entries of a code quality report.

    Every entry must have a place: what has none is shown at the project file. `directory` is where
    paths count from, within the repository.
    """
    return [_entry(problem, key, project_file, directory) for problem, key in keyed(problems)]


def _entry(problem: Problem, key: str, project_file: str, directory: str) -> dict[str, Any]:
    place = problem.location
    hint = f" ({problem.hint})" if problem.hint else ""
    return {
        "description": one_line(problem.message + hint) or "-",
        "check_name": problem.code.value,
        "fingerprint": key,
        "severity": _SEVERITIES[problem.severity],
        "location": {
            "path": directory + (place.path if place else project_file),
            "lines": {"begin": max(1, place.line if place else 1)},
        },
    }
