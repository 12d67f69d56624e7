"""Levels, comments and exceptions decide what of the findings is told."""

from datetime import date

import pytest

from reconcile.desired.load import load_desired
from reconcile.lint.check import Ignoring, lint_definitions
from reconcile.model.problem import Location, Severity
from reconcile.model.regexes import may_match
from tests.unit.desired.repository import PROJECT, repository

TODAY = date(2027, 1, 4)
SINK = "connector.class: com.redis.kafka.connect.RedisSinkConnector\ntopics: orders\n"


def lint(folder, files, project=PROJECT, *, complete=True, clusters=("local", "prod")):
    loaded = repository(folder, files, project=project)
    found = load_desired(loaded, clusters=clusters, environment={}, secrets=False, keep_going=True)
    return lint_definitions(
        {name: desired.definitions.values() for name, desired in found.clusters.items()},
        loaded.project.lint,
        Ignoring(comments=found.ignores, today=TODAY),
        complete=complete,
    )


def codes(problems):
    return [problem.code.value for problem in problems]


def test_a_finding_names_line_column_connector_and_what_to_do(tmp_path):
    (found,) = lint(tmp_path, {"connectors/a.yaml": f"name: a\n{SINK}errors.tolerance: all\n"})

    assert found.location == Location("connectors/a.yaml", 4, 1)
    assert found.connector == "a"
    assert found.severity is Severity.ERROR
    assert found.hint.startswith("add a dead letter queue")


def test_a_definition_for_two_clusters_is_found_once(tmp_path):
    files = {
        "connectors/a.json": '{"name": "a", "config": {"connector.class": "X", "tasks.max": 1,\n "a.password": "b"}}'
    }

    (found,) = lint(tmp_path, files)

    assert (found.code.value, found.location.line, found.location.column) == ("CF004", 2, 2)


def test_a_setting_of_defaults_is_found_in_the_project_file(tmp_path):
    defaults = "defaults:\n  - spec:\n      config:\n        a.password: planted\n"

    (found,) = lint(tmp_path, {"connectors/a.yaml": f"name: a\n{SINK}"}, PROJECT + defaults)

    assert found.location == Location("connectform.yaml", 10, 9)


@pytest.mark.parametrize("level", ["off", "info", "warn", "error"])
def test_the_project_file_sets_levels(tmp_path, level):
    found = lint(
        tmp_path,
        {"connectors/a.yaml": f"name: a\n{SINK}errors.tolerance: all\n"},
        f"{PROJECT}lint: {{CF014: {level}}}\n",
    )

    expected = {"off": [], "info": ["notice"], "warn": ["warning"], "error": ["error"]}
    assert [problem.severity.value for problem in found] == expected[level]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("errors.tolerance: all # connectform:ignore CF014 replayed\n", []),
        ("# connectform:ignore CF014 replayed\nerrors.tolerance: all\n", []),
        ("errors.tolerance: all # Connectform: Ignore CF014 replayed\n", []),
        ("redis.type:\t'# connectform:ignore CF014 a'\t\nerrors.tolerance: all\n", ["CF014"]),
        ("errors.tolerance: all # connectform:ignore CF014\n", ["CF001"]),
        ("errors.tolerance: all # connectform:ignore CF004 no\n", ["CF014", "CF002"]),
        ("errors.tolerance: all # connectform:ignore\n", ["CF014", "CF002"]),
        ("errors.tolerance: all # connectform:ignore CF105 no\n", ["CF014", "CF002"]),
        ("errors.tolerance: all # connectform:ignore CF001 CF014 no\n", ["CF002"]),
        (
            "# connectform:ignore CF014 far\nredis.type: HASH\nerrors.tolerance: all\n",
            ["CF014", "CF002"],
        ),
        ("redis.type: HASH # connectform:ignore CF081 it moves soon\n", []),
        ("redis.type: HASH # connectform:ignore CF069 off in this project\n", []),
    ],
)
def test_comments_ignore_what_they_say_and_no_more(tmp_path, text, expected):
    found = lint(tmp_path, {"connectors/a.yaml": f"name: a\n{SINK}{text}"})

    assert codes(found) == expected


def test_what_a_comment_ignores_is_not_judged_where_not_all_was_looked_at(tmp_path):
    files = {
        "connectors/a.yaml": f"name: a\n{SINK}redis.type: HASH # connectform:ignore CF014 old\n"
    }

    assert codes(lint(tmp_path, files, complete=True)) == ["CF002"]
    assert codes(lint(tmp_path, files, complete=False)) == []


def test_a_comment_at_the_top_counts_for_all_documents(tmp_path):
    document = f"{SINK}errors.tolerance: all\n"
    files = {
        "connectors/a.yaml": f"# connectform:ignore CF014 demo\nname: a\n{document}---\nname: b\n{document}"
    }

    assert codes(lint(tmp_path, files)) == ["CF061"]


@pytest.mark.parametrize(
    ("expires", "expected"), [("2027-01-04", []), ("2027-01-03", ["CF014", "CF003"])]
)
def test_an_exception_that_expired_counts_no_more_and_is_told(tmp_path, expires, expected):
    lint_part = f"lint:\n  exceptions:\n    - {{codes: [CF014], reason: r, expires: {expires}}}\n"

    found = lint(
        tmp_path,
        {"connectors/a.yaml": f"name: a\n{SINK}errors.tolerance: all\n"},
        PROJECT + lint_part,
    )

    assert codes(found) == expected


@pytest.mark.parametrize(
    ("codes_", "complete", "expected"),
    [
        ("CF014", True, []),
        ("CF014, CF025", True, ["CF002"]),
        ("CF014, CF025", False, []),
        ("CF014, CF081", True, []),
    ],
)
def test_an_exception_that_excepts_nothing_is_a_notice(tmp_path, codes_, complete, expected):
    lint_part = (
        f"lint:\n  exceptions:\n    - {{codes: [{codes_}], reason: r, expires: 2028-01-01}}\n"
    )

    found = lint(
        tmp_path,
        {"connectors/a.yaml": f"name: a\n{SINK}errors.tolerance: all\n"},
        PROJECT + lint_part,
        complete=complete,
    )

    assert codes(found) == expected
    assert all(problem.severity is Severity.NOTICE for problem in found)


def test_an_exception_speaks_of_some_connectors_alone(tmp_path):
    lint_part = "lint:\n  exceptions:\n    - {codes: [CF014], connectors: [b*], reason: r, expires: 2028-01-01}\n"

    found = lint(
        tmp_path,
        {"connectors/a.yaml": f"name: a\n{SINK}errors.tolerance: all\n"},
        PROJECT + lint_part,
    )

    assert codes(found) == ["CF014", "CF002"]


def test_connectors_of_different_clusters_do_not_get_in_each_others_way(tmp_path):
    head = "apiVersion: connectform/v1\nkind: Connector\n"
    spec = "spec: {class: com.redis.kafka.connect.RedisSinkConnector, config: {topics: a}}\n"
    files = {
        "connectors/a.yaml": f"{head}metadata: {{name: a, clusters: [local]}}\n{spec}",
        "connectors/b.yaml": f"{head}metadata: {{name: b, clusters: [prod]}}\n{spec}",
    }

    assert lint(tmp_path, files) == ()


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"orders\..*", "orders.dlq", True),
        ("orders", "orders.dlq", False),
        ("", "orders.dlq", False),
        ("(a+)+", "a" * 60 + "!", False),
        (".*.*.*.*.*.*.*.*x", "a" * 249, False),
        ("(?<name>.*)", "orders", False),
        ("[", "orders", False),
    ],
)
def test_patterns_of_java_are_matched_where_that_is_quick(pattern, text, expected):
    assert may_match(pattern, text) is expected
