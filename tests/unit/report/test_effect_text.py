import pytest

from reconcile.model.desired import TargetState
from reconcile.model.plan import Action, Effect, EffectKind, StateChange
from reconcile.report.effect_text import effect_texts
from tests.unit.report.plans import change


@pytest.mark.parametrize("kind", EffectKind)
def test_every_effect_has_a_text_without_gaps(kind: EffectKind) -> None:
    (text,) = effect_texts(change(effects=(Effect(kind),)))

    assert text
    assert "{" not in text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "restarts the connector"),
        (1, "restarts the connector and 1 task"),
        (4, "restarts the connector and 4 tasks"),
    ],
)
def test_a_restart_names_its_tasks(count: int, text: str) -> None:
    assert effect_texts(change(effects=(Effect(EffectKind.RESTARTS_TASKS, count),))) == [text]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "changes a secret"), (1, "changes 1 secret"), (2, "changes 2 secrets")]
)
def test_secrets_that_change_are_counted(count: int, text: str) -> None:
    assert effect_texts(change(effects=(Effect(EffectKind.SECRET_CHANGED, count),))) == [text]


def test_everyday_effects_share_a_line_and_others_stand_alone() -> None:
    effects = (
        Effect(EffectKind.RESTARTS_TASKS, 2),
        Effect(EffectKind.POSITION_LOST),
        Effect(EffectKind.REBALANCE),
    )

    assert effect_texts(change(effects=effects)) == [
        "restarts the connector and 2 tasks, triggers a rebalance",
        "starts without the position of the connector that it seems to replace",
    ]


def test_a_connector_that_runs_first_names_the_state_it_ends_in() -> None:
    created = change(
        Action.CREATE,
        state=StateChange(before=None, after=TargetState.PAUSED),
        effects=(Effect(EffectKind.STARTS_RUNNING_FIRST),),
    )

    (text,) = effect_texts(created)

    assert "before it is paused" in text
