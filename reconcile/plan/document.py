"""Plans, outcomes and drift as JSON documents, described in `schemas/`; no secret value is in them.

`format_version` follows Terraform's rule: a higher minor version adds, a higher major version
breaks. Readers ignore properties they do not know.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from reconcile import __version__
from reconcile.model.drift import Drift, NotCompared, Unhealthy
from reconcile.model.live import ClusterIdentity
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Change,
    Plan,
    Selection,
    Withheld,
    WithheldBy,
)
from reconcile.model.problem import Problem, errors_in
from reconcile.plan.change_document import (
    change_document,
    drifted_document,
    location_document,
    time_text,
)
from reconcile.plan.digest import digest_of

FORMAT_VERSION: Final = "1.0"
PLAN_FORMAT_VERSION: Final = "1.2"

Document = dict[str, Any]


def plans_document(plans: Iterable[Plan], not_planned: Iterable[NotCompared] = ()) -> Document:
    """Return the plans of a run (`schemas/plan.schema.json`), and why clusters have none."""
    document = {
        **_header("plan"),
        "format_version": PLAN_FORMAT_VERSION,
        "plans": [plan_document(plan) for plan in plans],
        "failures": _failures(not_planned),
    }
    return {**document, "checksum": digest_of(document)}


def results_document(results: Iterable[ApplyResult]) -> Document:
    """Return what came of a run (`schemas/outcome.schema.json`)."""
    return {**_header("outcome"), "results": [result_document(result) for result in results]}


def drifts_document(drifts: Iterable[Drift], not_compared: Iterable[NotCompared] = ()) -> Document:
    """Return how clusters drifted (`schemas/drift.schema.json`), and of which nobody can tell."""
    reports = [drift_document(drift) for drift in drifts]
    failures = _failures(not_compared)
    return {
        **_header("drift"),
        "errored": bool(failures) or any(report["errored"] for report in reports),
        "drifts": reports,
        "failures": failures,
    }


def plan_document(plan: Plan) -> Document:
    """Return the plan of one cluster.

    `errored` says that checks found errors, `applyable` that there is something to do and that
    nothing stands in the way. A secret that was not resolved does not: apply has it.
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
        "applyable": bool(plan.changes) and not (plan.refusals or errors_in(plan.problems)),
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
        "refusals": [_problem(problem) for problem in plan.refusals],
    }


def counts_of(actions: Iterable[Action]) -> Document:
    """Return how often a plan does what, as it stands in its summary."""
    counts = Counter(actions)
    return {_snake(action.value): counts[action] for action in Action}


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
        **({"not_approved": list(result.not_approved)} if result.not_approved else {}),
        "outcomes": [_outcome(outcome) for outcome in result.outcomes],
    }


def drift_document(drift: Drift) -> Document:
    """Return how one cluster differs from git; `live` and `declared` are the two sides.

    `errored` says that the comparison found errors, so that what is not listed is not known to be
    in sync; `clean` that there is no error, no drift and nothing that the run was to fail on.
    """
    return {
        "project": drift.project,
        "cluster": _cluster(drift.cluster, drift.identity),
        "commit": drift.commit,
        "created_at": time_text(drift.created_at),
        "selection": _selection(drift.selection),
        "errored": bool(errors_in(drift.problems)),
        "drifted": drift.has_drift,
        "clean": drift.is_clean,
        "fail_on": [kind.value for kind in drift.fail_on],
        "fingerprint": drift.fingerprint,
        "coverage": {
            "managed": drift.managed,
            "live": drift.live,
            "percent": drift.coverage,
        },
        "summary": {
            "changed": len(drift.changed),
            "missing": len(drift.missing),
            "state": len(drift.state),
            "unmanaged": len(drift.unmanaged),
            "undeclared": len(drift.undeclared),
            "orphaned": len(drift.orphaned),
            "unhealthy": len(drift.unhealthy),
            "held": len(drift.held),
            "in_sync": drift.in_sync,
            "declared": drift.declared,
            "ignored_keys": drift.ignored,
        },
        "changed": [_drifted(drift, change) for change in drift.changed],
        "missing": [_drifted(drift, change) for change in drift.missing],
        "state": [_drifted(drift, change) for change in drift.state],
        "unmanaged": list(drift.unmanaged),
        "undeclared": list(drift.undeclared),
        "orphaned": list(drift.orphaned),
        "unhealthy": [_unhealthy(found) for found in drift.unhealthy],
        "held": [item.change.name for item in drift.held],
        "holds": [_drift_hold(item) for item in drift.held],
        "remembered": drift.remembered,
        "problems": [_problem(problem) for problem in drift.problems],
    }


def _drifted(drift: Drift, change: Change) -> Document:
    remedies = drift.remedies.get(change.name)
    return {
        **drifted_document(change),
        "remedies": {
            "take_back": remedies.take_back if remedies else "",
            "accept": remedies.accept if remedies else "",
        },
    }


def _unhealthy(found: Unhealthy) -> Document:
    return {
        "name": found.name,
        "state": found.state.value,
        "failed_tasks": list(found.failed),
        "tasks": found.tasks,
        "cause": found.cause,
    }


def _drift_hold(item: Withheld) -> Document:
    return {
        "name": item.change.name,
        "reason": item.reason,
        "by": item.by,
        "until": time_text(item.until) if item.until else None,
        "freeze": item.why is WithheldBy.FREEZE,
    }


def _failures(not_compared: Iterable[NotCompared]) -> list[Document]:
    return [
        {
            "project": failure.project,
            "cluster": failure.cluster,
            "problems": [_problem(problem) for problem in failure.problems],
        }
        for failure in not_compared
    ]


def _header(kind: str) -> Document:
    return {
        "format_version": FORMAT_VERSION,
        "kind": kind,
        "tool": {"name": "connectform", "version": __version__},
    }


def _plan_summary(plan: Plan) -> Document:
    return {
        **counts_of(change.action for change in plan.changes),
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
