"""Read once a round what flows, against what the round before has read: nothing here waits."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.connect.connection import Connection
from reconcile.connect.reads import peek_offsets
from reconcile.desired.project import LoadedProject, read_kafka, read_metrics
from reconcile.errors import ClusterError, DefinitionError, LedgerError
from reconcile.kafka.offsets import OffsetReader
from reconcile.measure.flows import flows_of
from reconcile.measure.progress import Positions, Progress, progress
from reconcile.measure.rates import throughputs, worker_rates
from reconcile.model.live import ConnectorKind, LiveConnector, LiveState, State
from reconcile.model.metrics import Flows, Samples, Throughput, WorkerSample
from reconcile.model.problem import Problem
from reconcile.model.project import KafkaAccess, MetricsAccess, MetricsKind
from reconcile.run.context import Context
from reconcile.run.flowing import (
    HISTORY,
    LagReading,
    as_warnings,
    open_reader,
    positions_of,
    read_lags,
)
from reconcile.watch.pulse import UNKNOWN, Pulse, Times, moved, pulse_of, unseen
from reconcile.watch.trends import Trends, followed

MOST_OFFSETS: Final = 20
"""For how many connectors a round asks the REST API for offsets, at most."""

_OFFSETS_SECONDS: Final = 2.0
_FRESH: Final = 300.0
_TENTH: Final = 10
_SET: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """What a source of metrics said last; until `rests` (monotonic seconds) it is left alone.

    `at` is when it was read, `span` what its rates are over.
    """

    at: datetime | None = None
    span: timedelta = timedelta()
    samples: Samples | None = None
    throughputs: Mapping[str, Throughput] = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    workers: tuple[WorkerSample, ...] = ()
    problems: tuple[Problem, ...] = ()
    rests: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sounded:
    """What brokers said last of lag, and the reader that asks them; `rests` as in Metered."""

    access: KafkaAccess | None = None
    reader: OffsetReader | None = None
    at: datetime | None = None
    reading: LagReading = field(default_factory=LagReading)
    rests: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What the REST API said last of the offsets of one connector.

    `at` is when it was asked, answer or none. `moved_after` is the last moment after which its
    offsets are known to have changed.
    """

    at: float
    asked: datetime
    positions: Positions | None = None
    progress: Progress | None = None
    moved_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stream:
    """What one round leaves to the next: what was read of each source, and what that says.

    `began` is when the first round had read all, `at` when this one had, and `ticked` that moment
    by the monotonic clock.
    """

    metered: Metered = Metered()
    sounded: Sounded = Sounded()
    placed: Mapping[str, Placed] = field(default_factory=dict)
    flows: Flows = field(default_factory=Flows)
    pulses: Mapping[str, Pulse] = field(default_factory=dict)
    trends: Trends = field(default_factory=Trends)
    began: datetime | None = None
    at: datetime | None = None
    ticked: float = 0.0


def read_stream(
    context: Context,
    loaded: LoadedProject,
    live: LiveState,
    connection: Connection | None,
    *,
    names: Collection[str],
    urgent: Collection[str],
    applied: bool,
    before: Stream,
) -> Stream:
    """Read what flows through the connectors of some names; whatever goes wrong is a problem.

    A source gets a tenth of the time at most: one that took long is left alone for nine times as
    long, and what it said last holds on. The REST API is asked for the offsets of those of which
    nothing else tells whether they move, first of the `urgent`: for a few a round, in turn; without
    a `connection`, for none. `applied` tells that something was written since the last round.
    """
    before = retimed(before, context.clock.now(), context.clock.monotonic())
    ours = [connector for name, connector in live.connectors.items() if name in names]
    metered = _metered(context, loaded, live.cluster, before.metered)
    sounded = _sounded(context, loaded, live.cluster, before.sounded, ours)
    told = {*metered.throughputs.keys() - set(urgent), *sounded.reading.lags}
    placed = {one.name: before.placed[one.name] for one in ours if one.name in before.placed}
    if connection is not None:
        asked = [one.name for one in ours if _runs(one) and one.name not in told]
        asked.sort(key=lambda name: (name not in urgent, placed[name].at if name in placed else 0))
        placed |= _placed(context, connection, asked[:MOST_OFFSETS], placed)
    flows = _flows(ours, metered, sounded, placed, context.clock.monotonic())
    now = context.clock.now()
    stream = Stream(
        metered=metered,
        sounded=sounded,
        placed=placed,
        flows=flows,
        trends=followed(before.trends, flows, metered.at, now, applied=applied),
        began=before.began or now,
        at=now,
        ticked=context.clock.monotonic(),
    )
    return replace(stream, pulses=dict(_pulses(ours, stream, before, now)))


def retimed(before: Stream, now: datetime, ticked: float) -> Stream:
    """Return what was read before with its times as the wall clock of now would have had them.

    How long ago something was is what counts of them, and a clock that was set says nothing of
    that; nor is anything read on a machine that sleeps.
    """
    if before.at is None:
        return before
    by = now - before.at - timedelta(seconds=ticked - before.ticked)
    if abs(by) < _SET:
        return before
    metered, sounded = before.metered, before.sounded
    return replace(
        before,
        metered=replace(metered, at=moved(metered.at, by)),
        sounded=replace(sounded, at=moved(sounded.at, by)),
        placed={
            name: replace(one, asked=one.asked + by, moved_after=moved(one.moved_after, by))
            for name, one in before.placed.items()
        },
        pulses={name: one.moved(by) for name, one in before.pulses.items()},
        trends=before.trends.moved(by),
        began=moved(before.began, by),
        at=before.at + by,
    )


def _pulses(
    connectors: Iterable[LiveConnector], stream: Stream, before: Stream, now: datetime
) -> Iterator[tuple[str, Pulse]]:
    passed = now - (before.at or now)
    times = Times(
        began=stream.began or now,
        looked=stream.sounded.at or now,
        measured=stream.metered.at or now,
        span=stream.metered.span,
    )
    for connector in connectors:
        name = connector.name
        placed, old = stream.placed.get(name), before.pulses.get(name, UNKNOWN)
        pulse = pulse_of(
            stream.flows.connectors[name],
            times,
            source=connector.kind is ConnectorKind.SOURCE,
            placed=placed.moved_after if placed is not None else None,
            old=old,
        )
        yield name, unseen(pulse, old, passed) if stream.flows.problems else pulse


def _flows(
    connectors: Iterable[LiveConnector],
    metered: Metered,
    sounded: Sounded,
    placed: Mapping[str, Placed],
    now: float,
) -> Flows:
    """Return what is known of what flows; offsets that were compared long ago say no more."""
    return Flows(
        connectors=flows_of(
            connectors,
            throughputs=metered.throughputs,
            lags=sounded.reading.lags,
            delays=metered.delays,
            moves={
                name: one.progress
                for name, one in placed.items()
                if one.progress is not None and now - one.at < _FRESH
            },
        ),
        workers=metered.workers,
        problems=(*metered.problems, *sounded.reading.problems),
    )


def _runs(connector: LiveConnector) -> bool:
    return connector.status is not None and connector.status.state is State.RUNNING


def _metered(context: Context, loaded: LoadedProject, cluster: str, before: Metered) -> Metered:
    try:
        access = read_metrics(loaded, cluster, context.environment)
    except DefinitionError as error:
        return Metered(problems=as_warnings(error))
    if access is None:
        return Metered()
    began = context.clock.monotonic()
    return before if began < before.rests else _read_metrics(context, access, before, began)


def _read_metrics(
    context: Context, access: MetricsAccess, before: Metered, began: float
) -> Metered:
    # The parser of pages is not loaded where nobody has metrics.
    from reconcile.metrics.reading import read_metrics_once  # noqa: PLC0415

    clock, redactor = context.clock, context.redactor
    found = read_metrics_once(access, clock=clock, redactor=redactor)
    samples, earlier = found.samples, before.samples
    if access.kind is MetricsKind.PROMETHEUS and not found.problems:
        # Between two scrapes a server says the same again, so that rounds cannot be compared.
        earlier = read_metrics_once(access, clock=clock, redactor=redactor, ago=HISTORY).samples
    rests = _rested(context, began)
    if not (samples.tasks or samples.workers or samples.delays):
        return Metered(samples=before.samples, problems=found.problems, rests=rests)
    span = samples.at - earlier.at if earlier is not None else 0.0
    return Metered(
        at=clock.now(),
        span=timedelta(seconds=span),
        samples=samples,
        throughputs=throughputs(earlier, samples),
        delays=samples.delays,
        workers=worker_rates(earlier, samples) if earlier is not None else (),
        problems=found.problems,
        rests=rests,
    )


def _sounded(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    before: Sounded,
    connectors: list[LiveConnector],
) -> Sounded:
    try:
        access = read_kafka(loaded, cluster, context.environment)
        if access is None:
            return Sounded()
        if before.reader is None or before.access != access:
            before = Sounded(access=access, reader=open_reader(context, access))
    except (DefinitionError, LedgerError) as error:
        return Sounded(reading=LagReading(problems=as_warnings(error)))
    began = context.clock.monotonic()
    if before.reader is None or began < before.rests:
        return before
    reading = read_lags(context, cluster, before.reader, connectors, before.reading.tracks)
    at = context.clock.now()
    return replace(before, at=at, reading=reading, rests=_rested(context, began))


def _rested(context: Context, began: float) -> float:
    """Return until when a source is left alone that was asked at `began` and has answered now."""
    return began + _TENTH * (context.clock.monotonic() - began)


def _placed(
    context: Context, connection: Connection, names: Iterable[str], before: Mapping[str, Placed]
) -> dict[str, Placed]:
    """Return where connectors are; after a request that failed no more are made, nor after 2 s."""
    clock = context.clock
    until = clock.monotonic() + _OFFSETS_SECONDS
    placed: dict[str, Placed] = {}
    for name in names:
        at, asked = clock.monotonic(), clock.now()
        if at >= until:
            break
        old = before.get(name, Placed(at=at, asked=asked))
        try:
            found = peek_offsets(connection, name, seconds=_OFFSETS_SECONDS)
        except ClusterError:
            found = None
        if found is None:
            placed[name] = Placed(at=at, asked=asked, moved_after=old.moved_after)
            break
        positions = positions_of(found)
        step = None
        if old.positions is not None:
            step = progress(old.positions, positions, seconds=at - old.at)
        placed[name] = Placed(
            at=at,
            asked=asked,
            positions=positions,
            progress=step,
            moved_after=old.asked if step is not None and step.moved else old.moved_after,
        )
    return placed
