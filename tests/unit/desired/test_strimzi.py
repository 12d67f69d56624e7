"""Strimzi's KafkaConnector, read as a definition."""

from dataclasses import replace

import pytest

from reconcile.desired.restarts import restart_policy
from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.problem import Location, Severity
from reconcile.model.restart import STRIMZI
from tests.unit.desired.repository import lines_of, read_one


def connector(spec, version="v1beta2"):
    return (
        f"apiVersion: kafka.strimzi.io/{version}\nkind: KafkaConnector\n"
        "metadata:\n"
        "  name: orders\n"
        "  namespace: kafka\n"
        "  labels: {strimzi.io/cluster: my-connect, tier: 1}\n"
        "  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}\n"
        f"spec:\n  {spec}\n"
        "status: {conditions: []}\n"
    )


@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1", "v1beta2", "v1"])
def test_every_version_is_read(version):
    found = read_one(connector("{class: X, tasksMax: 2, config: {port: 5432}}", version))

    assert found.problems == ()
    assert found.manifest.name == "orders"
    assert found.manifest.clusters is None
    assert found.manifest.labels == {"strimzi.io/cluster": "my-connect", "tier": "1"}
    assert found.manifest.base.values == {"connector.class": "X", "tasks.max": "2", "port": "5432"}
    assert found.manifest.base.layer.locate("port") == Location("connectors/a.yaml", 9, 36)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ("pause: true", TargetState.PAUSED),
        ("pause: false", None),
        ("state: stopped", TargetState.STOPPED),
        ("state: running, pause: true", TargetState.RUNNING),
    ],
)
def test_state_and_the_older_pause_say_the_state(fields, state):
    found = read_one(connector(f"{{class: X, {fields}}}"))

    assert found.manifest.base.state is state


def test_orders_to_the_operator_are_noticed_and_not_taken_over():
    found = read_one(connector("{class: X, listOffsets: {toConfigMap: {name: offsets}}}"))

    assert found.manifest is not None
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        (Code.UNKNOWN_FIELD, Severity.NOTICE)
    ]


@pytest.mark.parametrize(
    ("auto_restart", "policy"),
    [
        ("{enabled: true}", replace(STRIMZI, enabled=True)),
        ("{enabled: false}", STRIMZI),
        ("{enabled: true, maxRestarts: 7}", replace(STRIMZI, enabled=True, attempts=7)),
    ],
)
def test_auto_restart_is_taken_over_as_the_operator_does_it(auto_restart, policy):
    found = read_one(connector(f"{{class: X, autoRestart: {auto_restart}}}"))

    assert found.problems == ()
    assert restart_policy([found.manifest.base.restart]) == policy


def test_unknown_fields_are_dropped_with_a_warning():
    found = read_one(connector("{class: X, topics: a, taskMax: 2}"))

    assert found.manifest.base.values == {"connector.class": "X"}
    assert [(problem.severity, str(problem.location)) for problem in found.problems] == [
        (Severity.WARNING, "connectors/a.yaml:9:14"),
        (Severity.WARNING, "connectors/a.yaml:9:25"),
    ]
    assert found.problems[1].hint == "did you mean tasksMax?"


def test_a_class_repeated_in_config_is_taken_in_silence():
    found = read_one(
        connector("{class: X, tasksMax: 1, config: {connector.class: X, tasks.max: '1'}}")
    )

    assert found.problems == ()
    assert found.manifest.base.values == {"connector.class": "X", "tasks.max": "1"}


def test_a_field_wins_over_a_setting_that_says_otherwise():
    found = read_one(connector("{class: X, tasksMax: 1, config: {tasks.max: 4}}"))

    assert found.manifest.base.values == {"connector.class": "X", "tasks.max": "1"}
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        (Code.SETTING_GIVEN_TWICE, Severity.WARNING)
    ]


def test_a_class_in_config_alone_is_the_class():
    found = read_one(connector("{config: {connector.class: X}}"))

    assert found.problems == ()
    assert found.manifest.base.values == {"connector.class": "X"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("metadata: {name: a}\nspec: text", '4:1 CF104 spec must be a mapping, not "text"'),
        ("metadata: {name: a}", "1:1 CF106 this document has no spec"),
        ("metadata: text\nspec: {}", '3:1 CF104 metadata must be a mapping, not "text"'),
        ("spec: {}", "1:1 CF106 this document has no metadata"),
        ("metadata: {}\nspec: {}", "3:1 CF106 metadata has no name"),
        (
            "metadata: {name: a}\nspec: {state: halted}",
            '4:8 CF105 spec.state must be running, paused or stopped, not "halted"',
        ),
        (
            "metadata: {name: a}\nspec: {config: {a: {b: 1}}}",
            "4:17 CF112 spec.config.a is a mapping, and a setting is text",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, line):
    found = read_one(f"apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector\n{text}\n")

    assert found.manifest is None
    assert lines_of(found.problems) == [f"connectors/a.yaml:{line}"]
