"""Real definitions from public repositories: each is read, or refused with its place."""

import csv

import pytest

from reconcile.desired.checks import Checker
from reconcile.desired.files import read_text
from reconcile.desired.kinds import read_document
from reconcile.desired.load import read_documents
from reconcile.desired.nodes import Shapes
from reconcile.desired.schemas import DEFINITION, read_schemas
from reconcile.model.problem import Severity

REFUSED = {
    "connect-json/021.json": ["error CF101 1"],
    "connect-json/024.json": ["error CF101 8"],
    "connect-json/028.json": ["error CF114 2"],
    "connect-json/044.json": ["error CF101 2"],
    "strimzi/029.yaml": ["error CF101 35"],
}
NOTED = {
    "connect-json/008.json": ["notice CF106 1"],
    "connect-json/065.json": ["notice CF106 1"],
    "strimzi/002.yaml": ["warning CF105 13"],
    "strimzi/017.yaml": ["notice CF119 2"],
    "strimzi/040.yaml": ["warning CF103 11"],
}


@pytest.fixture
def definitions(shared_folder):
    return shared_folder("definitions")


def read(folder, name):
    """Return the manifests of a file, and its problems in short."""
    text = read_text(str(folder / name), name)
    reading = read_documents(text, name, Shapes())
    checker = Checker(read_schemas(), DEFINITION)
    found = [read_document(document, checker) for document in reading.documents]
    problems = [*reading.problems, *(problem for each in found for problem in each.problems)]
    usable = [each.manifest for each in found if each.manifest and not reading.problems]
    assert all(problem.hint or problem.severity is Severity.NOTICE for problem in problems)
    return usable, [
        f"{problem.severity} {problem.code} {problem.location.line}" for problem in problems
    ]


def labelled(folder):
    with (folder / "labels.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_file_is_read_or_refused_with_its_place(definitions):
    rows = labelled(definitions)
    wrong = {}
    for row in rows:
        manifests, problems = read(definitions, row["file"])
        expected = REFUSED.get(row["file"], NOTED.get(row["file"], []))
        if problems != expected or len(manifests) != (row["file"] not in REFUSED):
            wrong[row["file"]] = problems, len(manifests)

    assert wrong == {}
    assert len(rows) == 98


def test_every_file_that_is_read_has_the_class_it_is_labelled_with(definitions):
    for row in labelled(definitions):
        manifests, _ = read(definitions, row["file"])
        for manifest in manifests:
            assert manifest.base.values["connector.class"].strip() == row["connector_class"]


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("connect-json/008.json", "topic.creation.default.delete.retention.ms", "2592000000"),
        ("connect-json/018.json", "confluent.license", ""),
        (
            "connect-json/032.json",
            "key.converter",
            " org.apache.kafka.connect.converters.ByteArrayConverter",
        ),
        ("strimzi/002.yaml", "mongodb.members\u200b.auto.discover", "false"),
        (
            "strimzi/002.yaml",
            "mongodb.hosts",
            "kogito-sharded-mongo-mongos-0.kogito-sharded-mongo-svc.mongodb.svc.cluster.local",
        ),
        ("strimzi/014.yaml", "database.password", "${directory:/mnt/core-db:password}"),
        ("strimzi/018.yaml", "topics", "telegram-inbox"),
        ("strimzi/032.yaml", "database.dbname", "postgres"),
        ("strimzi/036.yaml", "database.user", "${POSTGRES_DB_USER}"),
        ("strimzi/047.yaml", "database.port", "${secrets:rbac-db:db.port}"),
    ],
)
def test_surprising_values_are_kept(definitions, name, key, value):
    (manifest,), _ = read(definitions, name)

    assert manifest.base.values[key] == value
    assert "name" not in manifest.base.values
