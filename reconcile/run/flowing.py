"""Read what flows through the connectors of a cluster: metrics, lag, and offsets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_offsets
from reconcile.desired.project import LoadedProject, read_kafka, read_metrics
from reconcile.errors import ClusterError, ConnectformError, DefinitionError, LedgerError
from reconcile.kafka.client import BrokerError
from reconcile.kafka.offsets import OffsetReader
from reconcile.measure.flows import Tracks, flows_of, follow_looks
from reconcile.measure.groups import consumer_of
from reconcile.measure.progress import Positions, Progress, progress
from reconcile.measure.rates import throughputs, worker_rates
from reconcile.model.codes import Code
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.metrics import ConnectorLag, Flows, Samples
from reconcile.model.problem import Problem, Severity
from reconcile.model.project import KafkaAccess, MetricsAccess, MetricsKind
from reconcile.run.context import Context

PAGES_APART: Final = 2.0
"""Seconds between two readings of pages, unless told otherwise."""

HISTORY: Final = 120.0
"""How many seconds ago the first reading of a Prometheus server is of: two slow scrapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LagReading:
    """How far sinks are behind, what is kept of their partitions, and what could not be read."""

    lags: Mapping[str, ConnectorLag] = field(default_factory=dict)
    tracks: Tracks = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def is_flow_known(loaded: LoadedProject, cluster: str) -> bool:
    """Tell whether the project file says where the metrics or the brokers of a cluster are."""
    tree = loaded.clusters[cluster]
    return bool(tree.get("metrics") or tree.get("kafka"))


def read_flows(
    context: Context,
    loaded: LoadedProject,
    live: LiveState,
    connection: Connection,
    *,
    over: float | None,
) -> Flows:
    """Return what flows, by two readings `over` seconds apart; what cannot be read is a problem.

    Without a source of metrics it is the offsets that are read twice, where `over` is given: one
    request for each connector.
    """
    connectors = tuple(live.connectors.values())
    metrics = read_metrics(loaded, live.cluster, context.environment)
    samples: tuple[Samples, Samples] | None = None
    problems: tuple[Problem, ...] = ()
    moves: dict[str, Progress] = {}
    if metrics is not None:
        samples, problems = _read_metrics(context, metrics, over)
    elif over is not None:
        moves = _read_moves(context, connection, connectors, over)
    read = _lags_once(context, loaded, live)
    return Flows(
        connectors=flows_of(
            connectors,
            throughputs=throughputs(*samples) if samples else {},
            lags=read.lags,
            delays=samples[1].delays if samples else {},
            moves=moves,
        ),
        workers=worker_rates(*samples) if samples else (),
        problems=(*problems, *read.problems),
    )


def lag_flows(context: Context, loaded: LoadedProject, live: LiveState) -> Flows:
    """Return what brokers alone tell of what flows: one look, and no waiting for a second."""
    read = _lags_once(context, loaded, live)
    connectors = tuple(live.connectors.values())
    flows = flows_of(connectors, throughputs={}, lags=read.lags, delays={}, moves={})
    return Flows(connectors=flows, problems=read.problems)


def _read_metrics(
    context: Context, metrics: MetricsAccess, over: float | None
) -> tuple[tuple[Samples, Samples], tuple[Problem, ...]]:
    # The parser of pages is not loaded where nobody has metrics.
    from reconcile.metrics.reading import read_metrics_once  # noqa: PLC0415

    from_history = metrics.kind is MetricsKind.PROMETHEUS
    apart = over if over is not None else HISTORY if from_history else PAGES_APART
    before = read_metrics_once(
        metrics,
        clock=context.clock,
        redactor=context.redactor,
        ago=apart if from_history else 0.0,
    )
    if not from_history:
        context.clock.sleep(apart)
    after = read_metrics_once(metrics, clock=context.clock, redactor=context.redactor)
    return (before.samples, after.samples), after.problems


def _read_moves(
    context: Context, connection: Connection, connectors: Sequence[LiveConnector], over: float
) -> dict[str, Progress]:
    before, began = _positions(connection, connectors), context.clock.monotonic()
    context.clock.sleep(over)
    after, ended = _positions(connection, connectors), context.clock.monotonic()
    return {
        name: progress(before[name], after[name], seconds=ended - began)
        for name in before.keys() & after.keys()
    }


def _positions(connection: Connection, connectors: Sequence[LiveConnector]) -> dict[str, Positions]:
    """Return the offsets of connectors; those that tell none are left out."""
    found: dict[str, Positions] = {}
    for connector in connectors:
        try:
            offsets = get_offsets(connection, connector.name)
        except ClusterError:
            continue
        if offsets is not None:
            found[connector.name] = positions_of(offsets)
    return found


def positions_of(offsets: Iterable[ConnectorOffset]) -> Positions:
    """Return offsets as what two readings are compared by."""
    return [(one.partition, one.offset) for one in offsets]


def _lags_once(context: Context, loaded: LoadedProject, live: LiveState) -> LagReading:
    try:
        kafka = read_kafka(loaded, live.cluster, context.environment)
        if kafka is None:
            return LagReading()
        reader = open_reader(context, kafka)
    except (DefinitionError, LedgerError) as error:
        return LagReading(problems=as_warnings(error))
    return read_lags(context, live.cluster, reader, live.connectors.values(), {})


def as_warnings(error: ConnectformError) -> tuple[Problem, ...]:
    """Return what keeps a source from being read as what it is beside states: a warning."""
    return tuple(replace(problem, severity=Severity.WARNING) for problem in error.problems)


def open_reader(context: Context, kafka: KafkaAccess) -> OffsetReader:
    """Return a reader of offsets on brokers; raise LedgerError where there is no client."""
    context.redactor.learn(secret.reveal() for secret in kafka.secrets)
    return OffsetReader(kafka.settings, clock=context.clock)


def read_lags(
    context: Context,
    cluster: str,
    reader: OffsetReader,
    connectors: Iterable[LiveConnector],
    tracks: Tracks,
) -> LagReading:
    """Look at the partitions of sinks once more; what brokers do not tell is a problem.

    Of a partition that has no track yet the first record left over is read for its age.
    """
    consumers = [found for found in map(consumer_of, connectors) if found is not None]
    if not consumers:
        return LagReading()
    try:
        read = reader.read(consumers, timed=lambda name, place: (name, place) not in tracks)
    except BrokerError as error:
        return LagReading(tracks=tracks, problems=(_no_lag(context, cluster, "", str(error)),))
    followed, lags = follow_looks(tracks, read.looks)
    kept = {key: track for key, track in tracks.items() if key[0] in read.refused}
    absent = {
        name: replace(lags.get(name, ConnectorLag()), absent=topics)
        for name, topics in read.absent.items()
    }
    return LagReading(
        lags=lags | absent,
        tracks={**kept, **followed},
        problems=tuple(
            _no_lag(context, cluster, name, said) for name, said in sorted(read.refused.items())
        ),
    )


def _no_lag(context: Context, cluster: str, connector: str, said: str) -> Problem:
    of = f" of {connector}" if connector else ""
    hint = (
        "allow Describe on the group and on its topics"
        if connector
        else f"check clusters.{cluster}.kafka, and whether the brokers are up"
    )
    return Problem(
        code=Code.LAG_UNREADABLE,
        severity=Severity.WARNING,
        message=f"cluster {cluster}: no lag{of}: {context.redactor.redact(said)}",
        hint=hint,
        connector=connector,
    )
