"""Reports of drift as a page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconcile.model.drift import Drift, NotCompared
from reconcile.model.plan import Change
from reconcile.model.problem import Problem
from reconcile.report.change_card import change_facts
from reconcile.report.change_text import comment_texts
from reconcile.report.cluster_text import (
    cluster_facts,
    hidden_texts,
    problems_by_change,
    selection_lines,
    unmanaged_lines,
)
from reconcile.report.drift_text import (
    CHANGED,
    MISSING,
    as_drift,
    closing_lines,
    drift_sentence,
    drifted,
    held_lines,
    orphaned_lines,
    remedy_texts,
    unhealthy_lines,
)
from reconcile.report.key_rows import key_rows
from reconcile.report.links import links_of
from reconcile.report.page import Card, Columns, Count, Page, Section, filled, urgent_first
from reconcile.report.problem_text import ordered
from reconcile.report.problems_page import failure_sections
from reconcile.report.spans import Style, dim, line
from reconcile.report.words import clusters_text, moment_text

_FROM_GIT: Final[Columns] = ("Key", "Declared", "Live", "Note")


def drifts_page(
    drifts: Sequence[Drift], *, links: Mapping[str, str], failed: Sequence[NotCompared] = ()
) -> Page:
    """Return one page for the drift of all clusters; `links` are the project's.

    `failed` are the clusters of which nobody can tell, and why.
    """
    where = clusters_text(
        [*(drift.cluster for drift in drifts), *(failure.cluster for failure in failed)]
    )
    made = [f"project {drift.project}, {moment_text(drift.created_at)}" for drift in drifts[:1]]
    return Page(
        title=f"Drift of {where}",
        facts=tuple(made),
        sections=(*failure_sections(failed), *(_section(drift, links) for drift in drifts)),
    )


def _section(drift: Drift, links: Mapping[str, str]) -> Section:
    found = drifted(drift)
    near, apart = problems_by_change(found, drift.problems)
    return Section(
        heading=f"Cluster {drift.cluster}",
        facts=cluster_facts(drift.identity, drift.commit),
        summary=(*closing_lines(drift), *selection_lines(drift.selection)),
        counts=_counts(drift),
        problems=tuple(ordered(apart)),
        cards=urgent_first(_card(drift, change, near[change.name], links) for change in found),
        asides=filled(
            held_lines(drift),
            unhealthy_lines(drift),
            orphaned_lines(drift),
            unmanaged_lines(drift.unmanaged, drift.undeclared),
            *(
                [line(dim(text))]
                for text in hidden_texts(drift.in_sync if found else 0, drift.ignored)
            ),
        ),
    )


def _card(
    drift: Drift, change: Change, problems: Iterable[Problem], links: Mapping[str, str]
) -> Card:
    missing = any(change.name == one.name for one in drift.missing)
    seen = as_drift(change)
    remedies = drift.remedies.get(change.name)
    runnable = {remedies.take_back, remedies.accept} if remedies else set()
    settled = remedy_texts(drift, change)
    advice = (f"{what}: {text}" for what, text in settled if text not in runnable)
    return Card(
        name=change.name,
        sign=MISSING if missing else CHANGED,
        sentence=drift_sentence(change, missing=missing),
        facts=change_facts(change),
        columns=_FROM_GIT,
        rows=() if missing else tuple(key_rows(seen)),
        commands=tuple(pair for pair in settled if pair[1] in runnable),
        notes=(*advice, *(() if missing else comment_texts(seen))),
        problems=tuple(problems),
        links=links_of(links, cluster=drift.cluster, connector=change.name),
        urgent=missing,
    )


def _counts(drift: Drift) -> tuple[Count, ...]:
    counts = (
        Count(len(drift.changed), "changed", Style.CHANGE),
        Count(len(drift.missing), "missing", Style.DESTROY),
        Count(len(drift.state), "in another state", Style.CHANGE),
    )
    return tuple(count for count in counts if count.number)
