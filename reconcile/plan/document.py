"""Plans, outcomes and drift as JSON documents, described in `schemas/`; no secret value is in them.

`format_version` follows Terraform's rule: a higher minor version adds, a higher major version
breaks. Readers ignore properties they do not know.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from reconcile import __version__
from reconcile.model.drift import Drift
from reconcile.model.live import ClusterIdentity
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Plan,
    Selection,
    Withheld,
)
from reconcile.model.problem import Problem, errors_in
from reconcile.plan.change_document import (
    change_document,
    drifted_document,
    location_document,
    time_text,
)
from reconcile.plan.digest import digest_of
from reconcile.plan.limits import blockers

FORMAT_VERSION: Final = "1.0"
PLAN_FORMAT_VERSION: Final = "1.1"

Document = dict[str, Any]


def plans_document(plans: Iterable[Plan]) -> Document:
    """Return the plans of a run (`schemas/plan.schema.json`)."""
    header = {**_header("plan"), "format_version": PLAN_FORMAT_VERSION}
    document = {**header, "plans": [plan_document(plan) for plan in plans]}
    return {**document, "checksum": digest_of(document)}


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
        "created_at": time_text(plan.created_at),
        "digest": plan.digest,
        "selection": _selection(plan.selection),
        "validation": plan.validation.value,
        "errored": bool(errors_in(plan.problems)),
        "applyable": bool(plan.changes) and not blockers(plan),
        "summary": _plan_summary(plan),
        "changes": [change_document(change) for change in plan.changes],
        "withheld": [_withheld(item) for item in plan.withheld],
        "holds": [_hold(hold) for hold in plan.holds],
        "unmanaged": list(plan.unmanaged),
        "undeclared": list(plan.undeclared),
        "orphaned": list(plan.orphaned),
        "unrecorded": list(plan.unrecorded),
        "failing": list(plan.failing),
        "only_git": plan.only_git,
        "remembered": plan.remembered,
        "problems": [_problem(problem) for problem in plan.problems],
    }


def result_document(result: ApplyResult) -> Document:
    """Return what came of the plan of one cluster."""
    counts = Counter(outcome.status for outcome in result.outcomes)
    return {
        "project": result.project,
        "cluster": result.cluster,
        "plan_digest": result.plan_digest,
        "started_at": time_text(result.started_at),
        "finished_at": time_text(result.finished_at),
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
        "created_at": time_text(drift.created_at),
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
        "changed": [drifted_document(change) for change in drift.changed],
        "missing": [drifted_document(change) for change in drift.missing],
        "state": [drifted_document(change) for change in drift.state],
        "unmanaged": list(drift.unmanaged),
        "undeclared": list(drift.undeclared),
        "orphaned": list(drift.orphaned),
        "held": list(drift.held),
        "remembered": drift.remembered,
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
        "orphaned": len(plan.orphaned),
        "withheld": len(plan.withheld),
        "ignored_keys": plan.ignored,
    }


def _withheld(item: Withheld) -> Document:
    return {
        "why": item.why.value,
        "reason": item.reason,
        "by": item.by,
        "until": time_text(item.until) if item.until else None,
        "change": change_document(item.change),
    }


def _hold(hold: ActiveHold) -> Document:
    return {
        "name": hold.name,
        "reason": hold.reason,
        "by": hold.by,
        "until": time_text(hold.until) if hold.until else None,
        "freeze": hold.freeze,
    }


def _outcome(outcome: Outcome) -> Document:
    return {
        "name": outcome.name,
        "action": outcome.action.value,
        "status": outcome.status.value,
        "seconds": round(outcome.seconds, 3),
        "written": outcome.written,
        "rolled_back": outcome.rolled_back,
        "problems": [_problem(problem) for problem in outcome.problems],
    }


def _problem(problem: Problem) -> Document:
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "connector": problem.connector,
        "location": location_document(problem.location),
    }


def _cluster(name: str, identity: ClusterIdentity) -> Document:
    return {
        "name": name,
        "connect_version": identity.version,
        "kafka_cluster_id": identity.kafka_cluster_id,
    }


def _selection(selection: Selection) -> Document:
    return {"select": list(selection.select), "exclude": list(selection.exclude)}


def _snake(word: str) -> str:
    return word.replace("-", "_")
