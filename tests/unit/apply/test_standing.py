"""A change is made only where the connector is as the plan found it."""

from dataclasses import replace

import pytest

from reconcile.apply.compare import same_config
from reconcile.apply.standing import Standing, standing, what_happened
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveConnector, LiveStatus, State
from reconcile.model.plan import Change
from reconcile.plan.digest import precondition_of
from tests.unit.apply.world import (
    PAUSED,
    RUNNING,
    STOPPED,
    create,
    delete,
    restart,
    set_state,
    update,
)

OLD, NEW, OTHER = {"file": "old"}, {"file": "new"}, {"file": "other"}
READY, DONE, MOVED = Standing.READY, Standing.DONE, Standing.MOVED


def live(
    config: dict[str, str], state: TargetState = RUNNING, *, stray_name: str = ""
) -> LiveConnector:
    status = LiveStatus(state=State(state.value.upper()))
    return LiveConnector(name="a", config=Config(config), status=status, stray_name=stray_name)


def made_from(planned: Change, found: LiveConnector) -> Change:
    """Return the change as it is planned from a live connector."""
    return replace(planned, precondition=precondition_of(found))


CREATE, CREATE_PAUSED = create("a", NEW), create("a", NEW, PAUSED)
UPDATE = made_from(update("a", OLD, NEW), live(OLD))
RENAME = made_from(update("a", OLD, OLD), live(OLD, stray_name="b"))
START = made_from(update("a", OLD, NEW, (PAUSED, RUNNING)), live(OLD, PAUSED))
PAUSE = made_from(update("a", OLD, NEW, (RUNNING, PAUSED)), live(OLD))
SET = made_from(set_state("a", RUNNING, PAUSED), live(OLD))
DELETE = made_from(delete("a", OLD), live(OLD))


@pytest.mark.parametrize(
    ("planned", "found", "expected"),
    [
        pytest.param(CREATE, None, READY, id="create: absent"),
        pytest.param(CREATE, live(NEW), DONE, id="create: there as wanted"),
        pytest.param(CREATE, live(NEW, PAUSED), DONE, id="create: state not managed"),
        pytest.param(CREATE, live(OTHER), MOVED, id="create: other settings"),
        pytest.param(CREATE_PAUSED, live(NEW, PAUSED), DONE, id="create: with its state"),
        pytest.param(CREATE_PAUSED, live(NEW), MOVED, id="create: other state"),
        pytest.param(UPDATE, live(OLD), READY, id="update: as before"),
        pytest.param(UPDATE, live(NEW), DONE, id="update: as wanted"),
        pytest.param(UPDATE, live(OTHER), MOVED, id="update: changed"),
        pytest.param(UPDATE, live(OLD, PAUSED), MOVED, id="update: paused by hand"),
        pytest.param(UPDATE, live(OLD, stray_name="b"), MOVED, id="update: name gone astray"),
        pytest.param(UPDATE, None, MOVED, id="update: deleted"),
        pytest.param(RENAME, live(OLD, stray_name="b"), READY, id="stray name: still there"),
        pytest.param(RENAME, live(OLD), DONE, id="stray name: mended"),
        pytest.param(START, live(OLD, PAUSED), READY, id="start: as before"),
        pytest.param(START, live(OLD, STOPPED), READY, id="start: stopped on the way"),
        pytest.param(START, live(NEW, STOPPED), READY, id="start: written, not resumed"),
        pytest.param(START, live(NEW, RUNNING), DONE, id="start: as wanted"),
        pytest.param(START, live(OTHER, PAUSED), MOVED, id="start: changed"),
        pytest.param(PAUSE, live(OLD, PAUSED), READY, id="pause: paused, not written"),
        pytest.param(PAUSE, live(OLD, STOPPED), MOVED, id="pause: stopped by hand"),
        pytest.param(SET, live(OLD), READY, id="state: as before"),
        pytest.param(SET, live(OLD, PAUSED), DONE, id="state: as wanted"),
        pytest.param(SET, live(OTHER, PAUSED), DONE, id="state: as wanted, settings changed"),
        pytest.param(SET, live(OLD, STOPPED), MOVED, id="state: stopped by hand"),
        pytest.param(SET, live(OTHER), MOVED, id="state: settings changed"),
        pytest.param(SET, None, MOVED, id="state: deleted"),
        pytest.param(restart("a"), live(OTHER, PAUSED), READY, id="restart"),
        pytest.param(restart("a"), None, MOVED, id="restart: deleted"),
        pytest.param(DELETE, live(OLD), READY, id="delete: as before"),
        pytest.param(DELETE, live(OLD, STOPPED), READY, id="delete: stopped on the way"),
        pytest.param(DELETE, live(OLD, PAUSED), MOVED, id="delete: paused by hand"),
        pytest.param(DELETE, live(OTHER), MOVED, id="delete: changed"),
        pytest.param(DELETE, None, DONE, id="delete: gone"),
    ],
)
def test_a_change_stands_by_what_is_live(
    planned: Change, found: LiveConnector | None, expected: Standing
) -> None:
    assert standing(planned, found) is expected


def from_file(planned: Change) -> Change:
    """Return the change as it is read back from a plan file: without the config from before."""
    return replace(planned, before=None)


@pytest.mark.parametrize(
    ("planned", "found", "expected"),
    [
        pytest.param(UPDATE, live(OLD), READY, id="update: as before"),
        pytest.param(UPDATE, live(NEW), DONE, id="update: as wanted"),
        pytest.param(UPDATE, live(OTHER), MOVED, id="update: changed"),
        pytest.param(UPDATE, live(OLD, STOPPED), MOVED, id="update: stopped by hand"),
        pytest.param(START, live(OLD, STOPPED), READY, id="start: stopped on the way"),
        pytest.param(START, live(NEW, STOPPED), READY, id="start: written, not resumed"),
        pytest.param(START, live(NEW, PAUSED), READY, id="start: written, still paused"),
        pytest.param(START, live(OLD, RUNNING), READY, id="start: resumed with what was before"),
        pytest.param(START, live(OTHER, STOPPED), MOVED, id="start: changed, stopped"),
        pytest.param(PAUSE, live(OLD, PAUSED), READY, id="pause: paused, not written"),
        pytest.param(PAUSE, live(OLD, STOPPED), MOVED, id="pause: stopped by hand"),
        pytest.param(DELETE, live(OLD), READY, id="delete: as before"),
        pytest.param(DELETE, live(OLD, STOPPED), READY, id="delete: stopped on the way"),
        pytest.param(DELETE, live(OLD, PAUSED), MOVED, id="delete: paused by hand"),
        pytest.param(DELETE, live(OTHER, STOPPED), MOVED, id="delete: changed, stopped"),
        pytest.param(DELETE, None, DONE, id="delete: gone"),
    ],
)
def test_a_change_from_a_plan_file_stands_by_its_precondition(
    planned: Change, found: LiveConnector | None, expected: Standing
) -> None:
    assert standing(from_file(planned), found) is expected


def test_a_secret_that_the_precondition_leaves_out_makes_no_difference_to_one_from_a_file() -> None:
    secret = {"file": "old", "password": "not-for-git-1"}
    found = live(secret, PAUSED)
    planned = replace(
        from_file(update("a", secret, NEW, (PAUSED, RUNNING))),
        precondition=precondition_of(found, ["password"]),
    )
    other = live({**secret, "password": "not-for-git-2"}, STOPPED)

    assert standing(planned, other) is READY
    assert standing(replace(planned, before=Config(secret)), other) is MOVED


@pytest.mark.parametrize(
    ("planned", "found", "words"),
    [
        (UPDATE, None, "deleted"),
        (UPDATE, live(OTHER), "changed"),
        (UPDATE, live(OLD, stray_name="b"), "changed"),
        (UPDATE, live(OLD, PAUSED), "changed to paused"),
        (CREATE, live(OTHER), "created with other settings"),
        (CREATE_PAUSED, live(NEW), "created running"),
        (SET, live(OLD, STOPPED), "changed"),
    ],
)
def test_what_happened_is_said_in_words(
    planned: Change, found: LiveConnector | None, words: str
) -> None:
    assert what_happened(planned, found) == words


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ({"a": "1"}, {"a": "1"}, True),
        ({"a": "1"}, {"a": "1", "name": "x"}, True),
        ({"a": "1"}, {"a": "2"}, False),
        ({"a": "1"}, {"a": "1", "b": "2"}, False),
        ({"a": "1", "b": "2"}, {"a": "1"}, False),
        ({"a": "1", "password": "real"}, {"a": "1", "password": "********"}, True),
        ({"a": "2", "password": "real"}, {"a": "1", "password": "********"}, False),
        ({"a": "1"}, None, False),
    ],
)
def test_configs_are_the_same_by_their_values_as_far_as_they_show(
    wanted: dict[str, str], found: dict[str, str] | None, *, same: bool
) -> None:
    assert same_config(Config(wanted), None if found is None else Config(found)) is same
