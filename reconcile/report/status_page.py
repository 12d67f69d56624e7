"""The connectors of clusters as a page."""

from collections.abc import Mapping, Sequence

from reconcile.model.live import LiveState
from reconcile.report.cluster_text import cluster_facts
from reconcile.report.page import Page, Section
from reconcile.report.status_text import status_summary, status_table
from reconcile.report.words import counted, moment_text

Reading = tuple[LiveState, Mapping[str, str], Sequence[str]]


def statuses_page(readings: Sequence[Reading]) -> Page:
    """Return one page for all clusters read: states, causes, and the names that were asked for."""
    where = readings[0][0].cluster if len(readings) == 1 else counted(len(readings), "cluster")
    return Page(
        title=f"Status of {where}",
        facts=tuple(moment_text(live.taken_at) for live, _, _ in readings[:1]),
        sections=tuple(_section(*reading) for reading in readings),
    )


def _section(live: LiveState, causes: Mapping[str, str], names: Sequence[str]) -> Section:
    return Section(
        heading=f"Cluster {live.cluster}",
        facts=cluster_facts(live.identity, ""),
        summary=(status_summary(live, names),),
        table=status_table(live, causes, names) if names else None,
    )
