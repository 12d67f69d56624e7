"""A connector that runs and moves nothing is not well, and a restart has helped once it moves."""

import pytest

from reconcile.model.health import Health
from reconcile.sandbox.simulated_state import Target
from reconcile.watch.restarts import Ruling
from tests.unit.apply.mover import sink_at
from tests.unit.kafka.brokers import World
from tests.watch.post import REFUSED, Post
from tests.watch.sources import KAFKA, brokers, consume, produce

VERIFIED = "{enabled: true, backoff: {initial: 1m, factor: 1, jitter: 0}, maxAttempts: 3, verify: {progressWithin: 5m}}"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return brokers(monkeypatch, {0: (5, 10), 1: (10, 10)})


def asked_restarts(post: Post) -> list[str]:
    """Return the restarts that the last round has asked for, as paths."""
    return [one.path for one in post.cluster.requests if "/restart" in one.path]


def healths(post: Post, minutes: int) -> list[Health]:
    """Return the health of the connector at every half minute."""
    return [post.round(30).judged.verdicts["a"].health for _ in range(2 * minutes)]


def test_a_sink_whose_partition_waits_is_stalled_after_five_minutes_and_well_once_it_moves(
    post, world
):
    post.write_project(more=KAFKA)
    post.declare("a")
    before = healths(post, 5)
    produce(world)
    consume(world, 1)
    stalled = healths(post, 1)
    consume(world, 0, 1)

    assert set(before) == {Health.HEALTHY}
    assert stalled == [Health.STALLED] * 2
    assert healths(post, 1) == [Health.HEALTHY] * 2


def test_a_sink_with_nothing_to_do_is_well(post, world):
    post.write_project(more=KAFKA)
    post.declare("a")
    consume(world, 0, 1)
    produce(world, 1)  # the mark at the end of a transaction, as it looks from here

    assert set(healths(post, 20)) == {Health.HEALTHY}


def test_brokers_that_go_away_make_nobody_stalled_and_nobody_well(post, world):
    post.write_project(more=KAFKA)
    post.declare("a")
    healths(post, 4)
    world.down = True
    assert set(healths(post, 20)) == {Health.HEALTHY}
    world.down = False
    assert healths(post, 2)[1:] == [Health.STALLED] * 3
    world.down = True
    assert set(healths(post, 20)) == {Health.STALLED}


def test_a_connector_that_is_paused_is_not_stalled(post, world):
    post.write_project(more=KAFKA)
    post.declare("a", ", state: paused")
    post.cluster.set_target("a", Target.PAUSED)
    post.cluster.settle()

    assert set(healths(post, 10)) == {Health.HEALTHY}


def test_a_restart_that_moves_one_partition_and_not_the_other_has_not_helped(post, world):
    post.write_project(restart=VERIFIED, more=KAFKA)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    restarts = {}
    for minute in range(30):
        found = post.round(60)
        produce(world)
        consume(world, 1)
        if found.restarts:
            restarts[minute] = asked_restarts(post)

    assert list(restarts) == [1, 6, 11]
    assert restarts[1] == ["/connectors/a/restart?includeTasks=true&onlyFailed=true"]
    assert restarts[6] == ["/connectors/a/restart?includeTasks=true"]
    assert found.standings["a"].ruling is Ruling.GIVEN_UP


def test_a_restart_after_which_all_partitions_move_has_helped(post, world):
    post.write_project(restart=VERIFIED, more=KAFKA)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    found = [post.round(), post.round(60)][-1]
    assert found.restarts == ("a",)
    produce(world)
    consume(world, 0, 1)
    rounds = [post.round(60) for _ in range(22)]

    assert all(found.restarts == () for found in rounds)
    assert [rounds[19].standings["a"].attempts, rounds[20].standings["a"].attempts] == [1, 0]


@pytest.mark.parametrize(("moves", "forgotten"), [(True, 21), (False, 25)])
def test_without_brokers_offsets_tell_and_without_a_move_it_is_enough_to_run(
    post, moves, forgotten
):
    post.write_project(restart=VERIFIED)
    post.declare("a")
    post.cluster.set_offsets("a", sink_at(10))
    post.cluster.fail_task("a", 0, REFUSED)
    found = [post.round(), post.round(60)][-1]
    assert found.restarts == ("a",)
    attempts = []
    for minute in range(1, 30):
        if moves:
            post.cluster.set_offsets("a", sink_at(10 + minute))
        attempts.append(post.round(60).standings["a"].attempts)

    assert attempts.index(0) + 1 == forgotten
