"""What a ledger remembers as a JSON document, described in `schemas/history.schema.json`."""

from collections.abc import Iterable, Sequence

from reconcile import __version__
from reconcile.model.ledger import ChangeRecord, Run
from reconcile.plan.applied_document import applied_document
from reconcile.plan.change_document import Document, time_text
from reconcile.plan.document import FORMAT_VERSION


def histories_document(
    histories: Iterable[tuple[str, Sequence[Run], Sequence[ChangeRecord]]],
) -> Document:
    """Return the runs on each cluster and what they did, the newest last."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "history",
        "tool": {"name": "connectform", "version": __version__},
        "histories": [
            {
                "cluster": cluster,
                "runs": [run_entry(run) for run in runs],
                "changes": [change_entry(change) for change in changes],
            }
            for cluster, runs, changes in histories
        ],
    }


def run_entry(run: Run) -> Document:
    """Return one run."""
    return {
        "id": run.id,
        "project": run.project,
        "command": run.command,
        "actor": run.actor,
        "started_at": time_text(run.started_at),
        "finished_at": time_text(run.finished_at) if run.finished_at else None,
        "run_url": run.run_url,
        "commit": run.commit,
        "plan_digest": run.plan_digest,
        "counts": dict(run.counts),
    }


def change_entry(change: ChangeRecord) -> Document:
    """Return what one run did to one connector."""
    before, after = change.state or (None, None)
    return {
        "run": change.run,
        "name": change.name,
        "action": change.action.value,
        "at": time_text(change.at),
        "status": change.status.value if change.status else None,
        "keys": [
            {"key": key, "cause": cause.value if cause else None}
            for key, cause in sorted(change.keys.items())
        ],
        "state": {"before": before.value if before else None, "after": after.value}
        if after
        else None,
        "applied": applied_document(change.applied) if change.applied else None,
        "message": change.message,
    }
