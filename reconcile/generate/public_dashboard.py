"""What a dashboard shows of the metrics that workers expose."""

from collections.abc import Mapping
from typing import Final

from reconcile.generate.panels import BAD, FAIR, GOOD, Built, Column, Query, graph, grid, tile
from reconcile.generate.promql import quoted, series
from reconcile.generate.public_metrics import RECORDS, by_connector, rate, status, tasks
from reconcile.generate.worker_panels import worker_panels
from reconcile.measure.dialects import (
    ATTRIBUTES,
    DELAY,
    Dialect,
    Labels,
    names_of,
    tasks_of_connector,
)
from reconcile.model.metrics import Measure

_NAME: Final = "{{connector}}"
_NONE_IS_WELL: Final = {None: GOOD, 1.0: BAD}
_TIMES: Final = frozenset({Measure.PUT_SECONDS, Measure.POLL_SECONDS})


def connectors_metric(labels: Labels) -> str:
    """Return the name of a metric with a series for each connector that has tasks."""
    return tasks_of_connector(labels.dialect, "total")[0]


def public_rows(
    labels: Labels, cluster: str, connectors: tuple[str, ...], links: Mapping[str, str]
) -> dict[str, list[Built]]:
    """Return the panels of each row; the conditions pick a cluster, and connectors on it."""
    chosen = (cluster, *connectors)
    return {
        "Overview": _overview(labels, cluster, chosen),
        "Connectors": [_grid(labels, chosen, links)],
        "Flow": _flow(labels, cluster, chosen),
        "Workers": worker_panels(cluster),
    }


def _rate(labels: Labels, chosen: tuple[str, ...], measures: Measure | tuple[Measure, ...]) -> str:
    return rate(labels, measures, "$__rate_interval", *chosen)


def _overview(labels: Labels, cluster: str, chosen: tuple[str, ...]) -> list[Built]:
    rebalancing = series(names_of(Measure.REBALANCING, labels.dialect), cluster)
    unit_is_share = series(names_of(Measure.RUNNING_SHARE, labels.dialect), *chosen)
    return [
        tile(
            "Connectors",
            "How many connectors have tasks.",
            Query(f"count({tasks(labels, 'total', *chosen)})"),
        ),
        *(
            tile(
                f"Tasks {state}",
                f"How many tasks are {state}.",
                Query(f"sum({tasks(labels, state, *chosen)})"),
                steps=steps,
            )
            for state, steps in (
                ("running", None),
                ("failed", _NONE_IS_WELL),
                ("unassigned", _NONE_IS_WELL),
            )
        ),
        tile(
            "Rebalancing",
            "How many workers share out the work anew.",
            Query(f"sum({rebalancing})"),
            steps={None: GOOD, 1.0: FAIR},
        ),
        tile(
            "Busy",
            "The share of time that tasks run, on average.",
            Query(f"avg({unit_is_share})"),
            unit="percentunit",
        ),
        tile(
            "Records a second",
            "Records that sinks read and sources write.",
            Query(f"sum({_rate(labels, chosen, RECORDS)})"),
        ),
        tile(
            "Errors a second",
            "Records that failed, retries not counted.",
            Query(f"sum({_rate(labels, chosen, Measure.ERRORS)})"),
            steps={None: GOOD, 0.001: FAIR},
        ),
    ]


def _grid(labels: Labels, chosen: tuple[str, ...], links: Mapping[str, str]) -> Built:
    bad = {None: "text", 1.0: BAD}
    failed = f"({status(labels, 'failed', *chosen)}) == 1"
    columns = [
        Column(title="Connector failed", expression=failed, words={"1": ("failed", BAD)}),
        Column(title="Running", expression=tasks(labels, "running", *chosen)),
        Column(title="Tasks", expression=tasks(labels, "total", *chosen)),
        Column(title="Failed", expression=tasks(labels, "failed", *chosen), steps=bad),
        Column(title="Unassigned", expression=tasks(labels, "unassigned", *chosen), steps=bad),
        Column(title="Records/s", expression=_rate(labels, chosen, RECORDS)),
        Column(
            title="Errors/s",
            expression=_rate(labels, chosen, Measure.ERRORS),
            steps={None: "text", 0.001: FAIR},
        ),
        Column(
            title="Dead letters/s",
            expression=_rate(labels, chosen, Measure.DEAD_LETTERS),
            steps={None: "text", 0.001: FAIR},
        ),
    ]
    meaning = "All that have tasks: their states, and what flows."
    addresses = {label: url.replace("{cluster}", "${cluster:text}") for label, url in links.items()}
    return grid("Connectors", meaning, columns, addresses)


def _flow(labels: Labels, cluster: str, chosen: tuple[str, ...]) -> list[Built]:
    delay = f"{{__name__=~{quoted(f'(?i:{DELAY.pattern})')},{cluster}}}"
    return [
        graph(
            "Records a second",
            "Records that sinks read and sources write.",
            Query(_rate(labels, chosen, RECORDS), _NAME),
        ),
        graph(
            "Errors a second",
            "Records that failed, retries not counted.",
            Query(_rate(labels, chosen, Measure.ERRORS), _NAME),
        ),
        graph(
            "Dead letters a second",
            "Records that went to a dead letter queue, and those that were lost on the way.",
            Query(_rate(labels, chosen, Measure.DEAD_LETTERS), _NAME),
            Query(_rate(labels, chosen, Measure.DEAD_LETTER_FAILURES), f"{_NAME}: lost"),
        ),
        graph(
            "Time of a batch",
            "How long tasks take to put or poll a batch, on average; of each connector the slowest.",
            Query(_slowest(labels, chosen), _NAME),
            unit="s",
        ),
        graph(
            "Behind the source",
            "How far Debezium's connectors say that they are behind their databases.",
            Query(f"max by (server, name) ({delay}) / 1000 >= 0", "{{server}}{{name}}"),
            unit="s",
        ),
    ]


def _slowest(labels: Labels, chosen: tuple[str, ...]) -> str:
    attributes = [one for one in ATTRIBUTES if one.measure in _TIMES]
    found = [name for one in attributes for name in names_of(one.measure, labels.dialect)]
    vector = series(found, *chosen)
    factor = 1 if labels.dialect is Dialect.OPEN_TELEMETRY else attributes[0].factor
    return f"{factor:g} * {by_connector('max', vector, labels)}"
