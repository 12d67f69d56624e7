"""Query the metrics that workers expose, by connector."""

from typing import Final

from reconcile.generate.promql import counted, equals, series
from reconcile.measure.dialects import Labels, names_of, tasks_of_connector
from reconcile.model.metrics import Measure

RECORDS: Final = (Measure.RECORDS_READ, Measure.RECORDS_WRITTEN)
"""What sinks read, and sources write."""


def tasks(labels: Labels, state: str, *conditions: str) -> str:
    """Return how many tasks are in a state, by connector: each worker counts its own."""
    name, where = tasks_of_connector(labels.dialect, state)
    exact = (equals(*where),) if where else ()
    return by_connector("sum", series(name, *conditions, *exact), labels)


def status(labels: Labels, state: str, *conditions: str) -> str:
    """Return 1 by connector where the connector itself, not a task, is in a state."""
    # jmx_exporter's example calls the states of tasks what Strimzi's rules call those of
    # connectors.
    exact = (equals(labels.state, state), equals(labels.task, ""))
    return by_connector("max", series(labels.status, *conditions, *exact), labels)


def by_connector(operator: str, vector: str, labels: Labels) -> str:
    """Return a vector by connector, summed up or the highest over workers and tasks."""
    if labels.connector != "connector":
        vector = f'label_replace({vector}, "connector", "$1", "{labels.connector}", "(.*)")'
    return f"{operator} by (connector) ({vector})"


def rate(
    labels: Labels, measures: Measure | tuple[Measure, ...], window: str, *conditions: str
) -> str:
    """Return how much a second counters go up, by connector.

    A task that moved to another worker counts there: where it was, it stands still.
    """
    each = (measures,) if isinstance(measures, Measure) else measures
    names = [name for measure in each for name in names_of(measure, labels.dialect)]
    vector = f"rate({series(counted(names), *conditions)}[{window}])"
    return by_connector("sum", vector, labels)
