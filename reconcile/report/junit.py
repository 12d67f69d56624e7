"""Checks, plans and outcomes as JUnit XML: one test case for each connector and phase.

The elements, attributes and their order are those of Jenkins' schema of the format
(https://github.com/jenkinsci/xunit-plugin, junit-10.xsd), which GitLab and Azure read as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from reconcile.model.drift import NotCompared
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem, Severity, errors_in
from reconcile.redact import one_line
from reconcile.report.change_text import sentence
from reconcile.report.cluster_text import problems_by_change
from reconcile.report.outcome_text import outcome_word
from reconcile.report.problem_text import ordered, problem_lines
from reconcile.report.spans import plain

_WHOLE: Final = "(all)"
_NOT_DONE: Final = frozenset({OutcomeStatus.FAILED, OutcomeStatus.UNSETTLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One connector in one phase; `failure` says that it failed and `skipped` why it was left out."""

    name: str
    seconds: float = 0.0
    failure: str = ""
    skipped: str = ""
    problems: Sequence[Problem] = ()
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One phase on one cluster."""

    phase: str
    cluster: str
    cases: Sequence[Case]
    began: datetime | None = None


def problems_junit(problems: Iterable[Problem], names: Iterable[str], *, phase: str) -> str:
    """Return the findings in files; `names` are the connectors that were checked.

    What is wrong with no connector in particular is a case of its file.
    """
    found: dict[str, list[Problem]] = {name: [] for name in names}
    for problem in ordered(problems):
        place = problem.location.path if problem.location else _WHOLE
        found.setdefault(problem.connector or place, []).append(problem)
    cases = [_checked(name, found[name]) for name in sorted(found)]
    return junit_text([Suite(phase=phase, cluster="", cases=cases)])


def plans_junit(plans: Iterable[Plan], failed: Iterable[NotCompared] = ()) -> str:
    """Return the plans of a run; one fails where its checks found errors, or apply would refuse it."""
    return junit_text([*map(_plan_suite, plans), *map(_failed_suite, failed)])


def results_junit(results: Iterable[ApplyResult]) -> str:
    """Return what came of an apply; what did not settle counts as failed."""
    return junit_text(map(_result_suite, results))


def junit_text(suites: Iterable[Suite]) -> str:
    """Return suites as an XML document."""
    root = ET.Element("testsuites", name="connectform")
    root.extend(_suite(suite) for suite in suites)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _plan_suite(plan: Plan) -> Suite:
    near, apart = problems_by_change(plan.changes, plan.problems)
    more: dict[str, list[Problem]] = {_WHOLE: list(plan.refusals)} if plan.refusals else {}
    for problem in apart:
        more.setdefault(problem.connector or _WHOLE, []).append(problem)
    cases = [
        *(
            _checked(change.name, near[change.name], said=sentence(change))
            for change in plan.changes
        ),
        *(
            Case(name=item.change.name, skipped=f"{item.why.value}: {item.reason}".rstrip(": "))
            for item in plan.withheld
        ),
        *(_checked(name, found) for name, found in sorted(more.items())),
    ]
    return Suite(phase="plan", cluster=plan.cluster, cases=cases, began=plan.created_at)


def _failed_suite(failure: NotCompared) -> Suite:
    case = _checked(_WHOLE, failure.problems)
    return Suite(phase="plan", cluster=failure.cluster, cases=[case])


def _result_suite(result: ApplyResult) -> Suite:
    stopped = [_checked(_WHOLE, result.problems)] if result.problems else []
    return Suite(
        phase="apply",
        cluster=result.cluster,
        cases=[*stopped, *map(_outcome, result.outcomes)],
        began=result.started_at,
    )


def _outcome(outcome: Outcome) -> Case:
    word = outcome_word(outcome)
    left = outcome.status is OutcomeStatus.NOT_ATTEMPTED
    return Case(
        name=outcome.name,
        seconds=outcome.seconds,
        failure=word if outcome.status in _NOT_DONE else "",
        skipped=word if left else "",
        problems=outcome.problems,
        said=word,
    )


def _checked(name: str, problems: Sequence[Problem], *, said: str = "") -> Case:
    errors = errors_in(tuple(problems))
    return Case(
        name=name,
        failure=errors[0].message if errors else "",
        problems=problems,
        said=said,
    )


def _suite(suite: Suite) -> ET.Element:
    cases = [_case(case, suite) for case in suite.cases]
    seconds = sum(case.seconds for case in suite.cases)
    element = ET.Element(
        "testsuite",
        name=one_line(f"{suite.phase} {suite.cluster}".strip()),
        tests=str(len(cases)),
        failures=str(sum(bool(case.failure) for case in suite.cases)),
        errors="0",
        skipped=str(sum(bool(case.skipped) for case in suite.cases)),
        time=f"{seconds:.3f}",
    )
    if suite.began is not None:
        element.set("timestamp", f"{suite.began.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
    element.extend(cases)
    return element


def _case(case: Case, suite: Suite) -> ET.Element:
    """Return a case; what is printed of it comes last, as the schema wants it."""
    element = ET.Element(
        "testcase",
        classname=one_line(".".join(part for part in (suite.phase, suite.cluster) if part)),
        name=one_line(case.name),
        time=f"{case.seconds:.3f}",
    )
    text = plain(row for problem in case.problems for row in problem_lines(problem))
    if case.skipped:
        ET.SubElement(element, "skipped", message=one_line(case.skipped))
    elif case.failure:
        kinds = errors_in(tuple(case.problems))
        kind = kinds[0].code.value if kinds else Severity.ERROR.value
        failure = ET.SubElement(element, "failure", message=one_line(case.failure), type=kind)
        failure.text = text
    said = f"{one_line(case.said)}\n" if case.said else ""
    printed = said if case.failure and not case.skipped else said + text
    if printed:
        ET.SubElement(element, "system-out").text = printed
    return element
