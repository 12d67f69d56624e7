"""What was applied, as plan files and ledgers keep it; no secret has a place in it."""

from collections.abc import Mapping
from typing import Any

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.desired import TargetState, TasksRange

Json = dict[str, Any]


def applied_document(applied: Applied) -> Json:
    """Return a definition as it was, or will be, applied."""
    tasks = applied.tasks_range
    return {
        "values": {key: _value(value) for key, value in applied.values.items()},
        "state": applied.state.value if applied.state else None,
        "tasks": [tasks.minimum, tasks.maximum] if tasks else None,
        "fingerprint_key": applied.fingerprint_key,
        "path": applied.path,
        "line": applied.line,
        "commit": applied.commit,
    }


def read_applied(document: Mapping[str, Any]) -> Applied:
    """Return what `applied_document` wrote; raise KeyError, TypeError or ValueError for all else."""
    state, tasks = document["state"], document.get("tasks")
    return Applied(
        values={str(key): _read_value(value) for key, value in document["values"].items()},
        state=TargetState(state) if state is not None else None,
        tasks_range=TasksRange(int(tasks[0]), int(tasks[1])) if tasks is not None else None,
        fingerprint_key=str(document.get("fingerprint_key", "")),
        path=str(document.get("path", "")),
        line=int(document.get("line", 0)),
        commit=str(document.get("commit", "")),
    )


def _value(value: AppliedValue) -> str | Json:
    """Return a public value as its text, which most are, and a secret by where it came from."""
    if value.text is not None:
        return value.text
    document: Json = {}
    if value.reference is not None:
        document["reference"] = value.reference
    if value.fingerprint:
        document["fingerprint"] = value.fingerprint
    return document


def _read_value(value: str | Mapping[str, Any]) -> AppliedValue:
    if isinstance(value, str):
        return AppliedValue(text=value)
    reference = value.get("reference")
    return AppliedValue(
        reference=str(reference) if reference is not None else None,
        fingerprint=str(value.get("fingerprint", "")),
    )
