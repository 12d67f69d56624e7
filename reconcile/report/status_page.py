"""The connectors of clusters as a page; what failed comes first."""

from collections.abc import Mapping, Sequence

from reconcile.model.drift import NotCompared
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.metrics import Flows
from reconcile.report.cluster_text import cluster_facts
from reconcile.report.links import links_of
from reconcile.report.page import Card, Page, Section
from reconcile.report.problems_page import failure_sections
from reconcile.report.spans import Span, Style
from reconcile.report.status_text import status_summary, status_table
from reconcile.report.words import clusters_text, moment_text

Reading = tuple[LiveState, Mapping[str, str], Sequence[str]]


def statuses_page(
    readings: Sequence[Reading],
    *,
    links: Mapping[str, str],
    failed: Sequence[NotCompared] = (),
    flows: Mapping[str, Flows] | None = None,
) -> Page:
    """Return one page for all clusters read: states, causes, and the names that were asked for.

    `links` are the project's, `failed` the clusters that could not be read, and `flows` what is
    known of the flow by cluster.
    """
    known = flows or {}
    names = [live.cluster for live, _, _ in readings]
    where = clusters_text([*names, *(failure.cluster for failure in failed)])
    return Page(
        title=f"Status of {where}",
        facts=tuple(moment_text(live.taken_at) for live, _, _ in readings[:1]),
        sections=(
            *failure_sections(failed),
            *(_section(reading, links, known.get(reading[0].cluster)) for reading in readings),
        ),
    )


def _section(reading: Reading, links: Mapping[str, str], flows: Flows | None) -> Section:
    live, causes, names = reading
    found = [live.connectors[name] for name in sorted(names)]
    return Section(
        heading=f"Cluster {live.cluster}",
        facts=cluster_facts(live.identity, ""),
        summary=(status_summary(live, names),),
        cards=tuple(
            _card(connector, live.cluster, causes, links)
            for connector in found
            if connector.has_failed
        ),
        table=status_table(live, causes, names, flows) if names else None,
    )


def _card(
    connector: LiveConnector, cluster: str, causes: Mapping[str, str], links: Mapping[str, str]
) -> Card:
    cause = causes.get(connector.name, "")
    return Card(
        name=connector.name,
        sign=Span("failed", Style.ERROR),
        sentence=connector.name,
        facts=(connector.class_name,) if connector.class_name else (),
        notes=(cause,) if cause else (),
        links=links_of(links, cluster=cluster, connector=connector.name),
        urgent=True,
    )
