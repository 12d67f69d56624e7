"""Findings in files as a page."""

from collections import Counter
from collections.abc import Iterable

from reconcile.model.problem import Problem, Severity
from reconcile.report.html_page import counts, lines_card, page, problem_articles
from reconcile.report.problem_text import STYLES, counts_text, ordered
from reconcile.report.spans import bold, line


def problems_html(title: str, problems: Iterable[Problem]) -> str:
    """Return one page for the findings of a check."""
    found = ordered(problems)
    severities = Counter(problem.severity for problem in found)
    shares = [(severities[severity], severity.value, STYLES[severity]) for severity in Severity]
    summary = f"{counts_text(found)}." if found else "Nothing was found."
    return page(
        title,
        [],
        [
            lines_card([line(bold(summary))]),
            counts(shares, "Findings"),
            problem_articles(found),
        ],
    )
