"""Findings in files as a page."""

from collections import Counter
from collections.abc import Iterable, Sequence

from reconcile.model.drift import NotCompared
from reconcile.model.problem import Problem, Severity
from reconcile.report.drift_text import not_compared_line
from reconcile.report.page import Count, Page, Section
from reconcile.report.problem_text import STYLES, counts_text, ordered
from reconcile.report.spans import bold, line


def problems_page(title: str, problems: Iterable[Problem]) -> Page:
    """Return one page for the findings of a check."""
    sections = findings_sections(problems)
    nothing = Section(heading="Findings", summary=(line(bold("Nothing was found.")),))
    return Page(title=title, sections=sections or (nothing,))


def findings_sections(problems: Iterable[Problem]) -> tuple[Section, ...]:
    """Return a section for what is wrong with files, where anything is."""
    found = ordered(problems)
    if not found:
        return ()
    severities = Counter(problem.severity for problem in found)
    section = Section(
        heading="Findings",
        summary=(line(bold(f"{counts_text(found)}.")),),
        counts=tuple(
            Count(severities[severity], severity.value, STYLES[severity])
            for severity in Severity
            if severities[severity]
        ),
        problems=tuple(found),
    )
    return (section,)


def failure_sections(failures: Sequence[NotCompared]) -> tuple[Section, ...]:
    """Return a section for each cluster that nothing can be said of, with the reasons."""
    return tuple(
        Section(
            heading=f"Cluster {failure.cluster}",
            summary=(not_compared_line([failure]),),
            problems=tuple(ordered(failure.problems)),
        )
        for failure in failures
    )
