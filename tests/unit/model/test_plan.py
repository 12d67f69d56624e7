from datetime import UTC, datetime

import pytest

from reconcile.model.codes import Code
from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import Action, Change, Effect, EffectKind, Plan, Precondition, Reason
from reconcile.model.problem import Problem, Severity


@pytest.mark.parametrize("severity", Severity)
def test_only_an_error_keeps_a_plan_from_being_applied(severity: Severity) -> None:
    plan = Plan(
        project="shop",
        cluster="local",
        identity=ClusterIdentity(version="4.3.1"),
        created_at=datetime(2027, 1, 4, tzinfo=UTC),
        changes=(),
        in_sync=0,
        declared=0,
        problems=(Problem(code=Code.VALIDATION, message="m", severity=severity),),
    )

    assert plan.applicable is (severity is not Severity.ERROR)


def test_a_change_knows_its_effects_by_kind() -> None:
    change = Change(
        action=Action.UPDATE,
        name="a",
        class_name="C",
        reason=Reason.CONFIG_DIFFERS,
        precondition=Precondition(exists=True),
        effects=(Effect(EffectKind.REBALANCE),),
    )

    assert change.has(EffectKind.REBALANCE)
    assert not change.has(EffectKind.POSITION_LOST)
