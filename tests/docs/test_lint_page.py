"""The page of lint rules is what the rules say, and policies read fields that plans have."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reconcile.lint.catalog import RULES
from reconcile.plan.document import plans_document
from tests import lint_page
from tests.docs.pages import ROOT
from tests.lint_corpus.changes import Case

POLICY = ROOT / "docs" / "policy" / "plan.rego"
BREAKING = Case(
    what="breaks the rules of the policy",
    codes=(),
    before={"tasks.max": "1", "connection.url": "jdbc:postgresql://db.internal/shop"},
    after={"tasks.max": "64", "connection.url": "jdbc:postgresql://db.elsewhere.example/shop"},
)
_RULES = re.sub(r"^#.*$|^package.*$|^import.*$", "", POLICY.read_text(), flags=re.MULTILINE)
DELETING = Case(what="deletes", codes=())


def document(*cases: Case) -> dict:
    return json.loads(json.dumps(plans_document([case.plan() for case in cases])))


def test_the_page_of_rules_is_up_to_date():
    assert lint_page.PAGE.read_text() == lint_page.page(), "run make rules"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_table_of_the_page_links_to_each_heading(rule):
    headings = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", lint_page.PAGE.read_text(), re.MULTILINE)
    }
    (anchor,) = re.findall(rf"\| \[{rule.code}\]\(#([^)]*)\)", lint_page.PAGE.read_text())

    assert anchor in headings


def test_the_policy_reads_fields_that_a_plan_has():
    plan = document(BREAKING)["plans"][0]
    change = plan["changes"][0]
    scopes = {"plan": plan, "change": change, "key": change["keys"][0], "input": document(BREAKING)}
    paths = re.findall(r"\b(plan|change|key|input)\.([a-z_.]+)", _RULES)

    assert len(paths) > 5
    for scope, path in paths:
        value = scopes[scope]
        for part in path.rstrip(".").split("."):
            assert part in value, f"{scope}.{path}"
            value = value[part]


@pytest.mark.skipif(shutil.which("opa") is None, reason="NOT TESTED: opa is not on the PATH")
@pytest.mark.parametrize(
    ("case", "words"), [(BREAKING, ["64 tasks", "another address"]), (DELETING, ["deletes"])]
)
def test_the_policy_refuses_what_it_says(tmp_path: Path, case, words):
    (tmp_path / "plan.json").write_text(json.dumps(document(case)))

    done = subprocess.run(
        [
            "opa",
            "eval",
            "--format",
            "raw",
            "--data",
            str(POLICY),
            "--input",
            str(tmp_path / "plan.json"),
            "data.main.deny",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    for word in words:
        assert word in done.stdout
