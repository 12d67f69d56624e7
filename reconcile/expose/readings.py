"""Read off what was watched what each metric shows: a pure function for each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from reconcile.expose import names
from reconcile.expose.counting import Count, Counts, Durations, error_kind, stands_by
from reconcile.expose.names import Bound, ErrorKind, Metric
from reconcile.model.alert import AlertSeverity
from reconcile.model.config import Config
from reconcile.model.live import LiveConnector, State
from reconcile.model.metrics import ConnectorLag, Flow, PartitionLag, Standing
from reconcile.watch.budget import Standing as RestartStanding
from reconcile.watch.flow_facts import unreadable
from reconcile.watch.judging import Judged
from reconcile.watch.pack import PACK
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round

_STALLED: Final = frozenset({Standing.STALLED, Standing.STOPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is to be shown of one cluster: its last round, and what was counted over all of them.

    `owners` are the labels in git that say whose a connector is, the first counts;
    `labels` are those that are shown besides, by what they are called then.
    """

    found: Round
    counts: Counts
    owners: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


T = TypeVar("T")
Row = tuple[tuple[str, ...], T]
"""The values of a series' labels, and what it shows."""

Read = Callable[[Watched], Iterator[Row[T]]]


def _up(watched: Watched) -> Iterator[Row[float]]:
    if watched.found.reading is not None:
        yield (watched.found.cluster,), 1
    elif error_kind(watched.found) is ErrorKind.CLUSTER:
        yield (watched.found.cluster,), 0


def _of_cluster(read: Callable[[Round], float]) -> Read[float]:
    """Return the function for a metric of a cluster that could be read."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        if watched.found.reading is not None:
            yield (watched.found.cluster,), read(watched.found)

    return rows


def _lost(watched: Watched) -> Iterator[Row[float]]:
    for worker, tasks in watched.found.judged.lost.items():
        yield (watched.found.cluster, worker), tasks


def _cluster(watched: Watched) -> Iterator[Row[Mapping[str, str]]]:
    if watched.found.reading is not None:
        one = watched.found.reading.live.identity
        yield (watched.found.cluster, one.version, one.commit, one.kafka_cluster_id), {}


def _live(watched: Watched) -> Iterator[LiveConnector]:
    if watched.found.reading is not None:
        yield from watched.found.reading.live.connectors.values()


def _believed(watched: Watched) -> Iterator[LiveConnector]:
    """Yield the connectors whose states are no old news."""
    if not watched.found.judged.from_memory:
        yield from _live(watched)


def _state(watched: Watched) -> Iterator[Row[str]]:
    for one in _believed(watched):
        state = State.UNKNOWN if one.status is None else one.status.state
        yield (watched.found.cluster, one.name), state.value


def _task_state(watched: Watched) -> Iterator[Row[str]]:
    for one in _believed(watched):
        for task in () if one.status is None else one.status.tasks:
            yield (watched.found.cluster, one.name, str(task.id)), task.state.value


def _health(watched: Watched) -> Iterator[Row[str]]:
    for name, verdict in watched.found.judged.verdicts.items():
        yield (watched.found.cluster, name), verdict.health.value


def _connector(watched: Watched) -> Iterator[Row[Mapping[str, str]]]:
    definitions = watched.found.judged.definitions
    for one in _live(watched):
        labels = definitions[one.name].labels if one.name in definitions else {}
        owner = next((labels[key] for key in watched.owners if labels.get(key)), "")
        version = "" if one.status is None else one.status.version
        shown = {name: labels[key] for name, key in watched.labels.items() if key in labels}
        told = (watched.found.cluster, one.name, one.kind.value, one.class_name, version, owner)
        yield told, shown


def _of_live(read: Callable[[Watched, LiveConnector], float | None]) -> Read[float]:
    """Return the function for a metric of all connectors that are live, where it is known."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        for one in _live(watched):
            value = read(watched, one)
            if value is not None:
                yield (watched.found.cluster, one.name), value

    return rows


def _of_declared(read: Callable[[Judged], Iterable[str]]) -> Read[float]:
    """Return the function for a metric that tells of all that git declares which it is true of."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        true = frozenset(read(watched.found.judged))
        for name in watched.found.judged.definitions:
            yield (watched.found.cluster, name), name in true

    return rows


def _tasks_max(config: Config) -> int | None:
    text = (config.get("tasks.max") or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _tasks_desired(watched: Watched) -> Iterator[Row[float]]:
    for name, definition in watched.found.judged.definitions.items():
        written = _tasks_max(definition.config)
        span = definition.tasks_range
        lowest, highest = (written, written) if span is None else (span.minimum, span.maximum)
        for bound, value in ((Bound.MINIMUM, lowest), (Bound.MAXIMUM, highest)):
            if value is not None:
                yield (watched.found.cluster, name, bound.value), value


def _drifted(watched: Watched) -> Iterator[Row[float]]:
    found = watched.found
    if found.healing is not None:
        drifted = frozenset(found.healing.drift.altered)
        for name in found.judged.definitions:
            yield (found.cluster, name), name in drifted


def _heal_given_up(watched: Watched) -> Iterator[Row[float]]:
    healing = watched.found.healing
    for name, standing in healing.standings.items() if healing is not None else ():
        yield (watched.found.cluster, name), standing.ruling is Ruling.GIVEN_UP


def _of_flow(read: Callable[[Flow], float | None]) -> Read[float]:
    """Return the function for a metric of what flows, where it is known."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        for name, flow in watched.found.flows.connectors.items():
            value = read(flow)
            if value is not None:
                yield (watched.found.cluster, name), value

    return rows


def _unusual(watched: Watched) -> Iterator[Row[float]]:
    for name, series in watched.found.known.items():
        for figure, one in series.items():
            yield (watched.found.cluster, name, figure.value), bool(one.words)


def _of_lag(
    whole: Callable[[ConnectorLag], float | None],
    part: Callable[[list[PartitionLag]], float | None],
) -> Read[float]:
    """Return the function for a metric of lag: by topics, or as a whole where those are not known."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        for name, flow in watched.found.flows.connectors.items():
            if flow.lag is None:
                continue
            values = {topic: part(found) for topic, found in _topics(flow.lag).items()}
            for topic, value in (values or {"": whole(flow.lag)}).items():
                if value is not None:
                    yield (watched.found.cluster, name, topic), value

    return rows


def _topics(lag: ConnectorLag) -> Mapping[str, list[PartitionLag]]:
    topics: dict[str, list[PartitionLag]] = {}
    for one in lag.partitions:
        topics.setdefault(one.topic, []).append(one)
    return topics


def _oldest(partitions: list[PartitionLag]) -> float | None:
    return max((one.seconds for one in partitions if one.seconds is not None), default=None)


def _of_standing(read: Callable[[RestartStanding], float | None]) -> Read[float]:
    """Return the function for a metric of connectors that are to run, and of their restarts."""

    def rows(watched: Watched) -> Iterator[Row[float]]:
        for name, standing in watched.found.standings.items():
            value = read(standing)
            if value is not None:
                yield (watched.found.cluster, name), value

    return rows


def _restarts(watched: Watched) -> Iterator[Row[Count]]:
    for (name, reason), count in watched.counts.restarts.items():
        yield (watched.found.cluster, name, reason), count


def _next(standing: RestartStanding) -> float | None:
    if standing.due is None or standing.ruling is not Ruling.WAITING:
        return None
    return standing.due.timestamp()


def _acting(watched: Watched) -> Iterator[Row[float]]:
    found = watched.found
    if (found.reading is not None or found.problems) and error_kind(found) is not ErrorKind.LEDGER:
        yield (watched.found.cluster,), not stands_by(watched.found)


def _last_success(watched: Watched) -> Iterator[Row[float]]:
    if watched.counts.last_success is not None:
        yield (watched.found.cluster,), watched.counts.last_success.timestamp()


def _durations(watched: Watched) -> Iterator[Row[Durations]]:
    yield (watched.found.cluster,), watched.counts.durations


def _errors(watched: Watched) -> Iterator[Row[Count]]:
    for kind, count in watched.counts.errors.items():
        yield (watched.found.cluster, kind.value), count


def _firing(watched: Watched) -> Iterator[Row[float]]:
    if watched.found.firing is None:
        return
    counts = {(name, severity): 0 for name in PACK for severity in AlertSeverity}
    for alert in watched.found.firing:
        key = (alert.name, alert.severity)
        counts[key] = counts.get(key, 0) + 1
    for (name, severity), count in counts.items():
        yield (watched.found.cluster, name.value, severity.value), count


def _posts(watched: Watched) -> Iterator[Row[Count]]:
    for (receiver, outcome), count in watched.counts.posts.items():
        yield (watched.found.cluster, receiver, outcome.value), count


GAUGES: Final[Mapping[Metric, Read[float]]] = {
    names.CLUSTER_UP: _up,
    names.CLUSTER_BROKERS_LOST: _of_cluster(lambda found: found.judged.from_memory),
    names.CLUSTER_REBALANCING: _of_cluster(lambda found: found.judged.rebalancing),
    names.CLUSTER_FAILING_TOGETHER: _of_cluster(lambda found: found.breaker is not None),
    names.CLUSTER_METRICS_UNREADABLE: _of_cluster(lambda found: bool(unreadable(found.flows))),
    names.WORKER_LOST: _lost,
    names.RESTART_BUDGET_LEFT: _of_cluster(lambda found: found.left),
    names.CONNECTOR_TASKS: _of_live(lambda _, one: one.generated_tasks),
    names.CONNECTOR_TASKS_MAX: _of_live(lambda _, one: _tasks_max(one.config)),
    names.CONNECTOR_TASKS_DESIRED: _tasks_desired,
    names.CONNECTOR_MANAGED: _of_live(
        lambda watched, one: one.name in watched.found.judged.definitions
    ),
    names.CONNECTOR_MISSING: _of_declared(lambda judged: judged.missing),
    names.CONNECTOR_HELD: _of_declared(lambda judged: judged.kept),
    names.CONNECTOR_DRIFTED: _drifted,
    names.SELF_HEAL_GIVEN_UP: _heal_given_up,
    names.CONNECTOR_RECORDS: _of_flow(lambda flow: flow.throughput.records),
    names.CONNECTOR_ERRORS: _of_flow(lambda flow: flow.throughput.errors),
    names.CONNECTOR_LOST: _of_flow(lambda flow: flow.throughput.lost),
    names.CONNECTOR_UNUSUAL: _unusual,
    names.LAG_RECORDS: _of_lag(
        lambda lag: lag.records, lambda found: sum(one.records for one in found)
    ),
    names.LAG_SECONDS: _of_lag(lambda lag: lag.seconds, _oldest),
    names.PARTITIONS_STALLED: _of_lag(
        lambda _: None, lambda found: sum(one.standing in _STALLED for one in found)
    ),
    names.RESTART_ATTEMPTS: _of_standing(lambda one: one.attempts),
    names.RESTART_NEXT: _of_standing(_next),
    names.RESTARTS_GIVEN_UP: _of_standing(lambda one: one.ruling is Ruling.GIVEN_UP),
    names.RESTART_HOPELESS: _of_standing(lambda one: one.ruling is Ruling.HOPELESS),
    names.ACTING: _acting,
    names.LAST_SUCCESS: _last_success,
    names.ALERTS_FIRING: _firing,
}
"""What each gauge shows; of truths 1 and 0."""

STATES: Final[Mapping[Metric, Read[str]]] = {
    names.CONNECTOR_STATE: _state,
    names.CONNECTOR_HEALTH: _health,
    names.TASK_STATE: _task_state,
}
"""Which of its states each state set is in."""

INFOS: Final[Mapping[Metric, Read[Mapping[str, str]]]] = {
    names.CLUSTER: _cluster,
    names.CONNECTOR: _connector,
}
"""What each says in its labels, and in labels that not every series has."""

COUNTERS: Final[Mapping[Metric, Read[Count]]] = {
    names.RESTARTS: _restarts,
    names.ERRORS: _errors,
    names.NOTIFICATIONS: _posts,
}
"""What each counter has counted."""

HISTOGRAMS: Final[Mapping[Metric, Read[Durations]]] = {names.DURATION: _durations}
"""What each histogram has counted."""
