"""Read a page of an exporter: Prometheus' text, or OpenMetrics."""

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import Metric
from prometheus_client.openmetrics import parser
from prometheus_client.parser import text_string_to_metric_families as classic

from reconcile.model.metrics import Series

ACCEPT: Final = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=1"
# The library gives no types to this one.
open_metrics: Final[Callable[[str], Iterable[Metric]]] = parser.text_string_to_metric_families
_OPEN: Final = "application/openmetrics-text"
# What the parsers raise of a page that is broken in ways they do not check.
_BROKEN: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError)


def parse_page(text: str, content_type: str, *, worker: str) -> tuple[tuple[Series, ...], str]:
    """Return the series of a page, and what is wrong with it.

    What came before the fault counts. Text that is no OpenMetrics, though it says so, is read as
    Prometheus' own, which is less strict.
    """
    if content_type.startswith(_OPEN):
        found, fault = _read(open_metrics(text), worker)
        if not fault:
            return found, ""
    return _read(classic(text), worker)


def _read(families: Iterable[Metric], worker: str) -> tuple[tuple[Series, ...], str]:
    found: list[Series] = []
    try:
        for family in families:
            found.extend(
                Series(sample.name, sample.labels, float(sample.value), worker)
                for sample in family.samples
            )
    except _BROKEN as error:
        return tuple(found), str(error) or type(error).__name__
    return tuple(found), ""
