"""What flows through connectors, in the cells of a table and as a document."""

from typing import Final

from reconcile.model.metrics import ConnectorLag, Flow, PartitionLag, Standing
from reconcile.report.spans import Span, Style
from reconcile.report.table import Row
from reconcile.report.words import counted

COLUMNS: Final = ("RECORDS/S", "ERRORS/S", "LAG")
_UNKNOWN: Final = Span("-", Style.DIM)
_WHOLE: Final = 10
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


def flow_cells(flow: Flow | None) -> Row:
    """Return records and errors a second, and the lag; `-` for what is not known."""
    if flow is None:
        return (_UNKNOWN, _UNKNOWN, _UNKNOWN)
    errors = flow.throughput.errors
    return (
        _records(flow),
        Span(rate_text(errors), Style.ERROR if errors else Style.PLAIN)
        if errors is not None
        else _UNKNOWN,
        _lag(flow.lag),
    )


def flow_document(flow: Flow | None) -> dict[str, object] | None:
    """Return what is known of a flow as JSON has it; None for nothing at all."""
    if flow is None:
        return None
    lag = flow.lag
    return {
        "records_per_second": flow.throughput.records,
        "errors_per_second": flow.throughput.errors,
        "moved": flow.moved,
        "lag": {
            "records": lag.records,
            "seconds": lag.seconds,
            "standing": lag.standing.value,
            "partitions": [_partition(one) for one in lag.partitions],
        }
        if lag is not None
        else None,
    }


def rate_text(rate: float) -> str:
    """Return a number a second, as exact as it is worth."""
    if rate >= _WHOLE:
        return f"{rate:,.0f}"
    return f"{rate:.2g}" if rate else "0"


def age_text(seconds: float) -> str:
    """Return seconds in the two units that matter: `4 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    for size, unit, small, part in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{whole} s"


def _records(flow: Flow) -> Span:
    if flow.throughput.records is not None:
        return Span(rate_text(flow.throughput.records))
    if flow.moved is None:
        return _UNKNOWN
    return Span("moves" if flow.moved else "still")


def _lag(lag: ConnectorLag | None) -> Span:
    if lag is None:
        return _UNKNOWN
    parts = [age_text(lag.seconds)] if lag.seconds is not None else []
    if lag.records and lag.seconds is None:
        parts.append(counted(lag.records, "record"))
    fine = lag.standing is Standing.FINE
    text = ", ".join(parts + ([] if fine else [lag.standing.value]))
    return Span(text or "-", Style.PLAIN if fine else Style.WARNING)


def _partition(one: PartitionLag) -> dict[str, object]:
    return {
        "topic": one.topic,
        "partition": one.partition,
        "committed": one.committed,
        "end": one.end,
        "records": one.records,
        "seconds": one.seconds,
        "standing": one.standing.value,
    }
