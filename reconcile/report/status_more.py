"""What is shown of a cluster beside the states of its connectors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reconcile.model.health import Tally
from reconcile.model.restart import Restarts
from reconcile.report.spans import Line, Span, bold, dim, line

RESTART_COLUMNS: Final = ("LAST RESTART", "NEXT RESTART")


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Restarts by connector, as watch keeps them, and a tally for each value of a label.

    `label` is empty where nobody asked for one; connectors without it are under "".
    """

    restarts: Mapping[str, Restarts] = field(default_factory=dict)
    label: str = ""
    tallies: Mapping[str, Tally] = field(default_factory=dict)


NOTHING_MORE: Final = More()


def restart_cells(restarts: Restarts | None) -> tuple[Span, Span]:
    """Return the cells of a connector: when it was restarted, and when it will be."""
    if restarts is None:
        return dim(""), dim("")
    return Span(_moment(restarts.last)), Span(_moment(restarts.next))


def tally_lines(more: More) -> Iterator[Line]:
    """Yield how well the connectors are that have each value of a label."""
    for value, found in more.tallies.items():
        counts = ", ".join(f"{count} {health.value}" for health, count in found.counts.items())
        yield line(
            bold(f"{more.label}={value}" if value else f"without {more.label}"), f": {counts}"
        )


def restarts_entry(restarts: Restarts | None) -> dict[str, object] | None:
    """Return the restarts of a connector as JSON values."""
    if restarts is None:
        return None
    return {
        "count": restarts.count,
        "last": restarts.last.isoformat() if restarts.last else None,
        "next": restarts.next.isoformat() if restarts.next else None,
    }


def groups_entry(more: More) -> dict[str, object] | None:
    """Return the tallies of a label as JSON values, None where nobody asked for one."""
    if not more.label:
        return None
    return {
        "label": more.label,
        "values": [
            {
                "value": value,
                "health": found.health.value,
                "counts": {health.value: count for health, count in found.counts.items()},
            }
            for value, found in more.tallies.items()
        ],
    }


def _moment(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M:%S}" if moment else ""
