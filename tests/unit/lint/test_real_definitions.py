"""98 definitions from public repositories: each is read or refused, and every finding was looked at."""

from datetime import date
from pathlib import Path

import pytest

from reconcile.desired.load import load_desired
from reconcile.desired.project import load_project
from reconcile.lint.check import Ignoring, lint_definitions
from reconcile.lint.overlap import not_told
from reconcile.model.codes import Code
from reconcile.model.problem import errors_in
from reconcile.plugins.judge import judge_definition
from tests.requirements import require_shared
from tests.unit.lint.documented import documented

SEEN = Path(__file__).parent / "real_findings.tsv"
FILES = 98
PROJECT = """\
apiVersion: connectform/v1
kind: Project
metadata: {name: one-file}
clusters: {any: {url: "http://127.0.0.1:8083"}}
"""
# What labels.tsv says is wrong with a file, and which code says so.
LABELLED = {
    "connect-json/010.json": {"CF052"},
    "connect-json/029.json": {"CF011", "CF058"},
    "connect-json/032.json": {"CF028"},
    "connect-json/038.json": {"CF049", "CF048"},
    "connect-json/039.json": {"CF048"},
    "connect-json/040.json": {"CF052", "CF006"},
    "connect-json/041.json": {"CF057", "CF039"},
    "connect-json/047.json": {"CF035"},
    "connect-json/061.json": {"CF010"},
    "connect-json/062.json": {"CF051", "CF045"},
    "connect-json/063.json": {"CF030"},
    "connect-json/064.json": {"CF037"},
    "connect-json/073.json": {"CF005", "CF044"},
    "connect-json/074.json": {"CF071"},
    "connect-json/080.json": {"CF026"},
    "connect-json/087.json": {"CF059", "CF070"},
    "connect-json/090.json": {"CF026"},
    "connect-json/096.json": {"CF026"},
    "connect-json/097.json": {"CF026", "CF037", "CF049", "CF053"},
    "connect-json/098.json": {"CF025", "CF048"},
    "strimzi/002.yaml": {"CF048", "CF072"},
    "strimzi/003.yaml": {"CF025", "CF048"},
    "strimzi/005.yaml": {"CF049", "CF004"},
    "strimzi/006.yaml": {"CF026"},
    "strimzi/007.yaml": {"CF005"},
    "strimzi/011.yaml": {"CF044"},
    "strimzi/013.yaml": {"CF036", "CF004"},
    "strimzi/034.yaml": {"CF004"},
    "strimzi/035.yaml": {"CF045"},
    "strimzi/036.yaml": {"CF008"},
    "strimzi/040.yaml": {"CF008", "CF021"},
    "strimzi/042.yaml": {"CF052", "CF004"},
    "strimzi/048.yaml": {"CF025", "CF044"},
}
# What labels.tsv remarks and no linter can call a fault.
NO_FAULT = {
    # Both JDBC sinks have delete.enabled: its snapshot knows every setting of this file.
    "connect-json/077.json": "mixed with Confluent delete.enabled",
    # The transform runs on the outbox alone, as it should: only the name says something else.
    "strimzi/036.yaml": "predicate named IsHeartBeat matches the outbox topic",
}
REFUSED = {
    "connect-json/021.json": ("CF101", 1, 1),
    "connect-json/024.json": ("CF101", 8, 23),
    "connect-json/028.json": ("CF114", 2, 3),
    "connect-json/044.json": ("CF101", 2, 12),
    "strimzi/029.yaml": ("CF101", 35, 5),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """What is found in each file by itself: refusals, then findings."""
    folder = require_shared("definitions")
    paths = [*sorted(folder.glob("connect-json/*")), *sorted(folder.glob("strimzi/*"))]
    return {
        f"{path.parent.name}/{path.name}": _lint(path, tmp_path_factory.mktemp("one"))
        for path in paths
    }


def _load(path, folder):
    (folder / "connectors").mkdir(exist_ok=True)
    (folder / "connectors" / path.name).write_bytes(path.read_bytes())
    (folder / "connectform.yaml").write_text(PROJECT)
    loaded = load_project(None, folder)
    clusters = ("any",)
    return loaded, load_desired(
        loaded, clusters=clusters, environment={}, secrets=False, keep_going=True
    )


def _lint(path, folder):
    loaded, found = _load(path, folder)
    desired = found.clusters["any"]
    findings = lint_definitions(
        {"any": desired.definitions.values()},
        loaded.project.lint,
        Ignoring(comments=found.ignores, today=date(2027, 1, 4)),
        complete=True,
    )
    return errors_in(desired.problems), len(desired.definitions), findings


def test_each_file_is_read_or_refused_with_its_place(corpus):
    refused = {
        name: (problem.code.value, problem.location.line, problem.location.column)
        for name, (problems, _, _) in corpus.items()
        for problem in problems
    }

    assert len(corpus) == FILES
    assert refused == REFUSED
    assert {name for name, (_, count, _) in corpus.items() if not count} == set(REFUSED)


def test_the_faults_that_the_labels_name_are_found(corpus):
    found = {
        name: {item.code.value for item in findings} for name, (_, _, findings) in corpus.items()
    }

    missed = {name: codes - found[name] for name, codes in LABELLED.items()}
    assert {name: codes for name, codes in missed.items() if codes} == {}


def test_what_is_called_no_fault_is_what_the_labels_remark():
    lines = (require_shared("definitions") / "labels.tsv").read_text().splitlines()
    remarks = {line.split("\t")[0]: line.split("\t")[3] for line in lines}

    assert [name for name, remark in NO_FAULT.items() if remark not in remarks[name]] == []


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("connect-json/047.json", {"redis.command", "redis.key.template"}),
        ("connect-json/051.json", set()),
        ("connect-json/061.json", {"full.document"}),
        ("connect-json/077.json", set()),
    ],
)
def test_what_only_a_plugin_can_know_is_found_by_its_snapshot(tmp_path, name, unknown):
    path = require_shared("definitions") / name
    (definition,) = _load(path, tmp_path)[1].clusters["any"].definitions.values()
    judged = judge_definition(definition, documented(), version="4.3.1", release=(4, 3))

    told = not_told(judged, _lint(path, tmp_path)[2])

    assert {item.code for item in told} == ({Code.UNKNOWN_SETTING} if unknown else set())
    assert {item.message.partition(" ")[0] for item in told} == unknown


def test_two_files_of_one_folder_that_name_one_connector_are_refused_at_both(tmp_path):
    path = require_shared("definitions") / "connect-json/057.json"
    sibling = tmp_path / "connectors/iceberg-sink-orders.json"
    sibling.parent.mkdir()
    sibling.write_text(path.read_text().replace("inventory.customers", "inventory.orders"))

    problems = errors_in(_load(path, tmp_path)[1].clusters["any"].problems)

    assert {item.code for item in problems} == {Code.DUPLICATE_CONNECTOR}
    told = " ".join(f"{item.location} {item.message} {item.hint}" for item in problems)
    assert path.name in told
    assert sibling.name in told


def test_every_finding_was_looked_at(corpus):
    found = sorted(
        f"{name}\t{item.location.line}\t{item.code}"
        for name, (_, _, findings) in corpus.items()
        for item in findings
    )

    assert found == SEEN.read_text().splitlines()


def test_no_value_that_is_secret_is_in_a_message(corpus):
    words = ("minio123", "mystorepassword", "passw0rd", "Passw0rdOfs3cr3ts", "aura_secure_pass")

    told = [item.message + item.hint for _, _, findings in corpus.values() for item in findings]
    assert [text for text in told if any(word in text for word in words)] == []
