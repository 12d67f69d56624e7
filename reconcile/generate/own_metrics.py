"""Query the metrics that watching exposes."""

from collections.abc import Iterable

from reconcile.expose.names import Metric
from reconcile.generate.promql import is_one_of, series
from reconcile.redact import one_line


def own_value(metric: Metric, *conditions: str, by: str = "cluster connector") -> str:
    """Return a metric by some of its labels, the same whichever instance exposes it."""
    kept = [label for label in by.split() if label in (*metric.labels, metric.name)]
    return f"max by ({', '.join(kept)}) ({series(metric.series, *conditions)})"


def own_state(
    metric: Metric,
    states: tuple[str, ...],
    *conditions: str,
    by: str = "cluster connector",
) -> str:
    """Return what is in one of the states of a state set."""
    return f"{own_value(metric, *conditions, is_one_of(metric.name, states), by=by)} == 1"


def exposed(connectors: Iterable[str]) -> tuple[str, ...]:
    """Return names as they are exposed: without what no page can carry."""
    return tuple(map(one_line, connectors))
