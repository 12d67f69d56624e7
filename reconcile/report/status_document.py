"""The states of connectors as a JSON document."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.drift import NotCompared
from reconcile.model.health import Verdict, tally
from reconcile.model.live import LiveConnector, LiveState, State
from reconcile.model.metrics import Flow, Flows
from reconcile.report.flow_text import flow_document
from reconcile.report.problem_document import problem_entry
from reconcile.report.status_more import NOTHING_MORE, More, groups_entry, restarts_entry

Reading = tuple[LiveState, Mapping[str, Verdict]]

_NOTHING: Final[Mapping[str, More]] = {}


def statuses_document(
    readings: Iterable[Reading],
    failed: Iterable[NotCompared] = (),
    flows: Mapping[str, Flows] | None = None,
    more: Mapping[str, More] = _NOTHING,
) -> dict[str, object]:
    """Return one document for all clusters read: how well connectors are, and why.

    `failed` are the clusters that could not be read, and why (`schemas/status.schema.json`);
    `flows` and `more` are by cluster, where they are known.
    """
    known = flows or {}
    return {
        "format_version": "1.2",
        "kind": "status",
        "clusters": [
            _cluster(live, verdicts, known.get(live.cluster), more.get(live.cluster, NOTHING_MORE))
            for live, verdicts in readings
        ],
        "failures": [
            {"cluster": failure.cluster, "problems": [*map(problem_entry, failure.problems)]}
            for failure in failed
        ],
    }


def _cluster(
    live: LiveState, verdicts: Mapping[str, Verdict], flows: Flows | None, more: More
) -> dict[str, object]:
    found = tally(verdicts[name].health for name in live.connectors)
    through = flows.connectors if flows is not None else {}
    return {
        "cluster": live.cluster,
        "connect_version": live.identity.version,
        "kafka_cluster_id": live.identity.kafka_cluster_id,
        "taken_at": live.taken_at.isoformat(),
        "health": found.health.value,
        "counts": {health.value: count for health, count in found.counts.items()},
        "connectors": [
            _connector(connector, verdicts[name], through.get(name))
            | {"restarts": restarts_entry(more.restarts.get(name))}
            for name, connector in sorted(live.connectors.items())
        ],
        "workers": [
            {"worker": one.worker, **{key.name.lower(): value for key, value in one.values.items()}}
            for one in (flows.workers if flows is not None else ())
        ],
        "problems": [*map(problem_entry, flows.problems if flows is not None else ())],
        "groups": groups_entry(more),
    }


def _connector(connector: LiveConnector, verdict: Verdict, flow: Flow | None) -> dict[str, object]:
    status = connector.status
    return {
        "name": connector.name,
        "kind": connector.kind.value,
        "class": connector.class_name,
        "health": verdict.health.value,
        "reason": verdict.reason,
        "state": status.state.value if status else None,
        "worker": status.worker if status else None,
        "generated_tasks": connector.generated_tasks,
        "tasks": [
            {"id": task.id, "state": task.state.value, "worker": task.worker}
            for task in (status.tasks if status else ())
        ],
        "cause": verdict.cause or None,
        "task_counts": {
            "running": _count(connector, State.RUNNING),
            "failed": _count(connector, State.FAILED),
            "total": max(connector.generated_tasks, len(status.tasks) if status else 0),
        },
        "flow": flow_document(flow),
    }


def _count(connector: LiveConnector, state: State) -> int:
    tasks = connector.status.tasks if connector.status else ()
    return sum(task.state is state for task in tasks)
