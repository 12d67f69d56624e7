"""Alerting rules say what git declares, and nothing that they cannot know."""

import re
from datetime import timedelta

import pytest

from reconcile.generate.promql import any_in_jmx, any_of, counted, series
from reconcile.generate.rules import literal, rules_document
from reconcile.measure.dialects import Naming
from reconcile.model.alert import AlertName, AlertSeverity, TermsChange
from reconcile.model.desired import TargetState
from reconcile.model.restart import RestartPolicy
from reconcile.watch.pack import PACK
from tests.unit.generate.sheets import sheet
from tests.unit.plan.worlds import definition

SCRAPED = {AlertName.CLUSTER_UNREACHABLE, AlertName.WORKER_GONE}
OF_WORKERS = {
    *SCRAPED,
    AlertName.CONNECTOR_FAILED,
    AlertName.TASK_FAILED,
    AlertName.UNASSIGNED,
    AlertName.ERROR_RATIO,
    AlertName.DEAD_LETTERS_LOST,
    AlertName.REBALANCE_STORM,
}
TOLD = {
    Naming.OURS: set(PACK),
    Naming.JMX_EXPORTER: OF_WORKERS,
    Naming.CONFLUENT: OF_WORKERS,
    Naming.STRIMZI_REPORTER: OF_WORKERS,
    Naming.OPEN_TELEMETRY: OF_WORKERS - SCRAPED,
}


def rules_of(found, naming=Naming.OURS, alert=None):
    (group,) = rules_document(found, naming)["groups"]
    return [rule for rule in group["rules"] if alert in {None, rule["alert"]}]


@pytest.mark.parametrize("naming", Naming)
def test_each_dialect_has_a_rule_for_all_that_it_can_tell(naming):
    assert {rule["alert"] for rule in rules_of(sheet(), naming)} == TOLD[naming]


def test_workers_that_nothing_tells_apart_cannot_be_missed():
    alerts = {rule["alert"] for rule in rules_of(sheet(match={}), Naming.CONFLUENT)}

    assert alerts == OF_WORKERS - SCRAPED


def test_connectors_on_the_same_terms_with_the_same_labels_share_a_rule():
    soon = {AlertName.TASK_FAILED: TermsChange(wait=timedelta(seconds=90))}
    found = sheet(
        definition("a", labels={"team": "x"}),
        definition("b", labels={"team": "x"}),
        definition("c", labels={"team": "y"}),
        definition("d", labels={"team": "x"}, alerts=soon),
    )

    rules = rules_of(found, alert="TaskFailed")

    assert [(rule["for"], rule["labels"]["team"]) for rule in rules] == [
        ("5m", "x"),
        ("5m", "y"),
        ("90s", "x"),
    ]
    assert [re.findall(r'connector=~?"([^"]*)"', rule["expr"]) for rule in rules] == [
        ["a|b"],
        ["c"],
        ["d"],
    ]


def test_terms_come_from_the_pack_then_the_project_then_the_definition():
    project = {
        AlertName.TASK_FAILED: TermsChange(keep=timedelta(0), severity=AlertSeverity.INFO),
        AlertName.BROKERS_LOST: TermsChange(wait=timedelta(minutes=1)),
    }
    own = {
        AlertName.TASK_FAILED: TermsChange(severity=AlertSeverity.PAGE),
        AlertName.BROKERS_LOST: TermsChange(wait=timedelta(hours=1)),
    }
    found = sheet(definition(alerts=own), rules=project)

    (task,) = rules_of(found, alert="TaskFailed")
    (brokers,) = rules_of(found, alert="BrokersLost")

    assert (task["for"], task["labels"]["severity"]) == ("5m", "page")
    assert "keep_firing_for" not in task
    assert (brokers["for"], brokers["keep_firing_for"]) == ("1m", "2m")


def test_alerts_on_lag_go_by_what_each_definition_allows():
    slow = {AlertName.LAG_SECONDS: TermsChange(over=60.0)}
    found = sheet(definition("a"), definition("b"), definition("slow", alerts=slow))

    exceeded = {
        alert: [re.findall(r"> ([0-9]+)", rule["expr"])[0] for rule in rules_of(found, alert=alert)]
        for alert in ("LagSeconds", "LagFarOver", "LagGrowing")
    }

    assert exceeded == {
        "LagSeconds": ["300", "60"],
        "LagFarOver": ["1200", "240"],
        "LagGrowing": ["300", "60"],
    }


def test_an_alert_that_is_turned_off_has_no_rule():
    off = {AlertName.TASK_FAILED: TermsChange(enabled=False)}
    found = sheet(definition("a"), definition("b", alerts=off), rules={})

    (rule,) = rules_of(found, alert="TaskFailed")

    assert '"a"' in rule["expr"]
    assert rules_of(sheet(rules=off), alert="TaskFailed") == []


def test_of_what_git_wants_halted_only_that_it_is_missing_or_was_changed_is_told():
    rules = rules_of(sheet(definition("halted", state=TargetState.PAUSED)))

    assert [rule["alert"] for rule in rules if "halted" in rule["expr"]] == [
        "ConnectorMissing",
        "ConnectorDrifted",
        "SelfHealFighting",
    ]


def test_the_labels_of_a_definition_never_take_the_place_of_ours():
    labels = {"connector": "x", "severity": "x", "alertname": "x", "cluster": "x", "a/b": "1"}

    (rule,) = rules_of(sheet(definition(labels=labels)), alert="ConnectorFailed")

    assert rule["labels"] == {"a_b": "1", "cluster": "prod", "severity": "page"}


def test_annotations_lead_to_logs_and_to_what_to_do():
    links = {"logs": "https://logs.example.com/{cluster}?q={connector}"}
    found = sheet(links=links, docs="https://docs.example.com")

    (rule,) = rules_of(found, alert="ConnectorFailed")

    assert rule["annotations"] == {
        "summary": "{{ $labels.connector }} on prod: ConnectorFailed",
        "description": PACK[AlertName.CONNECTOR_FAILED].meaning,
        "cause": PACK[AlertName.CONNECTOR_FAILED].cause,
        "remedy": PACK[AlertName.CONNECTOR_FAILED].remedy,
        "runbook_url": "https://docs.example.com/alerts.md#connectorfailed",
        "link_logs": "https://logs.example.com/prod?q={{ $labels.connector | urlquery }}",
    }


def test_texts_of_git_are_no_templates():
    assert literal("{{ .Value }} of {{x}}") == '{{"{{"}} .Value }} of {{"{{"}}x}}'


@pytest.mark.parametrize("name", ["orders", "a.b", 'a"} or b', "a+b|c", "größe", "(x)[y]{z}^$*?"])
def test_a_pattern_of_names_fits_them_and_no_others(name):
    assert re.fullmatch(any_of([name, "other"]), name)
    assert not re.fullmatch(any_of([name]), f"{name}x")
    assert re.fullmatch(any_in_jmx([name]), name)


def test_unusual_names_are_met_with_the_quotes_that_jmx_puts_around_them():
    assert re.fullmatch(any_in_jmx(["größe"]), '"größe"')
    assert not re.fullmatch(any_in_jmx(["orders"]), '"orders"')


def test_a_selector_of_several_names_is_one_condition():
    assert series(("a", "b"), 'c="d"') == '{__name__=~"a|b",c="d"}'
    assert series("a") == "a"
    assert counted(["x_total", "y"]) == ("x", "x_total", "y", "y_total")


def test_connectors_that_are_given_up_after_few_restarts_have_no_rule_for_loops():
    few = RestartPolicy(enabled=True, attempts=3)
    found = sheet(definition("a"), definition("b", restart=few))

    (rule,) = rules_of(found, alert="RestartLoop")

    assert '"a"' in rule["expr"]
    assert '"b"' not in rule["expr"]
