"""Plans, outcomes and drift as JSON documents, described in `schemas/`; no secret value is in them.

`format_version` follows Terraform's rule: a higher minor version adds, a higher major version
breaks. Readers ignore properties they do not know.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from reconcile import __version__
from reconcile.model.drift import Drift
from reconcile.model.live import ClusterIdentity
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import (
    Action,
    Change,
    IgnoredKeys,
    KeyChange,
    PartChange,
    Plan,
    Selection,
    Shown,
    StateChange,
    ValueKind,
)
from reconcile.model.problem import Location, Problem, errors_in
from reconcile.plan.limits import blockers

FORMAT_VERSION: Final = "1.0"

Document = dict[str, Any]


def plans_document(plans: Iterable[Plan]) -> Document:
    """Return the plans of a run (`schemas/plan.schema.json`)."""
    return {**_header("plan"), "plans": [plan_document(plan) for plan in plans]}


def results_document(results: Iterable[ApplyResult]) -> Document:
    """Return what came of a run (`schemas/outcome.schema.json`)."""
    return {**_header("outcome"), "results": [result_document(result) for result in results]}


def drifts_document(drifts: Iterable[Drift]) -> Document:
    """Return how clusters drifted (`schemas/drift.schema.json`)."""
    return {**_header("drift"), "drifts": [drift_document(drift) for drift in drifts]}


def plan_document(plan: Plan) -> Document:
    """Return the plan of one cluster.

    `errored` says that checks found errors, `applyable` that there is something to do and that
    nothing stands in the way.
    """
    return {
        "project": plan.project,
        "cluster": _cluster(plan.cluster, plan.identity),
        "commit": plan.commit,
        "created_at": _time(plan.created_at),
        "digest": plan.digest,
        "selection": _selection(plan.selection),
        "validation": plan.validation.value,
        "errored": bool(errors_in(plan.problems)),
        "applyable": bool(plan.changes) and not blockers(plan),
        "summary": _plan_summary(plan),
        "changes": [_change(change) for change in plan.changes],
        "unmanaged": list(plan.unmanaged),
        "undeclared": list(plan.undeclared),
        "failing": list(plan.failing),
        "problems": [_problem(problem) for problem in plan.problems],
    }


def result_document(result: ApplyResult) -> Document:
    """Return what came of the plan of one cluster."""
    counts = Counter(outcome.status for outcome in result.outcomes)
    return {
        "project": result.project,
        "cluster": result.cluster,
        "plan_digest": result.plan_digest,
        "started_at": _time(result.started_at),
        "finished_at": _time(result.finished_at),
        "interrupted": result.interrupted,
        "summary": {_snake(status.value): counts[status] for status in OutcomeStatus},
        "problems": [_problem(problem) for problem in result.problems],
        "outcomes": [_outcome(outcome) for outcome in result.outcomes],
    }


def drift_document(drift: Drift) -> Document:
    """Return how one cluster differs from git; `live` and `declared` are the two sides."""
    return {
        "project": drift.project,
        "cluster": _cluster(drift.cluster, drift.identity),
        "commit": drift.commit,
        "created_at": _time(drift.created_at),
        "selection": _selection(drift.selection),
        "drifted": drift.has_drift,
        "summary": {
            "changed": len(drift.changed),
            "missing": len(drift.missing),
            "state": len(drift.state),
            "unmanaged": len(drift.unmanaged),
            "undeclared": len(drift.undeclared),
            "in_sync": drift.in_sync,
            "declared": drift.declared,
            "ignored_keys": drift.ignored,
        },
        "changed": [_drifted(change) for change in drift.changed],
        "missing": [_drifted(change) for change in drift.missing],
        "state": [_drifted(change) for change in drift.state],
        "unmanaged": list(drift.unmanaged),
        "undeclared": list(drift.undeclared),
        "problems": [_problem(problem) for problem in drift.problems],
    }


def _header(kind: str) -> Document:
    return {
        "format_version": FORMAT_VERSION,
        "kind": kind,
        "tool": {"name": "connectform", "version": __version__},
    }


def _plan_summary(plan: Plan) -> Document:
    counts = Counter(change.action for change in plan.changes)
    return {
        **{_snake(action.value): counts[action] for action in Action},
        "in_sync": plan.in_sync,
        "declared": plan.declared,
        "unmanaged": len(plan.unmanaged),
        "undeclared": len(plan.undeclared),
        "ignored_keys": plan.ignored,
    }


def _change(change: Change) -> Document:
    return {
        "name": change.name,
        "class": change.class_name,
        "action": change.action.value,
        "reason": change.reason.value,
        "wave": change.wave,
        "tasks": change.tasks,
        "only_failed": change.only_failed,
        "keys": [_key_change(key_change, "before", "after") for key_change in change.keys],
        "unchanged": change.unchanged,
        "ignored": _ignored(change.ignored),
        "state": _state(change.state, "before", "after"),
        "effects": [
            {"kind": effect.kind.value, "count": effect.count} for effect in change.effects
        ],
        "precondition": {
            "exists": change.precondition.exists,
            "digest": change.precondition.digest,
            "hidden": list(change.precondition.hidden),
        },
        "location": _location(change.location),
    }


def _drifted(change: Change) -> Document:
    return {
        "name": change.name,
        "class": change.class_name,
        "keys": [_key_change(key_change, "live", "declared") for key_change in change.keys],
        "unchanged": change.unchanged,
        "ignored": _ignored(change.ignored),
        "state": _state(change.state, "live", "declared"),
        "location": _location(change.location),
    }


def _key_change(key_change: KeyChange, before: str, after: str) -> Document:
    return {
        "key": key_change.key,
        before: _shown(key_change.before),
        after: _shown(key_change.after),
        "parts": [_part(part, before, after) for part in key_change.parts],
        "location": _location(key_change.location),
    }


def _shown(shown: Shown | None) -> Document | None:
    """Return a value as a plan may show it; null where the key is absent."""
    if shown is None:
        return None
    document: Document = {"kind": shown.kind.value}
    if shown.kind is ValueKind.PLAIN:
        document["text"] = shown.text
    if shown.kind is ValueKind.SENSITIVE:
        document["number"] = shown.number
    if shown.reference:
        document["reference"] = shown.reference
    return document


def _part(part: PartChange, before: str, after: str) -> Document:
    return {"part": part.part.value, "path": part.path, before: part.before, after: part.after}


def _state(change: StateChange | None, before: str, after: str) -> Document | None:
    if change is None:
        return None
    was = change.before.value if change.before is not None else None
    return {before: was, after: change.after.value}


def _ignored(rules: Iterable[IgnoredKeys]) -> list[Document]:
    return [{"keys": list(rule.keys), "reason": rule.reason} for rule in rules]


def _outcome(outcome: Outcome) -> Document:
    return {
        "name": outcome.name,
        "action": outcome.action.value,
        "status": outcome.status.value,
        "seconds": round(outcome.seconds, 3),
        "written": outcome.written,
        "problems": [_problem(problem) for problem in outcome.problems],
    }


def _problem(problem: Problem) -> Document:
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "connector": problem.connector,
        "location": _location(problem.location),
    }


def _location(location: Location | None) -> Document | None:
    if location is None:
        return None
    return {"path": location.path, "line": location.line, "column": location.column}


def _cluster(name: str, identity: ClusterIdentity) -> Document:
    return {
        "name": name,
        "connect_version": identity.version,
        "kafka_cluster_id": identity.kafka_cluster_id,
    }


def _selection(selection: Selection) -> Document:
    return {"select": list(selection.select), "exclude": list(selection.exclude)}


def _time(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _snake(word: str) -> str:
    return word.replace("-", "_")
