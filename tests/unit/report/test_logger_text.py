"""The levels of loggers in words: what tells something, where workers differ, what changes."""

from datetime import UTC, datetime

from reconcile.model.logger import ClusterLoggers, LevelChange, WorkerLoggers
from reconcile.model.release import release_of
from reconcile.report.logger_text import (
    change_lines,
    loggers_document,
    loggers_summary,
    loggers_table,
)
from reconcile.report.spans import plain
from reconcile.report.table import table_lines

TOLD = datetime(2027, 1, 4, 9, tzinfo=UTC)


def worker(number: int, **levels: str) -> WorkerLoggers:
    named = {name.replace("_", "."): level for name, level in levels.items()}
    return WorkerLoggers(
        url=f"http://w{number}:8083",
        version="4.3.1",
        release=release_of("4.3.1"),
        levels={"root": "INFO", "org.reflections": "ERROR", "org.apache": "INFO", **named},
        told=dict.fromkeys(named, TOLD),
    )


def cluster(*workers: WorkerLoggers, **more: object) -> ClusterLoggers:
    return ClusterLoggers(cluster="prod", workers=workers, **more)  # type: ignore[arg-type]


def shown(found: ClusterLoggers) -> list[list[str]]:
    lines = plain(table_lines(loggers_table(found))).splitlines()[1:]
    return [" ".join(line.split()).split(" ", 3) for line in lines]


def test_what_has_the_level_of_the_one_above_is_left_out_and_counted():
    found = cluster(worker(1), worker(2))

    assert [row[:3] for row in shown(found)] == [
        ["root", "INFO", "all"],
        ["org.reflections", "ERROR", "all"],
    ]
    assert plain([loggers_summary(found)]) == (
        "3 loggers on 2 workers of prod; 1 more with the level of the one above.\n"
    )


def test_workers_are_named_where_they_differ_with_where_a_level_comes_from():
    found = cluster(
        worker(1, io_debezium="DEBUG"),
        worker(2),
        logger="io.debezium",
        declared={"io.debezium": "WARN"},
    )

    assert shown(found) == [
        [
            "io.debezium",
            "DEBUG",
            "http://w1:8083",
            "set at 2027-01-04 09:00:00 UTC; declared WARN",
        ],
        ["io.debezium", "INFO", "http://w2:8083", "from root; declared WARN"],
    ]
    assert plain([loggers_summary(found)]) == "4 loggers on 2 workers of prod.\n"


def test_a_change_is_told_once_for_all_workers_on_which_it_is_the_same():
    changes = [
        LevelChange(worker="http://w1", logger="io.debezium", before="INFO", after="DEBUG"),
        LevelChange(worker="http://w2", logger="io.debezium", before="INFO", after="DEBUG"),
        LevelChange(worker="http://w3", logger="io.debezium", before="", after="DEBUG"),
    ]

    assert plain(change_lines("prod", changes)).splitlines() == [
        "~ io.debezium: INFO -> DEBUG on http://w1, http://w2 (prod)",
        "~ io.debezium: unknown -> DEBUG on http://w3 (prod)",
    ]


def test_the_document_has_every_logger_of_every_worker_or_the_one_asked_about():
    change = LevelChange(worker="http://w1", logger="x", before="INFO", after="OFF")
    every = loggers_document([cluster(worker(1, x="OFF"), changes=(change,))], "1.2.3")
    one = loggers_document([cluster(worker(1), logger="x", restored=True)], "1.2.3")

    (of_all,) = every["clusters"]  # type: ignore[misc]
    (of_one,) = one["clusters"]  # type: ignore[misc]
    names = [logger["name"] for logger in of_all["workers"][0]["loggers"]]
    assert names == ["org.apache", "org.reflections", "root", "x"]
    assert of_all["workers"][0]["loggers"][3]["told_at"] == TOLD.isoformat()
    assert of_all["changes"] == [
        {"worker": "http://w1", "logger": "x", "before": "INFO", "after": "OFF"}
    ]
    assert of_one["workers"][0]["loggers"] == [
        {
            "name": "x",
            "level": "INFO",
            "inherited_from": "root",
            "told_at": None,
            "declared": None,
        }
    ]
    assert of_one["restored"] is True
