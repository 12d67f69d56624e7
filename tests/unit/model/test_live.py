import pytest

from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveConnector, LiveStatus, State


@pytest.mark.parametrize("state", State)
def test_only_paused_and_stopped_show_as_targets(state: State) -> None:
    connector = LiveConnector(name="a", config=Config({}), status=LiveStatus(state=state))
    shown = {State.PAUSED: TargetState.PAUSED, State.STOPPED: TargetState.STOPPED}

    assert connector.target_state is shown.get(state, TargetState.RUNNING)


def test_a_connector_without_a_status_reads_as_running() -> None:
    assert LiveConnector(name="a", config=Config({})).target_state is TargetState.RUNNING


def test_a_live_class_is_read_without_the_space_around_it() -> None:
    connector = LiveConnector(name="a", config=Config({"connector.class": " C "}))

    assert connector.class_name == "C"
