"""All that a ledger can hold, with every word in it that one can hold."""

from datetime import timedelta

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.desired import OffsetsOnDelete, TargetState, TasksRange
from reconcile.model.ledger import (
    ChangeRecord,
    Hold,
    KeptOffsets,
    Lease,
    Move,
    MoveStep,
    Record,
    Run,
)
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Cause
from tests.golden.nouns import NOON

RUN = "20270104T120000Z-00c0de"
LATER = NOON + timedelta(minutes=5)
OFFSETS = (
    ({"kafka_topic": "orders", "kafka_partition": 3}, {"kafka_offset": 17}),
    ({"filename": "größe.txt"}, None),
)
APPLIED = Applied(
    values={
        "file": AppliedValue(text="a\tb"),
        "password": AppliedValue(fingerprint="hmac-sha256:" + "9" * 64),
        "token": AppliedValue(reference="${{ env.TOKEN }}"),
    },
    state=TargetState.STOPPED,
    tasks_range=TasksRange(2, 8),
    fingerprint_key="0" * 16,
    path="connectors/orders.yaml",
    line=4,
    commit="0b7cf0ad52b6bb3b1ad1a2a1cdd1b7a6cf14c9c7",
)
LEASE = Lease(
    id=RUN,
    project="shop",
    actor="ada",
    command="apply",
    host="ci-7",
    process="17@boot@pid:[1]@42",
    since=NOON,
    expires=LATER,
    run_url="https://ci.example.com/runs/17",
)
RECORDS = (
    Record(
        name="orders",
        project="shop",
        applied=APPLIED,
        at=NOON,
        actor="ada",
        run=RUN,
        protect=True,
        on_delete=OffsetsOnDelete.RESET,
        labels={"team": "größe"},
    ),
    Record(name="a/b \udcff", project="shop", applied=None, pending=APPLIED, at=NOON),
)
HOLDS = (
    Hold(name="orders-*", reason="audit", by="grace", since=NOON, until=LATER),
    Hold(name="refunds", reason="r", by="ada", since=NOON, while_declared="sha256:" + "1" * 64),
)
RUNS = (
    Run(
        id=RUN,
        project="shop",
        command="apply",
        actor="ada",
        started_at=NOON,
        finished_at=LATER,
        run_url="https://ci.example.com/runs/17",
        commit=APPLIED.commit,
        plan_digest="sha256:" + "2" * 64,
        counts={"applied": 1, "failed": 1},
    ),
    Run(id=RUN + "f", project="shop", command="rollback", actor="", started_at=LATER),
)
CHANGES = tuple(
    ChangeRecord(
        run=RUN,
        name=f"{number}-{action.value}",
        action=action,
        at=NOON,
        status=status,
        keys={"file": cause, "topics": None},
        state=(before, TargetState.PAUSED),
        applied=APPLIED if number else None,
        message="it failed" if status is OutcomeStatus.FAILED else "",
    )
    for number, (action, status, cause, before) in enumerate(
        zip(
            Action,
            [None, *OutcomeStatus],
            [None, *Cause, *Cause],
            [None, *TargetState, *TargetState],
            strict=False,
        )
    )
)
MOVES = tuple(
    Move(
        name=f"old-{step.value}",
        to_name=f"new-{step.value}",
        cluster="eu",
        to_cluster="prod",
        project="shop",
        state=TargetState.RUNNING,
        step=step,
        offsets=OFFSETS if step is not MoveStep.BEGUN else (),
        at=NOON,
        run=RUN,
    )
    for step in MoveStep
)
KEPT = (KeptOffsets(name="gone", run=RUN, at=NOON, offsets=OFFSETS),)
OPEN = {RUN: ("orders", "refunds")}
