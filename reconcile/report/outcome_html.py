"""What came of an apply as a page."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.report.html import Html, element
from reconcile.report.html_page import (
    Count,
    card,
    counts,
    lines_card,
    page,
    problem_articles,
    problem_parts,
    section,
    table_html,
)
from reconcile.report.outcome_text import STYLES, advice_lines, outcome_word, result_text
from reconcile.report.spans import Span, bold, line
from reconcile.report.table import Table
from reconcile.report.words import counted, moment_text

_WORST_FIRST: Final = (
    OutcomeStatus.FAILED,
    OutcomeStatus.UNSETTLED,
    OutcomeStatus.NOT_ATTEMPTED,
    OutcomeStatus.APPLIED,
    OutcomeStatus.ALREADY_APPLIED,
)


def results_html(results: Sequence[ApplyResult]) -> str:
    """Return one page for all clusters of an apply; what went wrong comes first."""
    where = results[0].cluster if len(results) == 1 else counted(len(results), "cluster")
    facts = [
        f"project {result.project}, {moment_text(result.started_at)} to "
        f"{moment_text(result.finished_at)}"
        for result in results[:1]
    ]
    return page(f"Apply to {where}", facts, map(_cluster, results))


def _cluster(result: ApplyResult) -> Html:
    outcomes = sorted(result.outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.status))
    return section(
        f"Cluster {result.cluster}",
        lines_card([line(bold(result_text(result))), *advice_lines(result)]),
        counts(_counts(result), f"Outcomes on {result.cluster}"),
        problem_articles(result.problems),
        map(_article, (outcome for outcome in outcomes if outcome.problems)),
        table_html(_table([outcome for outcome in outcomes if not outcome.problems])),
    )


def _article(outcome: Outcome) -> Html:
    style = STYLES[outcome.status]
    word = element("span", outcome_word(outcome), class_=f"tag {style.value}")
    return card(
        element("h3", outcome.name, " ", word),
        map(problem_parts, outcome.problems),
        style=style,
        name="article",
    )


def _table(outcomes: Sequence[Outcome]) -> Table:
    rows = [
        (
            Span(outcome.name),
            Span(outcome_word(outcome), STYLES[outcome.status]),
            Span(f"{outcome.seconds:.1f} s" if outcome.seconds else ""),
        )
        for outcome in outcomes
    ]
    return Table(("CONNECTOR", "OUTCOME", "TIME"), tuple(rows))


def _counts(result: ApplyResult) -> list[Count]:
    found = Counter(outcome.status for outcome in result.outcomes)
    return [
        (found[status], status.value.replace("-", " "), STYLES[status])
        for status in _WORST_FIRST
        if found[status]
    ]
