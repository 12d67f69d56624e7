"""Read reports of drift and of applies back from JSON documents, beside who writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconcile.model.drift import Aside, Drift, NotCompared, Remedies, Unhealthy
from reconcile.model.live import ClusterIdentity, State
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import (
    Action,
    Change,
    Precondition,
    Reason,
    Selection,
    Withheld,
    WithheldBy,
)
from reconcile.plan.change_parse import (
    read_ignored,
    read_key_change,
    read_location,
    read_problem,
    read_state,
)

Json = Mapping[str, Any]


def read_drift(document: Json) -> Drift:
    """Return how one cluster drifted; raise KeyError, TypeError or ValueError for something else.

    What only an apply would need is not in such a document, and not in the changes returned.
    """
    cluster, summary, selection = document["cluster"], document["summary"], document["selection"]
    entries = [*document["changed"], *document["missing"], *document["state"]]
    return Drift(
        project=str(document["project"]),
        cluster=str(cluster["name"]),
        identity=ClusterIdentity(
            version=str(cluster["connect_version"]),
            kafka_cluster_id=str(cluster["kafka_cluster_id"]),
        ),
        created_at=_time(document["created_at"]),
        changed=tuple(_change(entry, Action.UPDATE) for entry in document["changed"]),
        missing=tuple(_change(entry, Action.CREATE) for entry in document["missing"]),
        state=tuple(
            _change(entry, Action.UPDATE if entry["keys"] else Action.SET_STATE)
            for entry in document["state"]
        ),
        remedies={str(entry["name"]): _remedies(entry["remedies"]) for entry in entries},
        unmanaged=tuple(document["unmanaged"]),
        undeclared=tuple(document["undeclared"]),
        orphaned=tuple(document["orphaned"]),
        held=tuple(map(_held, document["holds"])),
        unhealthy=tuple(map(_unhealthy, document["unhealthy"])),
        fail_on=tuple(Aside(word) for word in document["fail_on"] if word in set(Aside)),
        remembered=document["remembered"] is True,
        declared=int(summary["declared"]),
        managed=int(document["coverage"]["managed"]),
        in_sync=int(summary["in_sync"]),
        ignored=int(summary["ignored_keys"]),
        problems=tuple(map(read_problem, document["problems"])),
        selection=Selection(select=tuple(selection["select"]), exclude=tuple(selection["exclude"])),
        commit=str(document["commit"]),
        fingerprint=str(document["fingerprint"]),
    )


def read_failure(document: Json) -> NotCompared:
    """Return why a cluster has no plan, or no report of drift."""
    return NotCompared(
        project=str(document["project"]),
        cluster=str(document["cluster"]),
        problems=tuple(map(read_problem, document["problems"])),
    )


def read_result(document: Json) -> ApplyResult:
    """Return what came of one plan."""
    return ApplyResult(
        project=str(document["project"]),
        cluster=str(document["cluster"]),
        plan_digest=str(document["plan_digest"]),
        started_at=_time(document["started_at"]),
        finished_at=_time(document["finished_at"]),
        outcomes=tuple(map(_outcome, document["outcomes"])),
        interrupted=document["interrupted"] is True,
        problems=tuple(map(read_problem, document["problems"])),
        not_approved=tuple(map(str, document.get("not_approved", ()))),
    )


def _outcome(document: Json) -> Outcome:
    return Outcome(
        name=str(document["name"]),
        action=Action(document["action"]),
        status=OutcomeStatus(document["status"]),
        seconds=float(document["seconds"]),
        written=document["written"] is True,
        problems=tuple(map(read_problem, document["problems"])),
        rolled_back=document["rolled_back"] is True,
    )


def _change(document: Json, action: Action) -> Change:
    missing = action is Action.CREATE
    return Change(
        action=action,
        name=str(document["name"]),
        class_name=str(document["class"]),
        reason=Reason.NOT_LIVE if missing else Reason.CONFIG_DIFFERS,
        precondition=Precondition(exists=not missing),
        keys=tuple(read_key_change(entry, "live", "declared") for entry in document["keys"]),
        state=read_state(document["state"], "live", "declared"),
        ignored=read_ignored(document["ignored"]),
        unchanged=int(document["unchanged"]),
        location=read_location(document["location"]),
    )


def _remedies(document: Json) -> Remedies:
    return Remedies(take_back=str(document["take_back"]), accept=str(document["accept"]))


def _unhealthy(document: Json) -> Unhealthy:
    return Unhealthy(
        name=str(document["name"]),
        state=State(document["state"]),
        failed=tuple(int(task) for task in document["failed_tasks"]),
        tasks=int(document["tasks"]),
        cause=str(document["cause"]),
    )


def _held(document: Json) -> Withheld:
    until = document["until"]
    return Withheld(
        change=Change(
            action=Action.UPDATE,
            name=str(document["name"]),
            class_name="",
            reason=Reason.CONFIG_DIFFERS,
            precondition=Precondition(exists=True),
        ),
        why=WithheldBy.FREEZE if document["freeze"] is True else WithheldBy.HOLD,
        reason=str(document["reason"]),
        by=str(document["by"]),
        until=_time(until) if until is not None else None,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
