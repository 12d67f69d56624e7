"""The task configs tell the new generation from the old one."""

import pytest

from reconcile.apply.settling import Sign
from reconcile.apply.signs import carried, removed_keys, sign_of, telltale
from reconcile.apply.steps import Step
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.plan import Change
from tests.unit.apply.world import PAUSED, RUNNING, STOPPED, create, restart, set_state, update

OLD = {"file": "in", "topic": "t", "old": "x"}


@pytest.mark.parametrize(
    ("after", "tasks", "signed"),
    [
        pytest.param({**OLD, "file": "new"}, [{"file": "new"}], True, id="changed value"),
        pytest.param({**OLD, "file": "new"}, [{"file": "in"}], False, id="old value"),
        pytest.param({**OLD, "more": "1"}, [{**OLD, "more": "1"}], True, id="added value"),
        pytest.param({**OLD, "more": "1"}, [{**OLD}], False, id="not added yet"),
        pytest.param(
            {**OLD, "file": "new", "topic": "u"},
            [{"file": "reworked", "topic": "u"}],
            True,
            id="one of several is enough",
        ),
        pytest.param({**OLD, "file": "new"}, [{"own": "thing"}], False, id="not handed on"),
        pytest.param({**OLD, "file": "new"}, [], True, id="another number of tasks"),
        pytest.param({**OLD, "file": "new"}, [{}, {}], True, id="more tasks"),
    ],
)
def test_task_configs_show_whether_they_are_new(
    after: dict[str, str], tasks: list[dict[str, str]], *, signed: bool
) -> None:
    found = telltale(Config(OLD), Config(after), tasks=1)
    assert found.shows_in([Config(task) for task in tasks]) is signed


@pytest.mark.parametrize(
    ("tasks", "signed"), [([OLD], False), ([{"file": "in"}], True), ([], False)]
)
def test_a_removed_setting_shows_by_being_gone_from_tasks_that_had_it(
    tasks: list[dict[str, str]], *, signed: bool
) -> None:
    after = {key: value for key, value in OLD.items() if key != "old"}
    removed = removed_keys(Config(OLD), Config(after))
    assert removed == {"old"}
    found = telltale(Config(OLD), Config(after))
    noted = type(found)(values=found.values, removed=carried(removed, [Config(OLD)]))
    assert noted.shows_in([Config(task) for task in tasks]) is signed


def test_a_removed_setting_that_tasks_never_had_is_no_sign() -> None:
    assert carried({"old"}, [Config({"file": "in"})]) == frozenset()


@pytest.mark.parametrize(
    ("change", "goal", "sent", "sign"),
    [
        (create("a", OLD), RUNNING, (Step.CREATE,), Sign.RECOVERY),
        (create("a", OLD, PAUSED), PAUSED, (Step.CREATE_PAUSED,), Sign.RECOVERY),
        (update("a", OLD, {}), RUNNING, (Step.PUT_CONFIG,), Sign.TASK_CONFIGS),
        (update("a", OLD, {}), PAUSED, (Step.PUT_CONFIG,), Sign.TIME),
        (update("a", OLD, {}), STOPPED, (Step.STOP, Step.PUT_CONFIG), Sign.TIME),
        (update("a", OLD, {}), RUNNING, (Step.PUT_CONFIG, Step.RESUME), Sign.NOT_NEEDED),
        (set_state("a", PAUSED, RUNNING), RUNNING, (Step.RESUME,), Sign.NOT_NEEDED),
        (set_state("a", RUNNING, PAUSED), PAUSED, (Step.PAUSE,), Sign.TIME),
        (restart("a"), RUNNING, (Step.RESTART,), Sign.RECOVERY),
    ],
)
def test_each_change_has_its_own_sign(
    change: Change, goal: TargetState, sent: tuple[Step, ...], sign: Sign
) -> None:
    assert sign_of(change, goal, sent) is sign


def test_a_telltale_prints_no_value() -> None:
    assert "hunter22" not in repr(telltale(Config({}), Config({"password": "hunter22"})))
