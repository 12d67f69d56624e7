"""The connectors of clusters as a page; what failed comes first."""

from collections.abc import Mapping, Sequence

from reconcile.model.drift import NotCompared
from reconcile.model.health import Health, Verdict
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.metrics import Flows
from reconcile.report.cluster_text import cluster_facts
from reconcile.report.links import links_of
from reconcile.report.page import Card, Page, Section
from reconcile.report.problems_page import failure_sections
from reconcile.report.spans import Span
from reconcile.report.status_more import NOTHING_MORE, More, tally_lines
from reconcile.report.status_text import health_style, status_summary, status_table
from reconcile.report.words import clusters_text, moment_text

Reading = tuple[LiveState, Mapping[str, Verdict], Sequence[str]]

_NOTHING: Mapping[str, More] = {}
_BAD = frozenset({Health.STALLED, Health.DEGRADED, Health.UNHEALTHY})


def statuses_page(
    readings: Sequence[Reading],
    *,
    links: Mapping[str, str],
    failed: Sequence[NotCompared] = (),
    flows: Mapping[str, Flows] | None = None,
    more: Mapping[str, More] = _NOTHING,
) -> Page:
    """Return one page for all clusters read: how they are, and the names that were asked for.

    `links` are the project's, `failed` the clusters that could not be read, `flows` what is known
    of the flow by cluster, and `more` what is shown besides.
    """
    known = flows or {}
    names = [live.cluster for live, _, _ in readings]
    where = clusters_text([*names, *(failure.cluster for failure in failed)])
    return Page(
        title=f"Status of {where}",
        facts=tuple(moment_text(live.taken_at) for live, _, _ in readings[:1]),
        sections=(
            *failure_sections(failed),
            *(
                _section(
                    reading,
                    links,
                    known.get(reading[0].cluster),
                    more.get(reading[0].cluster, NOTHING_MORE),
                )
                for reading in readings
            ),
        ),
    )


def _section(
    reading: Reading, links: Mapping[str, str], flows: Flows | None, more: More
) -> Section:
    live, verdicts, names = reading
    found = [live.connectors[name] for name in sorted(names)]
    return Section(
        heading=f"Cluster {live.cluster}",
        facts=cluster_facts(live.identity, ""),
        summary=(status_summary(live, verdicts, names), *tally_lines(more)),
        cards=tuple(
            _card(connector, live.cluster, verdicts[connector.name], links)
            for connector in found
            if verdicts[connector.name].health in _BAD
        ),
        table=status_table(live, verdicts, names, flows, more.restarts) if names else None,
    )


def _card(
    connector: LiveConnector, cluster: str, verdict: Verdict, links: Mapping[str, str]
) -> Card:
    return Card(
        name=connector.name,
        sign=Span(verdict.health.value, health_style(verdict.health)),
        sentence=connector.name,
        facts=(connector.class_name,) if connector.class_name else (),
        notes=(verdict.reason, *([verdict.cause] if verdict.cause else [])),
        links=links_of(links, cluster=cluster, connector=connector.name),
        urgent=True,
    )
