"""Run the rules, and leave out what comments and exceptions ignore."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Final

from reconcile.lint.catalog import BY_CODE, RULES, level_of
from reconcile.lint.rule import Fault, ForChange, ForCluster, ForComments, ForConnector, Rule
from reconcile.lint.subject import ChangeSubject, ClusterSubject, Subject
from reconcile.model.codes import Code
from reconcile.model.desired import Definition
from reconcile.model.lint import ClusterFacts, LintException, LintIgnore, LintLevel, LintSettings
from reconcile.model.plan import Change, Plan
from reconcile.model.problem import Location, Problem, Severity

_SEVERITIES: Final = {
    LintLevel.INFO: Severity.NOTICE,
    LintLevel.WARN: Severity.WARNING,
    LintLevel.ERROR: Severity.ERROR,
}
_UNUSED_EXCEPTION: Final = "remove the exception, or see whether its connectors are still called so"
_UNKNOWN: Final = ClusterFacts()

_Used = frozenset[tuple[LintIgnore | LintException, str]]
"""The comments and exceptions that ignored something, each with the code of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignoring:
    """What was written to ignore findings, and the day it is today."""

    comments: Sequence[LintIgnore]
    today: date


def lint_definitions(
    clusters: Mapping[str, Iterable[Definition]],
    settings: LintSettings,
    ignoring: Ignoring,
    *,
    complete: bool,
) -> tuple[Problem, ...]:
    """Return the findings in the definitions of some clusters, each once.

    With `complete` nothing was left out, so that what ignores nothing can be told.
    """
    found: dict[Problem, None] = {}
    for cluster, definitions in clusters.items():
        facts = settings.clusters.get(cluster, _UNKNOWN)
        subjects = tuple(
            Subject(definition=definition, settings=settings, facts=facts)
            for definition in definitions
        )
        whole = ClusterSubject(cluster=cluster, subjects=subjects)
        found.update(dict.fromkeys(_faults_in(whole, settings)))
    kept, used = _without_ignored(found, settings, ignoring)
    return (*kept, *_about_ignoring(settings, ignoring, used, complete=complete))


def lint_plan(
    plan: Plan, settings: LintSettings, ignoring: Ignoring, *, now: datetime
) -> tuple[Problem, ...]:
    """Return the findings about the changes of a plan; `now` is when they would be made."""
    local = now.astimezone(settings.hours.zone) if settings.hours else now
    found = [
        _at_change(rule, level, change, fault)
        for rule, level in _rules_in_force(settings)
        if isinstance(rule.check, ForChange)
        for change in plan.changes
        for fault in rule.check.check(ChangeSubject(change=change, settings=settings, now=local))
    ]
    kept, _ = _without_ignored(found, settings, ignoring)
    return tuple(kept)


def _rules_in_force(settings: LintSettings) -> Iterator[tuple[Rule, LintLevel]]:
    for rule in RULES:
        level = level_of(rule, settings)
        if level is not LintLevel.OFF:
            yield rule, level


def _faults_in(whole: ClusterSubject, settings: LintSettings) -> Iterator[Problem]:
    for rule, level in _rules_in_force(settings):
        match rule.check:
            case ForConnector(check):
                for subject in whole.subjects:
                    for fault in check(subject):
                        yield _at_definition(rule, level, subject.definition, fault)
            case ForCluster(check_all):
                for subject, fault in check_all(whole):
                    yield _at_definition(rule, level, subject.definition, fault)
            case ForChange() | ForComments():
                continue


def _at_definition(rule: Rule, level: LintLevel, definition: Definition, fault: Fault) -> Problem:
    place = definition.locate(fault.key) if fault.key else definition.location
    return _problem(rule, level, fault, place, definition.name)


def _at_change(rule: Rule, level: LintLevel, change: Change, fault: Fault) -> Problem:
    places = (item.location for item in change.keys if item.key == fault.key and item.location)
    return _problem(rule, level, fault, next(places, change.location), change.name)


def _problem(
    rule: Rule, level: LintLevel, fault: Fault, place: Location | None, connector: str
) -> Problem:
    return Problem(
        code=rule.code,
        message=fault.message,
        location=place,
        hint=fault.detail or rule.fix,
        severity=_SEVERITIES[level],
        connector=connector,
    )


def _without_ignored(
    found: Iterable[Problem], settings: LintSettings, ignoring: Ignoring
) -> tuple[list[Problem], _Used]:
    """Return what nobody ignores, and what ignored something."""
    kept: list[Problem] = []
    used: set[tuple[LintIgnore | LintException, str]] = set()
    excepted = [rule for rule in settings.exceptions if not _is_over(rule, ignoring.today)]
    for problem in found:
        ignored_by: list[LintIgnore | LintException] = [
            *(item for item in ignoring.comments if _ignores(item, problem)),
            *(rule for rule in excepted if _excepts(rule, problem)),
        ]
        used.update((item, problem.code.value) for item in ignored_by)
        if not ignored_by:
            kept.append(problem)
    return kept, frozenset(used)


def _ignores(comment: LintIgnore, problem: Problem) -> bool:
    place = problem.location
    if place is None or place.path != comment.location.path or problem.code not in comment.codes:
        return False
    return comment.first <= place.line <= comment.last


def _excepts(rule: LintException, problem: Problem) -> bool:
    if problem.code.value not in rule.codes:
        return False
    return any(fnmatchcase(problem.connector, glob) for glob in rule.connectors)


def _is_over(rule: LintException, today: date) -> bool:
    return today > rule.expires


def _about_ignoring(
    settings: LintSettings,
    ignoring: Ignoring,
    used: _Used,
    *,
    complete: bool,
) -> Iterator[Problem]:
    for comment in ignoring.comments:
        if not comment.reason and comment.codes:
            codes = ", ".join(comment.codes)
            yield from _said(
                settings,
                Code.IGNORE_WITHOUT_REASON,
                f"{codes} is ignored without a reason",
                comment.location,
            )
        for message in _ignoring_nothing(comment, settings, used, complete=complete):
            yield from _said(settings, Code.IGNORE_OF_NOTHING, message, comment.location)
    for rule in settings.exceptions:
        if _is_over(rule, ignoring.today):
            message = f"the exception from {', '.join(rule.codes)} expired on {rule.expires}"
            yield from _said(settings, Code.EXCEPTION_EXPIRED, message, rule.location)
            continue
        for message in _ignoring_nothing(rule, settings, used, complete=complete):
            # Milder than a comment in the wrong place: no definition here may have earned it yet.
            for problem in _said(settings, Code.IGNORE_OF_NOTHING, message, rule.location):
                yield replace(problem, severity=Severity.NOTICE, hint=_UNUSED_EXCEPTION)


def _ignoring_nothing(
    item: LintIgnore | LintException,
    settings: LintSettings,
    used: _Used,
    *,
    complete: bool,
) -> Iterator[str]:
    if not item.codes:
        yield "this comment names no code and ignores nothing"
    for written in item.codes:
        rule = next((rule for rule in RULES if rule.code.value == written), None)
        if rule is None:
            yield f"{written} is no lint rule, so nothing is ignored"
        elif isinstance(rule.check, ForComments):
            yield f"{written} cannot be ignored"
        elif isinstance(rule.check, ForChange) or level_of(rule, settings) is LintLevel.OFF:
            continue
        elif complete and (item, written) not in used:
            yield f"there is no finding {written} here to be ignored"


def _said(
    settings: LintSettings, code: Code, message: str, place: Location | None
) -> Iterator[Problem]:
    rule = BY_CODE[code]
    level = level_of(rule, settings)
    if level is not LintLevel.OFF:
        yield _problem(rule, level, Fault("", message), place, "")
