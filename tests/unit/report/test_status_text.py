from collections.abc import Sequence

import pytest

from reconcile.model.config import Config
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.report.spans import Style, plain
from reconcile.report.status_text import status_summary, status_table
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


LIVE = _live(
    _connector("new", None, generated=2),
    _connector("broken", State.RUNNING, [State.RUNNING, State.FAILED], generated=2),
    _connector("halted", State.STOPPED),
)


def test_status_is_a_table_sorted_by_name() -> None:
    table = status_table(LIVE, {"broken": "ConnectException: no route"}, LIVE.connectors)

    assert plain(table_lines(table)) == (
        "NAME    KIND  STATE      TASKS  WORKER            CAUSE\n"
        "broken  sink  RUNNING    1/2    10.0.0.1:8083 +1  ConnectException: no route\n"
        "halted  sink  STOPPED    0/0    10.0.0.1:8083\n"
        "new     sink  no status  0/2\n"
    )


def test_only_the_named_connectors_are_shown() -> None:
    table = status_table(LIVE, {}, ["halted"])

    assert [row[0].text for row in table.rows] == ["halted"]


def test_states_and_tasks_are_summed_up() -> None:
    assert plain([status_summary(LIVE, LIVE.connectors)]) == (
        "3 connectors on local, 1 no status, 1 running, 1 stopped; 1 of 4 tasks running, 1 failed.\n"
    )


def test_a_cluster_without_connectors_is_summed_up_too() -> None:
    assert plain([status_summary(_live(), [])]) == (
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
    row = status_table(_live(connector), {}, ["c"]).rows[0]

    assert (row[2].style, row[3].style) == (state, tasks)


def test_a_connector_without_a_worker_has_an_empty_cell() -> None:
    nowhere = LiveConnector(name="c", config=Config({}), status=LiveStatus(state=State.UNASSIGNED))

    assert status_table(_live(nowhere), {}, ["c"]).rows[0][4].text == ""
