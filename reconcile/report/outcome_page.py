"""What came of an apply as a page; what went wrong comes first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.report.links import links_of
from reconcile.report.outcome_text import STYLES, advice_lines, outcome_word, result_text
from reconcile.report.page import Card, Count, Page, Section
from reconcile.report.problem_text import ordered
from reconcile.report.spans import Span, bold, line
from reconcile.report.table import Table
from reconcile.report.words import clusters_text, moment_text

_WORST_FIRST: Final = (
    OutcomeStatus.FAILED,
    OutcomeStatus.UNSETTLED,
    OutcomeStatus.NOT_ATTEMPTED,
    OutcomeStatus.APPLIED,
    OutcomeStatus.ALREADY_APPLIED,
)


def results_page(results: Sequence[ApplyResult], *, links: Mapping[str, str]) -> Page:
    """Return one page for all clusters of an apply; `links` are the project's."""
    where = clusters_text([result.cluster for result in results])
    when = [
        f"project {result.project}, {moment_text(result.started_at)} to"
        f" {moment_text(result.finished_at)}"
        for result in results[:1]
    ]
    return Page(
        title=f"Apply to {where}",
        facts=tuple(when),
        sections=tuple(_section(result, links) for result in results),
    )


def _section(result: ApplyResult, links: Mapping[str, str]) -> Section:
    outcomes = sorted(result.outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.status))
    quiet = [outcome for outcome in outcomes if not outcome.problems]
    return Section(
        heading=f"Cluster {result.cluster}",
        summary=(line(bold(result_text(result))), *advice_lines(result)),
        counts=_counts(result),
        problems=tuple(ordered(result.problems)),
        cards=tuple(
            _card(outcome, result.cluster, links) for outcome in outcomes if outcome.problems
        ),
        table=_table(quiet) if quiet else None,
    )


def _card(outcome: Outcome, cluster: str, links: Mapping[str, str]) -> Card:
    word = outcome_word(outcome)
    return Card(
        name=outcome.name,
        sign=Span(word, STYLES[outcome.status]),
        sentence=outcome.name,
        notes=("set back to what was applied before",) if outcome.rolled_back else (),
        problems=tuple(ordered(outcome.problems)),
        links=links_of(links, cluster=cluster, connector=outcome.name),
        urgent=outcome.status is OutcomeStatus.FAILED,
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


def _counts(result: ApplyResult) -> tuple[Count, ...]:
    found = Counter(outcome.status for outcome in result.outcomes)
    return tuple(
        Count(found[status], status.value.replace("-", " "), STYLES[status])
        for status in _WORST_FIRST
        if found[status]
    )
