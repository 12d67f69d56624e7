"""People are told of what flows badly, or not at all."""

import pytest

from tests.unit.kafka.brokers import World
from tests.watch.inbox import Inbox
from tests.watch.post import REFUSED, Post
from tests.watch.sources import (
    ERRORS,
    KAFKA,
    LOST,
    READ,
    REBALANCES,
    REBALANCING,
    brokers,
    consume,
    produce,
)

OFF = "{enabled: false}"
LAG = ", alerts: {LagSeconds: {over: 2m, for: 1m}, LagFarOver: {for: 0s}}"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return brokers(monkeypatch, {0: (10, 10), 1: (10, 10)})


def tell(post: Post, box: Inbox, more: str, rules: str = "{}") -> None:
    alerts = f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {rules}}}"
    post.write_project(restart=OFF, alerts=alerts, more=more)


def told(post: Post, box: Inbox, minutes: int) -> list[tuple[str, str]]:
    """Let some minutes pass, and return which alerts began or ended."""
    for _ in range(2 * minutes):
        post.round(30)
    return [(status, name) for status, name, _ in box.statuses()]


def test_a_stall_is_a_page_and_the_lag_that_comes_of_it_is_not_told(post, box, world):
    tell(post, box, KAFKA)
    post.declare("a")
    post.round()
    produce(world)
    assert told(post, box, 5) == []
    assert told(post, box, 60) == [("firing", "ConnectorStalled")]
    consume(world, 0, 1)
    assert told(post, box, 4) == []
    assert told(post, box, 2) == [("resolved", "ConnectorStalled")]


def test_a_lag_is_a_ticket_and_one_four_times_as_long_a_page(post, box, world):
    """A sink moves on by one record every half minute, and is ever further behind."""
    tell(post, box, KAFKA)
    post.declare("a", LAG)
    post.round()
    news: dict[int, list[tuple[str, str]]] = {}
    for minute in range(1, 20):
        for _ in range(2):
            produce(world, 10)
            world.committed["connect-a"]["lines", 0] += 1
            consume(world, 1)
            post.round(30)
        if found := told(post, box, 0):
            news[minute] = found

    assert news == {4: [("firing", "LagSeconds")], 9: [("firing", "LagFarOver")]}


def test_a_lag_that_will_be_over_within_an_hour_is_told_before_it_is(post, box, world):
    tell(post, box, KAFKA)
    post.declare("a", ", alerts: {LagSeconds: {over: 30m}}")
    post.round()
    news: list[list[tuple[str, str]]] = []
    while not any(news) and len(news) < 40:
        produce(world, 60)
        world.committed["connect-a"]["lines", 0] += 30
        consume(world, 1)
        post.round(60)
        news.append(told(post, box, 0))

    assert news[-1] == [("firing", "LagGrowing")]
    assert 15 <= len(news) <= 22


def test_a_lag_that_goes_up_and_down_is_not_growing(post, box, world):
    tell(post, box, KAFKA)
    post.declare("a")
    for minute in range(60):
        produce(world, 10)
        if minute % 4 == 3:
            consume(world, 0, 1)
        post.round(60)

    assert box.statuses() == []


def test_what_fails_of_records_is_told_from_a_share_on(post, box, page):
    tell(post, box, page.more, "{ErrorRatio: {over: 2%}}")
    post.declare("a")
    read = failed = 0
    news = []
    for share in (0.01, 0.05, 0.0):
        for _ in range(90):
            read, failed = read + 1000, failed + 1000 * share
            page.count(**{READ: read, ERRORS: failed})
            post.round(30)
        news.append([(status, name) for status, name, _ in box.statuses()])

    assert news == [[], [("firing", "ErrorRatio")], [("resolved", "ErrorRatio")]]


def test_a_few_errors_of_a_few_records_are_no_alert(post, box, page):
    tell(post, box, page.more)
    post.declare("a")
    for number in range(20):
        page.count(**{READ: number, ERRORS: number})
        post.round(30)

    assert box.statuses() == []


def test_dead_letters_that_are_lost_are_a_page_at_once(post, box, page):
    tell(post, box, page.more)
    post.declare("a")
    for lost in (0, 0, 1):
        page.count(**{READ: 5, LOST: lost})
        post.round(30)

    assert box.statuses() == [("firing", "DeadLettersLost", "a")]


def test_rebalances_that_do_not_end_or_do_not_cease_are_told_of_the_cluster(post, box, page):
    tell(post, box, page.more)
    post.declare("a")
    for count in range(6):
        page.count(**{REBALANCES: count, REBALANCING: 0})
        post.round(120)
    assert box.statuses() == [("firing", "RebalanceStorm", "")]
    assert told(post, box, 60) == [("resolved", "RebalanceStorm")]
    page.count(**{REBALANCES: 6, REBALANCING: 1})
    assert told(post, box, 5) == []
    assert told(post, box, 1) == [("firing", "RebalanceStorm")]


def test_rebalances_that_our_own_writes_cause_are_no_storm(post, box, page):
    tell(post, box, page.more)
    page.count(**{REBALANCES: 0, REBALANCING: 0})
    post.round()
    for number in range(1, 5):
        post.declare(f"a-{number}")
        post.apply()
        page.count(**{REBALANCES: 2 * number, REBALANCING: 0})
        post.round(30)
    assert told(post, box, 4) == []

    for number in range(9, 14):
        page.count(**{REBALANCES: number, REBALANCING: 0})
        post.round(30)
    assert box.statuses() == [("firing", "RebalanceStorm", "")]


def test_a_source_that_stays_away_is_told_and_ends_no_alert(post, box, page):
    tell(post, box, page.more)
    post.declare("a")
    for lost in (0, 0, 1):
        page.count(**{READ: 5, LOST: lost})
        post.round(30)
    box.documents()
    page.text = None

    assert told(post, box, 14) == []
    assert told(post, box, 60) == [("firing", "MetricsUnreadable")]
    page.count(**{READ: 5, LOST: 1})
    assert told(post, box, 6) == [("resolved", "MetricsUnreadable")]
    assert told(post, box, 30) == [("resolved", "DeadLettersLost")]


def test_a_connector_that_failed_says_it_all(post, box, world):
    tell(post, box, KAFKA)
    post.declare("a", LAG)
    post.round()
    produce(world)
    post.cluster.fail_task("a", 0, REFUSED, for_good=True)

    assert told(post, box, 60) == [("firing", "ConnectorFailed")]


@pytest.mark.parametrize(
    ("alerts", "problem"),
    [
        ("{LagSeconds: {over: 5}}", "must be"),
        ("{ErrorRatio: {over: 5m}}", "must be a percentage such as 1% or 0.5%"),
        ("{ErrorRatio: {over: 200%}}", "must be a percentage such as 1% or 0.5%"),
        ("{TaskFailed: {over: 5m}}", "over"),
        ("{LagFarOver: {over: 5m}}", "over"),
    ],
)
def test_over_is_refused_where_it_means_nothing(post, alerts, problem):
    post.declare("a", f", alerts: {alerts}")
    (found,) = post.round().problems

    assert problem in found.message
