"""JUnit that Jenkins, GitLab and Azure read: the elements, attributes and order of Jenkins' schema."""

import re
from xml.etree import ElementTree as ET

import pytest

from reconcile.report.junit import plans_junit, problems_junit, results_junit
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned

# Of each element: the attributes it must have, those it may have, and its children in order.
SHAPE = {
    "testsuites": ({"name"}, set(), ("testsuite",)),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"timestamp"},
        ("testcase", "system-out"),
    ),
    "testcase": ({"classname", "name", "time"}, set(), ("skipped", "failure", "system-out")),
    "failure": ({"message", "type"}, set(), ()),
    "skipped": ({"message"}, set(), ()),
    "system-out": (set(), set(), ()),
}


def read(text: str) -> ET.Element:
    """Return the document, checked."""
    root = ET.fromstring(text)  # noqa: S314  # a document of ours
    for element in root.iter():
        must, may, children = SHAPE[element.tag]
        assert must <= element.attrib.keys() <= must | may, element.tag
        order = [children.index(child.tag) for child in element]
        assert order == sorted(order), element.tag
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(len(case.findall("failure")) for case in cases)
        assert int(suite.attrib["skipped"]) == sum(len(case.findall("skipped")) for case in cases)
        assert re.fullmatch(r"\d+\.\d{3}", suite.attrib["time"])
        moment = suite.attrib.get("timestamp", "2027-01-04T12:00:00")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", moment)
    return root


def cases(root: ET.Element, suite: str) -> dict[str, str]:
    """Return how each case of a suite ended."""
    (found,) = [one for one in root if one.attrib["name"] == suite]
    return {
        case.attrib["name"]: next(
            (child.tag for child in case if child.tag != "system-out"), "passed"
        )
        for case in found
    }


def test_files_are_checked_connector_by_connector() -> None:
    root = read(problems_junit(nouns.PROBLEMS, ["orders-sink", "refunds-sink"], phase="validate"))

    assert cases(root, "validate") == {
        "orders-sink": "failure",
        "refunds-sink": "passed",
        "(all)": "passed",
    }
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.attrib == {"message": "topics: missing", "type": "CF401"}
    assert "connectors/orders-sink.yaml: error: topics: missing  [CF401]" in str(failure.text)


def test_a_plan_fails_where_its_checks_do() -> None:
    root = read(plans_junit(nouns.plans(), [nouns.NOT_COMPARED]))

    local = cases(root, "plan local")
    assert local["orders-sink"] == "failure"
    assert local["orders-archive"] == "passed"
    assert local["(all)"] == "failure"  # what refuses it
    assert local["refunds-sink"] == "skipped"
    assert cases(root, "plan staging") == {"payments-source": "passed"}
    assert cases(root, "plan production") == {}
    assert cases(root, "plan far") == {"(all)": "failure"}


def test_what_did_not_settle_has_failed_and_what_was_not_attempted_was_skipped() -> None:
    root = read(results_junit(nouns.results()))

    assert cases(root, "apply local") == {
        "orders-0": "passed",
        "orders-1": "passed",
        "orders-2": "failure",
        "orders-3": "failure",
        "orders-4": "skipped",
        "orders-5": "passed",
    }
    assert cases(root, "apply production") == {"(all)": "failure"}
    (third,) = root.findall(".//testcase[@name='orders-3']")
    assert third.attrib["time"] == "3.704"
    assert root[0].attrib["timestamp"] == "2027-01-04T12:00:00"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_the_format_or_commands_a_runner(name) -> None:
    text = HOSTILE[name]
    documents = [
        plans_junit(poisoned(nouns.plans(), text), [poisoned(nouns.NOT_COMPARED, text)]),
        results_junit(poisoned(nouns.results(), text)),
        problems_junit(poisoned(nouns.PROBLEMS, text), [text], phase="validate"),
    ]

    for document in documents:
        document.encode("utf-8")
        read(document)
        assert not any(row.strip().startswith("::") for row in document.splitlines())
        assert "##[" not in document
        assert not {"\x1b", "\u202e", "\r", "\x00"} & set(document)
