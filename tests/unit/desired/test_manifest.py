"""Documents of kind Connector: what they declare, and all that may be wrong with them."""

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.problem import Location
from tests.unit.desired.repository import lines_of, read_one

HEAD = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"


def test_a_manifest_says_all_that_its_document_says():
    found = read_one(
        "apiVersion: connectform/v1\n"
        "kind: Connector\n"
        "metadata:\n"
        "  name: orders\n"
        "  clusters: [staging, prod]\n"
        "  labels: {team: payments, tier: 1}\n"
        "spec:\n"
        "  class: FileStreamSink\n"
        "  version: '[4.0,5.0)'\n"
        "  state: paused\n"
        "  tasksMax: {min: 2, max: 8}\n"
        "  config: {file: out.txt, topics: orders, batch.size: null}\n"
        "  errors: {tolerance: all}\n"
        "  wave: 3\n"
        "  ignore:\n"
        "    - {keys: [snapshot.mode], reason: incidents, expires: 2027-01-31}\n"
        "overlays:\n"
        "  prod: {spec: {tasksMax: 8, state: null, config: {batch.size: 5000}}}\n"
    )
    manifest = found.manifest

    assert found.problems == ()
    assert manifest.name == "orders"
    assert manifest.location == Location("connectors/a.yaml", 4, 3)
    assert manifest.clusters == ("staging", "prod")
    assert manifest.labels == {"team": "payments", "tier": "1"}
    assert manifest.base.values == {
        "connector.class": "FileStreamSink",
        "connector.plugin.version": "[4.0,5.0)",
        "errors.tolerance": "all",
        "tasks.max": "2",
        "file": "out.txt",
        "topics": "orders",
        "batch.size": None,
    }
    assert manifest.base.state is TargetState.PAUSED
    assert manifest.base.tasks_range == TasksRange(2, 8)
    assert manifest.base.wave == 3
    (rule,) = manifest.base.ignore
    assert (rule.keys, rule.reason, str(rule.expires)) == (
        ("snapshot.mode",),
        "incidents",
        "2027-01-31",
    )
    assert rule.location == Location("connectors/a.yaml", 16, 7)
    overlay = manifest.overlays["prod"]
    assert overlay.values == {"tasks.max": "8", "batch.size": "5000"}
    assert overlay.unmanaged


def test_every_setting_has_a_place_fields_included():
    found = read_one(
        f"{HEAD}spec:\n  class: X\n  errors:\n    retry:\n      timeout: 10m\n"
        "  config:\n    topics: orders\n"
    )
    layer = found.manifest.base.layer

    assert layer.locate("connector.class") == Location("connectors/a.yaml", 5, 3)
    assert layer.locate("errors.retry.timeout") == Location("connectors/a.yaml", 8, 7)
    assert layer.locate("topics") == Location("connectors/a.yaml", 10, 5)
    assert layer.locate("file") is None


@pytest.mark.parametrize(
    ("spec", "line", "hint"),
    [
        # unknown fields
        (
            "spec: {class: X, tasksmax: 2}",
            '4:18 CF103 unknown field "tasksmax" in spec',
            "tasksMax",
        ),
        ("spec: {class: X}\nspecs: {}", '5:1 CF103 unknown field "specs" in this document', "spec"),
        (
            "spec: {class: X, snapshots: {}}",
            '4:18 CF103 unknown field "snapshots" in spec',
            "known here",
        ),
        (
            "spec: {class: X, errors: {dlq: {}}}",
            '4:27 CF103 unknown field "dlq" in spec.errors',
            "known here: tolerance, retry, deadLetterQueue, log",
        ),
        (
            "spec: {class: X}\noverlays: {prod: {tasksMax: 1, spec: {}}}",
            '5:19 CF103 unknown field "tasksMax" in overlays.prod',
            "",
        ),
        # wrong types
        (
            "spec: {class: X, tasksMax: two}",
            (
                "4:18 CF104 spec.tasksMax must be a whole number from 1 on, or a range such as "
                '{min: 2, max: 8}, not "two"'
            ),
            "for example tasksMax: 4",
        ),
        ("spec: {class: [X]}", "4:8 CF104 spec.class must be text, not a list", "FileStreamSink"),
        ("spec: {class: }", "4:8 CF104 spec.class must be text, not null", ""),
        ("spec: []", "4:1 CF104 spec must be a mapping, not a list", ""),
        ("spec:", "4:1 CF104 spec must be a mapping, not null", ""),
        (
            "spec: {class: X, config: text}",
            '4:18 CF104 spec.config must be a mapping of settings, not "text"',
            "",
        ),
        (
            "spec: {class: X, errors: {log: {enabled: maybe}}}",
            '4:33 CF104 spec.errors.log.enabled must be true or false, not "maybe"',
            "enabled: true",
        ),
        (
            "spec: {class: X, wave: 1.5}",
            '4:18 CF104 spec.wave must be a whole number, not "1.5"',
            "",
        ),
        (
            "spec: {class: X, ignore: [{keys: a, reason: b}]}",
            "4:28 CF104 spec.ignore[0].keys must be a list of setting names, not text",
            "",
        ),
        # wrong values
        (
            "spec: {class: X, state: runing}",
            '4:18 CF105 spec.state must be running, paused or stopped, not "runing"',
            "did you mean running?",
        ),
        (
            "spec: {class: X, tasksMax: 0}",
            (
                "4:18 CF105 spec.tasksMax must be a whole number from 1 on, or a range such as "
                "{min: 2, max: 8}, not 0"
            ),
            "",
        ),
        (
            "spec: {class: X, tasksMax: {min: 8, max: 2}}",
            "4:18 CF105 spec.tasksMax: min 8 is more than max 2",
            "",
        ),
        (
            "spec: {class: X, errors: {retry: {timeout: 10}}}",
            (
                "4:35 CF105 spec.errors.retry.timeout must be a duration with its unit, such as 60s or "
                "10m, or -1 for ever, not 10"
            ),
            "timeout: 10m",
        ),
        (
            "spec: {class: X, errors: {retry: {maxDelay: 10 minutes}}}",
            (
                "4:35 CF105 spec.errors.retry.maxDelay must be a duration with its unit, such as "
                '500ms, 60s or 10m, not "10 minutes"'
            ),
            "",
        ),
        ("spec: {class: ''}", "4:8 CF105 spec.class is empty", "FileStreamSink"),
        (
            "spec: {class: X, ignore: [{keys: [], reason: b}]}",
            "4:28 CF105 spec.ignore[0].keys is empty",
            "",
        ),
        (
            "spec: {class: X, ignore: [{keys: [a], reason: b, expires: soon}]}",
            '4:50 CF105 spec.ignore[0].expires must be a date such as 2027-01-31, not "soon"',
            "",
        ),
        (
            "spec: {class: X, ignore: [{keys: [a], reason: b, expires: 2027-02-31}]}",
            "4:50 CF105 spec.ignore[0].expires: there is no day 2027-02-31",
            "",
        ),
        # missing fields
        ("", "1:1 CF106 this document has no spec", "add spec"),
        (
            "spec: {class: X, tasksMax: {min: 2}}",
            "4:18 CF106 spec.tasksMax has no max",
            "add max: 8",
        ),
        (
            "spec: {class: X, ignore: [{keys: [a]}]}",
            "4:27 CF106 spec.ignore[0] has no reason",
            "changed during incidents",
        ),
        (
            "spec: {class: X}\noverlays: {prod: {}}",
            "5:12 CF106 overlays.prod has no spec",
            "",
        ),
        # settings
        (
            "spec: {class: X, config: {a: {b: 1}}}",
            "4:27 CF112 spec.config.a is a mapping, and a setting is text",
            "a.b",
        ),
        (
            "spec: {class: X, config: {errors.tolerance: none}, errors: {tolerance: all}}",
            "4:27 CF113 errors.tolerance is set here and by spec.errors.tolerance on line 4",
            "keep one of the two",
        ),
        (
            "spec: {class: X, config: {connector.class: X}}",
            "4:27 CF113 connector.class is set here and by spec.class on line 4",
            "",
        ),
        (
            "spec: {class: X, tasksMax: 1, config: {tasks.max: 1}}",
            "4:40 CF113 tasks.max is set here and by spec.tasksMax on line 4",
            "",
        ),
        (
            "spec: {class: X, version: '1', config: {connector.plugin.version: 1}}",
            "4:41 CF113 connector.plugin.version is set here and by spec.version on line 4",
            "",
        ),
        (
            "spec: {class: X}\noverlays: {p: {spec: {errors: null, config: {errors.log.enable: 1}}}}",
            "5:46 CF113 errors.log.enable is set here and by overlays.p.spec.errors on line 5",
            "",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(spec, line, hint):
    found = read_one(f"{HEAD}{spec}\n")

    assert found.manifest is None
    assert lines_of(found.problems) == [f"connectors/a.yaml:{line}"]
    assert hint in found.problems[0].hint
    assert found.problems[0].hint or "must be" in line
    assert found.problems[0].connector == "orders"


@pytest.mark.parametrize(
    ("metadata", "line"),
    [
        ("{}", "3:1 CF106 metadata has no name"),
        ("{name: }", "3:12 CF104 metadata.name must be text, not null"),
        ("{name: ''}", "3:12 CF105 metadata.name is empty"),
        ("{name: a/b}", '3:12 CF114 the name "a/b" cannot be addressed on Connect 4'),
        (
            "{name: a, cluster: [x]}",
            '3:21 CF103 unknown field "cluster" in metadata',
        ),
        (
            "{name: a, clusters: x}",
            "3:21 CF104 metadata.clusters must be a list of clusters, not text",
        ),
        ("{name: a, clusters: []}", "3:21 CF105 metadata.clusters is empty"),
        ("{name: a, labels: {b: [1]}}", "3:30 CF104 metadata.labels.b must be text, not a list"),
        ("{name: a, labels: [b]}", "3:21 CF104 metadata.labels must be a mapping, not a list"),
        (
            "{name: a, labels: {b: '${{ var.X }}'}}",
            '3:30 CF204 the label "b" holds a reference',
        ),
    ],
)
def test_what_is_wrong_with_names_and_labels_is_told(metadata, line):
    found = read_one(
        f"apiVersion: connectform/v1\nkind: Connector\nmetadata: {metadata}\nspec: {{class: X}}\n"
    )

    assert found.manifest is None
    assert lines_of(found.problems) == [f"connectors/a.yaml:{line}"]


def test_all_that_is_wrong_is_told_at_once():
    found = read_one(
        f"{HEAD}spec:\n  clas: X\n  tasksMax: two\n  config:\n    a: {{}}\n    d: 1\n    d: 2\n"
        "overlays:\n  prod: {spec: {config: {b: {c: 1}}}}\n"
    )

    assert {(problem.code, problem.location.line) for problem in found.problems} == {
        (Code.UNKNOWN_FIELD, 5),
        (Code.WRONG_TYPE, 6),
        (Code.CONFIG_VALUE_NOT_TEXT, 8),
        (Code.DUPLICATE_KEY, 10),
        (Code.CONFIG_VALUE_NOT_TEXT, 12),
    }


@pytest.mark.parametrize("value", ["errors", "config"])
def test_null_parts_of_a_spec_say_nothing_or_remove(value):
    found = read_one(f"{HEAD}spec:\n  class: X\n  {value}:\n")

    assert found.problems == ()
    assert found.manifest is not None
