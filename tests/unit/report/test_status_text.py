from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.health.rollup import Sight, health_of
from reconcile.model.config import Config
from reconcile.model.health import Health, Verdict, tallies_by
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.restart import Restarts
from reconcile.report.spans import Style, plain
from reconcile.report.status_more import More, tally_lines
from reconcile.report.status_text import health_style, status_summary, status_table
from reconcile.report.table import table_lines
from tests.unit.report.plans import NOON


def _connector(
    name: str, state: State | None, tasks: Sequence[State] = (), *, generated: int = 0
) -> LiveConnector:
    live_tasks = tuple(
        LiveTask(id=number, state=task, worker=f"10.0.0.{number + 1}:8083")
        for number, task in enumerate(tasks)
    )
    status = LiveStatus(state=state, tasks=live_tasks, worker="10.0.0.1:8083") if state else None
    return LiveConnector(
        name=name,
        config=Config({"connector.class": "FileStreamSink"}),
        kind=ConnectorKind.SINK,
        status=status,
        generated_tasks=generated,
    )


def _live(*connectors: LiveConnector) -> LiveState:
    return LiveState(
        cluster="local",
        url="http://127.0.0.1:8083",
        identity=ClusterIdentity(version="4.3.1"),
        connectors={connector.name: connector for connector in connectors},
        taken_at=NOON,
    )


def _verdicts(live: LiveState) -> dict[str, Verdict]:
    return {
        name: health_of(None, Sight(status=one.status, generated=one.generated_tasks), NOON)
        for name, one in live.connectors.items()
    }


LIVE = _live(
    _connector("new", None, generated=2),
    _connector("broken", State.RUNNING, [State.RUNNING, State.FAILED], generated=2),
    _connector("halted", State.STOPPED),
)


def test_status_is_a_table_sorted_by_name() -> None:
    verdicts = _verdicts(LIVE)
    broken = replace(verdicts["broken"], cause="ConnectException: no route")
    table = status_table(LIVE, verdicts | {"broken": broken}, LIVE.connectors)

    assert plain(table_lines(table)) == (
        "NAME    KIND  HEALTH       STATE      TASKS  WORKER            CAUSE\n"
        "broken  sink  degraded     RUNNING    1/2    10.0.0.1:8083 +1  ConnectException: no route\n"
        "halted  sink  suspended    STOPPED    0/0    10.0.0.1:8083\n"
        "new     sink  progressing  no status  0/2                      no status yet\n"
    )


def test_restarts_are_shown_where_there_are_any_and_labels_summed_up() -> None:
    restarts = {"broken": Restarts(count=2, last=NOON, next=NOON + timedelta(minutes=1))}
    verdicts = _verdicts(LIVE)
    table = status_table(LIVE, verdicts, LIVE.connectors, restarts=restarts)
    healths = {name: verdict.health for name, verdict in verdicts.items()}
    labels = {"broken": {"team": "a"}, "halted": {"team": "a"}}
    more = More(label="team", tallies=tallies_by("team", healths, labels))

    assert table.columns[5:7] == ("LAST RESTART", "NEXT RESTART")
    assert [[cell.text for cell in row[5:7]] for row in table.rows] == [
        ["01-04 12:00:00", "01-04 12:01:00"],
        ["", ""],
        ["", ""],
    ]
    assert plain(tally_lines(more)) == (
        "without team: 1 progressing\nteam=a: 1 suspended, 1 degraded\n"
    )
    without = status_table(LIVE, verdicts, ["halted"], restarts=restarts)
    assert "LAST RESTART" not in without.columns


def test_only_the_named_connectors_are_shown() -> None:
    table = status_table(LIVE, _verdicts(LIVE), ["halted"])

    assert [row[0].text for row in table.rows] == ["halted"]


def test_states_and_tasks_are_summed_up() -> None:
    assert plain([status_summary(LIVE, _verdicts(LIVE), LIVE.connectors)]) == (
        "3 connectors on local, 1 degraded, 1 suspended, 1 progressing; 1 of 4 tasks running, 1 failed.\n"
    )


def test_a_cluster_without_connectors_is_summed_up_too() -> None:
    assert plain([status_summary(_live(), {}, [])]) == (
        "0 connectors on local; 0 of 0 tasks running.\n"
    )


@pytest.mark.parametrize(
    ("connector", "state", "tasks"),
    [
        (_connector("c", State.RUNNING, [State.RUNNING]), Style.GOOD, Style.PLAIN),
        (_connector("c", State.RUNNING, [State.FAILED]), Style.GOOD, Style.ERROR),
        (_connector("c", State.RUNNING, [State.UNASSIGNED]), Style.GOOD, Style.WARNING),
        (_connector("c", State.RUNNING, generated=1), Style.GOOD, Style.WARNING),
        (_connector("c", State.FAILED), Style.ERROR, Style.PLAIN),
        (_connector("c", State.PAUSED, [State.PAUSED]), Style.DIM, Style.PLAIN),
        (_connector("c", State.UNASSIGNED), Style.WARNING, Style.PLAIN),
        (_connector("c", None), Style.WARNING, Style.PLAIN),
    ],
)
def test_styles_tell_good_from_bad(connector: LiveConnector, state: Style, tasks: Style) -> None:
    live = _live(connector)
    row = status_table(live, _verdicts(live), ["c"]).rows[0]

    assert (row[3].style, row[4].style) == (state, tasks)


def test_a_connector_without_a_worker_has_an_empty_cell() -> None:
    nowhere = LiveConnector(name="c", config=Config({}), status=LiveStatus(state=State.UNASSIGNED))

    live = _live(nowhere)
    assert status_table(live, _verdicts(live), ["c"]).rows[0][5].text == ""


@pytest.mark.parametrize(
    ("health", "style"),
    [
        (Health.HEALTHY, Style.GOOD),
        (Health.PROGRESSING, Style.WARNING),
        (Health.SUSPENDED, Style.DIM),
        (Health.STALLED, Style.ERROR),
        (Health.UNHEALTHY, Style.ERROR),
        (Health.UNKNOWN, Style.WARNING),
    ],
)
def test_the_style_of_a_health_tells_how_bad_it_is(health: Health, style: Style) -> None:
    assert health_style(health) is style
