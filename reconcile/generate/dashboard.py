"""A dashboard for Grafana, made with its foundation SDK, which is an extra."""

import hashlib
import json
from collections.abc import Iterable
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from reconcile.expose import names
from reconcile.generate.own_dashboard import own_rows
from reconcile.generate.own_metrics import exposed
from reconcile.generate.panels import BAD, FAIR, SOURCE, Built
from reconcile.generate.promql import any_in_jmx, any_of, matching, quoted, series
from reconcile.generate.public_dashboard import connectors_metric, public_rows
from reconcile.generate.scope import Sheet
from reconcile.measure.dialects import NAMINGS, Naming
from reconcile.model.alert import AlertName
from reconcile.watch.flow_facts import FAR
from reconcile.watch.pack import terms_of

Variable = Builder[VariableModel]

_UID_LENGTH: Final = 32
_ANY_JOB: Final = 'job=~".*"'


def dashboard_document(sheet: Sheet, naming: Naming, label: str) -> dict[str, object]:
    """Return a dashboard for Grafana 11 and later, the same each time.

    It lets choose a data source, clusters, connectors by the values that a label has in git, and
    connectors by their names.
    """
    public = NAMINGS.get(naming)
    name = "connector" if public is None else public.connector
    choices = _choices(sheet, naming, label)
    among = (f'{name}=~"${{label:raw}}"',) if choices else ()
    chosen = (*among, f'{name}=~"$connector"')
    if public is None:
        cluster = 'cluster=~"$cluster"'
        clusters = _found("cluster", "Cluster", names.CLUSTER_UP.series, "cluster")
        metric, rows = (
            names.CONNECTOR_STATE.series,
            own_rows(cluster, chosen, sheet.links, _limits(sheet)),
        )
    else:
        cluster = "${cluster:raw}"
        clusters = _listed("cluster", "Cluster", _selectors(sheet))
        metric, rows = connectors_metric(public), public_rows(public, cluster, chosen, sheet.links)
    variables: list[Variable] = [
        dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"),
        clusters,
        *([_listed("label", label, choices)] if choices else []),
        _found("connector", "Connector", series(metric, cluster, *among), name),
    ]
    key = f"{sheet.project}\0{naming.value}"
    built = (
        dashboard.Dashboard(f"Kafka Connect: {sheet.project}")
        .uid(hashlib.sha256(key.encode()).hexdigest()[:_UID_LENGTH])
        .description("Written by connectform generate grafana-dashboard; changes belong in git.")
        .tags(["connectform", "kafka-connect"])
        .time("now-6h", "now")
        .refresh("1m")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .variables(variables)
    )
    _fill(built, rows)
    document: dict[str, object] = json.loads(json.dumps(built.build(), cls=JSONEncoder))
    return document


def _fill(built: dashboard.Dashboard, rows: dict[str, list[Built]]) -> None:
    """Put the panels in, numbered as they come: Grafana would number them by itself each time."""
    number = 0
    for title, panels in rows.items():
        number += 1
        built.with_row(dashboard.Row(title).id(number))
        for panel in panels:
            number += 1
            made = panel.build()
            made.id_val = number
            built.with_panel(panel)


def _choices(sheet: Sheet, naming: Naming, label: str) -> dict[str, str]:
    """Return the values that a label has in git, and what picks the connectors of each.

    None where no definition has the label.
    """
    found: dict[str, set[str]] = {}
    for declared in sheet.declared:
        for definition in declared.definitions.values():
            if value := definition.labels.get(label):
                found.setdefault(value, set()).add(definition.name)
    pattern = _any_exposed if naming is Naming.OURS else any_in_jmx
    values = {value: _inside(pattern(sorted(found[value]))) for value in sorted(found)}
    return {"All": ".*", **values} if values else {}


def _any_exposed(connectors: Iterable[str]) -> str:
    return any_of(exposed(connectors))


def _limits(sheet: Sheet) -> dict[float | None, str]:
    """Return the lags that alerts fire at, and how loud."""
    found: dict[float | None, str] = {}
    for declared in sheet.declared:
        for definition in declared.definitions.values():
            terms = terms_of(AlertName.LAG_SECONDS, sheet.rules, definition.alerts)
            if terms.enabled and terms.over is not None:
                found |= {FAR * terms.over: BAD, terms.over: FAIR}
    return dict(sorted(found.items(), key=lambda step: step[0] or 0))


def _inside(text: str) -> str:
    """Return what stands between the quotes of a string of PromQL."""
    return quoted(text)[1:-1]


def _selectors(sheet: Sheet) -> dict[str, str]:
    """Return the clusters, and the conditions that pick their workers' metrics."""
    return {
        declared.scope.cluster: ",".join(matching(declared.scope.match)) or _ANY_JOB
        for declared in sheet.declared
    }


def _found(name: str, title: str, vector: str, label: str) -> Variable:
    """Return a variable for the values of a label, several of which can be chosen."""
    return (
        dashboard.QueryVariable(name)
        .label(title)
        .datasource(SOURCE)
        .query(f"label_values({vector}, {label})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
        .current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


def _listed(name: str, title: str, values: dict[str, str]) -> Variable:
    """Return a variable with values that are known, one of which is chosen."""
    written = ",".join(f"{_uncut(text)} : {_uncut(value)}" for text, value in values.items())
    options = [
        VariableOption(selected=number == 0, text=text, value=value)
        for number, (text, value) in enumerate(values.items())
    ]
    return (
        dashboard.CustomVariable(name)
        .label(title)
        .values(written)
        .options(options)
        .current(options[0])
    )


def _uncut(text: str) -> str:
    """Return a text whose commas do not end it."""
    return text.replace(",", "\\,")
