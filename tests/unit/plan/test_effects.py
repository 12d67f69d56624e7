import pytest

from reconcile.model.desired import TargetState
from reconcile.model.live import State
from reconcile.model.plan import Effect, EffectKind
from reconcile.plan.effects import tasks_of
from tests.unit.plan.worlds import definition, desired, live, live_connector, plan, plan_one

REBALANCE = Effect(EffectKind.REBALANCE)
NEW_FILE = {"file": "new.txt"}
NEW_ERRORS = {"errors.tolerance": "all"}


def effects(wanted, found=None, **more):
    return plan_one(wanted, found, **more).changes[0].effects


def kinds(wanted, found=None, **more):
    return {effect.kind for effect in effects(wanted, found, **more)}


def test_an_update_restarts_the_tasks_and_rebalances():
    assert effects(definition(config=NEW_FILE), live_connector(tasks=4)) == (
        Effect(EffectKind.RESTARTS_TASKS, 4),
        REBALANCE,
    )


def test_tasks_are_counted_from_the_status_where_no_definition_tells():
    found = live_connector(tasks=3, generated_tasks=0)
    assert effects(definition(config=NEW_FILE), found)[0].count == 3
    silent = live_connector(status=None, generated_tasks=0)
    assert effects(definition(config=NEW_FILE), silent)[0].count == 0


def test_a_stopped_connector_has_no_tasks_to_restart():
    found = live_connector(state=State.STOPPED, tasks=0)
    assert effects(definition(config=NEW_FILE), found) == (REBALANCE,)


def test_a_new_config_reaches_a_paused_connector_by_way_of_stopped():
    wanted = definition(config=NEW_FILE, state=TargetState.RUNNING)
    assert EffectKind.GOES_THROUGH_STOPPED in kinds(wanted, live_connector(state=State.PAUSED))
    assert EffectKind.GOES_THROUGH_STOPPED not in kinds(wanted, live_connector(state=State.STOPPED))


@pytest.mark.parametrize(
    ("config", "version", "needed"),
    [
        (NEW_ERRORS, "3.8.1", True),
        (NEW_ERRORS, "3.9.0", False),
        (NEW_ERRORS, "7.8.0-ccs", True),
        (NEW_ERRORS, "unknown", False),
        (NEW_FILE, "3.8.1", False),
        ({**NEW_FILE, **NEW_ERRORS}, "3.8.1", False),
        ({"transforms": "a", "value.converter.schemas.enable": "false"}, "3.6.2", True),
    ],
)
def test_before_3_9_runtime_keys_alone_need_a_restart(config, version, needed):
    found = kinds(definition(config=config), live_connector(), version=version)
    assert (EffectKind.RESTART_NEEDED in found) is needed


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        (State.STOPPED, None),
        (State.PAUSED, TargetState.RUNNING),
        (State.RUNNING, TargetState.STOPPED),
    ],
)
def test_tasks_that_start_anew_need_no_restart(reported, state):
    wanted = definition(config=NEW_ERRORS, state=state)
    found = kinds(wanted, live_connector(state=reported), version="3.8.1")
    assert EffectKind.RESTART_NEEDED not in found


def test_changed_secrets_are_counted():
    wanted = definition(config={"a.password": "x1", "b.password": "x2"})
    found = live_connector(config={"a.password": "y1", "b.password": "y2"})
    assert Effect(EffectKind.SECRET_CHANGED, 2) in effects(wanted, found)


@pytest.mark.parametrize(
    ("version", "state", "runs_first"),
    [
        ("3.6.2", TargetState.PAUSED, True),
        ("3.6.2", TargetState.STOPPED, True),
        ("3.6.2", TargetState.RUNNING, False),
        ("3.6.2", None, False),
        ("3.7.0", TargetState.STOPPED, False),
    ],
)
def test_before_3_7_a_halted_connector_runs_first(version, state, runs_first):
    found = kinds(definition(state=state), version=version)
    assert (EffectKind.STARTS_RUNNING_FIRST in found) is runs_first


def test_a_delete_keeps_the_offsets():
    found = plan(
        desired(definition()),
        live(live_connector(), live_connector("old")),
        owns=("*",),
        prune=True,
    )
    assert found.changes[0].effects == (REBALANCE, Effect(EffectKind.KEEPS_OFFSETS))


@pytest.mark.parametrize(
    ("reported", "state", "expected"),
    [
        (State.RUNNING, TargetState.PAUSED, ()),
        (State.RUNNING, TargetState.STOPPED, (REBALANCE,)),
        (State.STOPPED, TargetState.RUNNING, (REBALANCE,)),
    ],
)
def test_to_stop_gives_tasks_up_and_to_pause_keeps_them(reported, state, expected):
    assert effects(definition(state=state), live_connector(state=reported)) == expected


def test_what_is_not_live_has_no_tasks():
    assert tasks_of(None) == 0


@pytest.mark.parametrize(
    "key",
    [
        "errors.log.enable",
        "key.converter",
        "value.converter.schemas.enable",
        "header.converter",
        "transforms.a.type",
        "predicates.p.type",
        "producer.override.linger.ms",
        "consumer.override.max.poll.records",
        "admin.override.retries",
        "topic.creation.groups",
        "transaction.boundary",
        "exactly.once.support",
        "offsets.storage.topic",
    ],
)
def test_every_key_that_the_runtime_reads_for_itself_goes_unnoticed_before_3_9(key):
    found = kinds(definition(config={key: "x"}), live_connector(), version="3.8.1")
    assert EffectKind.RESTART_NEEDED in found
