"""Check where the metrics of a cluster come from."""

from collections.abc import Iterator, Mapping
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree
from reconcile.desired.values import mapping
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.model.project import MetricsKind

_PROMETHEUS: Final = MetricsKind.PROMETHEUS.value
_PAGES: Final = MetricsKind.PAGES.value


def check_metrics(tree: Mapping[str, Tree], path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the metrics of a cluster: they have one source."""
    if "metrics" not in tree:
        return
    metrics, below = mapping(tree["metrics"]), (*path, "metrics")
    if _PROMETHEUS not in metrics and _PAGES not in metrics:
        message = f"the metrics of cluster {path[-1]} come from nowhere"
        hint = 'add prometheus: "http://prometheus:9090", or scrape: and the page of each worker'
        yield Finding(Code.MISSING_FIELD, below, message, hint)
    if _PROMETHEUS in metrics and _PAGES in metrics:
        message = f"the metrics of cluster {path[-1]} have both prometheus and scrape"
        hint = "keep one of the two"
        yield Finding(Code.SETTING_GIVEN_TWICE, (*below, _PAGES), message, hint)
    if _PAGES in metrics and "match" in metrics:
        message = "match picks series of a Prometheus server, and scrape reads pages"
        hint = "remove it, and list the pages of this cluster's workers alone"
        yield Finding(Code.INVALID_VALUE, (*below, "match"), message, hint)
