"""Which levels are sent, so that loggers have those that are wanted."""

from datetime import UTC, datetime

import pytest

from reconcile.model.logger import LoggerLevel, WorkerLoggers, level_of, source_of
from reconcile.plan.levels import levels_due, levels_to_send, levels_wanted_back, overwritten

NOW = datetime(2027, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("logger", "level", "source"),
    [
        ("root", "INFO", "root"),
        ("org", "INFO", "root"),
        ("org.apache", "WARN", "org.apache"),
        ("org.apache.kafka", "WARN", "org.apache"),
        ("org.apachekafka", "INFO", "root"),
    ],
)
def test_a_logger_has_its_own_level_or_that_of_the_nearest_above(logger, level, source):
    levels = {"root": "INFO", "org.apache": "WARN"}
    assert (level_of(levels, logger), source_of(levels, logger)) == (level, source)


def test_the_level_of_a_worker_that_tells_of_none_is_unknown():
    assert level_of({}, "org.apache") == ""


@pytest.mark.parametrize(
    ("now", "wanted", "sent"),
    [
        ({"root": "INFO"}, {"a": "INFO"}, []),
        ({"root": "INFO"}, {"a": "WARN", "a.b": "WARN"}, [("a", "WARN")]),
        ({"root": "INFO"}, {"a": "WARN", "a.b": "INFO"}, [("a", "WARN"), ("a.b", "INFO")]),
        ({"root": "INFO", "a.b": "DEBUG"}, {"a": "INFO"}, []),
        (
            {"root": "INFO", "a": "WARN"},
            {"a": "WARN", "root": "ERROR"},
            [("root", "ERROR"), ("a", "WARN")],
        ),
    ],
)
def test_what_is_sent_goes_from_above_to_below_and_says_nothing_twice(now, wanted, sent):
    assert [(one.logger, one.level) for one in levels_to_send(now, wanted)] == sent


@pytest.mark.parametrize(
    ("before", "now", "back"),
    [
        pytest.param(
            {"root": "INFO"}, {"root": "INFO", "a": "DEBUG"}, {"a": "INFO"}, id="inherited"
        ),
        pytest.param(
            {"root": "INFO", "a": "ERROR", "a.b": "WARN"},
            {"root": "INFO", "a": "DEBUG", "a.b": "DEBUG", "a.c": "DEBUG"},
            {"a": "ERROR", "a.b": "WARN", "a.c": "ERROR"},
            id="each its own",
        ),
        pytest.param(
            {"root": "INFO"},
            {"root": "INFO", "a": "DEBUG", "a.b": "TRACE"},
            {"a": "INFO", "a.b": "TRACE"},
            id="set by somebody else since",
        ),
        pytest.param(
            {"root": "INFO"}, {"root": "INFO"}, {"a": "INFO"}, id="forgotten in a restart"
        ),
        pytest.param(
            {"root": "INFO", "ab": "WARN"},
            {"root": "INFO", "a": "DEBUG", "ab": "DEBUG"},
            {"a": "INFO", "ab": "WARN"},
            id="the same beginning without a dot",
        ),
    ],
)
def test_taking_a_level_back_gives_each_logger_what_it_had(before, now, back):
    assert levels_wanted_back(before, now, LoggerLevel("a", "DEBUG")) == back


def test_taking_the_level_of_root_back_gives_all_loggers_what_they_had():
    before = {"root": "INFO", "a": "WARN"}
    now = {"root": "DEBUG", "a": "DEBUG", "b": "DEBUG"}
    wanted = levels_wanted_back(before, now, LoggerLevel("root", "DEBUG"))
    assert wanted == {"root": "INFO", "a": "WARN", "b": "INFO"}
    sent = [(one.logger, one.level) for one in levels_to_send(now, wanted)]
    assert sent == [("root", "INFO"), ("a", "WARN")]


@pytest.mark.parametrize(
    ("told", "forgotten_only", "due"),
    [
        ({}, False, ["a"]),
        ({}, True, ["a"]),
        ({"a": NOW}, False, ["a"]),
        ({"a": NOW}, True, []),
        ({"b": NOW}, True, ["a"]),
    ],
)
def test_what_was_set_since_the_start_can_be_left_alone(told, forgotten_only, due):
    worker = WorkerLoggers(
        url="u", version="4.3.1", release=(4, 3), levels={"root": "INFO", "a": "DEBUG"}, told=told
    )
    found = levels_due({"a": "WARN"}, worker, forgotten_only=forgotten_only)
    assert [one.logger for one in found] == due


@pytest.mark.parametrize(
    ("levels", "lost"),
    [
        ({"root": "INFO"}, []),
        ({"root": "WARN"}, [("root", "WARN")]),
        ({"root": "INFO", "a": "DEBUG", "a.b": "DEBUG"}, [("a", "DEBUG")]),
        ({"root": "WARN", "a": "WARN", "b": "OFF"}, [("root", "WARN"), ("b", "OFF")]),
    ],
)
def test_what_a_level_overwrites_is_known_below_too(levels, lost):
    found = overwritten(levels, LoggerLevel("root", "INFO"))
    assert [(one.logger, one.level) for one in found] == lost
