"""What a document is, told by its kind."""

import pytest

from reconcile.model.codes import Code
from reconcile.model.problem import Severity
from tests.unit.desired.repository import lines_of, read_one


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        (
            "apiVersion: connectform/v1\nkind: Conector",
            '2:1 CF119 the kind "Conector" is not known here',
            "Connector",
        ),
        (
            "apiVersion: connectform/v1\nkind: Project",
            '2:1 CF119 the kind "Project" is not known here',
            "connectform.yaml",
        ),
        (
            "apiVersion: connectform/v2\nkind: Connector",
            '1:1 CF119 the format "connectform/v2" is not known',
            "connectform/v1",
        ),
        (
            "apiVersion: v1\nkind: Connector",
            '1:1 CF119 the format "v1" is not known',
            "connectform/v1",
        ),
        ("kind: Connector", "1:1 CF119 this document has no apiVersion", "connectform/v1"),
        ("apiVersion: connectform/v1", "1:1 CF119 this document has no kind", "kind: Connector"),
        ("a: 1", "1:1 CF119 this document is no definition", "kind: Connector"),
        ("[a]", "1:1 CF119 this document is no mapping", "kind: Connector"),
        ("text", "1:1 CF119 this document is no mapping", ""),
        (
            "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConector",
            '2:1 CF119 Strimzi has no kind "KafkaConector"',
            "KafkaConnector",
        ),
        (
            "apiVersion: v1\nkind: List\nitems: []",
            "2:1 CF119 a List is not looked into",
            "documents of their own",
        ),
    ],
)
def test_what_is_no_definition_is_refused_with_a_hint(text, line, hint):
    found = read_one(text)

    assert found.manifest is None
    assert lines_of(found.problems) == [f"connectors/a.yaml:{line}"]
    assert found.problems[0].severity is Severity.ERROR
    assert hint in found.problems[0].hint


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnect\nspec: {config: {a: 1}}",
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic",
        "apiVersion: v1\nkind: Secret\ndata: {}",
        "apiVersion: apps/v1\nkind: Deployment",
    ],
)
def test_other_kinds_of_kubernetes_are_passed_over_with_a_notice(text):
    found = read_one(text)

    assert found.manifest is None
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        (Code.UNKNOWN_KIND, Severity.NOTICE)
    ]


def test_nothing_is_said_of_the_rest_of_a_document_that_is_cut_short():
    levels = [f"    k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 8)]
    text = "\n".join(
        (
            "apiVersion: connectform/v1",
            "kind: Connector",
            "metadata: {name: a}",
            "spec:",
            "  config:",
            "    k0: &k0 [x, x, x, x, x, x, x, x, x]",
            *levels,
        )
    )

    (problem,) = read_one(text).problems

    assert problem.code is Code.TOO_MANY_ALIASES


@pytest.mark.parametrize("kind", ["plan", "outcome", "drift", "problems"])
def test_what_we_wrote_ourselves_among_the_definitions_is_passed_over_with_a_notice(kind):
    found = read_one(f'{{"format_version": "1.0", "kind": "{kind}"}}')

    assert found.manifest is None
    assert [problem.severity for problem in found.problems] == [Severity.NOTICE]
