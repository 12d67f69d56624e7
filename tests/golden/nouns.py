"""Nouns that never change, with every word in them that a document can hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconcile.health.rollup import Sight, health_of
from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.diagnosis import Examination, FailedPart, LastChange
from reconcile.model.drift import Aside, Drift, NotCompared, Unhealthy
from reconcile.model.health import Chance, Condition, Diagnosis, FailureClass, Health, Verdict
from reconcile.model.ledger import ChangeRecord, Run
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
    Measure,
    PartitionLag,
    Standing,
    Throughput,
    WorkerSample,
)
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import (
    Action,
    ActiveHold,
    Cause,
    Change,
    Effect,
    EffectKind,
    IgnoredKeys,
    KeyChange,
    Origin,
    Part,
    PartChange,
    Plan,
    Precondition,
    Reason,
    Selection,
    Shown,
    StateChange,
    ValidationMode,
    ValueKind,
    Withheld,
    WithheldBy,
)
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.drift import drift_of

NOON = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
IDENTITY = ClusterIdentity(
    version="4.3.1", commit="26de362d04e1a33e", kafka_cluster_id="4L6g3nShT-eMCtK--X86sw"
)
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
RUNNING, PAUSED, STOPPED = TargetState.RUNNING, TargetState.PAUSED, TargetState.STOPPED


def digest(digit: str) -> str:
    return "sha256:" + digit * 64


def plain(text: str) -> Shown:
    return Shown(kind=ValueKind.PLAIN, text=text)


def sensitive(number: int, reference: str = "") -> Shown:
    return Shown(kind=ValueKind.SENSITIVE, number=number, reference=reference)


def part(kind: Part, path: str, before: str = "", after: str = "") -> PartChange:
    return PartChange(part=kind, path=path, before=before, after=after)


CREATED = Change(
    action=Action.CREATE,
    name="orders-archive",
    class_name=SINK,
    reason=Reason.NOT_LIVE,
    precondition=Precondition(exists=False),
    keys=(
        KeyChange(
            key="connector.class",
            before=None,
            after=plain(SINK),
            location=Location("connectors/orders-archive.yaml", 7, 5),
        ),
        KeyChange(
            key="db.password",
            before=None,
            after=Shown(kind=ValueKind.UNRESOLVED, reference="${{ env.DB_PASSWORD }}"),
        ),
        KeyChange(key="größe", before=None, after=plain('é "x"\n\U0001f600')),
    ),
    state=StateChange(before=None, after=STOPPED),
    effects=(
        Effect(EffectKind.REBALANCE),
        Effect(EffectKind.STARTS_RUNNING_FIRST),
        Effect(EffectKind.RESUMES_FROM_KEPT_OFFSETS),
        Effect(EffectKind.POSITION_LOST),
    ),
    wave=-1,
    location=Location("connectors/orders-archive.yaml", 1, 1),
)
UPDATED = Change(
    action=Action.UPDATE,
    name="orders-sink",
    class_name=SINK,
    reason=Reason.CONFIG_DIFFERS,
    precondition=Precondition(
        exists=True,
        digest=digest("1"),
        hidden=("db.password", "token"),
        secrets=(("db.password", "hmac-" + digest("5")),),
        fingerprint_key="0123456789abcdef",
    ),
    keys=(
        KeyChange(key="batch.size", before=plain("100"), after=plain("")),
        KeyChange(
            key="db.password", before=sensitive(1), after=sensitive(2, "${{ file.db:password }}")
        ),
        KeyChange(
            key="mappings",
            before=plain('{"a": 1, "b": [2]}'),
            after=plain('{"a": 2, "c": 3}'),
            parts=(
                part(Part.CHANGED, "a", "1", "2"),
                part(Part.REMOVED, "b[0]", before="2"),
                part(Part.ADDED, "c", after="3"),
            ),
        ),
        KeyChange(key="obsolete", before=plain("x"), after=None),
        KeyChange(key="token", before=Shown(kind=ValueKind.MASKED), after=None),
    ),
    state=StateChange(before=PAUSED, after=RUNNING),
    effects=(
        Effect(EffectKind.RESTARTS_TASKS, 3),
        Effect(EffectKind.REBALANCE),
        Effect(EffectKind.GOES_THROUGH_STOPPED),
        Effect(EffectKind.RESTART_NEEDED),
        Effect(EffectKind.SECRET_CHANGED, 1),
    ),
    ignored=(IgnoredKeys(keys=("internal.id", "internal.rev"), reason="set by the platform"),),
    unchanged=4,
    tasks=3,
    location=Location("connectors/orders-sink.yaml", 1, 1),
)
HALTED = Change(
    action=Action.SET_STATE,
    name="payments-source",
    class_name="",
    reason=Reason.STATE_DIFFERS,
    precondition=Precondition(exists=True, digest=digest("2")),
    state=StateChange(before=STOPPED, after=PAUSED),
    effects=(Effect(EffectKind.REBALANCE),),
    tasks=1,
    location=Location("connectors/payments-source.yaml"),
)
RESTARTED = Change(
    action=Action.RESTART,
    name="refunds-sink",
    class_name=SINK,
    reason=Reason.ASKED,
    precondition=Precondition(exists=True, digest=digest("3")),
    tasks=2,
    only_failed=True,
)
DELETED = Change(
    action=Action.DELETE,
    name="orders-old",
    class_name=SINK,
    reason=Reason.NOT_DECLARED,
    precondition=Precondition(exists=True, digest=digest("4")),
    effects=(Effect(EffectKind.REBALANCE), Effect(EffectKind.KEEPS_OFFSETS)),
    tasks=1,
    wave=2,
)
MOVED = Change(
    action=Action.MOVE,
    name="orders-eu",
    class_name=SINK,
    reason=Reason.MOVED,
    precondition=Precondition(exists=False),
    keys=(
        KeyChange(key="file", before=plain("a"), after=plain("b"), cause=Cause.GIT),
        KeyChange(key="tasks.max", before=plain("1"), after=plain("2"), cause=Cause.LIVE),
        KeyChange(key="topics", before=plain("t"), after=plain("u"), cause=Cause.BOTH),
    ),
    state=StateChange(before=None, after=RUNNING, cause=Cause.GIT),
    effects=(
        Effect(EffectKind.CARRIES_OFFSETS),
        Effect(EffectKind.RESETS_OFFSETS),
        Effect(EffectKind.OUTSIDE_STATE),
        Effect(EffectKind.TAKES_OVER),
    ),
    location=Location("connectors/orders-eu.yaml", 4, 3),
    cause=Cause.GIT,
    origin=Origin(
        name="orders-old",
        cluster="eu",
        precondition=Precondition(exists=True, digest=digest("7")),
        state=RUNNING,
        has_outside_state=True,
    ),
    protect=True,
    labels={"team": "payments"},
    digest=digest("8"),
    config=Config(
        {"file": "b", "password": "p4ss", "token": "secret"}, {"token": "${{ env.TOKEN }}"}
    ),
    applied=Applied(
        values={
            "file": AppliedValue(text="b"),
            "password": AppliedValue(fingerprint="hmac-sha256:" + "9" * 64),
            "token": AppliedValue(reference="${{ env.TOKEN }}"),
        },
        state=RUNNING,
        tasks_range=TasksRange(2, 8),
        fingerprint_key="0" * 16,
        path="connectors/orders-eu.yaml",
        line=4,
        commit="0b7cf0ad52b6bb3b1ad1a2a1cdd1b7a6cf14c9c7",
    ),
)

PROBLEMS = (
    Problem(
        code=Code.NOTHING_DESIRED,
        message="git declares no connector for local",
        severity=Severity.NOTICE,
    ),
    Problem(
        code=Code.UNKNOWN_SETTING,
        message='"batch.sise" is no setting of FileStreamSink',
        location=Location("connectors/orders-sink.yaml", 12, 5),
        hint='did you mean "batch.size"?',
        severity=Severity.WARNING,
        connector="orders-sink",
    ),
    Problem(
        code=Code.VALIDATION,
        message="topics: missing",
        location=Location("connectors/orders-sink.yaml"),
        connector="orders-sink",
    ),
)

REFUSALS = (
    Problem(
        code=Code.LIMIT_EXCEEDED,
        message="plan deletes 1 connector, the limit is 0 (limits.maxDeletes of cluster local)",
        location=Location("connectform.yaml", 8, 3),
        hint="to allow exactly this: --allow-deletes 1",
    ),
)


def plans() -> tuple[Plan, ...]:
    """Return plans of every kind of change, and one of nothing under each way to validate."""
    everything = Plan(
        project="shop",
        cluster="local",
        identity=IDENTITY,
        created_at=NOON,
        changes=(CREATED, UPDATED, HALTED, RESTARTED, MOVED, DELETED),
        in_sync=7,
        declared=10,
        unmanaged=("legacy", "orders-older"),
        undeclared=("orders-older",),
        orphaned=("orders-gone",),
        unrecorded=("orders-new",),
        withheld=(
            Withheld(
                change=HALTED,
                why=WithheldBy.HOLD,
                reason="incident 4711",
                by="ada",
                until=NOON + timedelta(hours=4),
            ),
            *(Withheld(change=RESTARTED, why=why) for why in WithheldBy if why != "hold"),
        ),
        holds=(
            ActiveHold(name="orders-halted", reason="incident 4711", by="ada", until=NOON),
            ActiveHold(name="*", reason="year-end close", freeze=True),
        ),
        only_git=True,
        remembered=True,
        failing=("refunds-sink",),
        problems=PROBLEMS,
        refusals=REFUSALS,
        selection=Selection(
            select=("name=orders-*,team=a", "tier=gold"), exclude=("name=orders-x",)
        ),
        ignored=2,
        digest=digest("5"),
        commit="0b7cf0ad52b6bb3b1ad1a2a1cdd1b7a6cf14c9c7",
    )
    one = Plan(
        project="shop",
        cluster="staging",
        identity=ClusterIdentity(version="3.6.2"),
        created_at=NOON + timedelta(seconds=1.9),
        changes=(HALTED,),
        in_sync=0,
        declared=1,
        validation=ValidationMode.SCHEMA,
        digest=digest("6"),
    )
    nothing = Plan(
        project="shop",
        cluster="production",
        identity=ClusterIdentity(version="7.9.0-ccs"),
        created_at=NOON,
        changes=(),
        in_sync=0,
        declared=0,
        validation=ValidationMode.OFF,
    )
    return (everything, one, nothing)


UNHEALTHY = (
    Unhealthy(name="refunds-sink", state=State.RUNNING, failed=(1,), tasks=2, cause="no broker"),
    Unhealthy(name="orders-sink", state=State.FAILED, cause="DataException: bad record"),
)
NOT_COMPARED = NotCompared(
    project="shop",
    cluster="far",
    problems=(Problem(code=Code.CLUSTER_UNREACHABLE, message="cannot connect to far"),),
)


def drifts() -> tuple[Drift, ...]:
    """Return how far each of the plans speaks of drift, and what stands apart from it."""
    first, *others = plans()
    return (
        drift_of(first, unhealthy=UNHEALTHY, fail_on=tuple(Aside)),
        *map(drift_of, others),
    )


def results() -> tuple[ApplyResult, ...]:
    """Return what came of a plan, with every action and every way to end."""
    pairs = zip(Action, [*OutcomeStatus, OutcomeStatus.APPLIED], strict=True)
    return (
        ApplyResult(
            project="shop",
            cluster="local",
            plan_digest=digest("5"),
            started_at=NOON,
            finished_at=NOON + timedelta(seconds=9.7),
            outcomes=tuple(
                Outcome(
                    name=f"orders-{number}",
                    action=action,
                    status=status,
                    seconds=number * 1.23456,
                    written=status is not OutcomeStatus.NOT_ATTEMPTED,
                    problems=PROBLEMS[:number],
                    rolled_back=status is OutcomeStatus.FAILED,
                )
                for number, (action, status) in enumerate(pairs)
            ),
            interrupted=True,
        ),
        ApplyResult(
            project="shop",
            cluster="production",
            plan_digest="",
            started_at=NOON,
            finished_at=NOON,
            outcomes=(),
            problems=PROBLEMS[2:],
        ),
    )


def readings() -> tuple[tuple[LiveState, dict[str, Verdict], tuple[str, ...]], ...]:
    """Return what two clusters said of their connectors: one of every kind of state, and none."""
    failed = LiveStatus(
        state=State.RUNNING,
        worker="10.0.0.1:8083",
        tasks=(
            LiveTask(id=0, state=State.RUNNING, worker="10.0.0.1:8083"),
            LiveTask(id=1, state=State.FAILED, worker="10.0.0.2:8083", trace="a trace"),
        ),
    )
    connectors = {
        "refunds-sink": LiveConnector(
            name="refunds-sink",
            config=Config({"connector.class": SINK}),
            kind=ConnectorKind.SINK,
            status=failed,
            generated_tasks=2,
        ),
        "legacy": LiveConnector(name="legacy", config=Config({})),
        **{
            f"orders-{state.value.lower()}": LiveConnector(
                name=f"orders-{state.value.lower()}",
                config=Config({"connector.class": SINK}),
                kind=ConnectorKind.SOURCE,
                status=LiveStatus(state=state, worker="10.0.0.1:8083"),
            )
            for state in State
        },
    }
    local = LiveState(
        cluster="local",
        url="http://127.0.0.1:8083",
        identity=IDENTITY,
        connectors=connectors,
        taken_at=NOON,
    )
    empty = LiveState(
        cluster="staging",
        url="http://127.0.0.1:8084",
        identity=ClusterIdentity(version="3.6.2"),
        connectors={},
        taken_at=NOON,
    )
    causes = {"refunds-sink": "no broker", "orders-failed": "DataException: bad record"}
    verdicts = {
        name: replace(health_of(None, _sight(connector), NOON), cause=causes.get(name, ""))
        for name, connector in connectors.items()
    }
    return ((local, verdicts, tuple(connectors)), (empty, {}, ()))


FLOWS = Flows(
    connectors={
        "refunds-sink": Flow(
            throughput=Throughput(records=12.5, errors=0.5),
            lag=ConnectorLag(
                records=900,
                seconds=75.0,
                standing=Standing.STALLED,
                partitions=(
                    PartitionLag(
                        topic="refunds",
                        partition=0,
                        end=1000,
                        committed=100,
                        records=900,
                        seconds=75.0,
                        standing=Standing.STALLED,
                    ),
                ),
            ),
        ),
        "legacy": Flow(moved=False),
    },
    workers=(WorkerSample(worker="10.0.0.1:9404", values={Measure.TASKS: 2.0}),),
    problems=(
        Problem(
            code=Code.METRICS_UNREADABLE,
            severity=Severity.WARNING,
            message="cluster local: no metrics from http://10.0.0.2:9404/metrics: no answer",
        ),
    ),
)
"""What is known of the flow on those clusters."""


def examinations() -> tuple[Examination, ...]:
    """Return a connector that failed in every way, and two of which little is known."""
    failed = Verdict(
        health=Health.UNHEALTHY,
        condition=Condition.FAILED,
        since=NOON,
        reason="FAILED, 2 of 4 tasks failed",
        cause="SinkException: x",
    )
    parts = tuple(
        FailedPart(
            tasks=tasks,
            workers=("10.0.0.1:8083",) if tasks else (),
            diagnosis=Diagnosis(
                cause=f"SinkException: {restart.value}" if tasks else "",
                failure=failure,
                restart=restart,
                hint="do this",
            ),
        )
        for tasks, failure, restart in (
            ((), FailureClass.UNKNOWN, Chance.MAYBE),
            ((0, 2), FailureClass.NETWORK, Chance.YES),
            ((3,), FailureClass.DATA_FORMAT, Chance.NO),
        )
    )
    change = ChangeRecord(
        run="r1",
        name="orders-sink",
        action=Action.UPDATE,
        at=NOON,
        status=OutcomeStatus.APPLIED,
        keys={"file": Cause.GIT, "topics": None},
    )
    run = Run(
        id="r1", project="shop", command="apply", actor="ada", started_at=NOON, commit="c" * 40
    )
    one = Examination(
        cluster="local",
        name="orders-sink",
        kind=ConnectorKind.SINK,
        class_name=SINK,
        verdict=failed,
        failures=parts,
        last_change=LastChange(change=change, run=run),
    )
    unknown = replace(failed, health=Health.UNKNOWN, condition=Condition.UNREAD, cause="")
    return (
        one,
        replace(one, cluster="eu", last_change=LastChange(change=change)),
        replace(one, cluster="us", verdict=unknown, failures=(), last_change=None),
        replace(one, cluster="ap", last_change=None, ledger="it is down"),
    )


def _sight(connector: LiveConnector) -> Sight:
    return Sight(status=connector.status, generated=connector.generated_tasks)
