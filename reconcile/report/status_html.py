"""The connectors of clusters as a page."""

from collections.abc import Iterable, Mapping, Sequence

from reconcile.model.live import LiveState
from reconcile.report.html import Html
from reconcile.report.html_page import (
    cluster_facts,
    facts_line,
    lines_card,
    page,
    section,
    table_html,
)
from reconcile.report.status_text import status_summary, status_table
from reconcile.report.words import counted, moment_text

Reading = tuple[LiveState, Mapping[str, str], Sequence[str]]


def statuses_html(readings: Sequence[Reading]) -> str:
    """Return one page for all clusters read: states, causes, and the names that were asked for."""
    where = readings[0][0].cluster if len(readings) == 1 else counted(len(readings), "cluster")
    facts = [moment_text(live.taken_at) for live, _, _ in readings[:1]]
    return page(f"Status of {where}", facts, (_cluster(*reading) for reading in readings))


def _cluster(live: LiveState, causes: Mapping[str, str], names: Iterable[str]) -> Html:
    chosen = sorted(names)
    return section(
        f"Cluster {live.cluster}",
        facts_line(cluster_facts(live.identity, "")),
        lines_card([status_summary(live, chosen)]),
        table_html(status_table(live, causes, chosen)) if chosen else "",
    )
