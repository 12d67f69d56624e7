"""A watched connector in one line."""

from datetime import UTC, datetime

import pytest

from reconcile.model.health import Condition, Health, Verdict
from reconcile.report.spans import plain
from reconcile.report.watch_text import WatchedRow, watched_line, watched_summary

NOW = datetime(2027, 1, 4, 12, 0, 7, tzinfo=UTC)


def row(health: Health = Health.HEALTHY, **more: object) -> WatchedRow:
    words = {"reason": more.pop("reason", "RUNNING, 1 task"), "cause": more.pop("cause", "")}
    verdict = Verdict(health=health, condition=Condition.WELL, since=NOW, **words)
    return WatchedRow(name="orders", verdict=verdict, **more)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (row(), "orders: healthy  RUNNING, 1 task"),
        (row(Health.SUSPENDED, reason="PAUSED"), "orders: suspended  PAUSED"),
        (
            row(Health.DEGRADED, reason="1 of 2 tasks failed", cause="refused", restarts=1),
            "orders: degraded  1 of 2 tasks failed; refused; 1 restart",
        ),
        (
            row(Health.UNHEALTHY, reason="FAILED", restarts=2, next_restart=NOW),
            "orders: unhealthy  FAILED; 2 restarts; next restart 12:00:07 UTC",
        ),
        (row(Health.UNKNOWN, reason="", note="held by ada"), "orders: unknown  held by ada"),
        (row(Health.PROGRESSING, reason=""), "orders: progressing"),
        (row(cause="\x1b[31mred"), "orders: healthy  RUNNING, 1 task; \\x1b[31mred"),
    ],
)
def test_a_line_says_how_well_a_connector_is_and_what_becomes_of_it(found, text):
    assert plain([watched_line(found)]).strip() == text


@pytest.mark.parametrize(
    ("rows", "missing", "text"),
    [
        ((), 0, "0 connectors on prod."),
        ((row(),), 0, "1 connector on prod: 1 healthy."),
        (
            (row(), row(Health.UNHEALTHY)),
            2,
            "2 connectors on prod: 1 healthy, 1 unhealthy, 2 missing.",
        ),
    ],
)
def test_a_summary_counts_how_many_are_how_well(rows, missing, text):
    assert plain([watched_summary("prod", rows, missing)]).strip() == text
