"""Rounds of watching, made of values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from reconcile.anomaly.profile import Metric
from reconcile.expose.counting import counted, no_counts
from reconcile.expose.readings import Watched
from reconcile.health.rollup import Sight
from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import Definition, TasksRange
from reconcile.model.drift import Drift
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.metrics import (
    ConnectorLag,
    Flow,
    Flows,
    PartitionLag,
    Standing,
    Throughput,
)
from reconcile.model.outcome import ApplyResult
from reconcile.model.problem import Location, Problem
from reconcile.model.restart import Backoff, RestartBudget, RestartPolicy
from reconcile.watch.budget import Book, decide
from reconcile.watch.budget import Standing as RestartStanding
from reconcile.watch.heals import Healing
from reconcile.watch.judging import Judged, judge_round
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Post, Round
from reconcile.watch.unusual import Series
from tests.golden.nouns import IDENTITY, UPDATED

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
WORKER = "10.0.0.7:8083"
REFUSED = "java.net.ConnectException: Connection refused"
BAD_RECORD = "org.apache.kafka.connect.errors.DataException: Struct schema is missing"
DONE = ApplyResult(
    project="shop",
    cluster="prod",
    plan_digest="",
    started_at=NOW,
    finished_at=NOW,
    outcomes=(),
    interrupted=False,
)


def connector(
    name: str, *, tasks: Sequence[State] = (State.RUNNING,), trace: str = REFUSED, **config: str
) -> LiveConnector:
    return LiveConnector(
        name=name,
        config=Config({"connector.class": "FileStreamSink", "tasks.max": "2"} | config),
        kind=ConnectorKind.SINK,
        status=LiveStatus(
            state=State.RUNNING,
            version="4.3.1",
            tasks=tuple(
                LiveTask(
                    id=id_,
                    state=state,
                    worker=WORKER,
                    trace=trace if state is State.FAILED else "",
                )
                for id_, state in enumerate(tasks)
            ),
        ),
        generated_tasks=len(tasks),
    )


def definition(name: str, labels: Mapping[str, str] | None = None, **more: object) -> Definition:
    return replace(
        Definition(
            name=name,
            cluster="prod",
            config=Config({"connector.class": "FileStreamSink", "tasks.max": "2"}),
            location=Location("connectors/a.yaml"),
            labels=labels or {},
            restart=RestartPolicy(
                enabled=True, attempts=2, backoff=Backoff(initial=timedelta(), jitter=0)
            ),
        ),
        **more,  # type: ignore[arg-type]
    )


def made(
    live: Sequence[LiveConnector],
    declared: Sequence[Definition],
    *,
    book: Book | None = None,
    from_memory: bool = False,
    gone: frozenset[str] = frozenset(),
    cluster: str = "prod",
    **more: object,
) -> Round:
    """Return the round that finds connectors on a cluster, and restarts what is due."""
    connectors = {one.name: one for one in live}
    sights = {
        name: Sight(
            status=one.status,
            generated=one.generated_tasks,
            from_memory=from_memory,
            gone=gone,
        )
        for name, one in connectors.items()
    }
    definitions = {one.name: one for one in declared}
    live_state = LiveState(
        cluster=cluster,
        url="http://127.0.0.1:8083",
        identity=ClusterIdentity(version="4.3.1", commit="abc", kafka_cluster_id="k1"),
        connectors=connectors,
        taken_at=NOW,
    )
    judged = judge_round(definitions, sights, Judged(), (), NOW, pulses={})
    decided = decide(book or Book(), judged.candidates, RestartBudget(), NOW, lambda: 0.0)
    found = Round(
        cluster=cluster,
        reading=SimpleNamespace(live=live_state),  # no more of it is shown
        judged=judged,
        standings=decided.standings,
        restarts=decided.restart,
        result=DONE if decided.restart else None,
        left=decided.left,
        breaker=decided.book.breaker,
        firing=(),
        seconds=0.3,
    )
    return replace(found, **more)  # type: ignore[arg-type]


def failed(code: Code, cluster: str = "prod") -> Round:
    """Return a round that could not be made."""
    return Round(cluster=cluster, problems=(Problem(code=code, message="no"),), seconds=2.0)


def shown(*rounds: Round, **more: object) -> Watched:
    """Return what is shown after rounds."""
    counts = no_counts(NOW)
    for found in rounds:
        counts = counted(counts, found, NOW + timedelta(minutes=1))
    return Watched(found=rounds[-1], counts=counts, **more)  # type: ignore[arg-type]


def everything() -> tuple[Watched, ...]:
    """Return clusters on which there is something to say by every metric."""
    alert = Alert(
        name=AlertName.CONNECTOR_FAILED,
        cluster="prod",
        connector="a",
        severity=AlertSeverity.PAGE,
        summary="failed",
        started=NOW,
    )
    ranged = definition("a", {"team": "pay", "tier": "1"}, tasks_range=TasksRange(2, 8))
    waiting = definition(
        "w", restart=RestartPolicy(enabled=True, backoff=Backoff(initial=timedelta(minutes=5)))
    )
    found = made(
        [
            connector("a", tasks=(State.FAILED, State.FAILED)),
            connector("w", tasks=(State.FAILED,)),
            connector("stranger"),
        ],
        [ranged, waiting, definition("gone")],
        gone=frozenset({WORKER}),
        firing=(alert,),
        posts={"main": Post(taken=2, failed=1)},
    )
    lag = ConnectorLag(
        partitions=(
            PartitionLag(topic="orders", partition=0, end=9, records=4, seconds=3.0),
            PartitionLag(
                topic="orders",
                partition=1,
                end=9,
                records=5,
                seconds=7.5,
                standing=Standing.STALLED,
            ),
            PartitionLag(topic="refunds", partition=0, end=1),
        )
    )
    flows = Flows(
        connectors={
            "a": Flow(throughput=Throughput(records=12.5, errors=0.5, lost=0.1), lag=lag),
            "w": Flow(lag=ConnectorLag(seconds=2.0)),
        }
    )
    known = {"a": {Metric.LAG: Series(words="3.1 times the usual"), Metric.THROUGHPUT: Series()}}
    healing = Healing(
        drift=Drift(
            project="shop",
            cluster="prod",
            identity=IDENTITY,
            created_at=NOW,
            changed=(replace(UPDATED, name="a"),),
            missing=(replace(UPDATED, name="gone"),),
        ),
        standings={"a": RestartStanding(ruling=Ruling.GIVEN_UP, attempts=5)},
    )
    return (
        shown(
            replace(found, flows=flows, known=known, healing=healing),
            owners=("owner", "team"),
            labels={"label_tier": "tier"},
        ),
        shown(failed(Code.CLUSTER_UNREACHABLE, "away")),
    )
