"""Prometheus takes the rules, and they fire when they should: promtool plays series over time."""

import pytest

from reconcile.generate.dashboard import dashboard_document
from reconcile.generate.rules import rules_document
from reconcile.measure.dialects import NAMINGS as NAMED
from reconcile.measure.dialects import Naming, names_of
from reconcile.model.metrics import Measure
from tests.generate.promtool import check, lasting, play, read
from tests.generate.questions import questions
from tests.hostile import HOSTILE
from tests.unit.generate.sheets import sheet
from tests.unit.plan.worlds import definition

TASKS = (
    'kafka_connect_worker_connector_task_count{kafka_connect_connector="NAME",'
    'kafka_connect_worker_connector_task_state="STATE"}'
)
STATUS = (
    'kafka_connect_connector_status{kafka_connect_connector="NAME",'
    'kafka_connect_connector_state="failed"}'
)
# The names that the public rules give, not those of our table: failed tasks, all tasks, a state.
PUBLIC = {
    Naming.JMX_EXPORTER: (
        'kafka_connect_worker_connector_failed_task_count{connector="NAME"}',
        'kafka_connect_worker_connector_total_task_count{connector="NAME"}',
        'kafka_connect_connector_status{connector="NAME",status="failed"}',
        'kafka_connect_worker_connector_unassigned_task_count{connector="NAME"}',
    ),
    Naming.CONFLUENT: (
        'kafka_connect_connect_worker_metrics_connector_failed_task_count{connector="NAME"}',
        'kafka_connect_connect_worker_metrics_connector_total_task_count{connector="NAME"}',
        'kafka_connect_connector_metrics{connector="NAME",status="failed"}',
        'kafka_connect_connect_worker_metrics_connector_unassigned_task_count{connector="NAME"}',
    ),
    Naming.STRIMZI_REPORTER: (
        'kafka_connect_connect_worker_metrics_connector_failed_task_count{connector="NAME"}',
        'kafka_connect_connect_worker_metrics_connector_total_task_count{connector="NAME"}',
        'kafka_connect_connector_metrics_status_info{connector="NAME",status="failed"}',
        'kafka_connect_connect_worker_metrics_connector_unassigned_task_count{connector="NAME"}',
    ),
    Naming.OPEN_TELEMETRY: (
        TASKS.replace("STATE", "failed"),
        TASKS.replace("STATE", "running"),
        STATUS,
        TASKS.replace("STATE", "unassigned"),
    ),
}
NAMINGS = pytest.mark.parametrize("naming", list(PUBLIC))


def on(series, worker, name="orders"):
    """Return a series as Prometheus scrapes it from a worker."""
    found = series.replace("NAME", name)
    return f'{found[:-1]},job="connect",instance="{worker}"}}'


@pytest.mark.parametrize("naming", Naming)
def test_prometheus_takes_the_rules_whatever_names_and_labels_there_are(naming, tmp_path):
    texts = ["größe", 'a"b{{x}}', *HOSTILE.values()]
    odd = [definition(text, labels={text: text}) for text in texts if is_sent_as(text)]
    links = {"logs": "https://x.example/{{connector}}/{connector}"}

    check(tmp_path, rules_document(sheet(*odd, links=links, match={"a": '"'}), naming))


def is_sent_as(name):
    """Tell whether a name can be sent at all: half of a surrogate pair is no text."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


@pytest.mark.parametrize("naming", Naming)
def test_prometheus_takes_every_expression_of_a_dashboard(naming, tmp_path):
    found = sheet(definition(labels={"team": 'x"'}), definition('b"c', labels={"team": "y"}))
    document = dashboard_document(found, naming, "team")
    asked = [expression for _, expression in questions(document)]

    assert len(asked) > 20
    rules = [{"record": f"r:{number}", "expr": one} for number, one in enumerate(asked)]
    check(tmp_path, {"groups": [{"name": "x", "rules": rules}]})


@NAMINGS
def test_a_failure_fires_after_its_time_keeps_its_name_and_outlives_a_move(naming, tmp_path):
    failed, total, *_ = PUBLIC[naming]
    first, second = f"{lasting('1', 10)} stale", f"_x20 {lasting('1', 10)} {lasting('0', 20)}"
    series = {on(failed, "w1"): first, on(failed, "w2"): second}
    if naming is not Naming.OPEN_TELEMETRY:
        series |= {on(total, "w1"): first, on(total, "w2"): second}
        # What Confluent's rules add for each worker is no connector.
        series |= {on(failed, "w1", "aggregate"): first, on(total, "w1", "aggregate"): first}
    firing = ["ConnectorFailed orders"]

    play(
        tmp_path,
        rules_document(sheet(), naming),
        series | {'up{job="connect",instance="w2"}': lasting("1", 40)},
        {1: [], 3: firing, 9: firing, 10: firing, 11: firing, 19: firing, 24: firing, 26: []},
    )


@NAMINGS
def test_some_failed_tasks_are_another_alert_than_all_of_them(naming, tmp_path):
    failed, total, *_ = PUBLIC[naming]
    series = {
        on(failed, "w1"): lasting("1", 20),
        on(total, "w1"): lasting("1", 20),
        on(total, "w2"): lasting("2", 20),
        'up{job="connect"}': lasting("1", 20),
    }

    play(
        tmp_path,
        rules_document(sheet(), naming),
        series,
        {4: [], 6: ["TaskFailed orders"], 18: ["TaskFailed orders"]},
    )


@NAMINGS
def test_a_connector_that_failed_itself_fires_though_its_tasks_run(naming, tmp_path):
    _, total, status, _ = PUBLIC[naming]
    series = {
        on(status, "w1"): lasting("1", 20),
        on(total, "w2"): lasting("2", 20),
        'up{job="connect"}': lasting("1", 20),
    }

    play(tmp_path, rules_document(sheet(), naming), series, {1: [], 3: ["ConnectorFailed orders"]})


@NAMINGS
def test_tasks_without_a_worker_fire_after_ten_minutes(naming, tmp_path):
    _, total, _, unassigned = PUBLIC[naming]
    series = {
        on(unassigned, "w1"): lasting("1", 20),
        on(total, "w1"): lasting("2", 20),
        'up{job="connect"}': lasting("1", 20),
    }
    firing = ["ConnectorUnassigned orders"]

    play(tmp_path, rules_document(sheet(), naming), series, {9: [], 11: firing})


LOST = (
    "kafka_connect_task_error_deadletterqueue_produce_failure_count_total"
    '{kafka_connect_connector="NAME"}'
)
COUNTERS = {
    Naming.JMX_EXPORTER: (
        'kafka_connect_task_error_total_record_errors{connector="NAME",task="0"}',
        'kafka_connect_sink_task_sink_record_read_total{connector="NAME",task="0"}',
        'kafka_connect_task_error_deadletterqueue_produce_failures{connector="NAME",task="0"}',
        'kafka_connect_worker_rebalance_completed_rebalances_total{a="b"}',
    ),
    Naming.CONFLUENT: (
        'kafka_connect_task_error_metrics_total_record_errors{connector="NAME",task="0"}',
        'kafka_connect_source_task_metrics_source_record_write_total{connector="NAME",task="0"}',
        'kafka_connect_task_error_metrics_deadletterqueue_produce_failures{connector="NAME"}',
        'kafka_connect_connect_worker_rebalance_metrics_completed_rebalances_total{a="b"}',
    ),
    Naming.OPEN_TELEMETRY: (
        'kafka_connect_task_error_record_error_count_total{kafka_connect_connector="NAME"}',
        'kafka_connect_sink_record_read_count_total{kafka_connect_connector="NAME"}',
        LOST,
        'kafka_connect_worker_rebalance_completed_count_total{a="b"}',
    ),
}


@pytest.mark.parametrize("naming", list(COUNTERS))
@pytest.mark.parametrize(
    ("steps", "firing"),
    [
        ((3, 300, 0, 0), []),
        ((6, 300, 0, 0), ["ErrorRatio orders"]),
        ((0.1, 1, 0, 0), []),
        ((0, 300, 1, 0), ["DeadLettersLost orders"]),
        ((0, 300, 0, 0.1), []),
        ((0, 300, 0, 0.2), ["RebalanceStorm"]),
    ],
)
def test_counters_tell_of_errors_lost_records_and_rebalances(naming, steps, firing, tmp_path):
    series = {
        on(one, "w1"): f"0+{step}x80" for one, step in zip(COUNTERS[naming], steps, strict=True)
    }

    play(
        tmp_path,
        rules_document(sheet(), naming),
        {**series, 'up{job="connect"}': lasting("1", 40)},
        {20: firing, 35: firing},
    )


@NAMINGS
def test_a_rebalance_without_end_is_a_storm(naming, tmp_path):
    (name,) = names_of(Measure.REBALANCING, NAMED[naming].dialect)
    series = {f'{name}{{job="connect",instance="w1"}}': lasting("1", 20)}

    play(
        tmp_path,
        rules_document(sheet(), naming),
        {**series, 'up{job="connect"}': lasting("1", 20)},
        {4: [], 6: ["RebalanceStorm"]},
    )


def test_a_cluster_none_of_whose_workers_can_be_scraped_fires(tmp_path):
    series = {
        'up{job="connect",instance="w1"}': lasting("0", 30),
        'up{job="connect",instance="w2"}': f"{lasting('1', 10)} {lasting('0', 10)} stale",
    }
    gone, unreachable = ["WorkerGone"], ["ClusterUnreachable"]

    play(
        tmp_path,
        rules_document(sheet(), Naming.JMX_EXPORTER),
        series,
        {1: [], 3: gone, 9: gone, 13: unreachable, 28: unreachable},
    )


def ours(**states):
    """Return what an instance exposes of a cluster that is well, with some of it as given."""
    on_connector = 'cluster="prod",connector="orders"'
    series = {
        'connectform_cluster_up{cluster="prod"}': "1",
        'connectform_cluster_brokers_lost{cluster="prod"}': "0",
        'connectform_cluster_failing_together{cluster="prod"}': "0",
        'connectform_cluster_metrics_unreadable{cluster="prod"}': "0",
        f"connectform_connector_held{{{on_connector}}}": "0",
        f"connectform_connector_missing{{{on_connector}}}": "0",
        f"connectform_connector_restart_attempts{{{on_connector}}}": "0",
        f"connectform_connector_restarts_given_up{{{on_connector}}}": "0",
        f"connectform_connector_restart_hopeless{{{on_connector}}}": "0",
        f"connectform_connector_records_per_second{{{on_connector}}}": "10",
        f"connectform_connector_errors_per_second{{{on_connector}}}": "0",
        f"connectform_connector_dead_letters_lost_per_second{{{on_connector}}}": "0",
        f'connectform_connector_lag_seconds{{{on_connector},topic="lines"}}': "2",
        'connectform_cluster_rebalancing{cluster="prod"}': "0",
        f'connectform_connector_unusual{{{on_connector},figure="throughput"}}': "0",
        'connectform_worker_assignments_lost{cluster="prod",worker="w1"}': "0",
    }
    for name in ("health", "state"):
        value = states.pop(name, "healthy" if name == "health" else "RUNNING")
        metric = f"connectform_connector_{name}"
        series[f'{metric}{{{on_connector},{metric}="{value}"}}'] = "1"
    task = states.pop("task", "RUNNING")
    series[f'connectform_task_state{{{on_connector},task="0",connectform_task_state="{task}"}}'] = (
        "1"
    )
    for name, value in states.items():
        (key,) = [one for one in series if one.startswith(f"connectform_{name}{{")]
        series[key] = value
    return series


def seen(series, minutes=30, instance="a"):
    """Return series as they are scraped from an instance that makes a round each 30 s."""
    last = 'connectform_reconcile_last_success_timestamp_seconds{cluster="prod"}'
    values = {one: lasting(value, minutes) for one, value in series.items()}
    values[last] = f"0+30x{minutes * 2}"
    return {f'{one[:-1]},instance="{instance}"}}': value for one, value in values.items()}


@pytest.mark.parametrize(
    ("states", "firing"),
    [
        ({}, {1: [], 20: []}),
        (
            {"health": "unhealthy", "task": "FAILED"},
            {1: [], 3: ["ConnectorFailed orders"], 20: ["ConnectorFailed orders"]},
        ),
        ({"health": "unhealthy", "state": "FAILED"}, {1: [], 3: ["ConnectorFailed orders"]}),
        ({"health": "degraded", "task": "FAILED"}, {4: [], 6: ["TaskFailed orders"]}),
        ({"health": "progressing"}, {9: [], 11: ["ConnectorUnassigned orders"]}),
        ({"health": "degraded"}, {9: [], 11: ["ConnectorUnassigned orders"]}),
        ({"connector_missing": "1"}, {14: [], 16: ["ConnectorMissing orders"]}),
        ({"connector_restart_attempts": "2"}, {20: []}),
        ({"connector_restart_attempts": "3"}, {1: ["RestartLoop orders"]}),
        ({"connector_restarts_given_up": "1"}, {1: ["RestartsGivenUp orders"]}),
        ({"connector_restart_hopeless": "1"}, {0: [], 2: ["RestartCannotHelp orders"]}),
        ({"health": "stalled"}, {0: ["ConnectorStalled orders"]}),
        ({"connector_lag_seconds": "301"}, {9: [], 11: ["LagSeconds orders"]}),
        (
            {"connector_lag_seconds": "1201"},
            {9: [], 11: ["LagSeconds orders", "LagFarOver orders"]},
        ),
        ({"connector_lag_seconds": "10+3"}, {15: [], 18: ["LagGrowing orders"]}),
        ({"connector_errors_per_second": "0.05"}, {20: []}),
        ({"connector_errors_per_second": "0.2"}, {1: ["ErrorRatio orders"]}),
        (
            {"connector_errors_per_second": "0.01", "connector_records_per_second": "0.01"},
            {20: []},
        ),
        ({"connector_dead_letters_lost_per_second": "0.1"}, {1: ["DeadLettersLost orders"]}),
        ({"cluster_rebalancing": "1"}, {4: [], 6: ["RebalanceStorm"]}),
        ({"cluster_metrics_unreadable": "1"}, {14: [], 16: ["MetricsUnreadable"]}),
        ({"connector_unusual": "1"}, {1: ["ThroughputUnusual orders"]}),
        ({"worker_assignments_lost": "3"}, {1: [], 3: ["WorkerGone"]}),
        ({"cluster_up": "0"}, {1: [], 3: ["ClusterUnreachable"], 20: ["ClusterUnreachable"]}),
        ({"cluster_brokers_lost": "1"}, {1: [], 3: ["BrokersLost"]}),
        (
            {"health": "unhealthy", "task": "FAILED", "cluster_failing_together": "1"},
            {1: ["ConnectorsFailTogether"], 20: ["ConnectorsFailTogether"]},
        ),
        ({"health": "unhealthy", "task": "FAILED", "connector_held": "1"}, {20: []}),
        ({"health": "degraded", "task": "FAILED", "state": "PAUSED"}, {20: []}),
    ],
)
def test_each_alert_of_the_pack_fires_by_what_watching_exposes(states, firing, tmp_path):
    play(tmp_path, rules_document(sheet(), Naming.OURS), seen(ours(**states)), firing)


def test_an_alert_goes_on_while_another_instance_takes_over(tmp_path):
    failing = ours(health="unhealthy", task="FAILED")
    first = seen(failing, minutes=10, instance="a")
    series = {one: f"{values} stale" for one, values in first.items()}
    for one, values in seen(failing, minutes=10, instance="b").items():
        series[one] = f"_x21 {values.replace('0+30x', '660+30x')}"
    firing = ["ConnectorFailed orders"]

    play(
        tmp_path,
        rules_document(sheet(), Naming.OURS),
        series,
        {3: firing, 9: firing, 10: firing, 12: firing, 19: firing},
    )


def test_watching_that_stands_still_or_is_gone_fires(tmp_path):
    last = 'connectform_reconcile_last_success_timestamp_seconds{cluster="prod"}'
    up = 'connectform_cluster_up{cluster="prod"}'
    rules = rules_document(sheet(), Naming.OURS)
    firing = ["WatchStale"]

    play(tmp_path, rules, {last: "0x60", up: lasting("1", 30)}, {6: [], 8: firing})
    play(tmp_path, rules, {}, {4: [], 6: firing})


def test_the_texts_of_git_arrive_as_they_are(tmp_path):
    found = sheet(
        definition('a"b {c}', labels={"team": "{{ .Value }}"}),
        links={"logs": "https://x.example/{{ .Value }}?q={connector}"},
    )
    document = rules_document(found, Naming.CONFLUENT)
    status = 'kafka_connect_connector_metrics{connector="a\\"b {c}",status="failed",job="connect"}'

    (rule,) = [one for one in document["groups"][0]["rules"] if one["alert"] == "ConnectorFailed"]
    labels = {"team": "{{ .Value }}", "cluster": "prod", "severity": "page"}
    told = {
        "exp_labels": {**labels, "connector": 'a"b {c}'},
        "exp_annotations": {
            **rule["annotations"],
            "summary": 'a"b {c} on prod: ConnectorFailed',
            "link_logs": "https://x.example/{{ .Value }}?q=a%22b+%7Bc%7D",
        },
    }
    read(tmp_path, document, {status: lasting("1", 10)}, "ConnectorFailed", told)
