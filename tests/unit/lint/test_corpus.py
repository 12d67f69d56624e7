"""Lint finds every fault planted in the corpus, and nothing else."""

import json
import re
from collections import Counter
from importlib.resources import files

import pytest

from reconcile.lint.catalog import RULES
from reconcile.lint.rule import ForChange
from reconcile.lint.transforms import OPTIONS
from reconcile.model.codes import Code
from tests.lint_corpus.changes import CASES
from tests.lint_corpus.corpus import PROJECTS, ROOT, expected, lint_folder, places_of

FEWEST = 80


@pytest.fixture(scope="module", params=PROJECTS)
def linted(request):
    return (ROOT / request.param, *lint_folder(ROOT / request.param))


def test_every_planted_fault_is_found_at_its_place_and_nothing_else(linted):
    folder, findings, refused, _ = linted

    assert refused == ()
    assert Counter(places_of(findings)) == Counter(expected(folder))


def test_nothing_is_found_in_the_clean_definitions(linted):
    _, findings, _, _ = linted

    assert [item for item in findings if str(item.location).startswith("clean/")] == []


def test_the_corpus_is_large_and_half_of_it_is_clean():
    _, _, count = lint_folder(ROOT / "main")
    documents = "".join(path.read_text() for path in (ROOT / "main" / "clean").glob("*.yaml"))

    assert count >= FEWEST
    assert documents.count("\n---\n") >= FEWEST // 2


def test_every_rule_about_files_is_planted_at_least_once():
    planted = {code for name in PROJECTS for _, _, code in expected(ROOT / name)}

    assert planted == {rule.code.value for rule in RULES if not isinstance(rule.check, ForChange)}


def test_every_rule_about_changes_has_a_change():
    planted = {code for case in CASES for code in case.codes}

    assert planted == {rule.code.value for rule in RULES if isinstance(rule.check, ForChange)}


def test_no_finding_says_a_secret(linted):
    _, findings, _, _ = linted

    assert [item for item in findings if "planted" in item.message + item.hint] == []


def test_rules_have_one_code_each_and_all_codes_of_lint_have_a_rule():
    codes = [rule.code for rule in RULES]

    assert codes == [code for code in Code if code.value < "CF100"]


def test_the_options_of_kafkas_transforms_are_those_that_real_workers_tell():
    rows = json.loads(files("reconcile.sandbox").joinpath("plugins.json").read_text())["plugins"]
    told = {}
    for row in rows:
        if row["class"].startswith("org.apache.kafka.connect.transforms."):
            told.setdefault(row["class"], set()).update(key["name"] for key in row["keys"])

    assert {name: set(keys) for name, keys in OPTIONS.items()} == told


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_explains_itself_in_sentences(rule):
    assert rule.why.endswith(".")
    assert not rule.fix.endswith(".")
    assert rule.title[0].isupper()
    assert "<" not in re.sub("`[^`]*`", "", rule.title + rule.why + rule.fix), (
        "Markdown takes it for HTML"
    )
