"""What is never set back by itself, and in which words that is said."""

from dataclasses import replace

import pytest

from reconcile.model.desired import TargetState
from reconcile.model.ledger import Memory, Move, MoveStep
from reconcile.plan.set_back import why_not_tried
from tests.unit.plan.worlds import NOON, definition, memory, record

APPLIED = record().applied
MOVING = Move(
    name="orders",
    to_name="sales",
    cluster="local",
    to_cluster="local",
    project="shop",
    state=TargetState.RUNNING,
    step=MoveStep.CREATED,
    at=NOON,
)


@pytest.mark.parametrize(
    ("remembered", "why"),
    [
        (memory(record()), ""),
        (memory(record(pending=APPLIED)), ""),
        (memory(record(), moves=(replace(MOVING, step=MoveStep.DONE),)), ""),
        (memory(), "the ledger does not know what was applied to it"),
        (memory(record(applied=None)), "the ledger does not know what was applied to it"),
        (memory(record(project="other")), "it belongs to project other"),
        (memory(record(protect=True)), "it is protected, so that only people write to it"),
        (
            memory(record(pending=replace(APPLIED, values={}))),
            "nobody knows yet what came of the last write to it: apply finds out",
        ),
        (
            memory(record(), moves=(MOVING,)),
            "it is on its way to another name or cluster: apply goes on with that",
        ),
    ],
)
def test_what_was_last_applied_is_had_or_it_is_said_why_not(remembered: Memory, why: str):
    assert why_not_tried(definition(), "shop", remembered) == why


def test_what_git_protects_is_left_to_people():
    found = why_not_tried(definition(protect=True), "shop", memory(record()))
    assert found == "it is protected, so that only people write to it"
