"""Turn what a ledger remembers into JSON text; no secret has a place in it."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from reconcile.model.ledger import (
    ChangeRecord,
    Hold,
    KeptOffsets,
    Lease,
    Move,
    Position,
    Record,
    Run,
)
from reconcile.plan.applied_document import applied_document

FORMAT_VERSION: Final = "1.0"

# Names from an environment may hold bytes that are no UTF-8; as JSON escapes any place holds them.
_LONE: Final = re.compile("[\ud800-\udfff]")

Json = dict[str, Any]


def format_text() -> str:
    """Return the entry that says which format the others have."""
    return _text({"format_version": FORMAT_VERSION})


def record_text(record: Record) -> str:
    """Return what was last applied to a connector."""
    return _text(
        {
            **record.more,
            "name": record.name,
            "project": record.project,
            "applied": applied_document(record.applied) if record.applied else None,
            "pending": applied_document(record.pending) if record.pending else None,
            "at": _time(record.at),
            "actor": record.actor,
            "run": record.run,
            "protect": record.protect,
            "on_delete": record.on_delete.value,
            "labels": dict(record.labels),
        }
    )


def hold_text(hold: Hold) -> str:
    """Return a hold."""
    return _text(
        {
            "name": hold.name,
            "reason": hold.reason,
            "by": hold.by,
            "since": _time(hold.since),
            "until": _time(hold.until) if hold.until else None,
            "while_declared": hold.while_declared,
        }
    )


def run_text(run: Run) -> str:
    """Return a run."""
    return _text(
        {
            "id": run.id,
            "project": run.project,
            "command": run.command,
            "actor": run.actor,
            "started_at": _time(run.started_at),
            "finished_at": _time(run.finished_at) if run.finished_at else None,
            "run_url": run.run_url,
            "commit": run.commit,
            "plan_digest": run.plan_digest,
            "counts": dict(run.counts),
        }
    )


def change_text(change: ChangeRecord) -> str:
    """Return what one run did to one connector."""
    before, after = change.state or (None, None)
    return _text(
        {
            **change.more,
            "run": change.run,
            "name": change.name,
            "action": change.action.value,
            "at": _time(change.at),
            "status": change.status.value if change.status else None,
            "keys": {key: cause.value if cause else None for key, cause in change.keys.items()},
            "state": {"before": before.value if before else None, "after": after.value}
            if after
            else None,
            "applied": applied_document(change.applied) if change.applied else None,
            "message": change.message,
        }
    )


def move_text(move: Move) -> str:
    """Return how far a move has come."""
    return _text(
        {
            **move.more,
            "name": move.name,
            "to_name": move.to_name,
            "cluster": move.cluster,
            "to_cluster": move.to_cluster,
            "project": move.project,
            "state": move.state.value,
            "step": move.step.value,
            "offsets": _offsets(move.offsets),
            "at": _time(move.at),
            "run": move.run,
        }
    )


def offsets_text(kept: KeptOffsets) -> str:
    """Return the offsets that a connector had when it was deleted."""
    return _text(
        {
            "name": kept.name,
            "run": kept.run,
            "at": _time(kept.at),
            "offsets": _offsets(kept.offsets),
        }
    )


def open_text(names: Iterable[str]) -> str:
    """Return the names of the connectors that a run is just writing."""
    return _text({"names": sorted(names)})


def lease_text(lease: Lease) -> str:
    """Return a lease; times are exact to the microsecond."""
    return _text(
        {
            "id": lease.id,
            "project": lease.project,
            "actor": lease.actor,
            "command": lease.command,
            "host": lease.host,
            "process": lease.process,
            "since": lease.since.astimezone(UTC).isoformat(),
            "expires": lease.expires.astimezone(UTC).isoformat(),
            "run_url": lease.run_url,
        }
    )


def _offsets(offsets: Iterable[tuple[Position, Position | None]]) -> list[Json]:
    return [
        {"partition": dict(partition), "offset": None if offset is None else dict(offset)}
        for partition, offset in offsets
    ]


def _time(moment: datetime) -> str:
    # Whole seconds would leave two runs of one second without an order.
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(document: Json) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _LONE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
