"""What is wrong with a connector as a JSON document (`schemas/diagnosis.schema.json`)."""

from collections.abc import Iterable

from reconcile import __version__
from reconcile.model.diagnosis import Examination, FailedPart
from reconcile.plan.change_document import Document
from reconcile.plan.history_document import change_entry, run_entry


def diagnosis_document(found: Iterable[Examination]) -> Document:
    """Return one connector, as it is on each cluster that has one of that name."""
    return {
        "format_version": "1.0",
        "kind": "diagnosis",
        "tool": {"name": "connectform", "version": __version__},
        "connectors": [_connector(one) for one in found],
    }


def _connector(found: Examination) -> Document:
    last = found.last_change
    return {
        "cluster": found.cluster,
        "name": found.name,
        "kind": found.kind.value,
        "class": found.class_name,
        "health": found.verdict.health.value,
        "reason": found.verdict.reason,
        "failures": [_part(part) for part in found.failures],
        "last_change": {
            "change": change_entry(last.change),
            "run": run_entry(last.run) if last.run else None,
        }
        if last
        else None,
        "ledger_problem": found.ledger or None,
    }


def _part(part: FailedPart) -> Document:
    return {
        "what": "tasks" if part.tasks else "connector",
        "tasks": list(part.tasks),
        "workers": list(part.workers),
        "cause": part.diagnosis.cause or None,
        "class": part.diagnosis.failure.value,
        "hint": part.diagnosis.hint,
        "restart_helps": part.diagnosis.restart.value,
    }
