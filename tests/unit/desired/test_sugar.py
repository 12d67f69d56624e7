"""Typed fields and the settings they stand for."""

import pytest

from reconcile.desired.nodes import Shapes
from reconcile.desired.sugar import expand
from reconcile.desired.yaml_reader import read_yaml
from reconcile.model.desired import TasksRange


def expanded(text):
    (document,) = read_yaml(text, "a.yaml", Shapes()).documents
    return expand(document.tree, ("spec",))


@pytest.mark.parametrize(
    ("spec", "settings"),
    [
        ("class: FileStreamSink", {"connector.class": "FileStreamSink"}),
        ("version: 4.0", {"connector.plugin.version": "4.0"}),
        ("tasksMax: 4", {"tasks.max": "4"}),
        ("tasksMax: {min: 2, max: 8}", {"tasks.max": "2"}),
        ("errors: {tolerance: all}", {"errors.tolerance": "all"}),
        (
            "errors: {retry: {timeout: 10m, maxDelay: 60s}}",
            {"errors.retry.timeout": "600000", "errors.retry.delay.max.ms": "60000"},
        ),
        ("errors: {retry: {timeout: -1}}", {"errors.retry.timeout": "-1"}),
        (
            "errors: {deadLetterQueue: {topic: a.dlq, replicationFactor: 3, headers: True}}",
            {
                "errors.deadletterqueue.topic.name": "a.dlq",
                "errors.deadletterqueue.topic.replication.factor": "3",
                "errors.deadletterqueue.context.headers.enable": "true",
            },
        ),
        (
            "errors: {log: {enabled: true, includeMessages: false}}",
            {"errors.log.enable": "true", "errors.log.include.messages": "false"},
        ),
        ("tasksMax: null", {"tasks.max": None}),
        ("version: null", {"connector.plugin.version": None}),
        ("errors: {tolerance: null}", {"errors.tolerance": None}),
        (
            "errors: {retry: null}",
            {"errors.retry.timeout": None, "errors.retry.delay.max.ms": None},
        ),
        ("errors: {}", {}),
        ("state: paused", {}),
    ],
)
def test_fields_expand_to_settings(spec, settings):
    assert expanded(spec).values == settings


def test_a_null_group_removes_all_its_settings():
    values = expanded("errors: null").values

    assert set(values.values()) == {None}
    assert len(values) == 8


def test_each_setting_knows_the_field_it_came_from():
    sources = expanded("tasksMax: 1\nerrors: {retry: {timeout: 1s}, log: null}").sources

    assert sources["tasks.max"] == ("spec", "tasksMax")
    assert sources["errors.retry.timeout"] == ("spec", "errors", "retry", "timeout")
    assert sources["errors.log.enable"] == ("spec", "errors", "log")


def test_a_range_is_kept_beside_its_lower_bound():
    assert expanded("tasksMax: {min: 2, max: 8}").tasks_range == TasksRange(2, 8)
    assert expanded("tasksMax: 2").tasks_range is None
