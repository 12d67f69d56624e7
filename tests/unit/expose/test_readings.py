"""What each metric shows of a round, and what is left out since nobody knows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconcile.expose import names
from reconcile.expose.names import METRICS, Kind
from reconcile.expose.readings import COUNTERS, GAUGES, HISTOGRAMS, INFOS, STATES
from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.model.codes import Code
from reconcile.model.desired import TasksRange
from reconcile.model.live import State
from reconcile.model.metrics import ConnectorLag, Flow, Flows, PartitionLag
from reconcile.model.problem import Problem
from reconcile.watch.budget import Book
from reconcile.watch.restarts import Attempts
from reconcile.watch.rounds import Round
from tests.unit.expose.rounds import (
    BAD_RECORD,
    NOW,
    REFUSED,
    connector,
    definition,
    everything,
    failed,
    made,
    shown,
)

READERS = {
    Kind.GAUGE: GAUGES,
    Kind.STATESET: STATES,
    Kind.INFO: INFOS,
    Kind.COUNTER: COUNTERS,
    Kind.HISTOGRAM: HISTOGRAMS,
}
RUNNING, FAILED, LOST = State.RUNNING, State.FAILED, State.UNASSIGNED


def gauge(metric, watched):
    return {labels[1:]: value for labels, value in GAUGES[metric](watched)}


def state(metric, watched):
    return {labels[1:]: value for labels, value in STATES[metric](watched)}


def test_each_metric_of_the_table_is_read_by_one_function_of_its_kind():
    of_clusters = [metric for metric in METRICS if metric is not names.BUILD]

    for kind, readers in READERS.items():
        assert list(readers) == [metric for metric in of_clusters if metric.kind is kind]


@pytest.mark.parametrize("metric", [one for one in METRICS if one is not names.BUILD], ids=str)
def test_each_metric_is_shown_by_some_round_with_a_value_for_each_label(metric):
    rows = [row for watched in everything() for row in READERS[metric.kind][metric](watched)]

    assert rows
    assert {len(labels) for labels, _ in rows} == {len(metric.labels)}


def test_states_are_told_of_all_that_is_live_and_health_of_what_git_declares():
    watched = shown(
        made([connector("a", tasks=(RUNNING, FAILED)), connector("stranger")], [definition("a")])
    )

    assert state(names.CONNECTOR_STATE, watched) == {("a",): "RUNNING", ("stranger",): "RUNNING"}
    assert state(names.TASK_STATE, watched) == {
        ("a", "0"): "RUNNING",
        ("a", "1"): "FAILED",
        ("stranger", "0"): "RUNNING",
    }
    assert state(names.CONNECTOR_HEALTH, watched) == {("a",): "degraded"}
    assert gauge(names.CONNECTOR_MANAGED, watched) == {("a",): True, ("stranger",): False}


def test_a_connector_without_a_status_is_in_an_unknown_state_and_has_no_tasks():
    watched = shown(made([replace(connector("a"), status=None)], [definition("a")]))

    assert state(names.CONNECTOR_STATE, watched) == {("a",): "UNKNOWN"}
    assert state(names.TASK_STATE, watched) == {}


def test_workers_that_have_lost_their_brokers_are_not_believed():
    watched = shown(made([connector("a")], [definition("a")], from_memory=True))

    assert state(names.CONNECTOR_STATE, watched) == {}
    assert state(names.TASK_STATE, watched) == {}
    assert state(names.CONNECTOR_HEALTH, watched) == {("a",): "unknown"}
    assert gauge(names.CLUSTER_BROKERS_LOST, watched) == {(): True}


@pytest.mark.parametrize(
    ("codes", "unreadable"),
    [
        ((), False),
        ((Code.METRICS_DOUBTFUL,), False),
        ((Code.METRICS_UNREADABLE,), True),
        ((Code.METRICS_DOUBTFUL, Code.LAG_UNREADABLE), True),
    ],
)
def test_a_source_that_cannot_be_read_is_told_and_one_that_lies_is_none(codes, unreadable):
    flows = Flows(problems=tuple(Problem(code=code, message="no") for code in codes))
    watched = shown(made([connector("a")], [definition("a")], flows=flows))

    assert gauge(names.CLUSTER_METRICS_UNREADABLE, watched) == {(): unreadable}


@pytest.mark.parametrize(
    ("code", "up", "acting"),
    [
        (Code.CLUSTER_UNREACHABLE, {(): 0}, {(): True}),
        (Code.SYNTAX, {}, {(): True}),
        (Code.LEDGER_UNREADABLE, {}, {}),
        (Code.WATCHED, {}, {(): False}),
    ],
)
def test_after_a_round_that_could_not_be_made_nothing_is_told_of_connectors(code, up, acting):
    watched = shown(made([connector("a")], [definition("a")]), failed(code))

    assert gauge(names.CLUSTER_UP, watched) == up
    assert gauge(names.ACTING, watched) == acting
    assert gauge(names.LAST_SUCCESS, watched) == {(): (NOW + timedelta(minutes=1)).timestamp()}
    for readers in (GAUGES, STATES, INFOS):
        for metric, read in readers.items():
            assert "connector" not in metric.labels or list(read(watched)) == []


def test_before_the_first_round_there_are_counters_and_no_more():
    watched = replace(shown(failed(Code.SYNTAX)), found=Round(cluster="prod"))

    assert [
        metric for metric, read in (GAUGES | STATES | INFOS).items() if list(read(watched))
    ] == []
    assert len(list(COUNTERS[names.ERRORS](watched))) == len(names.ErrorKind)


def test_the_owner_is_the_first_of_the_labels_that_name_one_and_chosen_labels_are_added():
    labels = {"team": "pay", "tier": "1", "secret-project": "x"}
    watched = shown(
        made([connector("a"), connector("stranger")], [definition("a", labels)]),
        owners=("owner", "team"),
        labels={"label_tier": "tier", "label_zone": "zone"},
    )

    assert list(INFOS[names.CONNECTOR](watched)) == [
        (("prod", "a", "sink", "FileStreamSink", "4.3.1", "pay"), {"label_tier": "1"}),
        (("prod", "stranger", "sink", "FileStreamSink", "4.3.1", ""), {}),
    ]


def test_tasks_are_told_as_generated_as_allowed_and_as_declared():
    watched = shown(
        made(
            [connector("a", tasks=(RUNNING, RUNNING)), connector("b", **{"tasks.max": "many"})],
            [definition("a", tasks_range=TasksRange(2, 8)), definition("b")],
        )
    )

    assert gauge(names.CONNECTOR_TASKS, watched) == {("a",): 2, ("b",): 1}
    assert gauge(names.CONNECTOR_TASKS_MAX, watched) == {("a",): 2}
    assert gauge(names.CONNECTOR_TASKS_DESIRED, watched) == {
        ("a", "min"): 2,
        ("a", "max"): 8,
        ("b", "min"): 2,
        ("b", "max"): 2,
    }


def test_lag_is_told_by_topic_and_without_partitions_as_a_whole():
    (watched, _) = everything()

    assert gauge(names.LAG_RECORDS, watched) == {("a", "orders"): 9, ("a", "refunds"): 0}
    assert gauge(names.LAG_SECONDS, watched) == {("a", "orders"): 7.5, ("w", ""): 2.0}
    assert gauge(names.PARTITIONS_STALLED, watched) == {("a", "orders"): 1, ("a", "refunds"): 0}


def test_what_drifted_is_told_of_all_that_was_compared():
    (watched, away) = everything()

    assert gauge(names.CONNECTOR_DRIFTED, watched) == {
        ("a",): True,
        ("w",): False,
        ("gone",): False,
    }
    assert gauge(names.CONNECTOR_DRIFTED, away) == {}
    assert gauge(names.SELF_HEAL_GIVEN_UP, watched) == {("a",): True}


def test_what_is_unusual_is_told_by_the_figure_that_is():
    (watched, _) = everything()

    assert gauge(names.CONNECTOR_UNUSUAL, watched) == {
        ("a", "lag"): True,
        ("a", "throughput"): False,
    }


def test_rates_and_lags_that_nobody_knows_are_left_out():
    lag = ConnectorLag(partitions=(PartitionLag(topic="t", partition=0, end=1),))
    flows = Flows(connectors={"a": Flow(lag=lag), "b": Flow()})
    watched = shown(made([connector("a")], [definition("a")], flows=flows))

    assert gauge(names.CONNECTOR_RECORDS, watched) == {}
    assert gauge(names.CONNECTOR_ERRORS, watched) == {}
    assert gauge(names.LAG_SECONDS, watched) == {}


@pytest.mark.parametrize(
    ("trace", "attempts", "given_up", "hopeless"),
    [(REFUSED, 1, False, False), (REFUSED, 2, True, False), (BAD_RECORD, 0, False, True)],
)
def test_restarts_are_told_as_they_stand(trace, attempts, given_up, hopeless):
    live = connector("a", tasks=(FAILED,), trace=trace)
    book = Book(attempts={"a": Attempts(count=attempts)})
    watched = shown(made([live], [definition("a")], book=book))

    assert gauge(names.RESTART_ATTEMPTS, watched) == {("a",): attempts}
    assert gauge(names.RESTARTS_GIVEN_UP, watched) == {("a",): given_up}
    assert gauge(names.RESTART_HOPELESS, watched) == {("a",): hopeless}


def test_the_next_restart_is_told_while_it_is_to_come():
    (watched, _) = everything()

    assert gauge(names.RESTART_NEXT, watched) == {("w",): (NOW + timedelta(minutes=5)).timestamp()}


def test_alerts_are_counted_by_name_and_severity_from_nought():
    alert = Alert(
        name=AlertName.TASK_FAILED,
        cluster="prod",
        connector="a",
        severity=AlertSeverity.INFO,
        summary="",
        started=NOW,
    )
    found = made([connector("a")], [definition("a")], firing=(alert, replace(alert, connector="b")))
    told = gauge(names.ALERTS_FIRING, shown(found))

    assert told["TaskFailed", "info"] == 2
    assert sum(told.values()) == 2
    assert ("ConnectorFailed", "page") in told
    assert gauge(names.ALERTS_FIRING, shown(replace(found, firing=None))) == {}
